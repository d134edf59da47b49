import subprocess
import sys

import pytest

HEAVY = {"torch", "ctranslate2", "faster_whisper", "onnxruntime", "flask", "celery", "docx"}


@pytest.mark.parametrize(
    "module", ["steno.cli", "steno.exports", "steno.transcript", "steno.storage", "web", "worker.pipeline"]
)
def test_import_is_light_and_free_of_effects(module: str) -> None:
    code = f"import sys, threading, {module}; print(threading.active_count(), *sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert said[0] == "1"
    assert not HEAVY & set(said)
