"""What the command line says to a person, and how errors reach them."""

import re
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from steno.errors import MissingProgram, StenoError

stderr = Console(stderr=True, highlight=False, soft_wrap=True)
stdout = Console(highlight=False, soft_wrap=True)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_OF_MINUTES = {
    "bm25s", "dateparser", "icalendar", "json_repair", "nltk", "num2words", "openai", "snowballstemmer",
    "stop_words", "sumy",
}  # fmt: skip
_OF_WEB = {
    "alembic", "argon2", "authlib", "celery", "cryptography", "flask", "gunicorn", "joserfc", "kombu",
    "prometheus_client", "redis", "sqlalchemy", "standardwebhooks", "werkzeug",
}  # fmt: skip
_PARTS = dict.fromkeys(_OF_MINUTES, "minutes") | dict.fromkeys(_OF_WEB, "web") | {"requests": "client"}
P = ParamSpec("P")
R = TypeVar("R")


def shown(text: str) -> str:
    """Text from outside, made harmless for a terminal: no control or bidi characters, no markup, one line."""
    printable = _CONTROL.sub(" ", text).encode("utf-8", "replace").decode()
    return escape(printable)


def complain(error: StenoError | str) -> None:
    """One line on standard error."""
    stderr.print(f"[bold red]error:[/] {shown(str(error))}")


def unexpected(error: Exception) -> None:
    """A fault of ours: one line, and the traceback where it can be found."""
    complain(f"Steno failed unexpectedly ({type(error).__name__}: {error}). Set STENO_DEBUG=1 to see where.")
    import os

    if os.environ.get("STENO_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)


def part_with(missing: ImportError) -> str:
    """The part of Steno, as pip calls it, that brings a library that is missing."""
    return _PARTS.get((missing.name or "").partition(".")[0], "worker")


def speaks_plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Render errors as one line and an exit code; the only place that catches broadly."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except StenoError as error:
            complain(error)
        except ModuleNotFoundError as error:
            part = part_with(error)
            complain(
                MissingProgram(
                    f"This needs the {part} part of Steno ({error.name} is missing)",
                    f"Install it: pip install 'steno[{part}]'",
                )
            )
        except KeyboardInterrupt:
            stderr.print("Stopped. What is finished is kept; run the same command again to go on.")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            raise typer.Exit(141) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            unexpected(error)
        raise typer.Exit(1)

    return run
