"""Whether rules on top of the nearest turn would help: words mended and broken, on the held-out meetings."""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from steno.config import Settings
from steno.evaluation.reading import read
from steno.evaluation.report import Options, evaluate, total
from steno.evaluation.spoken import Run, Spoken, from_runs, from_transcript
from steno.jobs import TranscriptionOptions
from steno.transcript import Transcript, Word
from tests.conftest import RECORDINGS

Speakers = list[str | None]


def as_they_are(words: Sequence[Word]) -> Speakers:
    return [word.speaker for word in words]


def lone_words(words: Sequence[Word]) -> Speakers:
    """A word between two of one other speaker goes to that one."""
    given = as_they_are(words)
    for number in range(1, len(given) - 1):
        if given[number - 1] == given[number + 1] is not None:
            given[number] = given[number - 1]
    return given


def whole_sentences(words: Sequence[Word]) -> Speakers:
    """All words up to a full stop go to whoever says most of them."""
    given: Speakers = []
    begin = 0
    for number, word in enumerate(words):
        if word.text.endswith((".", "?", "!")) or number == len(words) - 1:
            sentence = [one.speaker for one in words[begin : number + 1]]
            known = Counter(speaker for speaker in sentence if speaker is not None)
            most = known.most_common(1)[0][0] if known else None
            given += [most] * len(sentence)
            begin = number + 1
    return given


RULES: dict[str, Callable[[Sequence[Word]], Speakers]] = {
    "the nearest turn alone": as_they_are,
    "and a lone word goes with its neighbours": lone_words,
    "and a sentence goes to who says most of it": whole_sentences,
}


def attribution(output: Path, pairs: int) -> list[str]:
    del output, pairs
    from worker.loading import load_line

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), device="cpu")
        line = load_line(TranscriptionOptions(model="starter", language="en"), settings)
        meetings = sorted((RECORDINGS / "speakers").glob("*.opus"))
        heard = {meeting: line.run(meeting) for meeting in meetings}
        line.close()
    rows = ["| 24 held-out meetings | words by the right speaker | cpWER | DER |", "|---|---|---|---|"]
    for label, rule in RULES.items():
        every = total(
            [
                evaluate(meeting.stem, read(meeting.with_suffix(".json")), _spoken(found, rule), Options("en"))
                for meeting, found in heard.items()
            ]
        )
        assert every.attribution is not None
        assert every.cpwer is not None
        assert every.der is not None
        rows.append(f"| {label} | {every.attribution.accuracy:.1%} | {every.cpwer.rate:.1%} | {every.der.rate:.1%} |")
    return rows


def _spoken(transcript: Transcript, rule: Callable[[Sequence[Word]], Speakers]) -> Spoken:
    words = list(transcript.words())
    spoken = from_runs(
        Run(word.text, speaker, word.start, word.end) for word, speaker in zip(words, rule(words), strict=True)
    )
    return replace(spoken, turns=from_transcript(transcript).turns, duration=transcript.duration)
