"""What documents say about commands, settings, tests and each other is so."""

import base64
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from steno.cli import app
from steno.config import GIB, Settings
from steno.states import JobState
from tests.conftest import ROOT
from worker.notification import Notice
from worker.notification.webhooks import body

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SERVICE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
# Settings of the service, in the order of steno/config.py.
FIRST, LAST = "database_url", "webhook_allow"


def commands() -> Iterator[str]:
    """What is to be typed: in blocks, also behind a pipe or with settings before it."""
    for document in DOCUMENTS:
        blocks = "".join(
            re.findall(r"^```(?:console|bash)\n(.*?)^```", document.read_text(encoding="utf-8"), re.M | re.S)
        )
        yield from re.findall(r"^(?:.*\| )?(?:\w+=\S+ )*(steno [^#\n]*[^#\s])", blocks.replace("\\\n", ""), re.M)


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


@pytest.mark.parametrize("command", dict.fromkeys(commands()))
def test_a_command_is_one_that_steno_has(command: str) -> None:
    group, words = typer.main.get_command(app), shlex.split(command)[1:]

    while words and (found := getattr(group, "commands", {}).get(words[0])) is not None:
        group, words = found, words[1:]

    assert not getattr(group, "commands", {}) or group.invoke_without_command
    group.make_context(command, words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_command_that_is_named_in_a_text_exists(document: Path) -> None:
    named = re.findall(r"`steno ([a-z][^`]*)`", document.read_text(encoding="utf-8"))

    assert [line for line in named if not _exists(line.split())] == []


def _exists(words: list[str]) -> bool:
    """Whether there is such a command, with these options; `a|b` names two."""
    group = typer.main.get_command(app)
    while words and getattr(group, "commands", {}):
        found = [group.commands.get(name) for name in words[0].split("|")]
        if None in found:
            return False
        group, words = found[0], words[1:]
    known = {"--help"} | {name for option in group.params for name in (*option.opts, *option.secondary_opts)}
    return {word.partition("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_and_target_of_make_that_is_named_exists(document: Path) -> None:
    text, makefile = document.read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")
    files = re.findall(r"`((?:steno|worker|web|tests|docs|examples)/[\w./-]+)`", text)
    targets = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make ([a-z]+)$", text, re.M)

    assert [file for file in files if not (ROOT / file).exists()] == []
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)] == []


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
