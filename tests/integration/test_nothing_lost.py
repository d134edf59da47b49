"""Nothing is lost: workers, Redis and the web server are killed while jobs run; each completes once."""

import random
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.postgres import Postgres
from tests.service import Service
from worker.pipeline import Line

EXAMPLE = ROOT / "examples" / "meeting.opus"


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Path) -> list[Path]:
    """Six clips of about ten seconds."""
    folder = tmp_path_factory.mktemp("clips")
    made = []
    for number in range(6):
        clip = folder / f"clip-{number}.wav"
        cut = ["-ss", str(number * 8), "-t", "10", "-i", str(EXAMPLE), "-ac", "1", "-ar", "16000", str(clip)]
        subprocess.run([str(ffmpeg), "-nostdin", "-loglevel", "error", *cut], check=True)
        made.append(clip)
    return made


def test_sixty_jobs_survive_kills_of_everything(clips: list[Path], tmp_path: Path, starter_line: Line) -> None:
    _survive(Service(tmp_path / "data"), clips, starter_line, jobs=60, kills=15, forgetting=2)


def test_twenty_jobs_in_postgresql_survive_kills_of_everything(
    clips: list[Path], tmp_path: Path, starter_line: Line, postgres: Postgres
) -> None:
    service = Service(tmp_path / "data", STENO_DATABASE_URL=postgres.database())

    _survive(service, clips, starter_line, jobs=20, kills=6, forgetting=1)

    assert not (tmp_path / "data" / "steno.sqlite").exists()


def _survive(service: Service, clips: list[Path], line: Line, *, jobs: int, kills: int, forgetting: int) -> None:
    """Hand in so many jobs while workers are killed so often, web once, Redis after every fourth kill, at least so
    often as `forgetting` says: it keeps nothing.
    """
    undisturbed = {clip.name: [one.text for one in line.run(clip).segments] for clip in clips}
    chance = random.Random(7)
    with service:
        ids: dict[str, Path] = {}
        handing = threading.Thread(target=_hand_in, args=(service, clips, jobs, ids))
        handing.start()
        killed: Counter[str] = Counter()
        while killed["gpu-worker"] + killed["worker"] < kills:
            time.sleep(chance.uniform(0.5, 4.0))
            name = chance.choice(["gpu-worker", "gpu-worker", "worker"])
            killed[name] += service.kill(name)
            workers = killed["gpu-worker"] + killed["worker"]
            if killed["redis"] < min(2, workers // 4) and service.kill("redis"):
                killed["redis"] += 1
            if killed["web"] == 0 and workers >= 5:
                killed["web"] += service.kill("web")
        handing.join()

        ended = service.wait(ids, 300)

        assert [job["error"] for job in ended if job["state"] != "completed"] == []
        assert len(ids) == jobs
        service.until(lambda: len(service.sink.mails) >= jobs, "all mails are there")
        for job_id, clip in ids.items():
            transcript = service.request("GET", f"/api/v1/jobs/{job_id}/transcript.json").json()
            assert [segment["text"] for segment in transcript["segments"]] == undisturbed[clip.name]
        time.sleep(3)  # a second mail would come by now
        assert Counter(Counter(mail["To"] for mail in service.sink.mails).values()) == {1: jobs}
        assert killed["redis"] >= forgetting
        assert killed["web"] == 1


def _hand_in(service: Service, clips: list[Path], jobs: int, ids: dict[str, Path]) -> None:
    for number in range(jobs):
        clip = clips[number % len(clips)]
        fields = {"language": "en", "notify_email": f"person{number}@example.org"}
        ids[service.submit(clip, key=f"job-{number}", **fields)] = clip
