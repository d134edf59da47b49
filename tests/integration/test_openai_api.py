"""OpenAI's audio API at the real service, asked by OpenAI's own library as it comes."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import requests
import srt
import webvtt
from openai import OpenAI
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.ledger import accounts
from tests.conftest import ROOT
from tests.media_factory import ffmpeg
from tests.rest import Person, make_rest
from tests.service import Service
from tests.unit.exports.transcripts import small
from web.openai_api.answers import NoSpeakers, spoken_segments

SAID = "Good morning David, this is the weekly meeting of project Aurora. Good morning Anna, nice to see you."
EXAMPLES = re.findall(r"```(python|bash)\n(.*?)```", (ROOT / "docs" / "openai.md").read_text(encoding="utf-8"), re.S)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), STENO_MODEL="starter") as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> OpenAI:
    return OpenAI(base_url=f"{service.url}/v1", api_key=service.token)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first two sentences of the example meeting, by two people."""
    path = tmp_path_factory.mktemp("recording") / "meeting.opus"
    ffmpeg("-i", str(ROOT / "examples" / "meeting.opus"), "-t", "7.8", "-c", "copy", str(path))
    return path


@pytest.fixture
def ask(client: OpenAI, recording: Path) -> Callable[..., Any]:
    """Ask for a transcript of the recording."""
    return lambda **wanted: client.audio.transcriptions.create(file=recording, **{"model": "whisper-1"} | wanted)


def kept(service: Service) -> list[str]:
    """Ids of the jobs that are there."""
    return [job["id"] for job in service.request("GET", "/api/v1/jobs").json()["jobs"]]


def stranger(service: Service, *scopes: str) -> str:
    """A token of somebody else."""

    def add(session: Session) -> str:
        user = accounts.add_user(session, f"{'-'.join(scopes) or 'bob'}@example.org")
        return accounts.issue_token(session, user, "test", scopes=scopes or accounts.SCOPES)[1]

    database = Database.of(Settings(data_dir=service.data))
    try:
        return database.write(add)
    finally:
        database.dispose()


def test_json_is_the_text_and_nothing_is_kept(service: Service, ask: Callable[..., Any]) -> None:
    answer = ask(language="en", prompt="A meeting.", temperature=0.2)

    assert answer.text == SAID
    assert answer.usage.seconds == pytest.approx(7.8, abs=0.1)
    assert [language.code for language in answer.languages] == ["en"]
    assert kept(service) == []
    assert not [blob for blob in (service.data / "blobs").rglob("*") if blob.is_file()]


def test_text_srt_and_vtt_are_texts(ask: Callable[..., Any]) -> None:
    text, subtitles, captions = (ask(response_format=name) for name in ("text", "srt", "vtt"))

    assert text == f"{SAID}\n"
    assert " ".join(" ".join(cue.content.split()) for cue in srt.parse(subtitles)) == SAID
    assert " ".join(" ".join(cue.text.split()) for cue in webvtt.from_string(captions)) == SAID


def test_verbose_json_has_segments_by_default(ask: Callable[..., Any]) -> None:
    answer = ask(response_format="verbose_json")

    assert (answer.language, answer.text, answer.words) == ("english", SAID, None)
    assert " ".join(segment.text for segment in answer.segments) == SAID
    for segment in answer.segments:
        assert 0 <= segment.start < segment.end <= answer.duration
        assert -1 < segment.avg_logprob <= 0
        assert 0 < segment.compression_ratio < 2.4


@pytest.mark.parametrize("wanted", [["word"], ["word", "segment"]])
def test_verbose_json_has_words_where_they_are_asked_for(ask: Callable[..., Any], wanted: list[str]) -> None:
    answer = ask(response_format="verbose_json", timestamp_granularities=wanted)

    assert " ".join(word.word for word in answer.words) == SAID
    assert [word.start for word in answer.words] == sorted(word.start for word in answer.words)
    assert (answer.segments is not None) == ("segment" in wanted)


def test_diarized_json_says_who_speaks(ask: Callable[..., Any]) -> None:
    answer = ask(model="starter", response_format="diarized_json", extra_body={"chunking_strategy": "auto"})

    assert [segment.speaker for segment in answer.segments] == ["A", "B"]
    assert " ".join(segment.text for segment in answer.segments) == answer.text == SAID


def test_a_stream_brings_deltas_and_the_whole(service: Service, ask: Callable[..., Any]) -> None:
    *deltas, done = ask(stream=True)

    assert {event.type for event in deltas} == {"transcript.text.delta"}
    assert (done.type, done.text) == ("transcript.text.done", SAID)
    assert "".join(event.delta for event in deltas) == SAID
    service.until(lambda: kept(service) == [], "nothing is kept")


