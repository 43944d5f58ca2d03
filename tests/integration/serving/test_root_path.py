"""An API below a path, before which a proxy keeps the path or leaves it out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from server.app import create_app
from server.settings import SettingsError, load_settings
from tests.integration.serving.conftest import Api, StartApi
from tests.support.nginx import NGINX, WEBSOCKETS, proxied

ROOT_PATH = "/ai"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def api(start_api: StartApi) -> Iterator[Api]:
    with start_api(ROOT_PATH=ROOT_PATH, TRUSTED_PROXIES="127.0.0.1") as api:
        yield api


@pytest.fixture(scope="module", params=["kept", "left out", "kept by nginx", "left out by nginx"])
def base(request: pytest.FixtureRequest, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a client sees the API below a path; without nginx, as a proxy would ask it."""
    with serving(request.param, api, tmp_path_factory.mktemp("nginx")) as url:
        yield url


@contextmanager
def serving(way: str, api: Api, folder: Path) -> Iterator[str]:
    if way == "kept":
        yield f"{api.url}{ROOT_PATH}"
    elif way == "left out":
        yield api.url
    elif NGINX is None:
        pytest.skip("there is no nginx here")
    else:
        end = "" if way == "kept by nginx" else "/"
        location = f"location {ROOT_PATH}/ {{ proxy_pass http://api{end}; {WEBSOCKETS} }}"
        with proxied(folder, [api.port], location=location) as url:
            yield f"{url}{ROOT_PATH}"


@pytest.mark.parametrize("page", ["/", "/models/demo/prose", "/p/abc", "/graphql", "/docs", "/redoc"])
def test_a_page_names_assets_that_are_there(base: str, page: str) -> None:
    answer = httpx.get(f"{base}{page}", headers=HTML, trust_env=False)
    assert answer.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert addresses
    for address in addresses:
        assert address.startswith(f"{ROOT_PATH}/static/assets/"), address
        asset = httpx.get(f"{base}{address.removeprefix(ROOT_PATH)}", trust_env=False)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
    assert 'data-root="/ai"' in answer.text or page in ("/docs", "/redoc")


def test_interfaces_answer_and_name_addresses_below_the_path(base: str) -> None:
    facts = httpx.get(f"{base}/", headers={"accept": "application/json"}, trust_env=False).json()
    assert (facts["graphql"], facts["openapi"]) == ("/ai/graphql", "/ai/openapi.json")
    document = httpx.get(f"{base}/openapi.json", trust_env=False).json()
    assert document["servers"] == [{"url": "/ai"}]
    flow = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert flow["tokenUrl"] == "/ai/v1/auth/token"
    account = {"email": "a@example.org", "password": "correct horse battery"}
    assert httpx.post(f"{base}/v1/auth/token", json=account, trust_env=False).json()["status"] == 401
    answer = httpx.post(f"{base}/graphql", json={"query": "{ __typename }"}, trust_env=False)
    assert answer.json()["data"] == {"__typename": "Query"}
    for path, form in (("/v1/none", "detail"), ("/openai/v1/none", "error"), ("/none", "error")):
        refusal = httpx.get(f"{base}{path}", trust_env=False)
        assert (refusal.status_code, form in refusal.json()) == (404, True), path
    for path in ("/health/live", "/health/ready", "/v1/models", "/openai/v1/models"):
        assert httpx.get(f"{base}{path}", trust_env=False).status_code == 200, path


async def test_links_begin_with_the_path_and_work(base: str) -> None:
    """An upload's link is what a client follows next: here through the same door."""
    async with httpx.AsyncClient(trust_env=False) as http:

        async def ask(query: str, token: str = "", **variables: object) -> dict[str, dict[str, str]]:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            body = {"query": query, "variables": variables}
            data: dict[str, dict[str, str]] = (await http.post(f"{base}/graphql", json=body, headers=headers)).json()[
                "data"
            ]
            return data

        handle = f"below-{abs(hash(base)) % 10**8}"
        new = {"handle": handle, "email": f"{handle}@example.org", "password": "correct horse battery"}
        register = "mutation ($i: RegisterInput!) { register(input: $i) { ... on Session { accessToken } } }"
        token = (await ask(register, i=new))["register"]["accessToken"]
        create = """mutation { createUpload(input: {contentType: "image/png", sizeBytes: 3}) {
            ... on Upload { url } ... on UserError { message } } }"""
        link = (await ask(create, token))["createUpload"]["url"]
        own = httpx.URL(base)
        assert link.startswith(f"http://{own.netloc.decode()}{ROOT_PATH}/uploads/"), link
        if base.endswith(ROOT_PATH):
            stored = await http.put(link, content=b"abc", headers={"content-type": "image/png"})
            assert stored.status_code == 201, stored.text


async def test_sockets_open(base: str) -> None:
    url = base.replace("http", "ws", 1)
    async with websockets.connect(f"{url}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await asyncio.wait_for(socket.recv(), 20))["type"] == "connection_ack"


def test_the_path_alone_leads_to_the_page(api: Api) -> None:
    answer = httpx.get(f"{api.url}{ROOT_PATH}", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/ai/")


@pytest.mark.parametrize("path", ["/aix", "/ai/ai/graphql", "/ai//graphql", "/AI/graphql", "//ai/graphql"])
def test_what_only_looks_like_the_path_is_none(api: Api, path: str) -> None:
    answer = httpx.get(f"{api.url}{path}", trust_env=False)
    assert answer.status_code == 404, path
    # Nobody is led to another host by it
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"root_path": "ai"}, "ROOT_PATH: 'ai' is not a path"),
        ({"root_path": "/a b"}, "ROOT_PATH: '/a b' is not a path"),
        ({"root_path": "/../x"}, "ROOT_PATH: '/../x' is not a path"),
        ({"root_path": '/"><script>'}, "is not a path"),
        ({"root_path": "/ai", "public_url": "https://x.example"}, r"PUBLIC_URL: must end with ROOT_PATH \(/ai\)"),
    ],
)
def test_paths_that_cannot_be_are_refused(settings: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load_settings(**settings)


@pytest.mark.parametrize("path", ["/v1", "/models/x", "/static", "/openai", "/graphql"])
def test_a_path_of_the_server_itself_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match=f"ROOT_PATH: {path} begins as paths of the server itself"):
        create_app(load_settings(root_path=path))


def test_the_path_of_the_public_url_is_the_path() -> None:
    assert load_settings(public_url="https://x.example/ai/").base_path == "/ai"
    assert load_settings(public_url="https://x.example/").base_path == ""
    assert load_settings(root_path="/").base_path == ""
    assert load_settings(root_path="/a/b/").base_path == "/a/b"
