import subprocess
import sys

import pytest

HEAVY = {"torch", "ctranslate2", "faster_whisper", "onnxruntime", "flask", "celery", "docx", "pandas", "pyannote.audio"}


@pytest.mark.parametrize(
    "module",
    ["steno.cli", "steno.exports", "steno.transcript", "steno.storage", "web", "worker.pipeline", "worker.loading"],
)
def test_import_is_light_and_free_of_effects(module: str) -> None:
    code = f"import sys, threading, {module}; print(threading.active_count(), *sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert said[0] == "1"
    assert not HEAVY & set(said)


def test_nothing_in_steno_or_web_ever_imports_torch() -> None:
    code = (
        "import importlib, pkgutil, sys, steno, web\n"
        "for package in (steno, web):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(found.name)\n"
        "        print(found.name)\n"
        "assert not {'torch', 'pyannote.audio', 'worker'} & set(sys.modules), sys.modules.keys()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    assert {"steno.cli.evaluate", "steno.evaluation.speakers", "steno.transcript"} <= set(said.stdout.split())
