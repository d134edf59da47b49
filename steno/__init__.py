"""Steno turns recordings into minutes: the domain, shared by the worker and the web."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("steno")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
