from pathlib import Path

import pytest

from steno.cli.console import shown
from steno.cli.sources import expand, seconds
from steno.config import load_settings
from steno.errors import InvalidOption, StenoError


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("1:30", 90), ("0:01:30.5", 90.5), ("2:00:00", 7200)])
def test_times_are_read_as_people_write_them(text: str, value: float) -> None:
    assert seconds(text, "--start") == value


@pytest.mark.parametrize("text", ["", "a", "-5", "1:2:3:4", "1m"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(InvalidOption, match="--start"):
        seconds(text, "--start")


def test_folders_are_searched_for_media_and_nothing_is_taken_twice(tmp_path: Path) -> None:
    for name in ("a.mp3", "b.txt", "sub/c.WAV", ".hidden.mp3", "a.srt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = expand([str(tmp_path), str(tmp_path / "a.mp3")])

    assert [path.name for path in found if isinstance(path, Path)] == ["a.mp3", "c.WAV"]


def test_an_empty_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    (error,) = expand([str(tmp_path)])
    assert isinstance(error, StenoError)
    assert "holds no recording" in str(error)


def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_MAX_DURATION", "-1")
    with pytest.raises(InvalidOption, match="STENO_MAX_DURATION"):
        load_settings()


def test_a_secret_that_cannot_be_used_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_METRICS_TOKEN", "my-secret")
    with pytest.raises(InvalidOption, match="STENO_METRICS_TOKEN cannot be what it is") as said:
        load_settings()
    assert "my-secret" not in str(said.value)


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    assert shown("\x1b[31mred\x1b[0m [bold]x\u202e") == " [31mred [0m \\[bold]x "
