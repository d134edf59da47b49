"""Import pyannote.audio as it must be here: no telemetry, no decoding, torchaudio without its extension."""

import logging
import os
import sys
import warnings
from functools import cache

from steno.errors import StenoError


class DiarizationUnavailable(StenoError):
    """Who spoke cannot be found on this machine; the transcript can."""

    code = "diarization-unavailable"


@cache
def import_pyannote() -> None:
    """Make `import pyannote.audio` work, or raise DiarizationUnavailable with what to install.

    - pyannote 4 reports its use to its makers unless PYANNOTE_METRICS_ENABLED says no before the import.
    - torchaudio from PyPI is linked with CUDA. Beside a CPU-only torch its extension does not load, which torchaudio
      takes for an error; nothing that pyannote calls is in it, so torchaudio is told that it has none.
    - torchcodec decodes files, which Steno does with ffmpeg; that it cannot load is no news to anybody.
    """
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:
        raise _missing(error) from error
    try:
        _import_torchaudio()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyannote.audio
    except (ImportError, OSError, RuntimeError) as error:
        raise _missing(error) from error
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    assert pyannote.audio


def _import_torchaudio() -> None:
    try:
        import torchaudio
    except OSError:
        extension = sys.modules["torchaudio._extension.utils"]
        extension._load_lib = lambda name: False  # type: ignore[attr-defined]
        import torchaudio
    assert torchaudio


def _missing(error: Exception) -> DiarizationUnavailable:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DiarizationUnavailable(
        f"Who spoke cannot be found out: pyannote.audio does not load ({reason})",
        "Install it with: pip install 'steno[diarization]'",
    )
