"""An OpenID Connect provider: its discovery document, its keys, and what its tokens say.

Authlib speaks OAuth 2 and checks claims, joserfc signatures. The operator names the provider, and not a user, so that
it may be at a private address; what it answers is bounded all the same, in bytes and time, and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jws import JWSRegistry, extract_compact

from server.settings import Settings

logger = structlog.get_logger(__name__)

CALLBACK_PATH = "/auth/oidc/callback"
MAX_ANSWER_BYTES = 256_000
MAX_KEYS = 50
MAX_TOKEN_CHARACTERS = 64_000
# Of discovery, and of keys, which are read again for a key that is not among them, but not at each such token
METADATA_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 10.0
LEEWAY_SECONDS = 60
# Signatures by a key that the provider alone has: neither `none` nor what the client secret would sign
ALGORITHMS = (*("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"),)
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})


class OidcError(Exception):
    """No sign-in came of it; the message is for whoever signs in, and quotes nothing of the provider's."""


class UnknownKeyError(OidcError):
    """No key of the provider's signed the token, as far as is known."""


@dataclass(frozen=True)
class ProviderMetadata:
    """What the discovery document says."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    authentication: str


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise OidcError("The provider answered with more than is believable.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _BoundedTransport(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        # What is small on its way may be large when it is unpacked
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            await response.aclose()
            raise OidcError("The provider answered compressed, though it was asked not to.")
        response.stream = _BoundedStream(response.stream)
        return response


class OidcProvider:
    """One provider, and this server as its client."""

    def __init__(self, settings: Settings, transport: httpx2.AsyncBaseTransport) -> None:
        self._issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        self._secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        self._scopes = settings.oidc_scopes
        self._seconds = settings.oidc_seconds
        self._home = (settings.public_url or "").rstrip("/")
        self._transport = transport
        self._lock = asyncio.Lock()
        self._metadata: ProviderMetadata | None = None
        self._metadata_until = 0.0
        self._keys: list[Any] = []
        self._keys_from = float("-inf")

    async def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in.

        Raises:
            OidcError: the provider does not say where.
        """
        metadata = await self._discover()
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
            )
        return str(url)

    async def claims(
        self, code: str, verifier: str, nonce: str, issuer: str | None, names: tuple[str, ...]
    ) -> dict[str, Any]:
        """What the provider says of whoever came back with this code; `issuer` is what the answer named (RFC 9207).

        Claims of these `names` that are not in the ID token are asked for at its userinfo endpoint.

        Raises:
            OidcError: it says nothing that can be believed.
        """
        if issuer is not None and issuer != self._issuer:
            raise OidcError("The answer is of another provider.")
        metadata = await self._discover()
        async with self._client(metadata) as client:
            token = await self._response_of(
                client.fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            )
            raw, access_token = token.get("id_token"), token.get("access_token")
            if not isinstance(raw, str) or len(raw) > MAX_TOKEN_CHARACTERS:
                raise OidcError("The provider did not say who you are.")
            claims = await self._verified(metadata, raw, nonce, access_token if isinstance(access_token, str) else None)
            if metadata.userinfo_endpoint and access_token and any(name not in claims for name in names):
                claims = {**await self._userinfo(client, metadata.userinfo_endpoint, claims["sub"]), **claims}
        return claims

    async def logout_url(self) -> str | None:
        """The page that ends the sign-in at the provider too, and leads back here; None where it has none."""
        try:
            endpoint = (await self._discover()).end_session_endpoint
        except OidcError:
            return None
        if endpoint is None:
            return None
        query = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": f"{self._home}/"})
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    def _client(self, metadata: ProviderMetadata) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=metadata.authentication,
            scope=self._scopes,
            redirect_uri=f"{self._home}{CALLBACK_PATH}",
            code_challenge_method="S256",
            transport=_Shared(self._transport),
            timeout=self._seconds,
            trust_env=False,
            follow_redirects=False,
        )

    async def _discover(self) -> ProviderMetadata:
        async with self._lock:
            if self._metadata is None or time.monotonic() >= self._metadata_until:
                try:
                    self._metadata = self._read(
                        await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                    )
                except OidcError:
                    if self._metadata is None:
                        raise
                    # What it said before still holds, as far as is known
                    logger.warning("oidc.discovery_failed")
                self._metadata_until = time.monotonic() + METADATA_SECONDS
            return self._metadata

    def _read(self, document: Mapping[str, Any]) -> ProviderMetadata:
        """The document, unless it is another issuer's: one that names another could vouch for its users."""
        if document.get("issuer") != self._issuer:
            logger.warning("oidc.issuer_differs", configured=self._issuer, named=str(document.get("issuer"))[:200])
            raise OidcError("The provider is configured wrongly: its issuer is not OIDC_ISSUER.")
        is_plain = self._issuer.startswith("http://")

        def endpoint(name: str) -> str | None:
            url = document.get(name)
            if url is None:
                return None
            parts = urlsplit(url) if isinstance(url, str) and len(url) <= 2000 else None
            if (
                parts is None
                or not parts.hostname
                or parts.scheme not in ({"http", "https"} if is_plain else {"https"})
            ):
                raise OidcError(f"The provider is configured wrongly: its {name} is no https URL.")
            return str(url)

        authorization, token, keys = (
            endpoint(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
        if not authorization or not token or not keys:
            raise OidcError("The provider is configured wrongly: its discovery document lacks an endpoint.")
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        authentication = "none"
        if self._secret:
            authentication = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return ProviderMetadata(
            authorization_endpoint=authorization,
            token_endpoint=token,
            jwks_uri=keys,
            userinfo_endpoint=endpoint("userinfo_endpoint"),
            end_session_endpoint=endpoint("end_session_endpoint"),
            authentication=authentication,
        )

    async def _verified(
        self, metadata: ProviderMetadata, raw: str, nonce: str, access_token: str | None
    ) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
        try:
            header = extract_compact(raw.encode()).headers()
            if header.get("alg") not in ALGORITHMS:
                raise OidcError("The provider's answer is signed in a way that is not believed.")
            token = await self._signed(metadata, raw, header)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
            )
            claims.validate(int(time.time()), LEEWAY_SECONDS)
        except OidcError:
            raise
        except (JoseError, AuthlibBaseError, ValueError, TypeError, AttributeError) as error:
            logger.warning("oidc.token_refused", error=type(error).__name__, reason=str(error)[:200])
            raise OidcError("The provider's answer is not valid, or not any more; sign in again.") from None
        return dict(claims)

    async def _signed(self, metadata: ProviderMetadata, raw: str, header: Mapping[str, Any]) -> jwt.Token:
        """The token, whose signature one of the provider's keys made; the keys are read again if none did."""
        try:
            return self._checked(raw, header)
        except UnknownKeyError:
            async with self._lock:
                if time.monotonic() - self._keys_from >= KEYS_AGAIN_SECONDS:
                    self._keys = _signing_keys(await self._get(metadata.jwks_uri))
                    self._keys_from = time.monotonic()
            return self._checked(raw, header)

    def _checked(self, raw: str, header: Mapping[str, Any]) -> jwt.Token:
        kid = header.get("kid")
        for key in self._keys:
            if kid is not None and key.kid is not None and key.kid != kid:
                continue
            try:
                return jwt.decode(raw, key, algorithms=list(ALGORITHMS), registry=_REGISTRY)
            except (JoseError, ValueError, TypeError):
                continue
        raise UnknownKeyError("The provider's answer is not signed by it.")

    async def _userinfo(self, client: AsyncOAuth2Client, url: str, subject: str) -> dict[str, Any]:
        response = await self._response_of(client.get(url))
        claims = _json(response)
        # Of somebody else it says nothing here (OpenID Connect Core 1.0, 5.3.2)
        if claims.get("sub") != subject:
            raise OidcError("The provider's answers are of two different users.")
        return claims

    async def _get(self, url: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(
            transport=_Shared(self._transport), timeout=self._seconds, trust_env=False, follow_redirects=False
        ) as client:
            return _json(await self._response_of(client.get(url, headers={"accept": "application/json"})))

    async def _response_of(self, answer: Any) -> Any:
        """What a request gives, within the time that the provider has for all of it."""
        try:
            async with asyncio.timeout(self._seconds):
                return await answer
        except TimeoutError:
            logger.warning("oidc.provider_slow", seconds=self._seconds)
            raise OidcError("The provider did not answer in time; try again later.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            logger.warning("oidc.provider_away", error=f"{type(error).__name__}: {error}"[:200])
            raise OidcError("The provider cannot be reached; try again later.") from None
        except (AuthlibBaseError, ValueError) as error:
            logger.warning("oidc.provider_refused", error=f"{type(error).__name__}: {error}"[:200])
            raise OidcError("The provider did not accept this sign-in; sign in again.") from None


class _Shared(httpx2.AsyncBaseTransport):
    """A transport that outlives its client, so that connections to the provider are used again."""

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        pass


_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS))


def _json(response: httpx2.Response) -> dict[str, Any]:
    if response.status_code != httpx2.codes.OK:
        raise ValueError(f"status {response.status_code}")
    body = response.json()
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    return body


def _signing_keys(document: Mapping[str, Any]) -> list[Any]:
    """The keys that sign, those left out that cannot be read or that anybody who has them could sign by."""
    listed = document.get("keys")
    keys: list[Any] = []
    for each in listed[:MAX_KEYS] if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("kty") not in KEY_TYPES or each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(import_key(each))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return keys


@asynccontextmanager
async def open_provider(settings: Settings) -> AsyncIterator[OidcProvider]:
    """The provider of these settings; nothing is asked of it before somebody signs in."""
    async with _BoundedTransport(retries=0, trust_env=False) as transport:
        yield OidcProvider(settings, transport)
