"""What tests share: the starter model, the recordings with known text, and the real `steno` program."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from tests import hermetic
from worker.engine import Engine
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.loading import load_line
from worker.pipeline import Line

ROOT = Path(__file__).parents[1]
RECORDINGS = Path(__file__).parent / "recordings"

settings.register_profile(
    "steno", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steno")


@pytest.fixture(scope="session")
def ffmpeg() -> Path:
    return find_ffmpeg()


@pytest.fixture(scope="session")
def limits() -> DecodeLimits:
    return DecodeLimits.from_settings(Settings())


@pytest.fixture(scope="session")
def starter_line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The line with the starter model, on one thread, without diarization."""
    data = tmp_path_factory.mktemp("data")
    chosen = Settings(data_dir=data, threads=1, device="cpu")
    return load_line(TranscriptionOptions(model="starter", language="en", diarize=False), chosen)


@pytest.fixture(scope="module")
def diarizing_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The whole line with both starter models."""
    chosen = Settings(data_dir=tmp_path_factory.mktemp("data"), threads=1, device="cpu")
    line = load_line(TranscriptionOptions(model="starter", language="en"), chosen)
    yield line
    line.close()


@pytest.fixture(scope="session")
def engine(starter_line: Line) -> Engine:
    return starter_line.engine


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    """A recording of 70 seconds under a name of its own."""
    copy = tmp_path / "meeting.opus"
    copy.write_bytes((RECORDINGS / "meeting-01.opus").read_bytes())
    return copy


@dataclass
class Steno:
    """The installed program, with its own data directory and no network."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        own = {"STENO_DATA_DIR": str(self.data), "STENO_MODEL_DIR": str(self.data / "models"), "STENO_DEVICE": "cpu"}
        own["STENO_DIARIZE"] = "0"  # it costs seconds to load; tests that are about it say so
        return {**os.environ, **own, "HF_HUB_OFFLINE": "0", "COLUMNS": "200", **self.environment}

    @property
    def command(self) -> list[str]:
        # Whoever runs the tests in the background has Ctrl-C ignored, and so would have every program from here.
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        return [sys.executable, "-c", f"{heard}; from steno.cli import main; main()"]

    def __call__(
        self, *arguments: str | Path, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.command, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env=self.env | environment,
            timeout=180,
            check=False,
        )

    def start(self, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*self.command, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env
        )


@pytest.fixture
def steno(tmp_path: Path) -> Iterator[Steno]:
    data = tmp_path / "steno-data"
    data.mkdir()
    yield Steno(data)


@pytest.fixture(scope="module", autouse=True)
def leaves_no_trace() -> Iterator[None]:
    """Files of tests run in any order in one process: what one of them changes there is its own failure."""
    before = hermetic.state()
    yield
    assert not hermetic.changes(before, hermetic.state())
