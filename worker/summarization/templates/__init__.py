"""Templates: what to look for in a kind of recording, and how to write it up. One TOML file each.

Beside those that come with Steno, every `NAME.toml` in STENO_TEMPLATE_DIR is one, and takes the place of ours of that
name; a path to a TOML file serves, too. docs/minutes.md shows how to write one.
"""

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from steno.errors import InvalidOption
from steno.template_names import OURS, template_names


class Template(BaseModel):
    """Two instructions to the language model. The form of an answer, and that it must cite, is not theirs to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str = Field(
        min_length=1, max_length=20, description="Raise it with each change: it stands in the minutes."
    )
    title: str = Field(min_length=1, max_length=80)
    extract: str = Field(min_length=1, max_length=4000, description="What counts as what, for reading the transcript.")
    compose: str = Field(min_length=1, max_length=4000, description="How to write the title and the summary.")


def load_template(name: str, folder: Path | None) -> Template:
    """The template of that name, or at that path. Raises InvalidOption that says what is wrong with it."""
    path = Path(name)
    if path.suffix == ".toml":
        return _parsed(path.stem, _text(path), name)
    if folder is not None and (folder / f"{name}.toml").is_file():
        return _parsed(name, _text(folder / f"{name}.toml"), str(folder / f"{name}.toml"))
    if name not in OURS:
        known = ", ".join(template_names(folder))
        raise InvalidOption(f"There is no template '{name}'", f"Known: {known}, or a TOML file.")
    return _parsed(name, (files(__name__) / f"{name}.toml").read_text(encoding="utf-8"), name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidOption(f"The template {path} cannot be read", "Check the path; it must be UTF-8 text.") from error


def _parsed(name: str, text: str, place: str) -> Template:
    try:
        return Template.model_validate({"name": name} | tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidOption(f"The template {place} is no TOML: {error}", "Correct it.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidOption(f"The template {place} has a wrong {where}: {first['msg']}", "Correct it.") from error
