"""Ten hours of talk: every segment is read, questions and memory stay within what docs/minutes.md promises."""

import json
import os
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from steno.config import Settings
from steno.evaluation.golden import read_golden
from steno.jobs import MinutesOptions
from steno.minutes import Minutes
from steno.transcript import Segment
from tests.conftest import ROOT
from tests.endpoint import Asked, Endpoint, serving
from worker.summarization.summarizing import summarize

HOURS = 10
GOLDEN = Path(__file__).parent.parent / "golden"
MOST_MEMORY = 400 * 2**20  # bytes
SAYING_ITS_PEAK = """
import atexit
from tests.memory import own_peak
atexit.register(lambda: print(own_peak()))
from steno.cli import main
main()
"""
MEETINGS = ("product-meeting", "research-group", "customer-call")


@pytest.fixture(scope="module")
def ten_hours():
    """English golden meetings in turn, every sentence with a number of its own."""
    meetings = [read_golden(GOLDEN / f"{name}.txt").transcript for name in MEETINGS]
    segments: list[Segment] = []
    begin, rounds = 0.0, 0
    for meeting in cycle(meetings):
        for segment in meeting.segments:
            number = len(segments)
            segments.append(
                segment.model_copy(
                    update={
                        "id": number,
                        "start": round(begin + segment.start, 3),
                        "end": round(begin + segment.end, 3),
                        "text": segment.text.replace(".", f" in matter {rounds}."),
                    }
                )
            )
        begin, rounds = segments[-1].end + 1, rounds + 1
        if begin > HOURS * 3600:
            break
    speakers = {speaker.id: speaker for meeting in meetings for speaker in meeting.speakers}
    update = {"segments": tuple(segments), "duration": segments[-1].end, "speakers": tuple(speakers.values())}
    return meetings[0].model_copy(update=update)


def clerk(asked: Asked) -> dict:
    """A model that notes every tenth line, and every 'I'll' as an action item."""
    shown = asked.lines
    if not asked.extracting:
        first = [{"text": words, "lines": [number]} for number, (_, words) in list(shown.items())[:12]]
        return {"title": first[0]["text"][:80], "summary": first, "subjects": []}
    every_tenth = [{"text": words, "lines": [number]} for number, (_, words) in shown.items() if number % 10 == 0]
    promised = [
        {"task": words, "owner": speaker, "due": None, "due_date": None, "lines": [number]}
        for number, (speaker, words) in shown.items()
        if "I'll" in words
    ]
    numbers = sorted(shown)
    return {
        "points": every_tenth,
        "subjects": [{"title": f"From {numbers[0]}", "first_line": numbers[0], "last_line": numbers[-1]}],
        "decisions": [],
        "open_questions": [],
        "action_items": promised,
    }


def test_every_segment_is_read_with_a_bounded_number_of_questions(ten_hours, tmp_path):
    with serving(Endpoint(clerk)) as endpoint:
        minutes = summarize(ten_hours, MinutesOptions(), Settings(data_dir=tmp_path, llm_url=endpoint.url))

    account = minutes.provenance.account
    read = {number for asked in endpoint.asked if asked.extracting for number in asked.lines}
    assert read == {segment.id for segment in ten_hours.segments}
    assert len(endpoint.asked) <= 2 * account.windows + 10
    assert account.by_rules == 0
    assert len(minutes.topics) <= 40
    assert 0 < len(minutes.summary) <= 12


def test_a_model_that_never_answers_well_is_not_asked_for_ever(ten_hours, tmp_path):
    with serving(Endpoint(clerk, always="prose")) as endpoint:
        minutes = summarize(ten_hours, MinutesOptions(), Settings(data_dir=tmp_path, llm_url=endpoint.url))

    assert minutes.provenance.method == "extractive"
    assert len(endpoint.asked) <= 4 * minutes.provenance.account.windows + 10


@pytest.mark.parametrize("by_model", [True, False], ids=["language model", "rules"])
def test_memory_stays_bounded(ten_hours, tmp_path, by_model):
    transcript = tmp_path / "long.json"
    transcript.write_text(ten_hours.model_dump_json())
    with serving(Endpoint(clerk)) as endpoint:
        environment = os.environ | {"STENO_DATA_DIR": str(tmp_path / "data")}
        environment |= {"STENO_LLM_URL": endpoint.url} if by_model else {}
        command = [
            sys.executable,
            "-c",
            SAYING_ITS_PEAK,
            "minutes",
            str(transcript),
            "--format",
            "json",
        ]
        child = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, cwd=ROOT)

    made = Minutes.model_validate(json.loads((tmp_path / "long.minutes.json").read_bytes()))
    assert made.action_items
    assert int(child.stdout) < MOST_MEMORY
