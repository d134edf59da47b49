"""Names of templates of minutes that every part of Steno knows: those who offer them, and those who write by them."""

from pathlib import Path

from steno.errors import InvalidOption

OURS = ("call", "dictation", "general", "interview", "lecture")  # each a file in worker/summarization/templates


def template_names(folder: Path | None) -> tuple[str, ...]:
    """Those that come with Steno, and every `NAME.toml` in the operator's folder, which may lie far or not exist."""
    theirs = {path.stem for path in folder.glob("*.toml")} if folder is not None and folder.is_dir() else set()
    return tuple(sorted(theirs.union(OURS)))


def check_template_name(name: str, folder: Path | None) -> None:
    """Raises InvalidOption, which names those that there are."""
    known = template_names(folder)
    if name not in known:
        raise InvalidOption(f"There is no template '{name}'", f"Known: {', '.join(known)}.")
