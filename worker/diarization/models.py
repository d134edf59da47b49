"""Names of diarization pipelines, and the directory each one lies in on this machine."""

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from steno.config import Settings
from steno.errors import ModelUnavailable, UnknownModel
from steno.sayings.marking import said
from worker.models.hub import snapshot

STARTER = "starter"
COMMUNITY = "pyannote/speaker-diarization-community-1"
KNOWN_PIPELINES: dict[str, str] = {"community-1": COMMUNITY}
_STARTER_DIR = Path(__file__).parents[1] / "models" / "diarization_starter"
_FILES = ["config.yaml", "*.bin", "*.npz", "*.safetensors"]
STAND_IN_NOTICE = said(
    "Speakers were told apart by the bundled starter pipeline, which only knows clear synthetic voices: "
    "a demonstration, not to rely on."
)


@dataclass(frozen=True)
class PipelineSource:
    """A diarization pipeline that lies ready on this machine."""

    name: str
    path: Path
    revision: str
    notice: str | None = None  # what every reader of its transcripts must be told

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def installed() -> bool:
    """Whether the extra `diarization` is here, without importing any of it."""
    try:
        return all(importlib.util.find_spec(name) is not None for name in ("torch", "pyannote.audio"))
    except ModuleNotFoundError:  # not even the namespace `pyannote`
        return False


def resolve_pipeline(name: str, settings: Settings) -> PipelineSource:
    """The directory of a pipeline: name, Hugging Face id or directory; downloaded on first use.

    `auto` is pyannote's community-1, which needs its conditions accepted and HF_TOKEN set once; where it can neither be
    found nor downloaded, the bundled starter stands in and says so. Raises UnknownModel and ModelUnavailable.
    """
    if name == "auto":
        try:
            return resolve_pipeline(COMMUNITY, settings)
        except (ModelUnavailable, UnknownModel) as missing:
            return _starter(said(f"{STAND_IN_NOTICE} ({missing.message}.)"))
    if name == STARTER:
        return _starter(STAND_IN_NOTICE)
    directory = Path(name).expanduser()
    if directory.is_dir():
        if not (directory / "config.yaml").is_file():
            raise UnknownModel(
                f"The directory {name} holds no diarization pipeline",
                "It needs the config.yaml of a pyannote pipeline.",
            )
        own = directory.resolve() == _STARTER_DIR.resolve()
        return PipelineSource(
            directory.resolve().name, directory, _fingerprint(directory), STAND_IN_NOTICE if own else None
        )
    repository = _repository(name)
    path = _snapshot(repository, settings, download=False)
    if path is None and settings.offline:
        raise ModelUnavailable(f"The pipeline {name} is not on this machine and STENO_OFFLINE is set", _cure(name))
    path = path or _snapshot(repository, settings, download=True)
    if path is None:
        raise UnknownModel(f"{repository} holds no diarization pipeline", "Choose a repository that has config.yaml.")
    return PipelineSource(repository, path, path.name)


def pull_pipeline(name: str, settings: Settings) -> PipelineSource:
    """Download a pipeline now, or bring it up to date."""
    if name in (STARTER, "auto") or Path(name).expanduser().is_dir():
        return resolve_pipeline(name, settings)
    path = _snapshot(_repository(name), settings, download=True)
    if path is None:
        raise UnknownModel(f"{name} holds no diarization pipeline", "Choose a repository that has config.yaml.")
    return PipelineSource(_repository(name), path, path.name)


def available_pipelines(settings: Settings) -> list[tuple[str, PipelineSource | None]]:
    """Every known name, with its source where it lies on this machine."""
    found: list[tuple[str, PipelineSource | None]] = [(STARTER, _starter(STAND_IN_NOTICE))]
    for name, repository in KNOWN_PIPELINES.items():
        path = _snapshot(repository, settings, download=False)
        found.append((name, PipelineSource(repository, path, path.name) if path else None))
    return found


def is_pipeline(name: str) -> bool:
    """Whether a name for `steno models` means a diarization pipeline rather than a speech model."""
    return name in KNOWN_PIPELINES or "diarization" in name or (Path(name).expanduser() / "config.yaml").is_file()


def _starter(notice: str) -> PipelineSource:
    return PipelineSource(STARTER, _STARTER_DIR, _fingerprint(_STARTER_DIR), notice)


def _repository(name: str) -> str:
    if name in KNOWN_PIPELINES:
        return KNOWN_PIPELINES[name]
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", name):
        return name
    raise UnknownModel(
        f"No diarization pipeline is called '{name}'",
        f"Known: auto, {STARTER}, {', '.join(KNOWN_PIPELINES)}; or a Hugging Face id (owner/name), or a directory.",
    )


def _snapshot(repository: str, settings: Settings, *, download: bool) -> Path | None:
    return snapshot(repository, settings, download=download, files=_FILES, needed="config.yaml", cure=_cure(repository))


def _fingerprint(directory: Path) -> str:
    """SHA-256 of the pipeline's files, names and contents."""
    digest = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.suffix in {".yaml", ".bin", ".npz"}):
        digest.update(f"{file.relative_to(directory)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _cure(name: str) -> str:
    return said(
        f"With a network, run `steno models pull {name}`; without, copy its folder here and set "
        f"STENO_DIARIZATION_MODEL to the path; STENO_DIARIZATION_MODEL={STARTER} tries the bundled one."
    )
