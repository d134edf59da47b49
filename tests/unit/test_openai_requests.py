"""What programs made for OpenAI ask for, and what a job makes of it."""

import pytest
from werkzeug.datastructures import MultiDict

from steno.config import Settings
from steno.errors import UnknownModel
from steno.jobs import TranscriptionOptions
from web.openai_api.requests import AudioRequest, read


def options(**fields: str) -> TranscriptionOptions:
    return read(AudioRequest, MultiDict(fields)).options("transcribe", Settings(model="medium"))


@pytest.mark.parametrize(
    ("asked", "model"),
    [
        ("", "medium"),
        ("auto", "medium"),
        ("whisper", "medium"),
        ("whisper-1", "medium"),
        ("gpt-transcribe", "medium"),
        ("gpt-4o-transcribe", "medium"),
        ("gpt-4o-mini-transcribe-2025-12-15", "medium"),
        ("gpt-4o-transcribe-diarize", "medium"),
        ("small", "small"),
        ("whisper-large-v3-turbo", "large-v3-turbo"),
        ("openai/whisper-small", "openai/whisper-small"),
    ],
)
def test_a_model_is_understood_under_the_names_that_others_give_it(asked: str, model: str) -> None:
    assert options(model=asked).model == model


@pytest.mark.parametrize("asked", ["whisper-9", "gpt-4o", "tts-1", "whisper-auto-1"])
def test_what_is_no_model_for_speech_is_refused(asked: str) -> None:
    with pytest.raises(UnknownModel, match="Known: whisper-1"):
        options(model=asked)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("zh-Hans", "zh"),
        ("English", "en"),
        ("haitian creole", "ht"),
        ("haw", "haw"),
        ("auto", None),
        ("", None),
    ],
)
def test_a_language_is_understood_as_programs_say_it(said: str, code: str | None) -> None:
    assert options(language=said).language == code
    assert options(languages=said).language == code
