"""Where speech models come from: bundled, downloaded once by name, or a directory."""

from steno.model_names import KNOWN_MODELS, STARTER
from worker.models.registry import ModelSource, available, check_asked, check_name, choose_device, pull, resolve

__all__ = [
    "KNOWN_MODELS",
    "STARTER",
    "ModelSource",
    "available",
    "check_asked",
    "check_name",
    "choose_device",
    "pull",
    "resolve",
]
