"""REDIS_URL of one server, of Sentinels and of a cluster; what names begin with there."""

from __future__ import annotations

import pytest

from server.settings.redis_url import RedisUrl, name_prefix, read_namespace, read_redis_url


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("redis://cache:6380/3", RedisUrl("redis://cache:6380/3")),
        ("rediss://:p@cache/0", RedisUrl("rediss://:p@cache/0", is_encrypted=True)),
        ("redis+sentinel://a/main", RedisUrl("redis://sentinel/0", (("a", 26379),), "main")),
        (
            "redis+sentinel://ada:p%40ss%2F@a:1,b,[::1]:3/my-name/2",
            RedisUrl("redis://ada:p%40ss%2F@sentinel/2", (("a", 1), ("b", 26379), ("::1", 3)), "my-name"),
        ),
        (
            "rediss+sentinel://:p@a/main?sentinel_password=s%2F&ssl_cert_reqs=none&db=4",
            RedisUrl(
                "rediss://:p@sentinel/0?ssl_cert_reqs=none&db=4", (("a", 26379),), "main", {"password": "s/"},
                is_encrypted=True,
            ),
        ),
        ("redis+cluster://a", RedisUrl("redis://cluster/0", nodes=(("a", 6379),))),
        (
            "rediss+cluster://ada:p%40@a:1,[::1]:3/0?ssl_cert_reqs=none",
            RedisUrl(
                "rediss://ada:p%40@cluster/0?ssl_cert_reqs=none", is_encrypted=True, nodes=(("a", 1), ("::1", 3))
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_read(url: str, read: RedisUrl) -> None:
    assert read_redis_url(url) == read


@pytest.mark.parametrize(
    "url",
    [
        *("redis+sentinel://", "redis+sentinel://a", "redis+sentinel://a/", "redis+sentinel:///main"),
        *("redis+sentinel://a,/main", "redis+sentinel://a:0/main", "redis+sentinel://a:99999/main"),
        *("redis+sentinel://a:x/main", "redis+sentinel://a/main/one", "redis+sentinel://a/ma in", "sentinel://a/main"),
        *("redis+sentinel://a/main?x=1", "redis+sentinel://a/main?sentinel_x=1", "redis://a?sentinel_password=1"),
        *("redis+sentinel://a b/main", "redis+sentinel://a/main?db=x", "redis+sentinel://::1/main"),
        *("redis+cluster://", "redis+cluster://a,", "redis+cluster://a/1", "redis+cluster://a?db=2"),
        *("redis+cluster://a?sentinel_password=1", "redis+cluster://a:0", "cluster://a"),
    ],
)
def test_what_is_none_says_so_and_repeats_no_secret(url: str) -> None:
    secret = url.replace("://", "://:hidden@", 1)
    for each in (url, secret):
        with pytest.raises(ValueError, match=" ") as refused:
            read_redis_url(each)
        assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "namespace", "prefix"),
    [
        ("redis://a", "", ""),
        ("redis://a", "prod", "prod:"),
        ("redis+sentinel://a/main", "eu:prod-1", "eu:prod-1:"),
        ("redis+cluster://a", "", "{inference}:"),
        ("redis+cluster://a", "prod", "{prod}:"),
    ],
)
def test_what_names_begin_with(url: str, namespace: str, prefix: str) -> None:
    assert name_prefix(url, read_namespace(namespace)) == prefix


@pytest.mark.parametrize("namespace", ["a b", "a*", "{a}", ":a", "a:", "-", "a" * 41, "\u00e4", "a\n"])
def test_a_namespace_that_is_none_is_refused(namespace: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        read_namespace(namespace)
