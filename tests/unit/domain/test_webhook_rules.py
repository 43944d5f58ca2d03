"""Which URLs a webhook can have, and when a delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.addresses import parse_openings
from server.domain.targets import BadUrlError, parse_target
from server.domain.webhooks import (
    SCHEDULE,
    NewWebhook,
    WebhookEvent,
    retry_after_seconds,
    retry_seconds,
    violations,
)

EVENTS = (WebhookEvent.COMPLETED,)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

INSIDE = [
    # the same address in decimal, octal, hexadecimal, short and mixed forms, with trailing dots and other digits
    "http://127.0.0.1/", "http://127.0.0.1./", "http://127.1/", "http://127.0.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://0x7f.1/",
    "http://127.0.0.0x1/", "http://0/", "http://0.0.0.0/", "http://127。0。0。1/", "http://\uff11\uff12\uff17.0.0.1/",
    "http://127.0.0.1%00/", "http://127.0.0.01/", "http://127.0.0.256/", "http://1.2.3.4.5/",
    # metadata services, private and link-local networks
    "http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/", "http://2852039166/", "http://10.0.0.1/",
    "http://192.168.0.1/", "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",
    # IPv6, and IPv4 within it
    "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
    "http://[fd00:ec2::254]/", "http://[2001:db8::1]/", "http://[::1", "http://[]/",
    # names of this machine
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/", "http://ⓛocalhost/",
    # whose host is it
    "http://user@example.com/", "http://user:password@example.com/", "http://@example.com/",
    "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1\\@example.com/",
    "http://example.com\\.127.0.0.1/", "http://example.com:80@127.0.0.1/",
    # ports
    "http://example.com:22/", "https://example.com:8443/", "http://example.com:0/", "http://example.com:65536/",
    "http://example.com:-80/", "http://example.com:\uff16\uff13\uff17\uff19/", "http://example.com:6379/",
    # no URL of the web, or none at all
    "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
    "http://", "http:///x", "https:example.com", "http://ex ample.com/", "http://exa\nmple.com/", "http://a..b/",
    "http://.example.com/", "http://-.com/", "http://exam%70le.com/", "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 130 + "com/", "http://example.com/\x00", "http://example.com/" + "x" * 2000,
    "javascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_refused(url: str) -> None:
    found = violations(NewWebhook(url, EVENTS), ())
    assert [(v.path, v.code) for v in found] == [("/webhook/url", "url")]
    assert found[0].message.endswith(".")


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://example.com", "example.com", 443, b"/"),
        ("HTTPS://Example.COM:443/a b?c=d#e", "example.com", 443, b"/a%20b?c=d"),
        ("http://example.com.:80/", "example.com", 80, b"/"),
        ("https://example.com:80/", "example.com", 80, b"/"),
        ("https://bücher.example/ü", "xn--bcher-kva.example", 443, b"/%C3%BC"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, b"/x"),
        ("https://[2606:4700:4700:0::1111]/", "2606:4700:4700::1111", 443, b"/"),
        ("https://my_host.example.com/", "my_host.example.com", 443, b"/"),
        ("https://example.com/@x", "example.com", 443, b"/@x"),
    ],
)
def test_accepted(url: str, host: str, port: int, path: bytes) -> None:
    assert violations(NewWebhook(url, EVENTS), ()) == []
    target = parse_target(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    # What is kept is what was judged
    assert parse_target(str(target)) == target


def test_openings_allow_what_they_name() -> None:
    openings = parse_openings("127.0.0.0/8:9000,10.0.0.0/8:80")
    for url in ["http://127.0.0.1:9000/", "http://10.0.0.1/", "http://localhost:9000/", "http://inside.example:9000/"]:
        assert violations(NewWebhook(url, EVENTS), openings) == []
    for url in ["http://127.0.0.1/", "http://10.0.0.1:9000/", "http://192.168.0.1/", "http://example.com:9001/"]:
        assert violations(NewWebhook(url, EVENTS), openings) != []


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert [v.path for v in violations(NewWebhook("x", ()), ())] == ["/webhook/events", "/webhook/url"]


def test_the_host_header_names_an_odd_port_and_brackets_ipv6() -> None:
    assert parse_target("http://example.com:443/").host_header == "example.com:443"
    assert parse_target("https://example.com:443/").host_header == "example.com"
    assert parse_target("http://[2606:4700::1]:443/").host_header == "[2606:4700::1]:443"


def test_a_url_that_is_none_raises() -> None:
    with pytest.raises(BadUrlError):
        parse_target("http://")


def test_the_schedule_is_that_of_standard_webhooks_give_or_take_a_tenth() -> None:
    assert SCHEDULE == (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    for tries, seconds in enumerate(SCHEDULE[1:], start=1):
        assert retry_seconds(tries, 0) == seconds
        assert retry_seconds(tries, -1) == pytest.approx(seconds * 0.9)
        assert retry_seconds(tries, 1) == pytest.approx(seconds * 1.1)
    assert retry_seconds(len(SCHEDULE), 0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("120", 120), (" 7 ", 7), ("0", 0), ("-5", 0), ("1e3", 0), ("soon", 0), ("", 0), ("١٢", 0),
        ("9" * 400, 86_400), ("Thu, 01 Jan 2026 00:10:00 GMT", 600), ("Thu, 01 Jan 2026 00:10:00 -0000", 600),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0), ("Fri, 01 Jan 2027 00:00:00 GMT", 86_400),
        ("Thu, 99 Jan 2026 00:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after(header: str | None, seconds: float) -> None:
    assert retry_after_seconds(header, NOW) == seconds


def test_retry_after_is_never_longer_than_a_day() -> None:
    assert retry_after_seconds("100000", NOW) == timedelta(days=1).total_seconds()
