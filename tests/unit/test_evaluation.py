"""Each measure against figures worked out by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.evaluation.report import NothingToMeasure, Options, evaluate, total
from steno.evaluation.speakers import diarization_errors, permuted_word_errors
from steno.evaluation.spoken import Run, Spoken, Turn, from_runs
from steno.evaluation.words import Attribution, WordErrors, attribution, normaliser, word_errors


def spoken(*runs: tuple[str, str | None, float, float]) -> Spoken:
    return from_runs([Run(text, speaker, start, end) for text, speaker, start, end in runs])


def speaking(*turns: tuple[str, float, float], duration: float | None = None) -> Spoken:
    return Spoken(None, tuple(Turn(*turn) for turn in turns), duration)


ENGLISH = normaliser("en")
TRUTH = spoken(("Good morning, everybody.", "A", 0, 2), ("We'll meet on the 25th.", "B", 2, 4), ("Fine.", "A", 4, 5))


def test_word_errors_are_counted_after_whispers_normalization() -> None:
    heard = spoken(("good morning", "x", 0, 2), ("we will meat on on the twenty fifth", "y", 2, 4), ("fine", "x", 4, 5))

    errors = word_errors(TRUTH, heard, ENGLISH)

    assert errors == WordErrors(substitutions=1, insertions=1, deletions=1, reference_words=10)
    assert errors.rate == pytest.approx(0.3)


def test_other_languages_are_normalized_without_english_rules() -> None:
    truth, heard = spoken(("Färgen är 5 €, ju!", None, 0, 1)), spoken(("färgen är 5 ju", None, 0, 1))

    assert word_errors(truth, heard, normaliser("sv")).rate == 0
    assert normaliser("en")("colour") == "color"
    assert normaliser("fi")("colour") == "colour"


def test_names_of_speakers_do_not_matter_but_whose_words_they_are_does() -> None:
    renamed = spoken(
        ("good morning everybody", "B", 0, 2), ("we will meet on the 25th", "A", 2, 4), ("fine", "B", 4, 5)
    )
    swapped = spoken(
        ("good morning everybody", "x", 0, 2), ("we will meet on the 25th", "y", 2, 4), ("fine", "y", 4, 5)
    )

    assert permuted_word_errors(TRUTH, renamed, ENGLISH).rate == 0
    # `fine` is missing with one speaker and too much with the other.
    assert permuted_word_errors(TRUTH, swapped, ENGLISH) == WordErrors(0, 1, 1, 10)
    assert attribution(TRUTH, renamed, ENGLISH) == Attribution(10, 0, 0)
    assert attribution(TRUTH, swapped, ENGLISH) == Attribution(9, 1, 0)


def test_words_of_nobody_known_are_not_right() -> None:
    heard = spoken(("good morning everybody", "x", 0, 2), ("we will meet on the 25th", None, 2, 4), ("oh", "x", 4, 5))

    assert attribution(TRUTH, heard, ENGLISH) == Attribution(right=4, wrong=0, unknown=6)


def test_time_constrained_errors_want_words_where_they_are_said() -> None:
    late = spoken(("good morning everybody", "x", 0, 2), ("we will meet on the 25th", "y", 2, 4), ("fine", "x", 30, 31))

    assert permuted_word_errors(TRUTH, late, ENGLISH).rate == 0
    assert permuted_word_errors(TRUTH, late, ENGLISH, collar=5) == WordErrors(0, 1, 1, 10)


def test_diarization_errors_and_their_parts() -> None:
    truth = speaking(("A", 0, 10), ("B", 10, 20), duration=30)
    heard = speaking(("x", 0, 8), ("y", 12, 20), ("x", 20, 23), ("y", 0, 1))

    errors = diarization_errors(truth, heard)

    # Missed 8 to 12; false alarm 20 to 23, and y beside x in the first second.
    assert (errors.missed, errors.false_alarm, errors.confusion, errors.speech) == pytest.approx((4, 4, 0, 20))
    assert errors.rate == pytest.approx(0.4)


def test_one_voice_for_two_people_is_confusion() -> None:
    errors = diarization_errors(speaking(("A", 0, 12), ("B", 12, 20)), speaking(("x", 0, 20)))

    assert (errors.missed, errors.false_alarm, errors.confusion) == pytest.approx((0, 0, 8))


def test_the_collar_leaves_out_its_seconds_on_both_sides_of_an_edge() -> None:
    truth, heard = speaking(("A", 2, 10), duration=12), speaking(("x", 1.8, 9.7))

    assert diarization_errors(truth, heard).rate == pytest.approx(0.5 / 8)
    assert diarization_errors(truth, heard, collar=0.25).rate == pytest.approx(0.05 / 7.5)
    assert diarization_errors(truth, heard, collar=0.5).rate == 0


def test_overlapped_speech_is_scored() -> None:
    errors = diarization_errors(speaking(("A", 0, 10), ("B", 5, 10)), speaking(("x", 0, 10)))

    assert (errors.missed, errors.speech) == pytest.approx((5, 15))


def test_what_cannot_be_measured_is_none_with_its_reason() -> None:
    text = from_runs([Run("good morning everybody we will meet on the 25th fine")])

    found = evaluate("meeting", TRUTH, text, Options())

    assert found.wer is not None
    assert found.wer.rate == 0
    assert (found.cpwer, found.tcpwer, found.der, found.attribution) == (None, None, None, None)
    assert any("no speakers of words in the hypothesis" in note for note in found.notes)


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(NothingToMeasure, match="share"):
        evaluate("meeting", from_runs([Run("hello")]), speaking(("x", 0, 1)), Options())


def test_totals_are_sums_not_means() -> None:
    long = evaluate("long", spoken(("a b c d e f g h", "A", 0, 8)), spoken(("a b c d e f g h", "x", 0, 8)), Options())
    short = evaluate("short", spoken(("a b", "A", 0, 2)), spoken(("a c", "x", 0, 1)), Options())

    both = total([long, short])

    assert both.wer is not None
    assert both.wer.rate == pytest.approx(0.1)
    assert both.der is not None
    assert both.der.rate == pytest.approx(0.1)


_RUNS = st.lists(
    st.tuples(st.text("abc ", min_size=1, max_size=12), st.sampled_from("AB"), st.floats(0.1, 3)),
    min_size=1,
    max_size=6,
)


@given(_RUNS)
def test_a_transcript_has_no_errors_against_itself_under_other_names(runs: list[tuple[str, str, float]]) -> None:
    clock, truth, heard = 0.0, list[Run](), list[Run]()
    for text, speaker, length in runs:
        truth.append(Run(text, speaker, clock, clock + length))
        heard.append(Run(text, {"A": "y", "B": "x"}[speaker], clock, clock + length))
        clock += length
    same = evaluate("same", from_runs(truth), from_runs(heard), Options(language="fi"))

    for errors in (same.wer, same.cpwer, same.tcpwer):
        assert errors is not None
        assert not errors.rate
    assert same.der is not None
    assert same.der.rate == pytest.approx(0)
    assert same.attribution is not None
    assert same.attribution.wrong == same.attribution.unknown == 0


def test_empty_sides_count_as_missing_or_too_much() -> None:
    nothing = spoken(("♪ ♪", "x", 0, 1))

    assert word_errors(TRUTH, nothing, ENGLISH) == WordErrors(0, 0, 10, 10)
    assert word_errors(nothing, TRUTH, ENGLISH).rate is None
    assert permuted_word_errors(TRUTH, nothing, ENGLISH).deletions == 10


def test_reading_needs_no_heavy_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, steno.evaluation.report, steno.cli.evaluate; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert not {"torch", "pandas", "scipy", "jiwer", "pyannote.metrics", "meeteval"} & set(said.split())
