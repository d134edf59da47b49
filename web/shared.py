"""What a link shows to anybody who has it: one job, to read and to hear, until the link ends.

Whatever is wrong with a link, the answer is the same. Nothing here is indexed or kept by browsers and proxies.
"""

from datetime import date

from flask import Flask, Response, make_response, render_template, request
from pydantic import BaseModel

from steno.database.tables import Share
from steno.ledger import jobs, shares
from steno.transcript import Transcript
from web.api.audio import AudioQuery, recording_of
from web.api.documents import MINUTES, TRANSCRIPT, WAVEFORM, Found, chosen_format, load, offered
from web.api.minutes import MinutesLook, minutes_as
from web.api.transcripts import TranscriptLook, transcript_as
from web.api.views import Moment, moment
from web.api.waveforms import waveform_of
from web.auth import public
from web.contract import json_answer
from web.contract.operations import read_query
from web.lasting import of_link
from web.openings import note
from web.problems import NotThereYet, TooManyRequests
from web.services import services

_AT = "/shared/<secret>"


class SharedJob(BaseModel):
    """What a stranger may know of a job."""

    name: str
    duration: float
    language: str
    recorded: date | None
    speakers: list[str]
    notices: list[str]
    with_audio: bool
    with_minutes: bool
    expires: Moment | None


def register(app: Flask) -> None:
    """Serve what links lead to."""
    app.add_url_rule(_AT, "shared.page", show)
    app.add_url_rule(f"{_AT}/job.json", "shared.job", show_job)
    app.add_url_rule(f"{_AT}/transcript.<suffix>", "shared.transcript", show_transcript)
    app.add_url_rule(f"{_AT}/minutes.<suffix>", "shared.minutes", show_minutes)
    app.add_url_rule(f"{_AT}/waveform", "shared.waveform", show_waveform)
    app.add_url_rule(f"{_AT}/audio", "shared.audio", play)

    @app.after_request
    def close(answer: Response) -> Response:
        if request.path.startswith("/shared/"):
            answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            answer.headers["Cache-Control"] = "no-store"
        return answer


@public
def show(secret: str) -> Response:
    """The page."""
    followed = _Followed(secret)
    share = followed.share
    view = followed.view()
    followed.note("share")
    if request.method == "GET":
        services().database.write(lambda session: shares.count(session, share.id))
    boot = {
        "base": f"/shared/{secret}",
        "formats": offered(),
        "audio": view.with_audio,
        "minutes": view.with_minutes,
        "expires": view.expires.isoformat() if view.expires else None,
    }
    return make_response(render_template("shared.html", name=view.name, notices=view.notices, boot=boot))


@public
def show_job(secret: str) -> Response:
    """What there is to know of the job."""
    followed = _Followed(secret)
    view = followed.view()
    followed.note("share")
    return json_answer(view)


@public
def show_transcript(secret: str, suffix: str) -> Response:
    """The transcript in a format."""
    followed = _Followed(secret)
    look = read_query(TranscriptLook)
    name = chosen_format(TRANSCRIPT, suffix)
    return transcript_as(followed.opened(TRANSCRIPT), name, look.options, attach=True, seen_by=_without_settings)


@public
def show_minutes(secret: str, suffix: str) -> Response:
    """The minutes in a format, where they are shared."""
    followed = _Followed(secret)
    if not followed.share.with_minutes:
        raise _nothing()
    look = read_query(MinutesLook)
    return minutes_as(followed.opened(MINUTES), chosen_format(MINUTES, suffix), look.options, attach=True)


@public
def show_waveform(secret: str) -> Response:
    """How loud the recording is, where it is shared."""
    followed = _Followed(secret)
    if not followed.share.with_audio:
        raise _nothing()
    return waveform_of(followed.opened(WAVEFORM))


@public
def play(secret: str) -> Response:
    """The recording, whole or in ranges, where it is shared."""
    followed = _Followed(secret)
    if not followed.share.with_audio:
        raise _nothing()
    query = read_query(AudioQuery)
    followed.note("audio")
    return recording_of(followed.share.job, of_link(followed.share), attach=query.download)


class _Followed:
    """A link that was followed, and its job. Raises UnknownShare."""

    def __init__(self, secret: str) -> None:
        here, address = services(), request.remote_addr or ""
        try:
            with here.database.reading() as session:
                self.held = shares.rule(session, here.settings)
                self.share: Share = shares.followed(session, secret, self.held)
        except shares.UnknownShare:
            # Only who guesses is slowed down: many people may follow one link from one address.
            _limited(here.strangers.wait(address))
            raise
        _limited(here.requests.wait(f"{self.share.id} {address}"))

    def note(self, what: str) -> None:
        """Write down that it was opened by this link."""
        note(self.share.job, what, share_id=self.share.id)

    def opened(self, kind: str) -> Found:
        """The latest document of a kind, which somebody reads now. Raises NotThereYet."""
        found = self.found(kind)
        self.note(kind)
        return found

    def found(self, kind: str) -> Found:
        """The latest document of a kind. Raises NotThereYet."""
        with services().database.reading() as session:
            document = jobs.document(session, self.share.job, kind)
        if document is None:
            raise _nothing()
        return Found(self.share.job, document)

    def view(self) -> SharedJob:
        """What a stranger may know. Raises NotThereYet while there is no transcript."""
        transcript = load(self.found(TRANSCRIPT), Transcript)
        with services().database.reading() as session:
            has_minutes = jobs.document(session, self.share.job, MINUTES) is not None
        return SharedJob(
            name=self.share.job.name,
            duration=transcript.duration,
            language=transcript.language,
            recorded=transcript.provenance.recorded,
            speakers=[one.name for one in transcript.speakers],
            notices=list(transcript.provenance.notices),
            with_audio=self.share.with_audio,
            with_minutes=self.share.with_minutes and has_minutes,
            expires=moment(shares.ends(self.share, self.held)),
        )


def _without_settings(transcript: Transcript) -> Transcript:
    """Hot words and prompt are their owner's."""
    return transcript.model_copy(update={"provenance": transcript.provenance.model_copy(update={"settings": {}})})


def _limited(wait: float) -> None:
    if wait > 0:
        raise TooManyRequests(wait)


def _nothing() -> NotThereYet:
    return NotThereYet("This is not shared, or not there yet", "Ask whoever gave you the link.")
