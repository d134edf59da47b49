"""What documents say about settings, tests and each other is so."""

import base64
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from steno.config import GIB, Settings
from steno.states import JobState
from tests.conftest import ROOT
from worker.notification import Notice
from worker.notification.webhooks import body

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SERVICE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
# Settings of the service, in the order of steno/config.py.
FIRST, LAST = "database_url", "webhook_allow"


def settings_table() -> str:
    """The table of docs/service.md, from the declarations."""
    names = list(Settings.model_fields)
    rows = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for name in names[names.index(FIRST) : names.index(LAST) + 1]:
        field = Settings.model_fields[name]
        rows.append(f"| `STENO_{name.upper()}` | {_default(field.default)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _default(value: object) -> str:
    assert not isinstance(value, SecretStr)
    if value is None or value == "":
        return "none"
    if isinstance(value, int) and value % GIB == 0 and value:
        return f"`{value}` ({value // GIB} GiB)"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_the_table_of_settings_is_that_of_the_program() -> None:
    wanted = settings_table()

    assert wanted in SERVICE, f"docs/service.md must have this table:\n\n{wanted}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bSTENO_[A-Z_]*[A-Z]\b", document.read_text(encoding="utf-8")))

    assert named - {f"STENO_{name.upper()}" for name in Settings.model_fields} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_is_named_exists(document: Path) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", document.read_text(encoding="utf-8"))

    assert [name for name in named if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|mailto:)([^)#]*)(?:#([^)]*))?\)", document.read_text(encoding="utf-8"))

    lost = [link for link, part in links if not _leads(document.parent / link if link else document, part)]

    assert lost == []


def _leads(target: Path, part: str) -> bool:
    if not target.exists():
        return False
    titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M) if part else []
    return not part or part in {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_receiver_of_webhooks_takes_what_is_signed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
    monkeypatch.setenv("STENO_WEBHOOK_SECRET", secret)
    given: dict[str, Any] = {}
    exec(re.findall(r"^```python\n(.*?)^```", SERVICE, re.M | re.S)[0], given)
    at = datetime.now(UTC)
    notice = Notice("d1", "job.completed", "", at, "0a", "a.mp3", JobState.COMPLETED, True, None, None, ())
    sent = body(notice, Settings(public_url="https://steno.example.org"))
    headers = {
        "webhook-id": "d1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("d1", at, sent.decode()),
    }

    assert given["receive"](sent, headers) == "0a is completed"
    with pytest.raises(WebhookVerificationError):
        given["receive"](sent.replace(b"completed", b"cancelled"), headers)