def test_a_stream_with_speakers_brings_segments(ask: Callable[..., Any]) -> None:
    events = list(ask(model="starter", response_format="diarized_json", stream=True))

    segments = {event.id: event for event in events if event.type == "transcript.text.segment"}
    assert [segment.speaker for segment in segments.values()] == ["A", "B"]
    assert [event.segment_id for event in events if event.type == "transcript.text.delta"] == list(segments)
    assert events[-1].text == SAID


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_a_model_that_cannot_translate_says_so(client: OpenAI, recording: Path) -> None:
    with pytest.raises(openai.BadRequestError, match="starter cannot translate") as told:
        client.audio.translations.create(model="starter", file=recording, response_format="verbose_json")

    assert (told.value.type, told.value.param) == ("invalid_request_error", "model")


def test_models_are_listed_and_found(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]

    assert {"whisper-1", "auto", "starter", "large-v3-turbo"} <= set(names)
    assert {client.models.retrieve(name).object for name in names} == {"model"}
    assert client.models.retrieve("gpt-4o-transcribe").id == "gpt-4o-transcribe"
    with pytest.raises(openai.NotFoundError, match="Known: whisper-1"):
        client.models.retrieve("whisper-9")


@pytest.mark.parametrize(
    "fields",
    [
        {"language": ""},  # as from a form that was not filled in
        {"model": "whisper-1", "language": "en-US", "response_format": "json", "temperature": "0.2"},
        {"model": "gpt-4o-mini-transcribe", "language": "auto"},
    ],
)
def test_what_other_programs_send_works_as_it_comes(service: Service, recording: Path, fields: dict[str, str]) -> None:
    # From a microphone in a browser: another name than the content has, and of a length that nobody knows beforehand.
    form = requests.Request("POST", "http://any", files={"file": ("audio.webm", recording.read_bytes())}, data=fields)
    sent = form.prepare()

    answer = service.request(
        "POST",
        "/v1/audio/transcriptions",
        data=iter([sent.body]),
        headers={"Content-Type": sent.headers["Content-Type"]},
    )

    assert answer.ok, answer.text
    assert "Aurora" in answer.json()["text"]


def test_a_wrong_key_is_refused_also_with_a_large_file(client: OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as told:
        client.with_options(api_key="sk-wrong").audio.transcriptions.create(model="auto", file=bytes(12_000_000))

    assert told.value.code == "invalid_api_key"


@pytest.mark.parametrize(
    ("wanted", "error", "param", "code"),
    [
        ({"model": "whisper-9"}, openai.NotFoundError, "model", "model_not_found"),
        ({"model": "../etc"}, openai.BadRequestError, "model", "invalid-request"),
        ({"language": "klingonese"}, openai.BadRequestError, "language", "invalid-request"),
        ({"language": "fi", "model": "starter"}, openai.BadRequestError, "model", "unknown-language"),
        ({"file": ("a.wav", b"no recording")}, openai.BadRequestError, "file", "unreadable-media"),
        ({"file": ("a.wav", b"")}, openai.BadRequestError, "file", "empty-recording"),
        ({"response_format": "docx"}, openai.BadRequestError, "response_format", "invalid-request"),
        ({"response_format": "srt", "stream": True}, openai.BadRequestError, "stream", "invalid-request"),
        ({"temperature": 7}, openai.BadRequestError, "temperature", "invalid-request"),
        ({"include": ["logprobs"]}, openai.BadRequestError, "include", "invalid-request"),
        ({"known_speaker_names": ["Ann"]}, openai.BadRequestError, "known_speaker_names", "invalid-request"),
    ],
)
def test_errors_are_those_of_openai(
    service: Service, client: OpenAI, recording: Path, wanted: Any, error: type[openai.APIStatusError], param: str,
    code: str,
) -> None:  # fmt: skip
    with pytest.raises(error) as told:
        client.audio.transcriptions.create(**{"model": "auto", "file": recording} | wanted)

    assert (told.value.param, told.value.code, told.value.type) == (param, code, "invalid_request_error")
    assert told.value.body["message"].endswith((".", "en"))  # the cure
    assert kept(service) == []


def test_a_failure_within_a_stream_is_raised(ask: Callable[..., Any], client: OpenAI) -> None:
    with pytest.raises(openai.APIError, match="no audio or video") as told:
        list(client.audio.transcriptions.create(model="auto", file=("a.wav", b"no recording"), stream=True))

    assert told.value.code == "unreadable-media"


def test_a_kept_job_is_its_owners(service: Service, client: OpenAI, recording: Path) -> None:
    raw = client.audio.transcriptions.with_raw_response
    job = raw.create(model="auto", file=recording, extra_headers={"Steno-Keep": "true"}).headers["Steno-Job"]
    other = {"Authorization": f"Bearer {stranger(service)}"}

    assert service.request("GET", f"/api/v1/jobs/{job}/transcript.txt").ok
    assert service.request("GET", f"/api/v1/jobs/{job}", headers=other).status_code == 404
    assert service.request("DELETE", f"/api/v1/jobs/{job}").ok


def test_anothers_token_works_within_its_scopes(service: Service, client: OpenAI, recording: Path) -> None:
    reader, writer = (client.with_options(api_key=stranger(service, scope)) for scope in ("jobs:read", "jobs:write"))

    assert reader.models.list().data
    for limited in (reader, writer):
        with pytest.raises(openai.PermissionDeniedError):
            limited.audio.transcriptions.create(model="auto", file=recording)


def test_who_goes_away_ends_the_job(service: Service, client: OpenAI) -> None:
    meeting = ROOT / "examples" / "meeting.opus"

    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.3, max_retries=0).audio.transcriptions.create(model="starter", file=meeting)
    with client.audio.transcriptions.create(model="starter", file=meeting, stream=True):
        begun = len(kept(service))

    assert begun >= 1
    service.until(lambda: kept(service) == [], "both jobs are gone")


