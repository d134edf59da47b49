"""From what was heard to the transcript: words with their speakers, segments, and where it all came from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain

from steno import __version__
from steno.jobs import Task
from steno.sayings.marking import said
from steno.transcript import Provenance, Segment, SpeakerTurn, Transcript, Uncovered
from worker.assembly import segments
from worker.attribution import attribute, mark_overlaps, speaker_id, speaker_turns, speakers
from worker.diarization.models import PipelineSource
from worker.diarization.result import Diarization, Turn
from worker.models import ModelSource
from worker.preparation import Plan
from worker.recognition import RecognisedChunk, RecognisedWord

_CHANNELS = "channels"


@dataclass(frozen=True)
class Heard:
    """What the stages found in a recording, or in one `channel` of it; without `diarization`, why there is none."""

    chunks: tuple[RecognisedChunk, ...]
    plan: Plan
    diarization: Diarization | None = None
    no_speakers: str | None = None
    channel: int | None = None


@dataclass(frozen=True)
class Origin:
    """What the transcript says of where it comes from; `settings` are the options that shaped it."""

    name: str
    sha256: str
    language: str
    language_probability: float | None
    task: Task
    settings: dict[str, str]
    recorded: date | None = None


def draft(parts: Sequence[Heard], origin: Origin, model: ModelSource, pipeline: PipelineSource | None) -> Transcript:
    """The transcript of a recording: of its one part, or of its channels, each of which is a speaker."""
    found = [_Voices.of(part) for part in parts]
    spoken = sorted(chain.from_iterable(one.segments for one in found), key=lambda segment: segment.start)
    uncovered = sorted(chain.from_iterable(one.uncovered for one in found), key=lambda hole: hole.start)
    turns = sorted(chain.from_iterable(one.turns for one in found), key=lambda turn: turn.start)
    separate = parts[0].channel is not None
    diarized = parts[0].diarization is not None
    plan = parts[0].plan
    notices = [model.notice, plan.notice, parts[0].no_speakers if not diarized and not separate else None]
    if diarized and pipeline is not None:
        notices.append(pipeline.notice)
    if not spoken:
        notices.append(said("Nobody was heard to speak in this recording."))
    return Transcript(
        language=origin.language,
        language_probability=origin.language_probability,
        task=origin.task,
        duration=round(plan.start + plan.duration, 3),
        speakers=speakers(turn.speaker for turn in turns),
        segments=tuple(segment.model_copy(update={"id": number}) for number, segment in enumerate(spoken)),
        turns=tuple(turns),
        uncovered=tuple(uncovered),
        provenance=Provenance(
            steno_version=__version__,
            model=model.name,
            model_revision=model.revision,
            diarization=_CHANNELS if separate else pipeline.name if diarized and pipeline else None,
            diarization_revision=pipeline.revision if diarized and pipeline and not separate else None,
            settings=origin.settings,
            recording_name=origin.name,
            recording_sha256=origin.sha256,
            recorded=origin.recorded,
            created=datetime.now(UTC).replace(microsecond=0),
            notices=tuple(notice for notice in notices if notice),
        ),
    )


@dataclass(frozen=True)
class _Voices:
    """Segments, holes and turns of one part."""

    segments: list[Segment]
    uncovered: list[Uncovered]
    turns: tuple[SpeakerTurn, ...]

    @classmethod
    def of(cls, part: Heard) -> "_Voices":
        offset = part.plan.start
        if part.channel is not None:
            return cls._channel(part, part.channel, offset)
        if part.diarization is None:
            return cls(*segments(part.chunks, offset=offset), ())
        exclusive = [_later(turn, offset) for turn in part.diarization.exclusive]
        turns = speaker_turns(part.diarization.turns, offset=offset)
        spoken, uncovered = segments(part.chunks, offset=offset, label=lambda words: attribute(words, exclusive))
        return cls(mark_overlaps(spoken, turns), uncovered, turns)

    @classmethod
    def _channel(cls, part: Heard, channel: int, offset: float) -> "_Voices":
        """All of a channel is one speaker, whose turns are where voice was found."""

        def label(words: Sequence[RecognisedWord]) -> list[RecognisedWord]:
            return [replace(word, speaker=speaker_id(channel)) for word in words]

        spoken, uncovered = segments(part.chunks, offset=offset, label=label)
        voiced = [
            Turn(start=span.start, end=span.end, speaker=channel) for chunk in part.chunks for span in chunk.speech
        ]
        return cls(spoken, uncovered, speaker_turns(voiced, offset=offset))


def _later(turn: Turn, seconds: float) -> Turn:
    return turn.model_copy(update={"start": turn.start + seconds, "end": turn.end + seconds})
