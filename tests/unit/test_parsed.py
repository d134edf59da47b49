"""Documents kept as values: the right one, of the right kind, and never more than there is room for."""

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from steno.minutes import Minutes
from steno.transcript import Transcript
from tests.unit.exports.transcripts import small
from web.parsed import Parsed

CONTENT = small().model_dump_json().encode()


def test_what_was_read_is_there_under_its_id_alone() -> None:
    parsed = Parsed()

    value = parsed.read("a", Transcript, CONTENT)

    assert value == small()
    assert parsed.get("a", Transcript) is value
    assert parsed.get("a", Minutes) is None
    assert parsed.get("b", Transcript) is None


def test_the_ones_not_used_longest_make_room() -> None:
    parsed = Parsed(room=2 * len(CONTENT))
    for name in ("a", "b"):
        parsed.read(name, Transcript, CONTENT)
    parsed.get("a", Transcript)

    parsed.read("c", Transcript, CONTENT)

    assert [name for name in "abc" if parsed.get(name, Transcript)] == ["a", "c"]


def test_what_is_too_large_is_not_kept() -> None:
    parsed = Parsed(room=len(CONTENT) - 1)

    assert parsed.read("a", Transcript, CONTENT) == small()
    assert parsed.get("a", Transcript) is None


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    parsed = Parsed()

    def read(number: int) -> None:
        if number % 3:
            parsed.read(str(number), Transcript, CONTENT)
        else:
            with pytest.raises(ValidationError):
                parsed.read(str(number), Transcript, b"{}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(40)))

    assert gc.isenabled()
