"""Screenshots of every page for the user guide: `make screenshots` writes them to docs/screenshots.

A real service with the golden meetings as its jobs; light and dark, wide and narrow.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.clock import DAY, now
from steno.database.tables import JobEnding, new_id
from steno.evaluation.golden import read_golden
from steno.jobs import MinutesOptions
from steno.ledger.accounts import find_user
from steno.transcript import Mark, MarkKind, Segment, Transcript, Uncovered, Word
from tests.browser import Visit, chromium
from tests.conftest import ROOT
from tests.e2e.conftest import set_password
from tests.seeding import loudness, seed, tone
from tests.service import Service
from worker.summarization.summarizing import summarize

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
_GOLDEN = Path(__file__).parent / "golden"
_WIDTHS = {"wide": (1280, 800), "narrow": (390, 844)}


def meeting(name: str, recording: str) -> Transcript:
    """A golden meeting with words that have times, and some that the machine is not sure of."""
    chance = Random(1)
    found = read_golden(_GOLDEN / f"{name}.txt").transcript
    segments = []
    for one in found.segments:
        texts = one.text.split()
        step = (one.end - one.start) / max(1, len(texts))
        words = tuple(
            Word(
                start=one.start + place * step,
                end=one.start + (place + 0.9) * step,
                text=text,
                probability=round(min(1.0, chance.betavariate(9, 1)), 2),
                speaker=one.speaker,
            )
            for place, text in enumerate(texts)
        )
        marks = (Mark(kind=MarkKind.SUSPECT, reason="its words are unsure"),) if one.id == 9 else ()
        segments.append(Segment(**(one.model_dump() | {"words": words, "marks": marks, "confidence": 0.9})))
    gap = Uncovered(start=found.segments[20].end, end=found.segments[20].end + 0.4, reason="no words were recognised")
    provenance = found.provenance.model_copy(update={"recording_name": recording, "recorded": date(2026, 3, 2)})
    return found.model_copy(update={"segments": tuple(segments), "uncovered": (gap,), "provenance": provenance})


def main() -> None:
    """Take them all; names on the command line take only those."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as place, Service(Path(place) / "data", STENO_MINUTES="1") as service:
        set_password(service, "admin")
        settings = Settings(data_dir=service.data)
        recording = tone(Path(place) / "tone.wav", 600).read_bytes()
        for name, file, tags in _MEETINGS:
            transcript = meeting(name, file)
            made = summarize(transcript, MinutesOptions(), settings)
            job_id = seed(settings, transcript, recording=recording, minutes=made, waveform=loudness(transcript))
            service.request("PATCH", f"/api/v1/jobs/{job_id}", json={"tags": tags})
        used(settings)
        shared = service.request("POST", f"/api/v1/jobs/{job_id}/shares", json={"label": "The group"}).json()["url"]
        with chromium() as browser:
            for size, (width, height) in _WIDTHS.items():
                for scheme in ("light", "dark"):
                    visit = Visit(browser, service.url, width=width, height=height, color_scheme=scheme)
                    for shot in _SHOTS:
                        if not wanted or shot.name in wanted:
                            shot.take(visit, {"job": job_id, "shared": shared.rsplit("/", 1)[1]}, f"{size}-{scheme}")
                    visit.close()


