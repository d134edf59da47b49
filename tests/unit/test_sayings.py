"""What the software says is found again in every language, in Python and in the pages' scripts alike."""

from pathlib import Path

import pytest

from steno import errors, sayings
from steno.errors import NoAudio
from steno.ledger.moves import NO_MINUTES
from steno.ledger.stages import DIED
from steno.sayings.sentences import SENTENCES
from steno.states import JobState
from web.translations.collecting import LANGUAGES
from worker.diagnosis import early_end, refusal
from worker.diarization.companion import DiarizationFailed
from worker.ffmpeg import Outcome
from worker.models.registry import STAND_IN_NOTICE
from worker.quality import doubts
from worker.service.steps import RecordingGone

URL = "http://10.0.0.7:8000/v1"


def test_a_whole_sentence() -> None:
    assert sayings.retold(STAND_IN_NOTICE, "sv").startswith("Gjort med den medföljande startmodellen")


def test_an_error_is_what_happened_and_the_cure() -> None:
    error = refusal(Path("kokous. 2. osa.m4a"))

    assert sayings.retold(str(error), "fi") == (
        "kokous. 2. osa.m4a ei ole tallenne vaan soittolista, komentosarja, kuva tai tekstiä. "
        "Lähetä itse ääni- tai videotiedosto."
    )


def test_a_sentence_in_a_sentence() -> None:
    kept = f"{NO_MINUTES}{URL} gave no answer in its time. Raise STENO_LLM_TIMEOUT, or run again."

    assert sayings.retold(kept, "sv") == (
        f"Det finns inget protokoll: {URL} svarade inte i tid. Höj STENO_LLM_TIMEOUT, eller kör igen."
    )


def test_the_sentence_that_says_most_is_meant() -> None:
    assert sayings.retold("the due date “Friday” was not said there", "fi") == "määräaikaa ”Friday” ei sanottu siinä"


@pytest.mark.parametrize("text", ["", "a sentence of tomorrow", "x. y. z", "{name}", "{url} cannot", ". "])
def test_what_nobody_has_translated_stays(text: str) -> None:
    assert sayings.retold(text, "fi") == text


@pytest.mark.parametrize("language", ["en", "nl", ""])
def test_other_languages_get_english(language: str) -> None:
    assert sayings.retold(STAND_IN_NOTICE, language) == STAND_IN_NOTICE
    assert sayings.told("no-audio", "what the program said", language) == "what the program said"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_has_a_sentence_where_the_words_are_not_known(language: str) -> None:
    told = sayings.told("no-audio", "words of another version", language)

    assert told == sayings.retold(SENTENCES[NoAudio.code], language) != SENTENCES[NoAudio.code]


@pytest.mark.parametrize("language", sayings.LANGUAGES)
def test_values_are_never_read_as_places(language: str) -> None:
    kept = "{rate} {x} <b> gave no answer in its time. Raise STENO_LLM_TIMEOUT, or run again."

    told = sayings.retold(kept, language)

    assert "{rate} {x} <b>" in told != kept


@pytest.mark.parametrize("language", sayings.LANGUAGES)
@pytest.mark.parametrize("times", [150, 100_000])
def test_sentences_without_end_are_no_trouble(times: int, language: str) -> None:
    hostile = ("x was not said there. " * times).strip()

    assert sayings.retold(hostile, language) == hostile


@pytest.mark.parametrize("language", sayings.LANGUAGES)
@pytest.mark.parametrize(
    "notice",
    [
        early_end(Outcome(status=1, said="", timed_out=False), seconds=40.0, expected=90.0),
        early_end(Outcome(status=0, said="", timed_out=False), seconds=40.0, expected=90.0),
        "The diarizing process ended (-6): Aborted. Run `steno doctor`, or use --no-diarize.",
        "Telling speakers apart failed (RuntimeError: a. b.). Run `steno doctor`, or report this.",
    ],
)
def test_what_a_transcript_lacks_is_said_in_the_language_of_documents(notice: str, language: str) -> None:
    told = sayings.retold(notice, language)

    assert not set(notice.split()) & set(told.split()) & {"The", "early:", "ended", "apart", "failed", "Run", "or"}


def test_every_kind_of_failure_has_a_sentence() -> None:
    kinds = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.StenoError)}

    assert kinds - {errors.StenoError.code} <= set(SENTENCES)
    assert {DIED, RecordingGone.code, DiarizationFailed.code} <= set(SENTENCES)


def test_states_of_jobs_are_words() -> None:
    for state in JobState:
        assert sayings.retold(str(state), "fi") != state


@pytest.mark.parametrize("language", sayings.LANGUAGES)
def test_doubts_are_known(language: str) -> None:
    from steno.transcript import Segment

    segment = Segment(id=0, start=0.0, end=0.4, text="aivan liian nopeasti puhuttu lause on tässä")

    for doubt in doubts(segment, ()):
        assert sayings.retold(doubt.reason, language) != doubt.reason
