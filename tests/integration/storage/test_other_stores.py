"""Stores that are no AWS: what they refuse, where browsers reach them, and what a wrong set-up says."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from server.adapters.storage import StorageError, open_storage
from server.doctor import DiagnosisState, check_storage
from server.settings import SettingsError, load_settings
from tests.integration.storage.conftest import SIGNER, Bucket
from tests.integration.storage.keys import new_key
from tests.integration.storage.strict_store import (
    Rule,
    deletes_singly,
    heeds_the_clock,
    knows_no_checksums,
    strict_store,
    wants_md5,
)

OWNER = "0b0e4a52-6b3c-4d2e-9f00-000000000002"
PREFIX = f"predictions/{OWNER}/"


@pytest.mark.parametrize("rules", [(wants_md5,), (knows_no_checksums,), (wants_md5, knows_no_checksums)])
async def test_files_are_removed_together_from_stores_that_know_but_md5(bucket: Bucket, rules: tuple[Rule]) -> None:
    with strict_store(*rules) as store:
        async with open_storage(bucket.settings(s3_endpoint_url=store.url), SIGNER) as storage:
            for number in range(5):
                await storage.put(new_key(1, number, owner=OWNER), b"x", "image/png")
            assert await storage.delete_prefix(PREFIX) == 5
            assert await storage.delete_prefix(PREFIX) == 0
            assert [folder async for folder in storage.folders()] == []
        assert [method for method, _ in store.requests].count("POST") == 1


async def test_large_files_go_to_such_stores_too(bucket: Bucket) -> None:
    key, data = new_key(extension="bin"), b"x" * 20_000_000
    with strict_store(wants_md5, knows_no_checksums) as store:
        async with open_storage(bucket.settings(s3_endpoint_url=store.url), SIGNER) as storage:
            await storage.put(key, data, "application/octet-stream")
            assert await storage.size(key) == len(data)
            await storage.check()


async def test_files_are_removed_one_by_one_where_several_are_refused(bucket: Bucket) -> None:
    with strict_store(deletes_singly) as store:
        async with open_storage(bucket.settings(s3_endpoint_url=store.url), SIGNER) as storage:
            for _ in range(2):
                for number in range(25):
                    await storage.put(new_key(1, number, owner=OWNER), b"x", "image/png")
                assert await storage.delete_prefix(PREFIX) == 25
            assert await storage.delete_prefix(PREFIX) == 0
        # It is asked for several once
        methods = [method for method, _ in store.requests]
        assert (methods.count("POST"), methods.count("DELETE")) == (1, 50)


async def test_files_that_may_not_be_removed_one_by_one(bucket: Bucket) -> None:
    with strict_store(deletes_singly) as store:
        async with open_storage(bucket.settings(s3_endpoint_url=store.url), SIGNER) as storage:
            await storage.put(new_key(owner=OWNER), b"x", "image/png")
            bucket.deny("s3:DeleteObject")
            with pytest.raises(StorageError, match=r"^Files could not be removed: "):
                await storage.delete_prefix(PREFIX)


async def test_a_refusal_of_rights_is_no_reason_to_remove_one_by_one(bucket: Bucket) -> None:
    def forbids(_: Any, environ: dict[str, Any], __: bytes) -> tuple[str, str] | None:
        return ("403 Forbidden", "AccessDenied") if environ["REQUEST_METHOD"] == "POST" else None

    with strict_store(forbids) as store:
        async with open_storage(bucket.settings(s3_endpoint_url=store.url), SIGNER) as storage:
            await storage.put(new_key(owner=OWNER), b"x", "image/png")
            with pytest.raises(StorageError, match="AccessDenied") as caught:
                await storage.delete_prefix(PREFIX)
            assert isinstance(caught.value.__cause__, ClientError)
        assert "DELETE" not in [method for method, _ in store.requests]


async def test_links_name_the_public_endpoint_and_nothing_else_does(bucket: Bucket) -> None:
    key = new_key()
    with strict_store() as inside, strict_store() as outside:
        settings = bucket.settings(s3_endpoint_url=inside.url, s3_public_endpoint_url=outside.url)
        async with open_storage(settings, SIGNER) as storage:
            await storage.put(key, b"picture", "image/png")
            assert await storage.size(key) == 7
            link = await storage.url(key, "image/png", 60)
            assert not outside.requests
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(link)).content == b"picture"
            await storage.delete_prefix(key.rpartition("1/")[0])
        assert [method for method, _ in outside.requests] == ["GET"]
        assert inside.url not in link
        # The name of the host is among what is signed
        async with open_storage(bucket.settings(s3_endpoint_url=inside.url), SIGNER) as storage:
            other = await storage.url(key, "image/png", 60)
    assert parse_qs(urlsplit(link).query)["X-Amz-SignedHeaders"] == ["host"]
    assert signature(link) != signature(other)


def signature(link: str) -> str:
    return parse_qs(urlsplit(link).query)["X-Amz-Signature"][0]


@pytest.mark.parametrize(
    ("addressing", "place"),
    [("auto", "{host}/{bucket}/"), ("path", "{host}/{bucket}/"), ("virtual", "{bucket}.{host}/")],
)
async def test_where_the_name_of_the_bucket_stands(bucket: Bucket, addressing: str, place: str) -> None:
    key = new_key()
    with strict_store() as store:
        host = store.url.removeprefix("http://").replace("127.0.0.1", "localhost")
        settings = bucket.settings(s3_endpoint_url=f"http://{host}", s3_addressing=addressing)
        async with open_storage(settings, SIGNER) as storage:
            link = await storage.url(key, "image/png", 60)
            assert link.startswith(f"http://{place.format(host=host, bucket=bucket.name)}{key}?")
            if addressing != "virtual":
                # Names below localhost are not resolved everywhere
                await storage.put(key, b"picture", "image/png")
                assert store.hosts == {host}
                assert store.requests[-1][1].startswith(f"/{bucket.name}/")


@pytest.mark.parametrize(("ahead", "side"), [(7200.0, "behind"), (-7200.0, "ahead of")])
async def test_a_clock_that_is_wrong_is_named(bucket: Bucket, ahead: float, side: str) -> None:
    key = new_key()
    with strict_store(heeds_the_clock, clock_ahead_seconds=ahead) as store:
        settings = bucket.settings(s3_endpoint_url=store.url)
        async with open_storage(settings, SIGNER) as storage:
            for call in (storage.put(key, b"x", "image/png"), storage.size(key), storage.delete_prefix(PREFIX)):
                with pytest.raises(StorageError, match=rf"The clock of this machine is 7[12]\d\d seconds {side}"):
                    await call
            part = await check_storage(settings, storage)
            assert part.state is DiagnosisState.BROKEN
            assert "set it by NTP" in part.says


async def test_a_bucket_of_another_region_is_told_with_its_region(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At AWS requests are led to the region, but no link is: pictures would stay away without a word."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    settings = bucket.settings(s3_endpoint_url=None, s3_region=None)
    async with open_storage(settings, SIGNER) as storage:
        part = await check_storage(settings, storage)
        assert part.state is DiagnosisState.BROKEN
        assert part.says.endswith("set S3_REGION=eu-central-1")
    async with open_storage(settings.model_copy(update={"s3_region": "eu-central-1"}), SIGNER) as storage:
        await storage.check()
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    async with open_storage(settings, SIGNER) as storage:
        await storage.check()
    # Elsewhere any name of a region does
    async with open_storage(bucket.settings(s3_region="anywhere"), SIGNER) as storage:
        await storage.check()


def test_a_public_endpoint_alone_is_refused() -> None:
    with pytest.raises(SettingsError, match="S3_PUBLIC_ENDPOINT_URL: needs S3_ENDPOINT_URL"):
        load_settings(storage_type="s3", s3_bucket="files", s3_public_endpoint_url="https://s3.example.com")
