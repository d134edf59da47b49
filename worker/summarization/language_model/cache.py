"""Answers kept by the content of their question, so that nothing is asked, or paid for, twice."""

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steno.storage import storage_errors, write_atomically
from worker.summarization.language_model.dialect import Message

_KEEP = 7 * 24 * 3600.0  # seconds: answers are as confidential as the recording


class AnswerCache:
    """The answers about one transcript, in a folder of its own, so that they can be deleted with it."""

    def __init__(self, root: Path, transcript_sha256: str) -> None:
        _forget_old(root)
        self._folder = root / transcript_sha256
        with storage_errors(root):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, key: str) -> str | None:
        """The answer, or None where the question is new."""
        try:
            return (self._folder / key).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    def put(self, key: str, answer: str) -> None:
        """Keep an answer."""
        write_atomically(self._folder / key, answer.encode("utf-8", "replace"))


def question_key(url: str, model: str, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int) -> str:
    """Name of a question: the same for the same words to the same model."""
    asked = json.dumps([url, model, list(messages), schema, max_tokens], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()


def _forget_old(root: Path) -> None:
    for folder in root.iterdir() if root.is_dir() else ():
        if time.time() - folder.stat().st_mtime > _KEEP:
            shutil.rmtree(folder, ignore_errors=True)
