"""A transcript as server-sent events, as OpenAI's clients read them.

The text comes, segment by segment, when all of it is done: workers keep unfinished ranges to themselves. Until then
a comment every 15 seconds keeps the connection open, which no answer in one piece can do.
"""

import json
import time
from collections.abc import Iterator

from werkzeug.exceptions import ClientDisconnected

from steno.transcript import Transcript
from web.awaited import AwaitedJob, JobFailed
from web.openai_api.answers import NoSpeakers, languages, segment_id, spoken_segments
from web.openai_api.errors import body, error_of
from web.openai_api.requests import AudioRequest

_HEARTBEAT = 15.0  # seconds: proxies cut what is silent for a minute


def events(job: AwaitedJob, asked: AudioRequest) -> Iterator[str]:
    """`transcript.text.delta` and, where speakers were asked for, `transcript.text.segment`; `transcript.text.done`.

    A job that fails is an event with an error, which ends the stream.
    """
    yield ": queued\n\n"
    spoke = time.monotonic()
    try:
        for _ in job.looks():
            if time.monotonic() - spoke >= _HEARTBEAT:
                yield ": still here\n\n"
                spoke = time.monotonic()
        yield from _told(job.transcript(), asked)
    except ClientDisconnected:
        return
    except NoSpeakers as error:
        yield _event(body(error_of(JobFailed(error.code, str(error)))))
    except JobFailed as error:
        yield _event(body(error_of(error)))
    yield _event("[DONE]")


def _told(transcript: Transcript, asked: AudioRequest) -> Iterator[str]:
    speakers = spoken_segments(transcript) if asked.response_format == "diarized_json" else None
    for number, segment in enumerate(transcript.segments):
        delta = {"type": "transcript.text.delta", "delta": segment.text if number == 0 else f" {segment.text}"}
        yield _event(json.dumps(delta | ({"segment_id": segment_id(segment)} if speakers else {})))
        if speakers:
            yield _event(speakers[number].model_dump_json())
    codes = [one.model_dump() for one in languages(transcript)]
    yield _event(json.dumps({"type": "transcript.text.done", "text": transcript.text, "languages": codes}))


def _event(said: str) -> str:
    return f"data: {said}\n\n"
