"""The README is true: its examples run as they are written against a real service."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.service import Service

README = (ROOT / "README.md").read_text(encoding="utf-8")
# bash and python are run; console shows what is typed elsewhere or once: installing, starting, setting.
EXAMPLES = re.findall(r"^```(bash|python)\n(.*?)^```", README, re.M | re.S)
SAID = "the weekly meeting of project Aurora"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service") / "data", STENO_MODEL="starter") as running:
        yield running


def test_there_is_an_example_for_each_way_in() -> None:
    text = "".join(example for _, example in EXAMPLES)

    assert [word for word in ("curl", "import requests", "import OpenAI", "steno submit") if word not in text] == []


@pytest.mark.parametrize(("language", "example"), EXAMPLES)
def test_an_example_works_as_it_is_written(service: Service, tmp_path: Path, language: str, example: str) -> None:
    meeting = tmp_path / "meeting.opus"
    meeting.write_bytes((ROOT / "examples" / "meeting.opus").read_bytes())
    own = {
        "STENO_SERVER": service.url,
        "STENO_TOKEN": service.token,
        "STENO_DATA_DIR": str(tmp_path / "own"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [sys.executable, "-c", example] if language == "python" else ["bash", "-euo", "pipefail", "-c", example]

    ran = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **own}, capture_output=True, text=True, timeout=60, check=False
    )
    for job in service.request("GET", "/api/v1/jobs").json()["jobs"]:  # each example does all of the work itself
        service.request("DELETE", f"/api/v1/jobs/{job['id']}")

    assert ran.returncode == 0, ran.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("meeting.*") if path != meeting}
    told = " ".join(" ".join([ran.stdout, *written.values()]).split())
    if "action_items" in example:  # it prints no transcript
        assert "meeting.opus is completed" in told
        assert told.count(" will ") >= 2
    else:
        assert SAID in told
    promised = re.findall(r"\.(?:[a-z]+\.)?[a-z]+\b", example.partition("# writes")[2])
    assert set(written) == {f"meeting{suffix}" for suffix in promised}
