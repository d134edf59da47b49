"""The vault: what is stored can be read with its key, and by nobody else; the key is made once and never replaced."""

import base64
import io
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steno.config import Settings
from steno.database.tables import Document, Job
from steno.errors import Damaged, KeyUnusable
from steno.ledger import wrapped_keys
from steno.vault import Vault
from tests.conftest import ROOT
from tests.rest import Person, Rest, make_rest
from tests.seeding import store
from worker.ffmpeg import DecodeLimits
from worker.media import probe

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
EXAMPLE = ROOT / "examples" / "meeting.opus"
SOUND = os.urandom(200_000)


def with_key(folder: Path, key: str | None, **others: object) -> Rest:
    return make_rest(folder, encryption_key=key, **others)


def files(rest: Rest) -> list[Path]:
    return [path for path in (rest.settings.data_dir / "blobs").rglob("*") if path.is_file()]


def job_of(rest: Rest, job_id: str) -> Job:
    with rest.database.reading() as session:
        return session.get_one(Job, job_id)


def _key_of(folder: Path) -> str:
    keys = Vault.of(Settings(data_dir=folder)).keys
    return keys.wrap(b"k" * 32, "blob")


def test_processes_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        wrapped = list(pool.map(_key_of, [tmp_path] * 24))

    keys = Vault.of(Settings(data_dir=tmp_path)).keys
    assert {keys.unwrap(one, "blob") for one in wrapped} == {b"k" * 32}
    assert len({one.split(".")[1] for one in wrapped}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encryption.ids", "encryption.key"]
    assert stat.S_IMODE((tmp_path / "encryption.key").stat().st_mode) == 0o600


def test_a_wrapped_key_is_of_one_blob(tmp_path: Path) -> None:
    keys = Vault.of(Settings(data_dir=tmp_path)).keys

    with pytest.raises(KeyUnusable):
        keys.unwrap(keys.wrap(b"k" * 32, "recordings/1"), "recordings/2")


@pytest.mark.parametrize("loss", ["deleted", "another"])
def test_a_lost_key_is_said_and_nothing_takes_its_place(tmp_path: Path, loss: str) -> None:
    rest = make_rest(tmp_path)
    ann = rest.person()
    job = ann.job(minutes="true")
    rest.complete(job)
    file = tmp_path / "encryption.key"
    file.unlink()
    if loss == "another":
        file.write_text(NEW)
    before = {path: path.read_bytes() for path in tmp_path.glob("encryption.*")}

    refused = [ann.submit(content="other"), ann.get(f"/jobs/{job}/transcript"), ann.get(f"/jobs/{job}/audio")]
    ready = rest.app.test_client().get("/readyz")

    assert [answer.status_code for answer in refused] == [503, 503, 503]
    assert {answer.json["code"] for answer in refused} == {"encryption-key"}
    assert (ready.status_code, ready.json["checks"]["encryption_key"]) == (503, False)
    assert {path: path.read_bytes() for path in tmp_path.glob("encryption.*")} == before
    with pytest.raises(KeyUnusable, match=r"Restore"):
        wrapped_keys.check(rest.database, rest.vault)


def test_a_service_without_its_key_does_not_start(tmp_path: Path) -> None:
    Vault.of(Settings(data_dir=tmp_path)).new_key("blob")
    (tmp_path / "encryption.key").unlink()

    own = {"STENO_DATA_DIR": str(tmp_path), "STENO_REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-m", "steno", "web"],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    assert "The key that encrypts the recordings is missing" in done.stderr.replace("\n", " ")
    assert "STENO_ENCRYPTION_KEY" in done.stderr


def test_rows_whose_key_is_lost_are_found_where_the_marks_are_lost_too(tmp_path: Path) -> None:
    rest = make_rest(tmp_path)
    rest.person().job()
    for path in tmp_path.glob("encryption.*"):
        path.unlink()

    with pytest.raises(KeyUnusable):
        wrapped_keys.check(rest.database, rest.vault)


@pytest.mark.parametrize("key", ["", "short", "A" * 43, base64.b64encode(b"x" * 31).decode(), f"{OLD},nonsense"])
def test_what_is_no_key_is_said_without_repeating_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(KeyUnusable, match="openssl rand -base64 32") as said:
        Vault.of(Settings(data_dir=tmp_path, encryption_key=key)).new_key("blob")

    assert not key or key not in str(said.value)


def test_the_operators_own_key_needs_no_file(tmp_path: Path) -> None:
    rest = with_key(tmp_path, OLD)

    rest.person().job()

    assert not (tmp_path / "encryption.key").exists()


def test_a_file_of_the_operators_is_read_and_never_made(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.key"
    vault = Vault.of(Settings(data_dir=tmp_path / "data", encryption_key_file=place))

    with pytest.raises(KeyUnusable, match=r"elsewhere\.key"):
        vault.new_key("blob")
    place.write_text(OLD + "\n")

    assert vault.new_key("blob") is not None


def test_keys_are_changed_step_by_step(tmp_path: Path) -> None:
    old = with_key(tmp_path, OLD)
    ann = old.person()
    job = ann.job(minutes="true")
    old.complete(job)
    ann("DELETE", f"/jobs/{job}/audio")
    both, new = (Vault.of(old.settings.model_copy(update=key(text))) for text in (f"{NEW},{OLD}", NEW))

    with pytest.raises(KeyUnusable):
        new.keys.check()
    changed = old.database.write(lambda session: wrapped_keys.rewrap(session, both))
    again = old.database.write(lambda session: wrapped_keys.rewrap(session, both))
    both.keys.forget()

    new.keys.check()
    assert (changed, again) == (1, 0)
    assert b"Good morning" in new.read_document(job_of(old, job), _transcript(old, job))


def key(text: str) -> dict[str, object]:
    return {"encryption_key": Settings(encryption_key=text).encryption_key}


def _transcript(rest: Rest, job: str) -> str:
    with rest.database.reading() as session:
        return session.query(Document).filter_by(job_id=job, kind="transcript").one().blob


def test_rekey_of_the_command_line(tmp_path: Path) -> None:
    rest = make_rest(tmp_path)
    job = rest.person().job()
    before = (tmp_path / "encryption.key").read_text()

    def steno(*arguments: str) -> str:
        command = [sys.executable, "-m", "steno", "admin", "rekey", *arguments]
        own = os.environ | {"STENO_DATA_DIR": str(tmp_path)}
        return subprocess.run(command, env=own, capture_output=True, text=True, check=True, timeout=60).stdout

    assert "1 keys" in steno()
    both = (tmp_path / "encryption.key").read_text().split()
    assert "0 keys" in steno("--forget")

    assert len(both) == 2 and both[1] == before.strip()
    assert (tmp_path / "encryption.key").read_text().split() == both[:1]
    with rest.vault.open_recording(job_of(rest, job)) as recording:
        assert recording.read() == b"RIFF sound"


def test_without_encryption_what_is_stored_is_plain_and_what_was_encrypted_can_be_read(tmp_path: Path) -> None:
    secret = make_rest(tmp_path)
    ann = secret.person()
    first = ann.job()
    plain = make_rest(tmp_path, encrypt=False, database=secret.database)
    there = set(files(plain))
    bob = plain.person("bob@example.org")
    second = bob.job(content="RIFF plain sound")

    [file] = set(files(plain)) - there
    assert file.read_bytes() == b"RIFF plain sound"
    with plain.vault.open_recording(job_of(plain, first)) as recording:
        assert recording.read() == b"RIFF sound"
    with secret.vault.open_recording(job_of(plain, second)) as recording:
        assert recording.read() == b"RIFF plain sound"


def test_documents_shrink_and_say_nothing(rest: Rest, ann: Person) -> None:
    job = job_of(rest, ann.job())
    content = b'{"text": "We dismiss Ms Miller", "start": 0.0, "end": 1.0},' * 5000

    blob = rest.vault.write_document(job, "transcripts", content)
    stored = rest.blobs.read(blob)

    assert rest.vault.read_document(job, blob) == content
    assert len(stored) < len(content) / 8
    assert b"Miller" not in stored


def test_a_document_in_the_place_of_another_is_noticed(rest: Rest, ann: Person) -> None:
    job = job_of(rest, ann.job())
    first, second = (rest.vault.write_document(job, "transcripts", text) for text in (b"first", b"second"))

    rest.blobs.write(second, rest.blobs.read(first))

    with pytest.raises(Damaged):
        rest.vault.read_document(job, second)


def test_a_damaged_recording_is_no_recording(rest: Rest, ann: Person) -> None:
    job = ann.job()
    path = rest.blobs.path(job_of(rest, job).blob)
    path.write_bytes(path.read_bytes()[:-1])

    answer = ann.get(f"/jobs/{job}/audio")

    assert (answer.status_code, answer.json["code"]) == (500, "damaged")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, str]:
    rest = make_rest(tmp_path_factory.mktemp("played"), rate_limit=0)
    ann = rest.person()
    answer = ann("POST", "/jobs", data={"file": (io.BytesIO(SOUND), "a.wav")})
    return ann, answer.json["id"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(0, len(SOUND) + 10),
    last=st.integers(0, len(SOUND) + 10),
    kind=st.sampled_from(["ab", "a-", "-b"]),
)
def test_ranges_are_slices_of_the_recording(played: tuple[Person, str], first: int, last: int, kind: str) -> None:
    ann, job = played
    span = {"ab": f"{first}-{last}", "a-": f"{first}-", "-b": f"-{last}"}[kind]
    wanted = {"ab": SOUND[first : last + 1], "a-": SOUND[first:], "-b": SOUND[-last:] if last else b""}[kind]

    answer = ann.get(f"/jobs/{job}/audio", Range=f"bytes={span}")

    if wanted:
        assert (answer.status_code, answer.data) == (206, wanted)
        assert answer.headers["Content-Length"] == str(len(wanted))
        assert answer.headers["Content-Range"].endswith(f"/{len(SOUND)}")
    elif kind == "ab" and last < first:  # no range at all, which is passed over (RFC 9110, 14.1.1)
        assert (answer.status_code, answer.data) == (200, SOUND)
    else:
        assert answer.status_code == 416


def test_the_whole_and_its_head_and_what_the_caller_has(played: tuple[Person, str]) -> None:
    ann, job = played

    whole, head = ann.get(f"/jobs/{job}/audio"), ann("HEAD", f"/jobs/{job}/audio")
    again = ann.get(f"/jobs/{job}/audio", If_None_Match=whole.headers["ETag"])
    other = ann.get(f"/jobs/{job}/audio", Range="bytes=5-9", If_Range='"another"')

    assert (whole.status_code, whole.data) == (200, SOUND)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(len(SOUND)), b"")
    assert head.headers["Accept-Ranges"] == "bytes"
    assert (again.status_code, again.data) == (304, b"")
    assert (other.status_code, other.data) == (200, SOUND)


