"""From settings to a ready engine: device, arithmetic, threads, batch size."""

import os
from collections.abc import Callable
from typing import Literal

from steno.config import Settings
from steno.errors import InvalidOption, StenoError
from steno.jobs import TranscriptionOptions
from steno.sayings.marking import said
from worker.diarization.companion import Diarizer
from worker.diarization.models import installed, resolve_pipeline
from worker.engine import Engine
from worker.models import STARTER, choose_device, resolve
from worker.pipeline import Line


def load_line(
    options: TranscriptionOptions, settings: Settings, *, on_step: Callable[[str], None] = lambda step: None
) -> Line:
    """The line with its model loaded. Raises UnknownModel, ModelUnavailable, UnknownLanguage, EngineFailure.

    What keeps speakers from being told apart is no error: the line says so, and does the rest.
    """
    device = choose_device(settings.device)
    diarizer, no_speakers = _diarizer(options, settings, device, on_step)
    try:
        engine = _engine(options, settings, device, on_step)
    except BaseException:
        if diarizer is not None:
            diarizer.close()
        raise
    # On a CPU small batches side by side are fastest: their activations stay in the caches (docs/benchmarks.md).
    batch = settings.batch_size or (16 if device == "cuda" else 4)
    return Line(engine, options, settings, batch, diarizer, no_speakers)


def _engine(
    options: TranscriptionOptions, settings: Settings, device: Literal["cpu", "cuda"], on_step: Callable[[str], None]
) -> Engine:
    on_step("Looking for the model")
    source = resolve(options.model if options.model != "auto" else settings.model, settings, device=device)
    on_step(f"Loading the model {source.name}")
    replicas, threads = _workers(device, settings.threads)
    engine = Engine(
        source,
        device=device,
        compute_type=choose_compute_type(device, settings.compute_type),
        threads=threads,
        replicas=replicas,
    )
    engine.check_language(options.language or engine.languages[0], options.task)
    return engine


def _diarizer(
    options: TranscriptionOptions, settings: Settings, device: str, on_step: Callable[[str], None]
) -> tuple[Diarizer | None, str | None]:
    """The diarizing process, already loading, or why there is none."""
    if options.channels == "separate":
        return None, None
    if not options.diarize:
        return None, said("Speakers are not told apart: it was switched off.")
    if not installed():
        return None, said("Speakers are not told apart: that needs `pip install 'steno[diarization]'`.")
    try:
        on_step("Looking for the diarization pipeline")
        # Who asks for the starter model wants a demonstration, not a download.
        starter = options.model == STARTER and settings.diarization_model == "auto"
        source = resolve_pipeline(STARTER if starter else settings.diarization_model, settings)
    except StenoError as error:
        return None, f"Speakers are not told apart: {error}"
    threads = max(1, (settings.threads or _cores()) // 2)
    diarizer = Diarizer(
        source, device=settings.device, threads=0 if device == "cuda" else threads, offline=settings.offline
    )
    diarizer.start()
    return diarizer, None


def engine_version() -> str:
    """Version of CTranslate2."""
    import ctranslate2

    return str(ctranslate2.__version__)


def compute_types(device: str) -> tuple[str, ...]:
    """The arithmetic that CTranslate2 can do on a device."""
    import ctranslate2

    return tuple(sorted(ctranslate2.get_supported_compute_types(device)))


def choose_compute_type(device: str, wanted: str) -> str:
    """Arithmetic that the device can do, fastest first: float16 on a GPU, int8 on a CPU.

    Raises InvalidOption where the wanted one cannot be had.
    """
    supported = compute_types(device)
    if wanted != "auto":
        if wanted not in supported and wanted != "default":
            raise InvalidOption(
                f"STENO_COMPUTE_TYPE={wanted} is not possible on this {device}",
                f"Possible: auto, {', '.join(supported)}.",
            )
        return wanted
    order = ("float16", "int8_float16", "bfloat16", "float32") if device == "cuda" else ("int8", "float32")
    return next((kind for kind in order if kind in supported), "default")


def _workers(device: str, threads: int) -> tuple[int, int]:
    """Replicas of the model, and threads of each.

    On a CPU several batches side by side, each on few threads, beat one batch on all of them: there are fewer barriers.
    """
    if device == "cuda":
        return 2, 1
    cores = threads or _cores()
    replicas = max(1, min(4, cores // 2 if cores > 4 else cores))
    return replicas, max(1, cores // replicas)


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
