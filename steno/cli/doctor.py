"""`steno doctor`: is everything here that a transcription needs? Each finding comes with its cure."""

import importlib
import platform
import shutil
import tempfile
import warnings
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from steno import __version__
from steno.cli.console import part_with, shown, speaks_plainly, stdout
from steno.config import Settings, load_settings
from steno.errors import StenoError

_GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """`ok` None is a remark: nothing is wrong, but the person may want to know."""

    subject: str
    ok: bool | None
    said: str


@speaks_plainly
def doctor() -> None:
    """Check this machine: ffmpeg, GPU and a real decode on it, models, disk. Exit code 1 where something is wrong."""
    settings = load_settings()
    failed = False
    for check in (
        _python,
        _worker,
        _ffmpeg,
        _device,
        _models,
        _decode,
        _speakers,
        _minutes,
        _disk,
        _encryption,
        _unfinished,
    ):
        for finding in _findings(check, settings):
            sign = {True: "[green]ok  [/]", False: "[bold red]FAIL[/]", None: "[yellow]note[/]"}[finding.ok]
            stdout.print(f"{sign} {finding.subject}: {shown(finding.said)}")
            failed = failed or finding.ok is False
    raise typer.Exit(1 if failed else 0)


def _findings(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    subject = check.__name__.strip("_")
    try:
        yield from check(settings)
    except StenoError as error:
        yield Finding(subject, False, str(error))
    except ImportError as error:
        yield Finding(subject, False, f"{error.name} is missing. Install it: pip install 'steno[{part_with(error)}]'")
    except Exception as error:  # one broken part must not hide the others
        yield Finding(subject, False, f"{type(error).__name__}: {error}. Reinstall steno[worker], or report this.")


def _python(settings: Settings) -> Iterator[Finding]:
    del settings
    yield Finding("steno", True, f"{__version__} on Python {platform.python_version()}, {platform.platform()}")


def _worker(settings: Settings) -> Iterator[Finding]:
    del settings
    for name in ("faster_whisper", "ctranslate2", "onnxruntime", "ffmpeg"):
        importlib.import_module(name)
    from worker.loading import engine_version

    yield Finding("engine", True, f"CTranslate2 {engine_version()}")


def _ffmpeg(settings: Settings) -> Iterator[Finding]:
    from worker.ffmpeg import DecodeLimits, find_ffmpeg
    from worker.media import decode, probe

    program = find_ffmpeg(settings.ffmpeg)
    with tempfile.TemporaryDirectory() as folder:
        beep = Path(folder) / "beep.wav"
        with wave.open(str(beep), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(44_100)
            file.writeframes(b"\x00\x10\x00\xf0" * 44_100)
        limits = DecodeLimits.from_settings(settings)
        probe(beep, ffmpeg=program, limits=limits)
        with decode(beep, ffmpeg=program, limits=limits) as stream:
            samples = sum(block.size for block in stream)
    good = abs(samples - 16_000) < 100
    yield Finding("ffmpeg", good, f"{program} " + ("decodes" if good else f"gave {samples} samples for a second"))


def _device(settings: Settings) -> Iterator[Finding]:
    from worker.loading import choose_compute_type, compute_types
    from worker.models import choose_device

    device = choose_device(settings.device)
    kind = choose_compute_type(device, settings.compute_type)
    yield Finding("device", True, f"{device}, {kind} (possible: {', '.join(compute_types(device))})")
    if device == "cpu" and shutil.which("nvidia-smi"):
        yield Finding(
            "device", None, "an NVIDIA driver is here, but CTranslate2 sees no GPU. Check the driver's version."
        )


def _models(settings: Settings) -> Iterator[Finding]:
    from worker.models import available

    here = [name for name, source in available(settings) if source is not None]
    only_starter = here == ["starter"]
    cure = ". Fetch a real one: steno models pull large-v3-turbo (GPU) or small (CPU)" if only_starter else ""
    yield Finding("models", None if only_starter else True, f"on this machine: {', '.join(here)}{cure}")


def _decode(settings: Settings) -> Iterator[Finding]:
    """A real decoding on the real device: wheels that do not match a driver give empty text in silence."""
    import numpy as np

    from steno.jobs import TranscriptionOptions
    from worker.engine import DecodingOptions
    from worker.loading import load_line
    from worker.models.check import CHECK_TEXT, check_audio

    line = load_line(TranscriptionOptions(model="starter", language="en", diarize=False), settings)
    audio: np.ndarray = check_audio()
    heard = line.engine.hear([audio], DecodingOptions(language="en"))[0].text
    words = set(heard.casefold().replace(",", "").replace(".", "").split())
    good = len(words & set(CHECK_TEXT.casefold().split())) >= 0.6 * len(set(CHECK_TEXT.split()))
    cure = "" if good else ". The engine does not fit this machine's driver; try STENO_DEVICE=cpu"
    yield Finding("decode", good, f"{line.engine.device} heard: {heard!r}{cure}")


def _speakers(settings: Settings) -> Iterator[Finding]:
    """The bundled diarization pipeline on the real device, and which pipeline would be used."""
    import numpy as np

    from worker.diarization.loading import load_pipeline
    from worker.diarization.models import available_pipelines, installed, resolve_pipeline
    from worker.models.check import check_audio

    if not installed():
        yield Finding("speakers", None, "not told apart. Install that with: pip install 'steno[diarization]'")
        return
    pipeline = load_pipeline(resolve_pipeline("starter", settings).path, device=settings.device)
    audio: np.ndarray = check_audio()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pipeline.diarize(pipeline.hear(audio, pipeline.count(len(audio)))).speaker_diarization
    seconds = found.get_timeline().support().duration()
    good = 0.5 <= seconds / (len(audio) / 16_000) <= 1.05
    yield Finding("speakers", good, f"{pipeline.device} heard somebody for {seconds:.1f} s of a sentence")
    here = [name for name, source in available_pipelines(settings) if source is not None]
    cure = ". Fetch a real one: steno models pull community-1" if here == ["starter"] else ""
    yield Finding("speakers", None if cure else True, f"pipelines on this machine: {', '.join(here)}{cure}")


def _minutes(settings: Settings) -> Iterator[Finding]:
    """The rules, and a question to the language model where one is set."""
    for name in ("sumy", "dateparser", "openai", "bm25s"):
        try:
            importlib.import_module(name)
        except ImportError:
            yield Finding("minutes", None, f"none: {name} is missing. Install it: pip install 'steno[minutes]'")
            return
    if settings.llm_url is None:
        yield Finding("minutes", True, "by rules; STENO_LLM_URL names a language model")
        return
    from worker.summarization.language_model.check import greet

    yield Finding("minutes", True, f"{greet(settings)} at {settings.llm_url}")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("data", settings.data_dir), ("models", settings.model_dir)):
        place = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        free = shutil.disk_usage(place).free
        enough = free > 2 * _GIB
        cure = "" if enough else f". Free some, or set STENO_{'DATA' if name == 'data' else 'MODEL'}_DIR"
        yield Finding("disk", enough, f"{free / _GIB:.1f} GiB free for {name} in {folder}{cure}")


def _encryption(settings: Settings) -> Iterator[Finding]:
    """Of the service alone: a machine that only transcribes has none, and misses nothing."""
    try:
        from steno.vault import Vault
    except ImportError as error:
        cure = f"Install it: pip install 'steno[{part_with(error)}]'"
        yield Finding("service", None, f"not installed: {error.name} is missing. {cure}")
        return
    keys = Vault.of(settings).keys
    keys.check()
    if not settings.encrypt:
        yield Finding("encryption", None, "new recordings are not encrypted (STENO_ENCRYPT)")
    elif keys.are_ours:
        yield Finding("encryption", None, f"the key lies beside the data, in {settings.data_dir}; back it up elsewhere")
    else:
        yield Finding("encryption", True, "the key is the operator's own")


def _unfinished(settings: Settings) -> Iterator[Finding]:
    root = settings.data_dir / "unfinished"
    left = [entry for entry in root.iterdir() if entry.is_dir()] if root.is_dir() else []
    if left:
        size = sum(file.stat().st_size for entry in left for file in entry.rglob("*") if file.is_file())
        yield Finding(
            "unfinished", None, f"{len(left)} interrupted recordings, {size / 1e6:.0f} MB; deleted after 7 days"
        )
