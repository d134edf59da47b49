"""What the values of settings must be like. What is wrong with one is said in the message of a ValueError."""

import re

from pydantic import ValidationInfo

from steno.claims import read_rule
from steno.proxies import trusted

# What addresses look like, and whose they are.
ADDRESSES = {
    "server": (r"https?://[^\s/?#]+(/[^\s?#]*)?", "of a Steno, such as https://steno.example.org"),
    "redis_url": (r"(rediss?|redis\+socket)://\S+", "of a Redis, such as redis://localhost:6379/0"),
    # A slash at its end is not kept: links begin with it.
    "public_url": (r"https?://[^\s/?#@]+(/[^\s?#]*)?", "people type, such as https://steno.example.org"),
}


def address(url: str | None, field: ValidationInfo) -> str | None:
    """Of the kind that the field has in `ADDRESSES`."""
    form, kind = ADDRESSES[field.field_name or ""]
    if url is not None and not re.fullmatch(form, url):
        raise ValueError(f"it must be the address {kind}")
    return url.rstrip("/") if url is not None and field.field_name == "public_url" else url


def endpoint(url: str | None) -> str | None:
    """Of a language model, without a slash at its end."""
    if url is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", url):
        raise ValueError("it must be the address of an endpoint, such as http://localhost:8000/v1")
    return url.rstrip("/") if url is not None else None


def issuer(url: str | None) -> str | None:
    """Of an OpenID provider."""
    if url is not None and not is_safe_issuer(url):
        raise ValueError("it must be an https address, such as https://login.example.org")
    return url


def scopes(text: str) -> str:
    """Of OpenID Connect, by spaces."""
    if "openid" not in text.split():
        raise ValueError("openid must be one of them")
    return text


def rule(text: str) -> str:
    """Of `steno.claims`."""
    read_rule(text)
    return text


def proxies(text: str) -> str:
    """How many, or networks."""
    try:
        trusted(text)
    except ValueError as error:
        raise ValueError("it must be a number such as 1, or networks such as 127.0.0.1, 10.0.0.0/8") from error
    return text


def is_safe_issuer(url: str) -> bool:
    """Whether it is an https address; http serves for this machine alone."""
    this_machine = r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^\s#]*)?"
    return re.fullmatch(rf"https://[^\s/?#@]+[^\s#]*|{this_machine}", url) is not None
