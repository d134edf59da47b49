"""Transcripts, minutes and recordings by the REST API: formats, revisions, corrections, ranges."""

import io
import json

import pytest
from docx import Document

from steno.exports import formats
from steno.exports.minutes import minutes_formats
from steno.transcript import Transcript
from tests.rest import Person, Rest


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    done = ann.job(minutes="true", name="Kokous äö \U0001f600.wav")
    rest.complete(done)
    return done


@pytest.mark.parametrize("suffix", formats())
def test_a_transcript_comes_in_every_format(ann: Person, job: str, suffix: str) -> None:
    answer = ann.get(f"/jobs/{job}/transcript.{suffix}")

    assert answer.status_code == 200
    assert len(answer.data) > 20
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert f"Kokous%20%C3%A4%C3%B6%20%F0%9F%98%80.{suffix.lower()}" in answer.headers["Content-Disposition"].replace(
        "TextGrid", "textgrid"
    )


@pytest.mark.parametrize("suffix", minutes_formats())
def test_minutes_come_in_every_format(ann: Person, job: str, suffix: str) -> None:
    answer = ann.get(f"/jobs/{job}/minutes.{suffix}")

    assert answer.status_code == 200
    assert f".minutes.{suffix}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("text/vtt", "text/vtt"),
        ("text/vtt;q=0.1, application/x-subrip", "application/x-subrip"),
        ("*/*", "application/json"),
    ],
)
def test_the_accept_header_chooses_the_format(ann: Person, job: str, accept: str, kind: str) -> None:
    answer = ann.get(f"/jobs/{job}/transcript", Accept=accept)

    assert answer.mimetype == kind
    assert "Accept" in answer.headers["Vary"]


def test_unknown_formats_are_refused(ann: Person, job: str) -> None:
    assert ann.get(f"/jobs/{job}/transcript", Accept="image/png").status_code == 406
    assert ann.get(f"/jobs/{job}/transcript.exe").json["code"] == "unknown-format"
    assert ann.get(f"/jobs/{job}/minutes.srt").json["code"] == "unknown-format"


def test_what_is_not_there_yet_is_not_found(ann: Person) -> None:
    waiting = ann.job(content="other")

    for what in ("transcript", "minutes", "transcript.srt"):
        answer = ann.get(f"/jobs/{waiting}/{what}")
        assert (answer.status_code, answer.json["code"]) == (404, "not-there-yet")


def test_subtitles_keep_the_limits_that_are_asked_for(ann: Person, job: str) -> None:
    wide, narrow = ann.get(f"/jobs/{job}/transcript.srt"), ann.get(f"/jobs/{job}/transcript.srt?max_chars=12")

    assert max(map(len, wide.text.splitlines())) > 12 + len("[Bo & Co] ")
    assert narrow.headers["ETag"] != wide.headers["ETag"]
    assert ann.get(f"/jobs/{job}/transcript.srt?max_chars=1").status_code == 422


def test_corrections_make_a_new_revision(ann: Person, job: str) -> None:
    edits = {
        "segments": [{"segment": 1, "text": "Who takes good care of it?", "speaker": "S0"}],
        "speakers": [{"id": "S0", "name": " Anna\u202e Åberg "}],
    }

    answer = ann("PATCH", f"/jobs/{job}/transcript", json=edits)

    assert (answer.status_code, answer.headers["Steno-Revision"]) == (200, "2")
    new = Transcript.model_validate_json(answer.data)
    old = Transcript.model_validate_json(ann.get(f"/jobs/{job}/transcript?revision=1").data)
    assert [one.name for one in new.speakers] == ["Anna Åberg", "Bo & Co"]
    assert new.segments[1].speaker == "S0"
    assert [word.text for word in new.segments[1].words] == "Who takes good care of it?".split()
    assert new.segments[1].words[-1] == old.segments[1].words[-1].model_copy(update={"speaker": "S0"})
    assert new.segments[1].marks == ()
    assert new.segments[0] == old.segments[0]
    assert ann.get(f"/jobs/{job}/transcript").headers["Steno-Revision"] == "2"


@pytest.mark.parametrize(
    "edits",
    [
        {"segments": [{"segment": 99, "text": "x"}]},
        {"segments": [{"segment": 0, "speaker": "S9"}]},
        {"segments": [{"segment": "0", "text": "x"}]},
        {"speakers": [{"id": "S0", "name": "\u202e"}]},
        {"speakers": [{"id": "S 0", "name": "x"}]},
        {"words": []},
    ],
)
def test_corrections_that_make_no_sense_change_nothing(ann: Person, job: str, edits: dict[str, object]) -> None:
    answer = ann("PATCH", f"/jobs/{job}/transcript", json=edits)

    assert answer.status_code == 422
    assert ann.get(f"/jobs/{job}/transcript").headers["Steno-Revision"] == "1"


