"""A small OpenID provider: discovery, keys, codes with PKCE, signed ID tokens, userinfo; and how it may lie."""

import base64
import secrets
import threading
import time
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core.util import create_half_hash
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "steno-at-example", "s3cret & more"


class IdentityProvider:
    """On a port of its own. `person` is who signs in; `forged` goes into the ID token over what is true."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "ann@example.org", "name": "Ann Smith"}
        self.forged: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.key = self.signing_key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.algorithm = "RS256"
        self.asked: list[dict[str, str]] = []  # what the token endpoint was asked
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, dict[str, Any]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realms/staff"

    def __enter__(self) -> "IdentityProvider":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """What makes Steno use it."""
        return {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}

    def _app(self) -> Flask:
        app = Flask("identity-provider")
        root = "/realms/staff"
        app.add_url_rule(f"{root}/.well-known/openid-configuration", "discovery", self._discovery)
        app.add_url_rule(f"{root}/keys", "keys", lambda: jsonify({"keys": [self.key.as_dict(private=False)]}))
        app.add_url_rule(f"{root}/authorize", "authorize", self._authorize)
        app.add_url_rule(f"{root}/approve", "approve", self._approve)
        app.add_url_rule(f"{root}/token", "token", self._token, methods=["POST"])
        app.add_url_rule(f"{root}/userinfo", "userinfo", self._userinfo)
        app.add_url_rule(f"{root}/logout", "logout", lambda: "<h1>Signed out at the provider</h1>")
        return app

    def _discovery(self) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        names |= {"userinfo_endpoint": "userinfo", "end_session_endpoint": "logout"}
        found = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        found |= {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
        return jsonify(found | self.metadata)

    def _authorize(self) -> str:
        # Signing in at the provider is one click here.
        return f'<h1>Provider</h1><a href="{self.issuer}/approve?{urlencode(request.args)}">Sign in as Ann</a>'

    def _approve(self) -> Any:
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    def _token(self) -> Any:
        self.asked.append(request.form.to_dict())
        basic = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        asked = self._codes.pop(request.form["code"], None)
        challenge = create_s256_code_challenge(request.form.get("code_verifier", ""))
        if basic not in {f"{CLIENT}:{SECRET}", urlencode({CLIENT: SECRET}).replace("=", ":")}:
            return jsonify({"error": "invalid_client"}), 401
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or request.form["redirect_uri"] != asked["redirect_uri"]
        ):
            return jsonify({"error": "invalid_grant"}), 400
        access = secrets.token_urlsafe(16)
        self._tokens[access] = self.person
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= {"at_hash": create_half_hash(access, "RS256").decode(), **self.person, **self.forged}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.signing_key.kid}
        key = self.signing_key if self.algorithm == "RS256" else OctKey.import_key(SECRET.ljust(32, "x"))
        id_token = jwt.encode(header, claims, key, algorithms=[self.algorithm])
        return jsonify({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token})

    def logout_token(self, **forged: Any) -> str:
        """What it posts to its clients when somebody signs out; `forged` over what is true, None: left out."""
        now = int(time.time())
        events = {"http://schemas.openid.net/event/backchannel-logout": {}}
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        claims |= {"sub": self.person["sub"], "sid": "s-1", "events": events, **forged}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "typ": "logout+jwt", "kid": self.signing_key.kid}
        return jwt.encode(header, claims, self.signing_key, algorithms=["RS256"])

    def _userinfo(self) -> Any:
        person = self._tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return (jsonify(person | self.userinfo), 200) if person is not None else (jsonify({}), 401)
