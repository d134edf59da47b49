"""The identity provider as it is set: its metadata, the way there, and what it says of who came back.

Authlib speaks the protocol and checks signatures and claims. Its own session in a cookie is not used: what must come
back is kept in the database (`steno.ledger.single_sign_on`).
"""

import hmac
import logging
import threading
import time
from collections.abc import Mapping

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from steno.config import Settings
from steno.errors import StenoError
from steno.setting_values import is_safe_issuer
from web.oidc.parting import subject_of

_LOG = logging.getLogger("steno.web")
_PATIENCE = 10.0  # seconds for one answer of the provider
_QUEUE = 2.0  # seconds that a request waits for another one's question to it
_PAUSE = 10.0  # seconds until it is asked again where it did not answer
_FRESH = 3600.0  # seconds that its metadata are believed
_LEEWAY = 60  # seconds that its clock may be wrong
# Signatures by a key that only the provider has. Never `none`, and no HMAC, whose key would be ours as well.
_ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA", "Ed25519"]
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")


class ProviderFailed(StenoError):
    """The identity provider does not answer, or what it says cannot be believed."""

    code = "provider-failed"


class SignInRefused(StenoError):
    """The provider let somebody not come in, or they changed their mind."""

    code = "sign-in-refused"


class _Session(OAuth2Session):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, default_timeout=_PATIENCE, **options)
        self.max_redirects = 0  # a secret must not follow where somebody points


class _App(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
    client_cls = _Session


class Began:
    """The way there: an address, and what must come back."""

    def __init__(self, made: Mapping[str, str]) -> None:
        self.url, self.state, self.nonce = made["url"], made["state"], made["nonce"]
        self.verifier = made["code_verifier"]


class Provider:
    """Of one application. Nothing is asked before somebody signs in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer or ""
        self._lock = threading.Lock()
        self._known: tuple[float, _App] | None = None
        self._away_until = 0.0
        self._keys_asked = -_PAUSE

    def begin(self, redirect_uri: str) -> Began:
        """The address to send a browser to. Raises ProviderFailed."""
        try:
            return Began(self._app().create_authorization_url(redirect_uri))
        except _FAULTS as error:
            raise _failed(error) from error

    def finish(
        self, answer: Mapping[str, str], *, redirect_uri: str, state: str, nonce: str, verifier: str
    ) -> dict[str, object]:
        """What the provider says of who came back with this answer. Raises SignInRefused, ProviderFailed."""
        if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise ProviderFailed("This answer belongs to another sign-in", "Begin anew.")
        if "error" in answer:
            raise SignInRefused("The sign-in was refused or broken off there", "Begin anew, or ask an administrator.")
        try:
            return self._finish(answer, redirect_uri, nonce, verifier)
        except _FAULTS as error:
            raise _failed(error) from error

    def sign_out_url(self, back: str) -> str | None:
        """Where somebody signs out of the provider, too; None where it does not offer it."""
        try:
            if not self._app().load_server_metadata().get("end_session_endpoint"):
                return None
            made = self._app().create_logout_url(post_logout_redirect_uri=back, client_id=self._settings.oidc_client_id)
        except _FAULTS as error:
            _LOG.warning("oidc.unreachable reason=%s", type(error).__name__)
            return None
        return str(made["url"])

    def parted(self, token: str) -> tuple[str, str]:
        """Whom the provider says that they signed out there: its issuer and their subject. Raises ProviderFailed."""
        try:
            app = self._app()
            metadata = app.load_server_metadata()
            algorithms = metadata["id_token_signing_alg_values_supported"]

            def read(keys: object) -> str:
                issuer, client = metadata["issuer"], self._settings.oidc_client_id
                known = KeySet.import_key_set(keys)  # type: ignore[arg-type]  # JSON of the provider's
                return subject_of(token, known, issuer=issuer, client_id=client, algorithms=algorithms, leeway=_LEEWAY)

            try:
                subject = read(app.fetch_jwk_set())
            except InvalidKeyIdError:
                # A new key of the provider's, or anybody's: not every stranger may have it asked.
                if time.monotonic() - self._keys_asked < _PAUSE:
                    raise
                self._keys_asked = time.monotonic()
                subject = read(app.fetch_jwk_set(force=True))
        except _FAULTS as error:
            raise _failed(error) from error
        return str(metadata["issuer"]), subject

    def _finish(self, answer: Mapping[str, str], redirect_uri: str, nonce: str, verifier: str) -> dict[str, object]:
        app = self._app()
        metadata = app.load_server_metadata()
        # RFC 9207: an answer of another provider must not be taken for this one's.
        named = answer.get("iss", "" if metadata.get("authorization_response_iss_parameter_supported") else None)
        if named is not None and named != metadata["issuer"]:
            raise ValueError("the answer is another issuer's")
        token = app.fetch_access_token(redirect_uri=redirect_uri, code=answer["code"], code_verifier=verifier)
        claims_options = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        claims = app.parse_id_token(token, nonce=nonce, claims_options=claims_options, leeway=_LEEWAY)
        if not claims:
            raise ValueError("there is no id_token")
        found: dict[str, object] = dict(claims)
        if metadata.get("userinfo_endpoint"):
            more = dict(app.userinfo(token=token))
            if more.get("sub") != found["sub"]:
                raise ValueError("userinfo is about somebody else")
            found = more | found
        return found

    def _app(self) -> _App:
        """The client with the provider's metadata, asked for anew every hour.

        Where the provider is away or hangs, one request waits for it, and the others do not queue up behind.
        """
        if not self._lock.acquire(timeout=_QUEUE):
            raise ValueError("the provider is slow")
        try:
            if self._known is None or time.monotonic() - self._known[0] > _FRESH:
                if time.monotonic() < self._away_until:
                    raise ValueError("the provider did not answer a moment ago")
                self._away_until = time.monotonic() + _PAUSE
                self._known = time.monotonic(), self._asked()
                self._away_until = 0.0
            return self._known[1]
        finally:
            self._lock.release()

    def _asked(self) -> _App:
        settings = self._settings
        secret = settings.oidc_client_secret
        kwargs = {"scope": settings.oidc_scopes, "code_challenge_method": "S256"}
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        app = _App(
            None,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret is not None else None,
            client_kwargs=kwargs,
            server_metadata_url=address,
        )
        metadata = app.load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
            raise ValueError("the metadata name another issuer")
        for name in _ENDPOINTS:
            if metadata.get(name) is not None and not is_safe_issuer(str(metadata[name])):
                raise ValueError(f"{name} is not https")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in _ALGORITHMS]
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_form = "client_secret_basic" not in ways and "client_secret_post" in ways
        way = "none" if secret is None else "client_secret_post" if by_form else "client_secret_basic"
        kwargs["token_endpoint_auth_method"] = way
        return app


_FAULTS = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError, RuntimeError)


def _failed(error: Exception) -> ProviderFailed:
    # The reason is for the operator, and never has a code or a token in it.
    reason = str(error)[:200] if isinstance(error, (ValueError, JoseError, AuthlibBaseError)) else ""
    _LOG.warning("oidc.failed error=%s reason=%s", type(error).__name__, " ".join(reason.split()))
    return ProviderFailed("The sign-in there could not be confirmed", "Try again; if it stays so, tell the operator.")