def hand_in(vault: Vault, recording: bytes) -> Job:
    blob = vault.blobs.new_key("recordings")
    return Job(id="0" * 32, blob=blob, key=store(vault, blob, recording))


def test_ffmpeg_reads_a_recording_that_has_no_name(tmp_path: Path, ffmpeg: Path) -> None:
    vault, folder = Vault.of(Settings(data_dir=tmp_path)), tmp_path / "work"
    job = hand_in(vault, EXAMPLE.read_bytes())

    with vault.recording_file(job, folder) as path:
        facts = probe(path, ffmpeg=ffmpeg, limits=DecodeLimits.from_settings(Settings()))
        during = [one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()]
        name = path.name

    assert facts.container == "ogg"
    assert name == Path(job.blob).name
    assert during == []
    assert list(folder.iterdir()) == []


_DYING = """
import os, signal, sys
from pathlib import Path
from steno.config import Settings
from steno.database.tables import Job
from steno.vault import Vault
vault = Vault.of(Settings(data_dir=Path(sys.argv[1])))
with vault.recording_file(Job(id="0" * 32, blob=sys.argv[2], key=sys.argv[3]), Path(sys.argv[1]) / "work") as path:
    assert path.read_bytes() == Path(sys.argv[4]).read_bytes()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_that_is_killed_leaves_nothing_to_read(tmp_path: Path) -> None:
    job = hand_in(Vault.of(Settings(data_dir=tmp_path)), EXAMPLE.read_bytes())
    assert job.key is not None

    dying = [sys.executable, "-c", _DYING, str(tmp_path), job.blob, job.key, str(EXAMPLE)]
    died = subprocess.run(dying, cwd=ROOT, check=False, timeout=60)

    assert died.returncode == -signal.SIGKILL
    left = [path for path in (tmp_path / "work").rglob("*") if not path.is_dir()]
    assert all(path.is_symlink() and not path.exists() for path in left)
    assert not any(path.read_bytes()[:4] == b"OggS" for path in tmp_path.rglob("*") if path.is_file())


def test_workspaces_may_be_elsewhere(tmp_path: Path) -> None:
    vault = Vault.of(Settings(data_dir=tmp_path / "data", scratch_dir=tmp_path / "quick"))

    vault.blobs.workspace("0" * 32).mkdir(parents=True)

    assert vault.blobs.workspaces() == ["0" * 32]
    assert (tmp_path / "quick" / ("0" * 32)).is_dir()
