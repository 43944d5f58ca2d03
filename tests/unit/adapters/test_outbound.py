"""What is connected to is what was judged, and no receiver holds the sender for long or fills it up."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.adapters.outbound import KEPT_BYTES, NotPublicError, Outbound, OutboundError
from server.domain.addresses import Opening, parse_openings
from server.domain.targets import Target, parse_target
from tests.support.receiver import Answering, Told, answer, hang, listening

OPEN = parse_openings("127.0.0.0/8:*")


def sender(
    *addresses: str, openings: tuple[Opening, ...] = OPEN, seconds: float = 5, context: ssl.SSLContext | None = None
) -> Outbound:
    """One whose names all have these addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return Outbound(openings, seconds, resolve=resolve if addresses else None, ssl_context=context)


def target(port: int, host: str = "receiver.example", path: str = "/hook") -> Target:
    return parse_target(f"http://{host}:{port}{path}")


async def test_an_answer_with_its_code_and_start() -> None:
    async with listening(answer(201, b"x" * 5000, retry_after="7")) as receiver:
        found = await sender("127.0.0.1").post(target(receiver.port), {"A-B": "c"}, b"body")
    (told,) = receiver.told
    assert (found.code, found.body, found.retry_after) == (201, "x" * KEPT_BYTES, "7")
    assert (told.line, told.body) == ("POST /hook HTTP/1.1", b"body")
    assert told.headers["host"] == f"receiver.example:{receiver.port}"
    assert told.headers["a-b"] == "c"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["fe80::1%lo"], ["::ffff:127.0.0.1"],
        ["2002:7f00:1::1"], ["64:ff9b::7f00:1"], ["224.0.0.1"], ["100.100.100.200"],
        # a mix: one public address does not excuse the other
        ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2606:4700::1111", "fd00::1"],
    ],
)  # fmt: skip
async def test_a_name_with_an_address_that_is_not_public_is_not_connected(addresses: list[str]) -> None:
    with pytest.raises(NotPublicError) as raised:
        await sender(*addresses, openings=()).post(parse_target("http://receiver.example/"), {}, b"")
    assert not any(address in str(raised.value) for address in addresses)


async def test_only_the_port_that_was_opened() -> None:
    async with listening() as receiver, listening() as other:
        openings = parse_openings(f"127.0.0.0/8:{receiver.port}")
        await sender("127.0.0.1", openings=openings).post(target(receiver.port), {}, b"")
        with pytest.raises(NotPublicError):
            await sender("127.0.0.1", openings=openings).post(target(other.port), {}, b"")
    assert (len(receiver.told), len(other.told)) == (1, 0)


async def test_a_name_is_resolved_once_and_the_judged_address_is_connected() -> None:
    """A name that means another address at its second look-up (DNS rebinding) gets no second look-up."""
    answers = [["127.0.0.2"], ["127.0.0.1"]]
    asked: list[tuple[str, int]] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return answers.pop(0)

    async with listening() as receiver:
        openings = parse_openings("127.0.0.2/32:*")
        with pytest.raises(OutboundError, match="refused the connection or cannot be reached"):
            # Nobody listens at 127.0.0.2: what was judged is what is tried
            await Outbound(openings, 5, resolve=rebinding).post(target(receiver.port), {}, b"")
    assert asked == [("receiver.example", receiver.port)]
    assert receiver.told == []


async def test_the_next_address_is_tried_where_the_first_takes_none() -> None:
    async with listening() as receiver:
        found = await sender("127.0.0.2", "127.0.0.1").post(target(receiver.port), {}, b"")
    assert found.code == 200


async def test_the_systems_own_names_are_judged() -> None:
    async with listening() as receiver:
        with pytest.raises(NotPublicError):
            await sender(openings=()).post(Target("http", "localhost", 80, b"/"), {}, b"")
        assert (await sender().post(target(receiver.port, "127.0.0.1"), {}, b"")).code == 200
    with pytest.raises(OutboundError, match="could not be resolved"):
        await sender().post(parse_target("http://nowhere.invalid/"), {}, b"")


