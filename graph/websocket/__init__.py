"""GraphQL over WebSocket: what is taken over of Strawberry's handler of the protocol graphql-transport-ws, and why.

Strawberry's `BaseGraphQLTransportWSHandler` speaks the protocol, and runs every operation as far as its first result:
parsing, validation, cost, permissions, and for `predictionEvents` the snapshot. This package derives from it, class
upon class (`SocketHandler`, `BoundedSocketHandler`, `FrameHandler`), and reaches into it in these places:

- `sockets.SocketAdapter` reads messages itself, so that a message of a wrong shape closes the socket with 4400 where
  Strawberry would fail; one read ends without a task around it and holds no message while it waits for the next.
- `sockets.SocketHandler` closes a socket with 4403 when its session or API key ends, and gives codes to the errors that
  Strawberry makes itself.
- `limits.BoundedSocketHandler` bounds what runs at once, and closes a socket that is idle.
- `frame_handler.FrameHandler` overrides the private `_send_result_stream`. A subscription whose events cannot be read
  for an outage closes the socket with 1013, by the private `_OperationStreamClosed`: a stream completes only behind its
  last event. After the first result of `predictionEvents` it closes the generator that Strawberry and graphql-core
  iterate, takes the resolver's events over (`frames.Handover`), and executes each event once for all subscribers with
  the same selection (`frames.Selection`). The text is sent around Strawberry, with only the `id` of the operation put
  before it. What is not the same for all (`common_fields`) is executed for each subscriber and goes through Strawberry
  as usual.

Gain, measured with 1000 sockets that watch one prediction, beside a bare relay of one Redis channel
(docs/benchmarks.md, "Fan-out"): frames a second rise from 0.14 to 0.59 of the relay's, CPU time a frame falls from 218
to 44 us, memory of a subscriber from 73 to 43 kB. Executing once gives 0.47 of the relay's frames; closing the
generator after the first result, with cheaper sends and queues, 0.61, and memory falls from 76 to 48 kB; holding no
message and no task while waiting saves another 5 kB.

On an upgrade of Strawberry or graphql-core, look at:

- `BaseGraphQLTransportWSHandler`: `handle_message`, `handle_connection_init`, `handle_subscribe`, `run_operation`,
  `_send_result_stream`, `forget_id`, `send_message`, `shutdown`; its attributes `operations`,
  `connection_acknowledged`, `connection_init_timeout_task` and `max_subscriptions_per_connection`; its error
  "Subscription limit reached"; and `Operation` with its `query` and `task`.
- `ASGIWebSocketAdapter`: `iter_json`, `send_json`, and which exceptions end the loop.
- `Schema.execution_context_class.build` and its arguments, `build_per_event_executor` and the memo that it shares
  (`graph/executor.py`), `execute_operation`, and `GraphQLCoreConverter.DEFINITION_BACKREF`. Frames run no
  schema extension's `resolve`: a test fails if one appears.

`tests/integration/graph/test_frames.py` compares every frame with what graphql-core makes for one subscriber alone.
"""
