"""A picture from the model to the browser and a file from the browser to the model, by way of a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import LiveServer, running
from tests.integration.storage.conftest import Bucket
from tests.support.api import Client
from tests.support.operations import ended
from tests.support.prepared import StartServers

SHARED = "[default]\naws_access_key_id = key\naws_secret_access_key = from-a-file\n"


@pytest.fixture
def live(
    bucket: Bucket, start_servers: StartServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveServer]:
    """A server whose store is the bucket, and whose credentials lie where botocore looks for them last."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    (tmp_path / "credentials").write_text(SHARED)
    (tmp_path / "data").mkdir()
    settings = {
        "STORAGE_TYPE": "s3",
        "S3_BUCKET": bucket.name,
        "S3_REGION": "eu-central-1",
        "S3_ENDPOINT_URL": bucket.endpoint,
        "S3_PREFIX": "inference/",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    # Servers of its own: the session's worker would take its predictions to a store of its own
    with (
        start_servers() as servers,
        running(servers, tmp_path / "data", **settings) as found,
    ):
        yield found


async def test_a_picture_lies_in_the_bucket_and_is_fetched_by_a_link(live: LiveServer, bucket: Bucket) -> None:
    client = Client(live.url)
    values = {"prompt": "a red circle on a blue background", "steps": 3, "seed": 1}
    made = await ended(client, (await client.create("demo/shapes", values))["id"])
    assert made["status"] == "SUCCEEDED", made
    (file,) = made["files"]
    assert file["url"].startswith(f"{bucket.endpoint}/{bucket.name}/inference/predictions/")
    assert "X-Amz-Signature=" in file["url"]
    assert "from-a-file" not in file["url"]
    async with httpx.AsyncClient(trust_env=False) as browser:
        picture = await browser.get(file["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    assert len(picture.content) == int(file["bytes"])
    assert not [path for path in live.data_dir.rglob("*.png")]
    await client.close()
