"""Names of templates: those that are offered are those that can be loaded."""

from pathlib import Path

import pytest

from steno.config import Settings
from steno.errors import InvalidOption
from steno.template_names import OURS, check_template_name, template_names
from web.portal.minutes_templates import titles
from worker.summarization.templates import load_template


def test_every_name_is_that_of_a_template_and_has_a_title() -> None:
    assert {load_template(name, None).name for name in OURS} == set(OURS)
    files = (Path(__file__).parents[2] / "worker" / "summarization" / "templates").glob("*.toml")
    assert {file.stem for file in files} == set(OURS) == set(titles(Settings()))


def test_those_of_the_operator_come_along_and_an_unknown_one_is_told_from_them(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_text("")

    assert set(template_names(tmp_path)) == {*OURS, "board"}
    check_template_name("board", tmp_path)
    with pytest.raises(InvalidOption, match="There is no template 'bored'") as told:
        check_template_name("bored", tmp_path)
    assert "board, call" in str(told.value.cure)
    assert template_names(tmp_path / "away") == OURS