def test_two_people_do_not_overwrite_each_other(ann: Person, job: str) -> None:
    tag = ann.get(f"/jobs/{job}/transcript").headers["ETag"]
    edit = {"segments": [{"segment": 0, "text": "Good evening."}]}

    first = ann("PATCH", f"/jobs/{job}/transcript", json=edit, headers={"If-Match": tag})
    second = ann("PATCH", f"/jobs/{job}/transcript", json=edit, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)


def test_the_first_revision_is_restored(ann: Person, job: str) -> None:
    machine = ann.get(f"/jobs/{job}/transcript").json
    ann("PATCH", f"/jobs/{job}/transcript", json={"segments": [{"segment": 0, "text": "Nonsense."}]})

    answer = ann("POST", f"/jobs/{job}/transcript/restore", json={"revision": 1})

    # But for the count of segments, which goes on: what was deleted meanwhile lends its id to nobody.
    assert (answer.json | {"next_segment": 0}, answer.headers["Steno-Revision"]) == (machine, "3")
    assert ann("POST", f"/jobs/{job}/transcript/restore", json={"revision": 9}).status_code == 404


def test_a_transcript_that_did_not_change_is_not_sent_again(ann: Person, job: str) -> None:
    tag = ann.get(f"/jobs/{job}/transcript.srt").headers["ETag"]

    assert ann.get(f"/jobs/{job}/transcript.srt", If_None_Match=tag).status_code == 304
    assert ann.get(f"/jobs/{job}/transcript.srt", If_None_Match=f'W/{tag}, "other"').status_code == 304
    assert ann.get(f"/jobs/{job}/transcript.srt", If_None_Match="*").status_code == 304
    assert ann.get(f"/jobs/{job}/transcript.vtt", If_None_Match=tag).status_code == 200


def test_hostile_words_stay_words(rest: Rest, ann: Person, job: str) -> None:
    text = '<script>alert(1)</script> =cmd|x "&amp;'
    ann("PATCH", f"/jobs/{job}/transcript", json={"segments": [{"segment": 0, "text": text}]})

    assert "<script>" not in ann.get(f"/jobs/{job}/transcript.vtt").text
    word = Document(io.BytesIO(ann.get(f"/jobs/{job}/transcript.docx").data))
    assert any("<script>" in paragraph.text for paragraph in word.paragraphs)


def test_the_recording_is_played_in_ranges(ann: Person, job: str) -> None:
    whole = ann.get(f"/jobs/{job}/audio")
    part = ann.get(f"/jobs/{job}/audio", Range="bytes=5-8")
    end = ann.get(f"/jobs/{job}/audio", Range="bytes=-3")
    beyond = ann.get(f"/jobs/{job}/audio", Range="bytes=50-60")

    assert (whole.data, whole.mimetype, whole.headers["Accept-Ranges"]) == (b"RIFF sound", "audio/x-wav", "bytes")
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"soun", "bytes 5-8/10")
    assert end.data == b"und"
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10")
    assert ann.get(f"/jobs/{job}/audio", If_None_Match=whole.headers["ETag"]).status_code == 304


@pytest.mark.parametrize("asked", ["items=0-3", "bytes=abc", "bytes=5-2", "bytes=0-1,4-5", "seconds=1-2"])
def test_a_range_that_is_not_understood_is_passed_over(ann: Person, job: str, asked: str) -> None:
    answer = ann.get(f"/jobs/{job}/audio", Range=asked)

    assert (answer.status_code, answer.data) == (200, b"RIFF sound")


def test_the_head_of_a_recording_is_that_of_the_whole(ann: Person, job: str) -> None:
    answer = ann("HEAD", f"/jobs/{job}/audio", headers={"Range": "bytes=0-3"})

    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "10")
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize("name", ["page.html", "x.svg", "x.pdf", "noname", 'a";\r\nX: y.wav'])
def test_a_recording_is_never_taken_for_a_page(ann: Person, name: str) -> None:
    upload = ann.job(content=name, name=name)

    answer = ann.get(f"/jobs/{upload}/audio?download=true")

    assert answer.mimetype in {"application/octet-stream", "audio/x-wav"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "X" not in answer.headers


def test_the_waveform_is_there_with_the_transcript(ann: Person, job: str) -> None:
    answer = ann.get(f"/jobs/{job}/waveform")

    assert answer.json == {"duration": 60.0, "peaks": [0.0, 0.5, 1.0]}
    assert ann.get(f"/jobs/{job}/waveform", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert ann.get(f"/jobs/{job}").json["links"]["waveform"] == f"/api/v1/jobs/{job}/waveform"
    assert ann.get(f"/jobs/{ann.job(content='new')}/waveform").json["code"] == "not-there-yet"


def test_a_recording_that_is_gone_is_said_to_be(rest: Rest, ann: Person, job: str) -> None:
    for path in (rest.settings.data_dir / "blobs/recordings").rglob("*/*"):
        path.unlink()

    assert ann.get(f"/jobs/{job}/audio").status_code == 410


def test_json_is_the_transcript_itself(ann: Person, job: str) -> None:
    read = json.loads(ann.get(f"/jobs/{job}/transcript").data)

    assert Transcript.model_validate_json(json.dumps(read)).segments[0].text == "Good morning, everyone."
