"""Style sheets, scripts and pictures. Their address has a digest of them all, so that browsers may keep them for good.

Modules import each other by relative addresses: those have the digest, too.
"""

import gzip
import posixpath
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory, url_for

from web.auth import public

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "web" / "static"
_WORDS = (_ROOT / "web" / "translations", _ROOT / "steno" / "sayings")
_VERSION = "steno_assets_version"
_TEXTS = (".css", ".js", ".svg", ".txt")


def register(app: Flask) -> None:
    """Serve them, and let templates name them: `asset('css/base.css')`."""
    app.config[_VERSION] = _digest()
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["icons"] = lambda: url_for("portal_asset", version=version(), name="icons.svg")
    app.add_url_rule("/assets/<version>/<path:name>", "portal_asset", serve)


def version() -> str:
    """Digest of all that is served."""
    return str(current_app.config[_VERSION])


def asset(name: str) -> str:
    """The address of a file."""
    return url_for("portal_asset", version=version(), name=name)


@public
def serve(version: str, name: str) -> Response:
    """A file, to be kept for good if the digest is this version's."""
    answer = send_from_directory(_FOLDER, name, max_age=31_536_000 if version == current_app.config[_VERSION] else 0)
    answer.vary.add("Accept-Encoding")
    # Pages themselves are not squeezed: how long one is would tell of the secret in it (BREACH). These have none.
    if name.endswith(_TEXTS) and answer.status_code == 200 and request.accept_encodings["gzip"] > 0:
        answer.direct_passthrough = False
        # Of all the ways to write a name (`js/../css/base.css`) one: others would fill the memory.
        answer.set_data(_squeezed(posixpath.normpath(name), current_app.config[_VERSION]))
        answer.headers["Content-Encoding"] = "gzip"
        del answer.headers["ETag"]  # of the bytes as they lie on the disk
    if version == current_app.config[_VERSION]:
        answer.cache_control.immutable = True
    return answer


@cache
def _squeezed(name: str, version: str) -> bytes:
    del version  # another version is another file
    return gzip.compress((_FOLDER / name).read_bytes(), 9, mtime=0)


def _digest() -> str:
    found = sha256()
    # The words of scripts have an address of this version, too.
    words = [path for folder in _WORDS for path in folder.glob("*.po")]
    for path in sorted([*_FOLDER.rglob("*"), *words]):
        if path.is_file():
            found.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]
