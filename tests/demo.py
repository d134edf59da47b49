"""`make demo`: a meeting through the front door of the real service, on free ports, with a mail server of our own.

Uploads over REST, shows the progress, prints transcript, minutes and the mail that came, saves every format.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from steno.exports import formats, get
from steno.exports.minutes import get_minutes_format, minutes_formats
from tests.conftest import ROOT
from tests.service import ENDED, Service

MEETING = ROOT / "examples" / "meeting.opus"
OUTPUT = ROOT / "demo-output"


def main() -> int:
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="steno-demo-") as data, Service(Path(data), STENO_DIARIZE="1") as service:
        print(f"steno up: {service.url}")
        options = {"diarize": "true", "minutes": "true", "recorded": "2026-03-02", "notify_email": "anna@example.org"}
        job_id = service.submit(MEETING, **options)
        print(f"POST /api/v1/jobs {MEETING.name}: job {job_id}")
        if not follow(service, job_id):
            print("".join(service.said[-40:]), file=sys.stderr)
            return 1
        save(service, job_id)
        for name in ("meeting.txt", "meeting.minutes.txt"):
            print(f"\n===== {name} =====\n" + (OUTPUT / name).read_text(encoding="utf-8"))
        service.until(lambda: bool(service.sink.mails), "the mail comes")
        mail = service.sink.mails[0]
        body = mail.get_payload(0) if mail.is_multipart() else mail
        print(f"===== mail =====\nTo: {mail['To']}\nSubject: {mail['Subject']}\n")
        print(body.get_payload(decode=True).decode())  # type: ignore[union-attr]
        print("Every format is in demo-output/:", ", ".join(sorted(path.name for path in OUTPUT.iterdir())))
    return 0


def follow(service: Service, job_id: str) -> bool:
    """Show how far the job is until it ends; whether it completed."""
    shown = ""
    while True:
        job = service.job(job_id)
        line = ", ".join(f"{stage['stage']} {stage['state']}" for stage in job["stages"])
        if line != shown:
            print(f"  {job['state']}: {line}")
            shown = line
        if job["state"] in ENDED:
            if job["state"] != "completed":
                print(json.dumps(job, indent=1), file=sys.stderr)
            return bool(job["state"] == "completed")
        time.sleep(0.3)


def save(service: Service, job_id: str) -> None:
    """Every format of both, as the API gives it."""
    suffixes = [("transcript", name, get(name).suffix) for name in formats()]
    suffixes += [("minutes", name, get_minutes_format(name).suffix) for name in minutes_formats()]
    for kind, name, suffix in suffixes:
        answer = service.request("GET", f"/api/v1/jobs/{job_id}/{kind}.{name}")
        answer.raise_for_status()
        (OUTPUT / f"meeting.{suffix}").write_bytes(answer.content)


if __name__ == "__main__":
    sys.exit(main())
