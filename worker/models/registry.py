"""Model names, and the directory each one lies in on this machine."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from steno.config import Settings
from steno.errors import InvalidOption, ModelUnavailable, UnknownModel
from steno.model_names import KNOWN_MODELS, NAMES, STARTER
from steno.sayings.marking import said
from worker.models.hub import snapshot

_STARTER_DIR = Path(__file__).parent / "starter"
_FILES = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]
STAND_IN_NOTICE = said(
    "Made with the bundled starter model, which only understands clear synthetic English: "
    "a demonstration, not a transcript to rely on."
)


@dataclass(frozen=True)
class ModelSource:
    """A model that lies ready on this machine."""

    name: str
    path: Path
    revision: str | None
    notice: str | None = None  # what every reader of its transcripts must be told

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> Literal["cpu", "cuda"]:
    """The device to run on: a CUDA GPU where there is one, unless told otherwise.

    Raises InvalidOption where cuda is asked for and no GPU can be used.
    """
    import ctranslate2

    try:
        gpus = int(ctranslate2.get_cuda_device_count())
    except RuntimeError:  # a CPU build, or a driver that is too old
        gpus = 0
    if wanted == "cuda" and not gpus:
        raise InvalidOption("No CUDA GPU can be used", "Set STENO_DEVICE=auto, or run `steno doctor` for the reason.")
    return "cuda" if gpus and wanted != "cpu" else "cpu"


def resolve(name: str, settings: Settings, *, device: str) -> ModelSource:
    """The directory of a model: name, Hugging Face id or directory; downloaded on first use.

    `auto` is large-v3-turbo on a GPU and small on a CPU; where that can neither be found nor downloaded, the bundled
    starter model stands in and says so. Raises UnknownModel and ModelUnavailable.
    """
    if name == "auto":
        try:
            return resolve("large-v3-turbo" if device == "cuda" else "small", settings, device=device)
        except ModelUnavailable as missing:
            notice = said(f"{STAND_IN_NOTICE} ({missing.message}.)")
            return ModelSource(STARTER, _STARTER_DIR, _fingerprint(_STARTER_DIR), notice)
    if name == STARTER:
        return ModelSource(STARTER, _STARTER_DIR, _fingerprint(_STARTER_DIR), STAND_IN_NOTICE)
    directory = Path(name).expanduser()
    if directory.is_dir():
        return _from_directory(name, directory)
    repository = _repository(name)
    cached = _snapshot(repository, settings, download=False)
    if cached is None and settings.offline:
        raise ModelUnavailable(f"The model {name} is not on this machine and STENO_OFFLINE is set", _cure(name))
    path = cached or _snapshot(repository, settings, download=True)
    assert path is not None
    return ModelSource(name, path, path.name)


def check_name(name: str) -> None:
    """Whether a model may be called that; nothing is downloaded. Raises UnknownModel."""
    directory = Path(name).expanduser()
    if name in (STARTER, "auto"):
        return
    if directory.is_dir():
        _from_directory(name, directory)
    else:
        _repository(name)


def check_asked(name: str, settings: Settings) -> None:
    """Whether a caller of the service may have this model loaded. Raises UnknownModel.

    A model is a file that a stranger made and native code reads: the operator says where they come from.
    """
    if name in {*NAMES, settings.model}:
        return
    repository = _repository(name)
    if Path(name).expanduser().exists():
        raise UnknownModel(f"No model is called '{name}'", "Directories are the operator's to name (STENO_MODEL).")
    if not settings.any_model and _snapshot(repository, settings, download=False) is None:
        raise UnknownModel(
            f"The model {name} is not on this machine, and only its operator lets others in",
            f"Ask for `steno models pull {name}`, or for STENO_ANY_MODEL=true.",
        )


def pull(name: str, settings: Settings) -> ModelSource:
    """Download a model now, or bring it up to date, e.g. to prepare a machine without a network."""
    if name in (STARTER, "auto") or Path(name).expanduser().is_dir():
        return resolve(name, settings, device="cpu")
    path = _snapshot(_repository(name), settings, download=True)
    assert path is not None
    return ModelSource(name, path, path.name)


def available(settings: Settings) -> list[tuple[str, ModelSource | None]]:
    """Every known name, with its source where it lies on this machine."""
    found: list[tuple[str, ModelSource | None]] = [(STARTER, resolve(STARTER, settings, device="cpu"))]
    for name, repository in KNOWN_MODELS.items():
        path = _snapshot(repository, settings, download=False)
        found.append((name, ModelSource(name, path, path.name) if path else None))
    return found


def _repository(name: str) -> str:
    if name in KNOWN_MODELS:
        return KNOWN_MODELS[name]
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", name):
        return name
    raise UnknownModel(
        f"No model is called '{name}'",
        f"Known names: {', '.join(NAMES)}; or a Hugging Face id (owner/name), or a directory.",
    )


def _from_directory(name: str, directory: Path) -> ModelSource:
    if not (directory / "model.bin").is_file() or not (directory / "config.json").is_file():
        raise UnknownModel(
            f"The directory {name} holds no CTranslate2 model",
            "It needs model.bin and config.json; convert others with ct2-transformers-converter.",
        )
    starter = directory.resolve() == _STARTER_DIR.resolve()
    return ModelSource(
        directory.resolve().name, directory, _fingerprint(directory), STAND_IN_NOTICE if starter else None
    )


def _fingerprint(directory: Path) -> str:
    """SHA-256 of the weights."""
    with (directory / "model.bin").open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()


def _snapshot(repository: str, settings: Settings, *, download: bool) -> Path | None:
    path = snapshot(repository, settings, download=download, files=_FILES, needed="model.bin", cure=_cure(repository))
    if path is None and download:
        raise UnknownModel(f"{repository} holds no CTranslate2 model", "Choose a repository that has model.bin.")
    return path


def _cure(name: str) -> str:
    return said(
        f"With a network, run `steno models pull {name}`; without, copy its folder here and give the path as --model; "
        f"--model {STARTER} tries the bundled demonstration model."
    )
