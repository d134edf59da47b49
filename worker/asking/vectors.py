"""Embeddings of passages, asked for once for each transcript."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from steno.storage import write_atomically
from worker.summarization.language_model.endpoint import Endpoint

_BATCH = 64


async def embedded(endpoint: Endpoint, model: str, texts: Sequence[str], folder: Path) -> list[list[float]]:
    """A vector for each text, kept in `folder` by the texts' content. Raises AnswerFailed, EndpointUnusable."""
    key = hashlib.sha256(json.dumps([endpoint.address.url, model, list(texts)]).encode()).hexdigest()
    kept = folder / f"{key}.vectors.json"
    try:
        known: list[list[float]] = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        known = []
    if len(known) != len(texts):
        known = []
        for at in range(0, len(texts), _BATCH):
            known += await endpoint.embed(model, list(texts[at : at + _BATCH]))
        write_atomically(kept, json.dumps(known).encode())
    return known
