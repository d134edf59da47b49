"""Secrets that are shown once: 256 random bits, of which only the SHA-256 is kept."""

import secrets
from hashlib import sha256


def new_secret() -> str:
    """A secret nobody can guess, fit for addresses and cookies."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret, to know it again."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
