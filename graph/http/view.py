"""GraphQL over HTTP and WebSocket: content negotiation, authentication, JSON on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from structlog.contextvars import bind_contextvars

from graph.context import Context
from graph.errors import DATABASE_AWAY
from graph.http.rate_headers import rate_headers
from graph.http.refusals import refusal
from graph.http.requests import authorization_parameter
from graph.limits.documents import KnownDocuments, PersistedDocuments
from graph.schema import SchemaOptions, make_schema
from graph.websocket.frame_handler import FrameHandler
from graph.websocket.frames import Frames
from graph.websocket.limits import SocketLimits
from graph.websocket.sockets import SocketAdapter
from server.adapters import wire
from server.adapters.database import CONNECTION_ERRORS
from server.adapters.metrics import REFUSALS
from server.adapters.negotiation import GRAPHQL_RESPONSE, preferred, prefers_html
from server.adapters.requests import address_of_client, base_url, bearer_token
from server.adapters.tracing import NO_TRACING, Tracing
from server.domain.accounts import Viewer
from server.domain.callers import network_of
from server.domain.storable import storable
from server.errors import RateLimitedError, UnauthenticatedError, UnavailableError
from server.live import credentials
from server.live.answer_memory import ACCOUNT, NO_ROOM, RETRY_SECONDS, AnswerMemory
from server.live.answer_response import AnswerResponse
from server.services import rate_limits
from server.settings import Settings
from server.settings.allowed_operations import read_operations

logger = structlog.get_logger(__name__)
INIT_SECONDS = 10
STATUSES = {"UNAUTHENTICATED": 401, "RATE_LIMITED": 429, "PERSISTED_QUERY_NOT_FOUND": 200}
SHOWN_PARAMETERS = ("query", "variables", "operationName")


class GraphQLView(GraphQL[Context, None]):
    """The `/graphql` endpoint."""

    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = FrameHandler

    def __init__(self, settings: Settings, graphiql: Callable[[], Response], tracing: Tracing = NO_TRACING) -> None:
        allowed = read_operations(settings.allowed_operations) if settings.allowed_operations else None
        options = SchemaOptions(
            settings.max_query_cost,
            settings.introspection,
            settings.suggestions,
            allowed,
            settings.metrics_operations,
            tracing,
        )
        schema = make_schema(options)
        super().__init__(
            schema,
            graphql_ide="graphiql",
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=settings.max_subscriptions_per_socket,
            allowed_origins=settings.allowed_origins,
        )
        self.limits = SocketLimits.of(settings)
        self.frames = Frames(schema)
        self.memory = AnswerMemory(settings.response_memory_bytes)
        self._persisted = PersistedDocuments()
        self._known = KnownDocuments()
        self._graphiql = graphiql

    async def run(self, request: Any, *arguments: Any, **options: Any) -> Any:
        """Answer a request, or serve a socket.

        A request that is none of GraphQL's gets its reason in the form of GraphQL's errors. A socket beyond the limits
        is closed so that the client tries again later.
        """
        if isinstance(request, WebSocket):
            network = network_of(address_of_client(request))
            if not self.limits.sockets.acquire(network):
                await request.accept(subprotocol=await self.pick_websocket_subprotocol(request))
                await request.close(1013, "Too many connections")
                return request
            try:
                return await super().run(request, *arguments, **options)
            finally:
                self.limits.sockets.release(network)
        try:
            response = await super().run(request, *arguments, **options)
        except HTTPException as error:
            return refusal(request.headers, error.status_code, "BAD_REQUEST", error.reason)
        account = ACCOUNT.get()
        if account is None or not isinstance(response, AnswerResponse) or account.has_room_for(len(response.body)):
            return response
        busy = refusal(request.headers, 503, "UNAVAILABLE", NO_ROOM)
        busy.headers["retry-after"] = str(RETRY_SECONDS)
        return busy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection; what the answer to a request holds in memory counts until it was sent."""
        if scope["type"] == "http":
            with self.memory.account(address_of_client(Request(scope))):
                await super().__call__(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who asks, and what resolvers need; a bad token is answered when the operation runs."""
        state = request.state
        url = base_url(request, state.rt.settings)
        paid = 0 if isinstance(request, WebSocket) else 1
        address, watcher = address_of_client(request), state.credential_watcher
        agent = request.headers.get("user-agent", "")
        context = Context(state.rt, state.hubs, url, address, agent, paid=paid, credential_watcher=watcher)
        await self._authenticate(context, request.headers.get("authorization"))
        return context

    async def _authenticate(self, context: Context, header: str | None) -> None:
        try:
            token = bearer_token(header)
            context.viewer = await credentials.viewer_of(context.rt, token, context.address)
            if context.viewer.user_id is not None:
                bind_contextvars(user=str(context.viewer.user_id))
        except UnauthenticatedError as error:
            context.viewer, context.refused = Viewer(address=context.address), error
        except CONNECTION_ERRORS as error:
            logger.warning("graphql.database_away", error=str(error))
            context.viewer, context.refused = Viewer(address=context.address), UnavailableError(DATABASE_AWAY)

    async def on_ws_connect(self, context: Context) -> Any:
        """Sign in by the parameters of `connection_init`; a bad token closes the socket with 4403.

        Raises:
            UnavailableError: the token cannot be looked up now.
        """
        if (header := authorization_parameter(context.connection_params)) is not None:
            context.refused = None
            await self._authenticate(context, header)
        if isinstance(context.refused, UnavailableError):
            raise context.refused
        if context.refused:
            raise ConnectionRejectionError({"reason": context.refused.message})
        return await super().on_ws_connect(context)

    async def execute_single(  # type: ignore[override]
        self, *, context: Context, sub_response: Response, request_data: GraphQLRequestData, **options: Any
    ) -> ExecutionResult:
        """One operation, counted; with a bad token, only the error that says so."""
        try:
            query = request_data.query
            if context.refused is None and (query or "") in self._known:
                # Nothing of it is to be parsed or checked anew, so all of its points are paid when it runs
                rate_limits.check(context.rt, context.viewer)
                context.paid = 0
            else:
                context.left = await rate_limits.spend(context.rt, context.viewer, 1)
            if context.refused is not None:
                raise context.refused
            document = self._persisted.document(query, request_data.extensions)
            if (account := ACCOUNT.get()) is not None:
                account.owner = context.viewer.owner_key
            options |= {"sub_response": sub_response, "request_data": replace(request_data, query=document)}
            result = await super().execute_single(context=context, **options)
            if query and result.data is not None:
                self._known.add(query)
        except (RateLimitedError, UnauthenticatedError, UnavailableError, GraphQLError) as error:
            refused = GraphQLError(error.message, original_error=error, extensions=getattr(error, "extensions", None))
            self.schema.process_errors([refused])
            REFUSALS.labels((refused.extensions or {}).get("code", "")).inc()
            result = ExecutionResult(data=None, errors=[refused])
        except HTTPException as error:
            # The reason may repeat an operation's name as the client wrote it
            raise HTTPException(error.status_code, storable(error.reason)) from None
        sub_response.headers.update(await rate_headers(context, result.errors or []))
        return result

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Remember which media type the client prefers."""
        sub_response = await super().get_sub_response(request)
        if isinstance(request, Request):
            request.state.media_type = preferred(request.headers.get("accept"))
            sub_response.media_type = request.state.media_type
        return sub_response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Drop `data` where nothing was executed, as the GraphQL-over-HTTP specification says."""
        body = await super().process_result(request, result)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            body.pop("data", None)
        return body

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The response in the negotiated media type, with the status that type asks for."""
        response = AnswerResponse(wire.encode_bytes(response_data), sub_response.status_code or 200)
        response.headers.raw.extend(sub_response.headers.raw)
        media_type = sub_response.media_type or "application/json"
        response.headers["content-type"] = f"{media_type}; charset=utf-8"
        response.headers["vary"] = "accept"
        if media_type == GRAPHQL_RESPONSE and "data" not in response_data:
            codes = {e.get("extensions", {}).get("code") for e in response_data.get("errors", [])}
            response.status_code = STATUSES.get(next(iter(codes)), 400) if len(codes) == 1 else 400
        if (account := ACCOUNT.get()) is not None and account.is_refused and not response_data.get("data"):
            response.status_code = 503
        return response

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Whether a browser asks: an address with a query in it is opened, not run."""
        if request.method == "GET" and "query" in request.query_params:
            return prefers_html(request.headers.get("accept"))
        return super().should_render_graphql_ide(request)

    async def render_graphql_ide(self, request: Request) -> Response:
        """The bundled GraphiQL, which reads what to open from behind the `#` of its address."""
        parameters = {name: request.query_params[name] for name in SHOWN_PARAMETERS if name in request.query_params}
        if "query" not in parameters:
            return self._graphiql()
        # Relative, so that a prefix that a proxy takes away stays
        address = f"{request.url.path.rpartition('/')[2]}#{urlencode(parameters)}"
        return Response(status_code=303, headers={"location": address, "vary": "accept", "cache-control": "no-cache"})

    def decode_json(self, data: str | bytes) -> object:
        """JSON of bounded depth; both transports answer a JSONDecodeError, and nothing else, as a client's mistake."""
        return wire.decode(data)

    def encode_json(self, data: object) -> str:
        """JSON as text: bytes would make binary WebSocket frames."""
        return wire.encode(data)

    async def parse_http_body(self, request: Any) -> Any:
        """The request, refusing what is no JSON object."""
        try:
            return await super().parse_http_body(request)
        except AttributeError as error:
            raise HTTPException(400, "The request must be a JSON object") from error
