"""A disk that fills up under a worker: the owner learns that, and the operator where it is."""

import errno
import logging
import multiprocessing
from pathlib import Path

import pytest

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from steno.states import Stage, StageState
from steno.vault import Vault
from tests.conftest import ROOT
from tests.ledger import Ledger
from worker.service.running import Runner
from worker.service.warm import WarmLines


def test_no_place_of_the_server_is_told_to_the_owner_of_a_recording(
    sqlite_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_space(write: object, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    settings = Settings(data_dir=tmp_path / "data", device="cpu", threads=1)
    vault, lines = Vault.of(settings), WarmLines(settings)
    key = vault.blobs.new_key("recordings")
    vault.blobs.write(key, (ROOT / "examples" / "meeting.opus").read_bytes())
    options = TranscriptionOptions(model="starter", language="en", diarize=False)
    job = sqlite_ledger.hand_in(sqlite_ledger.upload(blob=key), minutes=False, options=options)
    sqlite_ledger.run(until=Stage.PREPARE)
    stop = multiprocessing.get_context("fork").Event()
    monkeypatch.setattr("worker.preparation._write_all", no_space)

    with caplog.at_level(logging.ERROR, "steno.worker"):
        Runner(sqlite_ledger.database, vault, settings, lines, stop).run(sqlite_ledger.take(Stage.TRANSCRIBE))
    lines.forget()

    told = sqlite_ledger.stage(job, Stage.TRANSCRIBE)
    assert (told.state, told.error_code) == (StageState.READY, "storage-full")  # it is tried again
    assert told.error == "The server has no space left. Try again later."
    assert str(tmp_path) in caplog.text
