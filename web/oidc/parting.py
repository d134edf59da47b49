"""What a provider says when somebody signed out there, or was kept out (OpenID Connect Back-Channel Logout 1.0)."""

import time

from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_FRESH = 300  # seconds: an older token may be one that somebody kept, to sign people out again
_LONGEST = 16_384  # characters


def subject_of(token: str, keys: KeySet, *, issuer: str, client_id: str, algorithms: list[str], leeway: int) -> str:
    """Who it was, as the provider calls them. Raises ValueError and JoseError where the token cannot be believed."""
    if len(token) > _LONGEST:
        raise ValueError("the logout token is too long")
    told = jwt.decode(token, keys, registry=JWSRegistry(algorithms=algorithms, strict_check_header=False))
    expected = jwt.JWTClaimsRegistry(
        leeway=leeway,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        sub={"essential": True},
    )
    expected.validate(told.claims)
    events = told.claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict):
        raise ValueError("the token says nothing of signing out")
    if "nonce" in told.claims:
        raise ValueError("the token is of a sign-in")
    if time.time() - float(told.claims["iat"]) > _FRESH + leeway:
        raise ValueError("the logout token is old")
    return str(told.claims["sub"])