@pytest.mark.parametrize(("language", "example"), EXAMPLES)
def test_the_examples_work_as_they_are_written(
    service: Service, recording: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    language: str, example: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(recording.parent)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", service.token)

    if language == "python":
        exec(example, {})
    else:
        subprocess.run(["bash", "-c", example], check=True)

    assert {"morning", "David,", "Aurora."} <= set(capfd.readouterr().out.split())


def test_the_language_is_detected_and_nothing_kept(service: Service, recording: Path) -> None:
    def detect(content: bytes, **fields: str) -> Any:
        file = {"file": (recording.name, content)}
        return service.request("POST", "/api/v1/detect-language", files=file, data=fields)

    heard, wrong, late = (
        detect(recording.read_bytes(), model="starter"),
        detect(b"no recording"),
        detect(recording.read_bytes(), start="60"),
    )

    assert heard.json() == {"language": "en", "language_probability": None, "model": "starter"}
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unreadable-media")
    assert (late.status_code, late.json()["code"]) == (422, "invalid-option")
    assert kept(service) == []


def send(person: Person, content: bytes = b"sound", **fields: str) -> Any:
    form = {"file": (io.BytesIO(content), "a.wav"), "model": "auto", **fields}
    return person.client.post(
        "/v1/audio/transcriptions", data=form, headers={"Authorization": f"Bearer {person.token}"}
    )


def test_limits_are_those_of_the_service(tmp_path: Path) -> None:
    large, quota = (
        send(make_rest(tmp_path / name, **limit).person(), bytes(2000))
        for name, limit in [("large", {"max_upload": 1000}), ("quota", {"quota": 1000})]
    )
    rest = make_rest(tmp_path / "rate", rate_limit=6)
    person = rest.person()
    send(person, file="")
    slowed = send(person)

    assert [(one.status_code, one.json["error"]["code"]) for one in (large, quota, slowed)] == [
        (413, "too-large"), (413, "quota-exceeded"), (429, "rate_limit_exceeded"),
    ]  # fmt: skip
    assert slowed.json["error"]["type"] == "rate_limit_error"
    assert int(slowed.headers["Retry-After"]) >= 1


def test_only_so_many_wait_at_once(tmp_path: Path) -> None:
    rest = make_rest(tmp_path)
    places = rest.app.extensions["steno"].waiting
    while places.acquire(blocking=False):
        pass

    answer = send(rest.person())

    assert (answer.status_code, answer.json["error"]["type"]) == (429, "rate_limit_error")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("PUT", "/v1/models", 405)])
def test_what_is_not_there_is_an_error_of_openai_too(tmp_path: Path, method: str, path: str, status: int) -> None:
    answer = make_rest(tmp_path).app.test_client().open(path, method=method)

    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert set(answer.json["error"]) == {"message", "type", "param", "code"}


def test_speakers_are_not_made_up() -> None:
    transcript = small()
    alone = transcript.model_copy(update={"provenance": transcript.provenance.model_copy(update={"diarization": None})})

    with pytest.raises(NoSpeakers, match="could not be told apart"):
        spoken_segments(alone)
