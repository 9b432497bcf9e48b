"""Where calls may go: the address is checked when the connection is made, and the certificate is for its name."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cscart_zoho.errors import ConnectorError, Unreachable, WrongSetting
from cscart_zoho.http import GuardedTransport, Wire, checked_addresses

PUBLIC = "93.184.215.14"
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::10.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "0.0.0.0",  # noqa: S104
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
]


class Names:
    """A resolver that answers each question with the next of its answers; the last stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        numbers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every connection that is tried; none succeeds."""
    tried: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError("refused by the test")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def named(monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str]) -> Names:
    names = Names(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


def wire(url: str, **options: Any) -> Wire:
    client = httpx2.Client(transport=GuardedTransport(**options), follow_redirects=False)
    return Wire(name="CS-Cart", base_url=url, client=client)


@pytest.mark.parametrize("number", PRIVATE + NEVER)
def test_no_private_number_is_called(
    number: str, monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    named(monkeypatch, [number])
    with pytest.raises(WrongSetting, match="private network"):
        wire("https://store.example.org").get("/")
    assert connected == []


@pytest.mark.parametrize("number", PRIVATE)
def test_private_numbers_are_called_when_the_process_allows_it(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, [number])
    assert checked_addresses("store.example.org", 443, private=True) == [number]


@pytest.mark.parametrize("number", NEVER)
def test_the_numbers_of_the_machine_itself_are_never_called(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, [number])
    with pytest.raises(WrongSetting):
        checked_addresses("store.example.org", 443, private=True)


@pytest.mark.parametrize("number", [PUBLIC, "2606:2800:21f:cb07::1", f"::ffff:{PUBLIC}", f"64:ff9b::{PUBLIC}"])
def test_public_numbers_are_called(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, [number])
    assert checked_addresses("store.example.org", 443) == [number]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost"]
)
def test_private_numbers_in_any_spelling_are_not_called(host: str, connected: list[tuple[str, int]]) -> None:
    """These need no name server: the system itself reads them."""
    with pytest.raises(ConnectorError) as caught:
        wire(f"https://{host}").get("/")
    assert caught.value.for_people()
    assert connected == []


def test_one_private_number_among_public_ones_is_enough(
    monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    named(monkeypatch, [PUBLIC, "10.0.0.7"])
    with pytest.raises(WrongSetting):
        wire("https://store.example.org").get("/")
    assert connected == []


def test_the_number_that_was_checked_is_the_one_that_is_called(
    monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    """A resolver that answers public once and private ever after."""
    names = named(monkeypatch, [PUBLIC], ["127.0.0.1"])
    transport = GuardedTransport()
    request = httpx2.Request("GET", "https://store.example.org/")
    with pytest.raises(httpx2.ConnectError):
        transport.handle_request(request)
    assert connected == [(PUBLIC, 443)]
    with pytest.raises(WrongSetting):
        transport.handle_request(request)
    assert connected == [(PUBLIC, 443)]
    assert names.asked == ["store.example.org"] * 2


def test_the_next_number_is_tried_when_one_does_not_connect(
    monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    numbers = ["2606:2800:21f:cb07::1", PUBLIC, "93.184.215.15", "93.184.215.16"]
    named(monkeypatch, numbers)
    with pytest.raises(Unreachable):
        wire("https://store.example.org").send("POST", "/")
    assert [number for number, _ in connected] == numbers[:3]


@pytest.mark.parametrize(
    "url", ["http://store.example.org", "file:///etc/passwd", "gopher://store.example.org", "ftp://store.example.org"]
)
def test_only_https_is_spoken(url: str, monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]) -> None:
    named(monkeypatch, [PUBLIC])
    with pytest.raises(ConnectorError) as caught:
        wire(url).get("/")
    assert caught.value.for_people()
    assert connected == []


@pytest.mark.parametrize("port", [22, 25, 80, 631])
def test_ports_of_other_services_are_not_called(
    port: int, monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    named(monkeypatch, [PUBLIC])
    with pytest.raises(WrongSetting, match="not the address of a website"):
        wire(f"https://store.example.org:{port}").get("/")
    assert connected == []


def test_a_host_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match=r"no host nowhere\.example"):
        wire("https://nowhere.example").get("/")


def test_a_simulator_of_the_settings_is_called_by_http_and_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    trusted = frozenset({"127.0.0.1:8700"})
    with pytest.raises(Unreachable):
        wire("http://127.0.0.1:8700", trusted=trusted).send("POST", "/")
    assert connected == [("127.0.0.1", 8700)]
    for other in ("http://127.0.0.1:8701", "https://127.0.0.1:8701", "http://127.0.0.1:8700.example.org"):
        with pytest.raises(ConnectorError):
            wire(other, trusted=trusted).send("POST", "/")
    assert len(connected) == 1


# Certificates, against a real server


@dataclass
class Shop:
    """An HTTPS server of this machine; `seen` are the Host headers that came."""

    port: int
    certificate: Path
    seen: list[str]


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    certificate, key = _certificate(tmp_path, "store.example.org")
    seen: list[str] = []

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(self.headers["host"])
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Shop(server.server_address[1], certificate, seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def trusting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's certificate is one of those that this machine trusts."""
    made = ssl.create_default_context

    def with_the_shop() -> ssl.SSLContext:
        context = made()
        context.load_verify_locations(shop.certificate)
        return context

    monkeypatch.setattr(ssl, "create_default_context", with_the_shop)


def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is this machine."""
    monkeypatch.setattr(socket, "getaddrinfo", Names(["127.0.0.1"]))


@pytest.mark.usefixtures("trusting")
def test_the_certificate_is_checked_for_the_name_although_the_number_is_called(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    house(monkeypatch)
    with closing(GuardedTransport(private=True)) as transport:
        answer = httpx2.Client(transport=transport).get(f"https://store.example.org:{shop.port}/")
    assert answer.json() == {}
    assert shop.seen == [f"store.example.org:{shop.port}"]


@pytest.mark.usefixtures("trusting")
def test_a_connection_is_not_used_for_another_name(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both names are the same number; the certificate is good for one of them only."""
    house(monkeypatch)
    with closing(GuardedTransport(private=True)) as transport:
        client = httpx2.Client(transport=transport)
        assert client.get(f"https://store.example.org:{shop.port}/").status_code == 200
        with pytest.raises(httpx2.ConnectError, match=r"(?i)hostname mismatch"):
            client.get(f"https://accounts.example.org:{shop.port}/")
    assert len(shop.seen) == 1


@pytest.mark.usefixtures("trusting")
def test_a_certificate_for_another_name_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    house(monkeypatch)
    with pytest.raises(Unreachable, match=r"certificate that does not hold.*not valid for 'other\.example\.org'"):
        wire(f"https://other.example.org:{shop.port}", private=True).get("/")
    assert shop.seen == []


def test_a_certificate_that_nobody_vouches_for_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    house(monkeypatch)
    with pytest.raises(Unreachable, match=r"certificate that does not hold: self.signed"):
        wire(f"https://store.example.org:{shop.port}", private=True).get("/")
    assert shop.seen == []