async def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    async def hanging(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(OutboundError, match="No answer within"):
        await Outbound(OPEN, 0.2, resolve=hanging).post(parse_target("http://receiver.example/"), {}, b"")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(code: int) -> None:
    async with listening() as other:
        away = answer(code, location=f"http://127.0.0.1:{other.port}/")
        async with listening(away) as receiver:
            found = await sender("127.0.0.1").post(target(receiver.port), {}, b"")
    assert (found.code, other.told) == (code, [])


async def test_no_environment_variable_sends_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as proxy, listening() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await sender("127.0.0.1").post(target(receiver.port), {}, b"")
    assert (len(receiver.told), len(proxy.told)) == (1, 0)


async def _no_http(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await writer.drain()


async def _reset(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _endless_headers(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-y: " + b"z" * 1000 + b"\r\n")
        await writer.drain()


async def _dripping_head(told: Told, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _endless_hints(told: Told, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n" * 100)
        await writer.drain()


async def _other_protocol(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n")
    await writer.drain()


async def _two_lengths(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nabc")
    await writer.drain()


@pytest.mark.parametrize(
    ("doing", "says"),
    [
        (hang, "No answer within"),
        (_endless_hints, "No answer within"),
        (_other_protocol, "not valid HTTP"),
        (_two_lengths, "not valid HTTP"),
        (_dripping_head, "No answer within"),
        (_no_http, "not valid HTTP"),
        (_reset, "broke before|not valid HTTP"),
        (_endless_headers, "not valid HTTP|No answer within"),
    ],
)
async def test_no_answer_is_an_error_in_time(doing: Answering, says: str) -> None:
    async with listening(doing) as receiver:
        began = time.monotonic()
        with pytest.raises(OutboundError, match=says):
            await sender("127.0.0.1", seconds=0.5).post(target(receiver.port), {}, b"")
    assert time.monotonic() - began < 2


async def test_a_closed_port_is_an_error() -> None:
    async with listening() as receiver:
        pass
    with pytest.raises(OutboundError, match="refused the connection or cannot be reached"):
        await sender("127.0.0.1").post(target(receiver.port), {}, b"")


async def _endless_body(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"y" * 65_536 + b"\r\n")
        await writer.drain()


async def _dripping_body(told: Told, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b"z")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_an_endless_body_is_left_after_its_first_kilobyte() -> None:
    async with listening(_endless_body) as receiver:
        found = await sender("127.0.0.1").post(target(receiver.port), {}, b"")
    assert (found.code, found.body) == (200, "y" * KEPT_BYTES)


async def test_a_body_that_drips_does_not_undo_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.adapters.outbound.BODY_SECONDS", 0.2)
    async with listening(_dripping_body) as receiver:
        found = await sender("127.0.0.1").post(target(receiver.port), {}, b"")
    assert found.code == 200
    assert 0 < len(found.body) < KEPT_BYTES


async def test_a_body_that_is_no_text_can_be_stored() -> None:
    async with listening(answer(500, b"a\x00b\xff\xed\xa0\x80")) as receiver:
        found = await sender("127.0.0.1").post(target(receiver.port), {}, b"")
    assert found.body.startswith("a\ufffdb\ufffd")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of receiver.example that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("receiver.example"), x509.IPAddress(ipaddress.ip_address("10.9.8.7"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path


async def test_https_verifies_the_name_although_an_address_is_connected(certificate: Path) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with listening(tls=serving) as receiver:
        good = parse_target(f"https://receiver.example:{receiver.port}/")
        assert (await sender("127.0.0.1", context=trusting).post(good, {}, b"")).code == 200
        other = parse_target(f"https://other.example:{receiver.port}/")
        with pytest.raises(OutboundError, match="certificate"):
            await sender("127.0.0.1", context=trusting).post(other, {}, b"")
        with pytest.raises(OutboundError, match="certificate"):
            await sender("127.0.0.1").post(good, {}, b"")
    assert len(receiver.told) == 1
