"""The answers of one process have a bound of bytes together, however slowly they are read."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

import httpx
import pytest

from graph.types.ids import global_id
from server.adapters.database import rows, to_json
from server.embedded.servers import LocalServers
from tests.integration.queue import store
from tests.integration.serving.conftest import Api, StartApi
from tests.integration.serving.connecting import START, answer, opened

AS_JSON = {"content-type": "application/json"}
SIZE, READERS = 20_000_000, 30
LIMITS = {"MAX_RESPONSE_BYTES": "50000000", "RESPONSE_MEMORY_BYTES": "100000000"}


@pytest.fixture
async def large(schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[tuple[str, bytes]]:
    """A database, and a request for an output of 20 MB in it."""
    async with store.opened(schema_servers) as url, store.runtime(schema_servers.redis_url, tmp_path):
        row = await store.add(await store.add_version(), status="succeeded", user_id=None)
        await rows(
            "UPDATE prediction SET output = $2::jsonb WHERE id = $1 RETURNING id", row.id, to_json(token_hex(SIZE // 2))
        )
        query = f'{{ prediction(id: "{global_id("Prediction", row.id)}") {{ output }} }}'
        yield url, json.dumps({"query": query}).encode()


def ask(api: Api, body: bytes, source: str) -> socket.socket:
    connection = opened(api, source=source)
    connection.sendall(START + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return connection


@pytest.mark.slow
def test_slow_readers_of_large_answers_hold_bounded_memory_and_keep_nobody_out(
    start_api: StartApi, large: tuple[str, bytes]
) -> None:
    url, request_body = large
    with start_api(DATABASE_URL=url, **LIMITS) as api, httpx.Client(trust_env=False, timeout=60) as http:
        api.get()
        before = most = api.memory
        readers = [ask(api, request_body, f"127.0.0.{n % 8 + 1}") for n in range(READERS)]
        try:
            heads = []
            for reader in readers:
                heads.append(reader.recv(1000))
                most = max(most, api.memory)
            served = [head for head in heads if head.startswith(b"HTTP/1.1 200")]
            refused = [
                head + answer(reader)[1]
                for head, reader in zip(heads, readers, strict=True)
                if head.startswith(b"HTTP/1.1 503")
            ]
            assert 0 < len(served) <= 5
            assert len(served) + len(refused) == READERS
            assert all(b"retry-after: 2\r\n" in head and b"UNAVAILABLE" in head for head in refused)
            # Beside what is held, one answer at a time is read, written and sent
            assert most - before < 300_000_000, (most - before) / 1e6
            # Small answers need no room
            small = http.post(f"{api.url}/graphql", json={"query": "{ __typename }"})
            assert small.status_code == 200
            # One that reads gets all of it, and whoever does not makes room for the next
            first = next(n for n, head in enumerate(heads) if head in served)
            size = len(heads[first])
            while piece := readers[first].recv(1 << 20):
                size += len(piece)
            assert size > SIZE
            for _ in range(20):
                later = http.post(f"{api.url}/graphql", content=request_body, headers=AS_JSON)
                if later.status_code == 200:
                    break
            assert (later.status_code, len(later.content) > SIZE) == (200, True)
        finally:
            for reader in readers:
                reader.close()
