"""Nothing is lost: workers, Redis and the web server are killed while sixty jobs run; each completes once."""

import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.service import Service
from worker.pipeline import Line

EXAMPLE = ROOT / "examples" / "meeting.opus"
JOBS, KILLS = 60, 15


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
    undisturbed = {clip.name: [one.text for one in starter_line.run(clip).segments] for clip in clips}
    chance = random.Random(7)
    with Service(tmp_path / "data") as service:
        ids: dict[str, Path] = {}
        done = threading.Event()

        def hand_in() -> None:
            for number in range(JOBS):
                clip = clips[number % len(clips)]
                fields = {"language": "en", "notify_email": f"person{number}@example.org"}
                ids[service.submit(clip, key=f"job-{number}", **fields)] = clip
            done.set()

        handing = threading.Thread(target=hand_in)
        handing.start()
        kills: Counter[str] = Counter()
        while kills["gpu-worker"] + kills["worker"] < KILLS:
            time.sleep(chance.uniform(0.5, 4.0))
            name = chance.choice(["gpu-worker", "gpu-worker", "worker"])
            kills[name] += service.kill(name)
            if sum(kills.values()) in {5, 10}:
                kills["redis"] += service.kill("redis")
                if kills["redis"] == 2:  # and this time it forgets
                    shutil.rmtree(tmp_path / "data" / "redis", ignore_errors=True)
            if sum(kills.values()) == 8:
                kills["web"] += service.kill("web")
        handing.join()
        assert done.is_set()

        jobs = service.wait(ids, 300)

        assert Counter(job["state"] for job in jobs) == {"completed": JOBS}
        assert len(ids) == JOBS
        service.until(lambda: len(service.sink.mails) >= JOBS, 60, "all mails are there")
        for job_id, clip in ids.items():
            transcript = service.request("GET", f"/api/v1/jobs/{job_id}/transcript.json").json()
            assert [segment["text"] for segment in transcript["segments"]] == undisturbed[clip.name]
        time.sleep(3)  # a second mail would come by now
        assert Counter(Counter(mail["To"] for mail in service.sink.mails).values()) == {1: JOBS}
        assert kills["redis"] >= 2 and kills["web"] >= 1
