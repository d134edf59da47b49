"""Where speech models come from: bundled, downloaded once by name, or a directory."""

from worker.models.registry import KNOWN_MODELS, STARTER, ModelSource, available, choose_device, pull, resolve

__all__ = ["KNOWN_MODELS", "STARTER", "ModelSource", "available", "choose_device", "pull", "resolve"]
