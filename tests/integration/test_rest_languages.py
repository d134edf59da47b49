"""Transcripts and minutes by the REST API with headings in the language of their reader."""

import io
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.rest import Person, Rest, make_rest
from tests.seeding import long_transcript, minutes_of, seed

CALLED = {"en": "Speaker 1", "de": "Person 1", "fi": "Puhuja 1", "sv": "Talare 1"}
HEADING = {"en": "## Action items", "de": "## Aufgaben", "fi": "## Tehtävät", "sv": "## Uppgifter"}


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return make_rest(tmp_path)


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    finnish = long_transcript(300, hours=0.03).model_copy(update={"language": "fi"})
    return seed(rest.settings, finnish, recording=b"RIFF", minutes=minutes_of(finnish), user="ann@example.org")


def test_the_documents_own_language_is_that_of_its_headings(ann: Person, job: str) -> None:
    assert CALLED["fi"] in ann.get(f"/jobs/{job}/transcript.srt").text
    assert HEADING["fi"] in ann.get(f"/jobs/{job}/minutes.md").text


@pytest.mark.parametrize("language", CALLED)
def test_another_language_is_chosen(ann: Person, job: str, language: str) -> None:
    assert CALLED[language] in ann.get(f"/jobs/{job}/transcript.srt?language={language}&max_chars=40").text
    assert HEADING[language] in ann.get(f"/jobs/{job}/minutes.md?language={language}").text
    chosen = ann.get(f"/jobs/{job}/minutes?language={language}&revision=1", Accept="text/markdown")
    assert HEADING[language] in chosen.text


@pytest.mark.parametrize("what", ["transcript.srt", "minutes.md"])
def test_each_language_has_its_own_tag(ann: Person, job: str, what: str) -> None:
    tags = {language: ann.get(f"/jobs/{job}/{what}?language={language}").headers["ETag"] for language in CALLED}

    assert len(set(tags.values())) == len(CALLED)
    assert ann.get(f"/jobs/{job}/{what}?language=sv", If_None_Match=tags["sv"]).status_code == 304
    assert ann.get(f"/jobs/{job}/{what}?language=sv", If_None_Match=tags["en"]).status_code == 200


@pytest.mark.parametrize("what", ["transcript.srt", "transcript.json", "minutes.md", "archive.zip"])
@pytest.mark.parametrize("language", ["nl", "", "FI", "..%2Ffi", "%00"])
def test_a_language_that_is_not_known_is_refused(ann: Person, job: str, what: str, language: str) -> None:
    answer = ann.get(f"/jobs/{job}/{what}?language={language}")

    assert answer.status_code == 422
    assert "'en', 'de', 'fi' or 'sv'" in answer.text


@pytest.mark.parametrize("what", ["transcript.json", "transcript.rttm", "transcript.csv", "minutes.json"])
def test_what_programs_read_stays(ann: Person, job: str, what: str) -> None:
    assert ann.get(f"/jobs/{job}/{what}?language=sv").data == ann.get(f"/jobs/{job}/{what}").data


def test_archives_are_in_the_language_that_is_chosen(ann: Person, job: str) -> None:
    for address in (f"/jobs/{job}/archive.zip?", f"/archive.zip?jobs={job}&"):
        for asked, language in (("", "fi"), ("&language=sv", "sv")):
            answer = ann.get(f"{address}formats=txt{asked}")
            archive = zipfile.ZipFile(io.BytesIO(answer.data))
            texts = [archive.read(name).decode() for name in archive.namelist()]
            assert len(texts) == 2
            assert all(CALLED[language] in text for text in texts)


def test_a_link_shows_the_language_that_is_chosen(rest: Rest, ann: Person, job: str) -> None:
    stranger: FlaskClient = rest.app.test_client()
    url = ann("POST", f"/jobs/{job}/shares", json={}).json["url"]
    link = "/shared/" + url.rsplit("/", 1)[1]

    assert CALLED["fi"] in stranger.get(f"{link}/transcript.txt").text
    assert CALLED["sv"] in stranger.get(f"{link}/transcript.txt?language=sv").text
    assert HEADING["sv"] in stranger.get(f"{link}/minutes.md?language=sv").text
    assert stranger.get(f"{link}/minutes.md?language=nl").status_code == 422
