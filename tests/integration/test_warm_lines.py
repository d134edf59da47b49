"""Lines that stay loaded between jobs: the same one for the same model, in smaller batches after a failure."""

from pathlib import Path

import pytest

from steno.config import Settings
from steno.errors import StenoError, UnknownLanguage, UnknownModel
from steno.jobs import TranscriptionOptions
from tests.conftest import ROOT
from worker.service.warm import WarmLines

STARTER_DIR = ROOT / "worker" / "models" / "starter"
OPTIONS = TranscriptionOptions(model="starter", language="en", diarize=False)


def test_after_a_failure_each_further_try_works_in_batches_half_as_large(tmp_path: Path) -> None:
    lines = WarmLines(Settings(data_dir=tmp_path, threads=1, device="cpu", batch_size=8))

    sizes = [lines.line(OPTIONS, attempt=attempt).batch_size for attempt in (1, 2, 3, 9, 1)]

    assert sizes == [8, 4, 2, 1, 8]


def test_the_model_of_the_last_job_serves_the_next_until_it_is_forgotten(tmp_path: Path) -> None:
    lines = WarmLines(Settings(data_dir=tmp_path, threads=1, device="cpu"))
    first = lines.line(OPTIONS).engine

    again = lines.line(OPTIONS).engine
    lines.forget()
    anew = lines.line(OPTIONS).engine

    assert again is first
    assert anew is not first


def test_a_job_in_a_language_that_the_model_does_not_know_costs_the_next_one_nothing(tmp_path: Path) -> None:
    lines = WarmLines(Settings(data_dir=tmp_path, threads=1, device="cpu"))
    first = lines.line(OPTIONS).engine

    with pytest.raises(UnknownLanguage):
        lines.line(OPTIONS.model_copy(update={"language": "xx"}))

    assert lines.line(OPTIONS).engine is first


@pytest.mark.parametrize(("any_model", "why"), [(False, "only its operator"), (True, "STENO_OFFLINE")])
def test_callers_load_models_from_elsewhere_only_where_the_operator_lets_them(
    tmp_path: Path, any_model: bool, why: str
) -> None:
    lines = WarmLines(Settings(data_dir=tmp_path, model_dir=tmp_path, offline=True, any_model=any_model))

    with pytest.raises(StenoError, match=why):
        lines.line(OPTIONS.model_copy(update={"model": "stranger/whisper-of-doom"}))


def test_callers_name_no_directory_where_the_worker_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "starter").symlink_to(STARTER_DIR)
    monkeypatch.chdir(tmp_path)
    theirs, own = (
        Settings(data_dir=tmp_path, device="cpu"),
        Settings(data_dir=tmp_path, device="cpu", model="models/starter"),
    )
    asked = OPTIONS.model_copy(update={"model": "models/starter"})

    with pytest.raises(UnknownModel):
        WarmLines(theirs).line(asked)

    assert WarmLines(own).line(asked).engine.source.path.resolve() == STARTER_DIR
