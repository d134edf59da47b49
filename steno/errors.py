"""What can go wrong, said to the person: a message, the cure, and a stable code.

Stages raise these; the edge (command line, API, page, mail) renders them. A traceback is never an answer to bad input.
"""

from typing import ClassVar


class StenoError(Exception):
    """Base of every error a person is meant to read. `str(error)` is one line: what happened, and the cure."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message, cure)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return " ".join(f"{self.message}. {self.cure}".split())


class UnreadableMedia(StenoError):
    """The recording cannot be decoded: no media file, damaged, or of a kind that is refused."""

    code = "unreadable-media"


class NoAudio(StenoError):
    """The recording has no audio track, or a track of zero length."""

    code = "no-audio"


class RecordingTooLong(StenoError):
    """The recording is longer than the configured maximum."""

    code = "recording-too-long"


class DecodingLimit(StenoError):
    """Decoding needed more time, memory or space than is allowed: damaged or hostile media."""

    code = "decoding-limit"


class MissingProgram(StenoError):
    """A program or an optional part of Steno is not installed."""

    code = "missing-program"


class UnknownModel(StenoError):
    """No model of this name, or a directory that holds none."""

    code = "unknown-model"


class ModelUnavailable(StenoError):
    """The model is known, but neither on this machine nor to be downloaded now."""

    code = "model-unavailable"


class UnknownLanguage(StenoError):
    """A language that Whisper, or the chosen model, does not know."""

    code = "unknown-language"


class RecordingBusy(StenoError):
    """The same recording is being worked on with the same options."""

    code = "recording-busy"


class InvalidOption(StenoError):
    """An option or setting whose value makes no sense."""

    code = "invalid-option"


class StorageFull(StenoError):
    """No space left where scratch files or results are written."""

    code = "storage-full"


class StorageDenied(StenoError):
    """A file or folder that may not be read or written."""

    code = "storage-denied"


class EngineFailure(StenoError):
    """The speech engine failed: out of memory, driver trouble, a model that does not fit."""

    code = "engine-failure"


class EndpointUnusable(StenoError):
    """The language model's endpoint cannot be reached, refuses the key, or has no such model."""

    code = "endpoint-unusable"


class AnswerFailed(StenoError):
    """The language model gave no usable answer to a question in its time."""

    code = "answer-failed"


class KeyUnusable(StenoError):
    """The key that encrypts what is stored is missing, is another one, or is no key."""

    code = "encryption-key"


class Damaged(StenoError):
    """What is stored is not what was stored: cut, changed, or moved to another place."""

    code = "damaged"


class DatabaseUnusable(StenoError):
    """The database is there and cannot be used: no rights, damaged, or made by a later version."""

    code = "database-unusable"


class DatabaseAway(DatabaseUnusable):
    """The database does not answer, yet or any more."""

    code = "database-away"
