"""schemathesis: requests made of the OpenAPI document, right and wrong ones; answers are as the document says."""

from __future__ import annotations

import json

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.rest.app import openapi_text
from tests.conftest import LiveServer
from tests.support.rest import rest_token

EXAMPLES = 6
schema = schemathesis.openapi.from_dict(json.loads(openapi_text()))
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)


@pytest.fixture(scope="module")
def token(live_server: LiveServer) -> str:
    return rest_token(live_server.url)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_the_document_says(case: Case, live_server: LiveServer, token: str) -> None:
    case.headers = {**(case.headers or {}), "authorization": f"Bearer {token}"}
    # Models that are added by chance would be prepared by the worker for nothing
    if case.path.endswith("/versions") and case.method == "POST":
        case.path_parameters = {**(case.path_parameters or {}), "owner": "nobody"}
    case.call_and_validate(base_url=live_server.url, checks=CHECKS, timeout=30)


def test_the_server_gives_the_document(live_server: LiveServer) -> None:
    answer = httpx.get(f"{live_server.url}/openapi.json", trust_env=False)
    assert answer.json() == json.loads(openapi_text())