def used(settings: Settings) -> None:
    """Four months of use, for the charts: working days more than weekends."""
    chance, database = Random(3), Database.of(settings)

    def add(session: Session) -> None:
        today = float(session.scalar(select(now())) or 0.0)
        user = find_user(session, "admin")
        for ago in range(120):
            at = today - ago * DAY
            working = int(at // DAY + 3) % 7 < 5
            for _ in range(chance.randint(4, 18) if working else chance.randint(0, 4)):
                failed, seconds = chance.random() < 0.03, chance.uniform(600, 5400)
                session.add(
                    JobEnding(
                        at=at,
                        day=int(at // DAY),
                        user_id=user.id,
                        job_id=new_id(),
                        state="failed" if failed else "completed",
                        error_code="unreadable-media" if failed else None,
                        seconds=0.0 if failed else seconds,
                        waited=chance.expovariate(1 / 20),
                        worked=seconds / chance.uniform(30, 60),
                    )
                )

    database.write(add)
    database.dispose()


@dataclass(frozen=True)
class Shot:
    """A page, what is done on it before, and what must be there."""

    name: str
    address: str
    sees: str
    act: Callable[[Page], None] = lambda page: None
    signed_in: bool = True

    def take(self, visit: Visit, places: Mapping[str, str], ending: str) -> None:
        """Go there as a person does, and keep what is seen."""
        signed_in = any(cookie["name"].endswith("session") for cookie in visit.context.cookies())
        if self.signed_in and not signed_in:
            visit.sign_in()
        visit.page.goto(self.address.format(**places))
        expect(visit.page.locator(self.sees).first).to_be_visible()
        self.act(visit.page)
        picture = Image.open(io.BytesIO(visit.page.screenshot(animations="disabled")))
        # Pages have few colours: a palette halves the file and nobody sees it.
        picture.convert("RGB").quantize(128).save(FOLDER / f"{self.name}-{ending}.png", optimize=True)


def _files(page: Page) -> None:
    page.locator("#files").set_input_files([ROOT / "examples" / "meeting.opus"])
    page.get_by_text("More options").click()


def _search(page: Page) -> None:
    page.get_by_role("searchbox").fill("workshop")
    expect(page.locator("mark").first).to_be_visible()


def _minutes(page: Page) -> None:
    page.get_by_role("tab", name="Minutes").click()
    expect(page.get_by_role("heading", name="Action items")).to_be_visible()
    page.get_by_role("button", name="Evidence at").nth(6).click()
    page.get_by_role("tab", name="Minutes").click()


def _edit(page: Page) -> None:
    page.locator(".segment").nth(6).dblclick()


def _dialog(button: str) -> Callable[[Page], None]:
    def open_it(page: Page) -> None:
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return open_it


_MEETINGS = (
    ("customer-call", "Customer call.m4a", ["sales"]),
    ("product-meeting", "Product meeting.mp3", ["product", "weekly"]),
    ("research-group", "Research group, Monday.wav", ["group", "weekly"]),
)
_SHOTS = (
    Shot("sign-in", "/sign-in", "h1", signed_in=False),
    Shot("shared", "/shared/{shared}", ".segment", signed_in=False),
    Shot("start", "/", "#latest .job"),
    Shot("start-options", "/", "#latest .job", _files),
    Shot("jobs", "/jobs", ".job"),
    Shot("search", "/jobs", ".job", _search),
    Shot("job", "/jobs/{job}", ".segment"),
    Shot("job-minutes", "/jobs/{job}", ".segment", _minutes),
    Shot("job-edit", "/jobs/{job}", ".segment", _edit),
    Shot("job-download", "/jobs/{job}", ".segment", _dialog("Download")),
    Shot("job-share", "/jobs/{job}", ".segment", _dialog("Share")),
    Shot("account", "/account", "h1"),
    Shot("account-sign-in", "/account/security", "h1"),
    Shot("account-tokens", "/account/tokens", "h1"),
    Shot("account-data", "/account/data", "h1"),
    Shot("admin", "/admin", "h1"),
    Shot("admin-usage", "/admin/usage", "svg"),
    Shot("admin-users", "/admin/users", "h1"),
    Shot("admin-jobs", "/admin/jobs", "h1"),
    Shot("admin-retention", "/admin/retention", "h1"),
    Shot("admin-sharing", "/admin/sharing", "h1"),
    Shot("admin-connections", "/admin/connections", "h1"),
    Shot("admin-announcement", "/admin/announcement", "h1"),
    Shot("admin-audit", "/admin/audit", "h1"),
)

if __name__ == "__main__":
    main()
