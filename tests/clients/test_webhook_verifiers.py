"""What we send is verified by standardwebhooks of PyPI and of npm, as docs/webhooks.md shows it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from tests.conftest import LiveServer
from tests.support.operations import somebody
from tests.support.receiver import Told, listening

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "webhooks.md").read_text()
TEXT = 'Grüße, 世界 \U0001f600 \u2028 </script> \\ " 1e400'
ROTATE = "mutation { rotateWebhookSecret { ... on WebhookSecretRotation { secret } } }"
SECRET = "{ viewer { webhookSecret } }"
# The page's function over what stands on the standard input
RUN = """
const { secret, body, headers } = JSON.parse(require("fs").readFileSync(0, "utf8"));
try { process.stdout.write(JSON.stringify({ taken: received(secret, body, headers) })); }
catch (error) { process.stdout.write(JSON.stringify({ refused: error.message })); }
"""
Verify = Callable[[str, str, dict[str, str]], Any]


def example(language: str) -> str:
    """The page's only example in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    return str(found)


class RefusedError(Exception):
    """The signature does not fit."""


def by_python(secret: str, body: str, headers: dict[str, str]) -> Any:
    names: dict[str, Any] = {}
    exec(example("python"), names)  # noqa: S102 - our own page
    try:
        return names["received"](secret, body.encode(), headers)
    except WebhookVerificationError as error:
        raise RefusedError from error


def by_javascript(node: Path) -> Verify:
    def verify(secret: str, body: str, headers: dict[str, str]) -> Any:
        given = json.dumps({"secret": secret, "body": body, "headers": headers})
        command = [str(node), "--input-type=commonjs", "-e", example("js") + RUN]
        done = subprocess.run(command, cwd=HERE, input=given, capture_output=True, text=True, check=True, timeout=30)
        answer = json.loads(done.stdout)
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        return answer["taken"]

    return verify


@pytest.fixture(params=["python", "javascript"])
def verify(request: pytest.FixtureRequest) -> Verify:
    return by_python if request.param == "python" else by_javascript(request.getfixturevalue("node"))


@pytest.fixture(scope="module")
async def sent(live_server: LiveServer) -> tuple[str, str, Told]:
    """The old and the new secret, and what was sent while both sign."""
    client, _ = await somebody(live_server.url)
    old = (await client.run(SECRET))["viewer"]["webhookSecret"]
    new = (await client.run(ROTATE))["rotateWebhookSecret"]["secret"]
    async with listening() as receiver:
        await client.create("demo/echo", {"text": TEXT}, webhook={"url": receiver.url()})
        (told,) = await receiver.wait(1)
    await client.close()
    return old, new, told


def test_the_old_and_the_new_secret_verify(sent: tuple[str, str, Told], verify: Verify) -> None:
    *secrets, told = sent
    for secret in secrets:
        taken = verify(secret, told.body.decode(), told.headers)
        assert (taken["status"], taken["text"]) == ("SUCCEEDED", TEXT)


def test_what_was_changed_or_signed_by_another_is_refused(sent: tuple[str, str, Told], verify: Verify) -> None:
    _, new, told = sent
    body = told.body.decode()
    changed = {
        "body": (new, body.replace("SUCCEEDED", "FAILED"), told.headers),
        "secret": ("whsec_" + "A" * 43 + "=", body, told.headers),
        "id": (new, body, {**told.headers, "webhook-id": "msg_other"}),
        "time": (new, body, {**told.headers, "webhook-timestamp": str(int(told.headers["webhook-timestamp"]) - 1)}),
        "old": (new, body, {**told.headers, "webhook-timestamp": "1700000000"}),
    }
    for given in changed.values():
        with pytest.raises(RefusedError):
            verify(*given)
