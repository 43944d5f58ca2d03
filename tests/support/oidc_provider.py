"""An OpenID Connect provider: discovery, authorization with PKCE, tokens, keys, userinfo; and what a test twists."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.conftest import free_port
from tests.support.api import wait_for

CLIENT_ID, CLIENT_SECRET = "models", "a secret of the client's, with + and %"


class OidcProvider:
    """Whoever comes is `person`. Each twist changes one answer; codes work once, for the client and verifier alone."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.person: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.twist_claims: Callable[[dict[str, Any]], object] = lambda claims: None
        self.twist_token: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
        self.twist_document: Callable[[dict[str, Any]], object] = lambda document: None
        self.answer_token: Callable[[], Response] | None = None
        self.slow_seconds = 0.0
        self.requests: list[str] = []
        self.authorizations: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def reset(self) -> None:
        """Untwist everything; the key stays, which this server reads again at times alone."""
        stays = {name: self.__dict__[name] for name in ("port", "issuer", "key", "_server", "_thread")}
        self.__dict__.update({**OidcProvider().__dict__, **stays})

    def start(self) -> None:
        """Serve."""
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/userinfo", self._userinfo),
            ]
        )
        config = uvicorn.Config(app, "127.0.0.1", self.port, log_level="critical", ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        server = self._server
        wait_for(lambda: server.started, 15)

    def stop(self) -> None:
        """Serve no more."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(15)

    async def _answer(self, request: Request, body: Any) -> Response:
        self.requests.append(request.url.path)
        await asyncio.sleep(self.slow_seconds)
        return body if isinstance(body, Response) else JSONResponse(body)

    async def _discovery(self, request: Request) -> Response:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        self.twist_document(document)
        return await self._answer(request, document)

    async def _keys(self, request: Request) -> Response:
        return await self._answer(request, {"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.authorizations.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        return RedirectResponse(f"{query['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self.answer_token is not None:
            return await self._answer(request, self.answer_token())
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if basic.partition(":")[0] != CLIENT_ID or basic.partition(":")[2] != CLIENT_SECRET:
            return await self._answer(request, JSONResponse({"error": "invalid_client"}, 401))
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return await self._answer(request, JSONResponse({"error": "invalid_grant"}, 400))
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        self.twist_claims(claims)
        header = {"alg": "RS256", "kid": self.key.kid}
        token = self.twist_token(header, claims) if self.twist_token else jwt.encode(header, claims, self.key)
        return await self._answer(
            request, {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        )

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer at"
        return await self._answer(request, {"sub": self.person.get("sub"), **(self.userinfo or {})})

    def signed_by_client_secret(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """The confusion of algorithms: what every client could sign."""
        return jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"])

    def signed_by_public_key(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """The other one: what everybody could sign who has read the keys."""
        key = OctKey.import_key(base64.urlsafe_b64encode(self.key.as_pem(private=False)).decode())
        return jwt.encode({**header, "alg": "HS256"}, claims, key, algorithms=["HS256"])

    def unsigned(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """Signed by nobody."""
        parts = ({**header, "alg": "none"}, claims)
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return f"{encoded[0]}.{encoded[1]}."

    def come_back(self, url: str) -> httpx.Response:
        """What a browser does that goes to the provider: the answer of the page that it is sent back to."""
        with httpx.Client(trust_env=False, timeout=60) as browser:
            there = browser.get(url)
            assert there.status_code == 302, there.text
            return browser.get(there.headers["location"])


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """A provider for the time of the context."""
    provider = OidcProvider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
