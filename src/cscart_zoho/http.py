"""The one way out: time-outs, retries of reads, the call budget, redaction, allowed addresses.

It has no business words. What an answer of one remote means is said by that
remote's adapter through `examine`.
"""

import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
import msgspec
import stamina

from cscart_zoho.errors import (
    NotConnected,
    RemoteFault,
    Retryable,
    Throttled,
    Unfit,
    UnknownOutcome,
    Unreachable,
    WrongSetting,
)

#: Seconds for connecting and for an answer. CS-Cart needs 0.1 to 0.7 s for a page (seen on a running 4.20 store).
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
#: An answer that is larger is refused while it is read.
LARGEST_ANSWER = 32 * 1024 * 1024
#: How often a read is tried in all.
READS = 3
#: A wait up to this is spent in place; a longer one pauses the run.
PATIENCE_S = 70.0
#: How many such waits in a row.
WAITS = 5
#: While it waits, the lease is renewed this often.
SLICE_S = 10.0
#: A write is sent only when the lease was looked at so short a time ago.
LOOKED_S = 1.0

#: What a file that was saved with a byte order mark puts before everything that its program says.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: How much of an odd answer is quoted.
QUOTED = 80

Params = Sequence[tuple[str, str]]
#: Path and parameters of a call, as an adapter thinks of them or as they go over the wire.
Place = tuple[str, Params]


class StaleToken(Exception):
    """The remote refused the call because of its token, before doing anything. It may be repeated once."""


@dataclass(frozen=True)
class Answer:
    """A complete answer below 500. `write` tells whether its request could have changed something."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    write: bool = False
    name: str = ""

    def json(self) -> Any:
        """The decoded body. Raises `RemoteFault` after a read and `UnknownOutcome` after a write when it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.unreadable(self.name) from error

    def check(self) -> None:
        """Raise what `json` would raise for a page or for half an answer."""
        try:
            msgspec.json.decode(self.body, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self.unreadable(self.name) from error

    def words(self, limit: int = 300) -> str:
        """The text of the answer, short and without markup, for people."""
        page = self.body[:4000].decode("utf-8", "replace")
        body = re.sub(r"(?is)<(head|script|style)\b.*?</\1>", " ", page)
        for text in (body, page):
            plain = " ".join(re.sub(r"<[^>]*>", " ", text).split())
            if plain:
                return plain[:limit]
        return ""

    def around(self) -> str:
        """The words before or after the data, which hide it, in short; "" where there are none, or no data."""
        return _around_data(self.body)

    def unreadable(self, name: str) -> RemoteFault | UnknownOutcome:
        """The error for a body that is not what was asked for; a web page is told with its words."""
        said = self.words(QUOTED)
        if around := self.around():
            what = (
                f'put words around its data ("{around}"), which hides the data: warnings of PHP or of an add-on, '
                "perhaps; have its web hosting switch the display of errors off"
            )
        elif self.body.lstrip().startswith(b"<"):
            what = f'answered with a web page instead of data ("{said}"): a maintenance page or a firewall, perhaps'
        elif self.body.lstrip().startswith((b"{", b"[")):
            what = "gave an answer that breaks off or cannot be read"  # data of customers, perhaps: it is not quoted
        elif said:
            what = f'gave an answer that cannot be read ("{said}")'
        else:
            what = "gave an empty answer"
        return odd(name, what, write=self.write)


def _around_data(body: bytes) -> str:
    """The words before or after the one JSON object or list that an answer has in it, in short; "" for any other."""
    text = body.decode("utf-8", "replace")
    start = next((place for place, sign in enumerate(text) if sign in "{["), -1)
    if start < 0:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return ""
    around = re.sub(r"<[^>]*>", " ", f"{text[:start]} {text[end:]}")
    return " ".join(around.split())[:QUOTED]


def odd(name: str, what: str, *, write: bool) -> RemoteFault | UnknownOutcome:
    """The error for an answer that tells nothing: a read may be tried again, a write must be looked up."""
    return (
        UnknownOutcome(f"{name} {what}; it may have done what was asked.") if write else RemoteFault(f"{name} {what}.")
    )


#: Header names and values of a single call.
Headers = Sequence[tuple[str, str]]
#: Answers without a body: there is nothing, or nothing new.
NOTHING, UNCHANGED = 204, 304
SEE_OTHER = 303


def as_it_is(path: str, params: Params) -> Place:
    """A call that goes over the wire as its adapter thinks of it."""
    return path, params


class Reads(Protocol):
    """What reads of one remote: a wire, or somebody who listens to what it hears."""

    def get(self, path: str, params: Params = ()) -> Answer: ...


class Wire:
    """The calls to one remote. One worker uses it at a time.

    `spend` counts a call before it is made, and raises `Throttled` where none is
    left; `done` follows each, with the headers of its answer, or none.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        client: httpx2.Client,
        headers: Callable[[], Mapping[str, str]] = dict,
        spend: Callable[[], None] = lambda: None,
        done: Callable[[Mapping[str, str]], None] = lambda headers: None,
        examine: Callable[[Answer, bool], None] = lambda answer, write: None,
        renew: Callable[[], None] = lambda: None,
        still_refused: Callable[[str], Exception] = NotConnected,
        sleep: Callable[[float], None] = lambda seconds: None,
        on_wait: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = lambda: 0.0,
        secrets: Callable[[], Sequence[str]] = tuple,
        constant_params: Params = (),
        placed: Callable[[str, Params], Place] = as_it_is,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.calls = 0
        #: Writes that were handed to the network: what fails before that was certainly not sent.
        self.writes = 0
        self._client = client
        self._headers = headers
        self._spend = spend
        self._done = done
        self._examine = examine
        self._renew = renew
        self._still_refused = still_refused
        self._sleep = sleep
        self._on_wait = on_wait
        self._clock = clock
        self._looked_at = clock()
        self._secrets = secrets
        self._constant_params = tuple(constant_params)
        self._placed = placed

    def get(self, path: str, params: Params = (), headers: Headers = ()) -> Answer:
        """A read: tried again when the remote broke or could not be reached.

        Raises `Retryable` and what `examine` raises.
        """
        return self._asked(_Call("GET", path, None, params, headers, write=False))

    def ask(self, path: str, body: object) -> Answer:
        """A read whose question is too long for an address: a POST that changes nothing."""
        return self._asked(_Call("POST", path, self._encoded(body), (), (), write=False))

    def _asked(self, call: "_Call") -> Answer:
        attempts = stamina.retry_context(
            on=_try_again, attempts=READS, timeout=None, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0
        )
        for attempt in attempts:
            with attempt:
                if attempt.num > 1:
                    self._pause(float(attempt.num - 1))
                answer = self._patiently(call)
                if attempt.num < READS and answer.status < 300 and answer.status != NOTHING:
                    answer.check()  # a page for people, or half an answer: often gone at the next try
                return answer
        raise AssertionError("stamina tries at least once")

    def send(
        self, method: str, path: str, body: object | None = None, params: Params = (), headers: Headers = ()
    ) -> Answer:
        """A write: sent once. Raises `UnknownOutcome` when it may have arrived and no clear answer came."""
        content = self._encoded(body) if body is not None else None
        return self._patiently(_Call(method, path, content, params, headers, write=True))

    def _encoded(self, body: object) -> bytes:
        try:
            return msgspec.json.encode(body)
        except (TypeError, ValueError) as error:  # half of a sign beyond the BMP, say
            raise self._unsayable(error) from error

    def _unsayable(self, error: Exception) -> Unfit:
        return Unfit(
            f"It holds something that cannot be sent to {self.name} ({error}); nothing was sent.",
            advice="Look for a sign that does not show in its texts, and type them anew.",
        )

    def _patiently(self, call: "_Call") -> Answer:
        """Wait in place while the remote, or our budget, asks for a short pause; nothing was done then."""
        for _ in range(WAITS):
            try:
                return self._with_live_token(call)
            except Throttled as error:
                if error.wait_s > PATIENCE_S:
                    raise
                self._pause(error.wait_s)
        return self._with_live_token(call)

    def _pause(self, seconds: float) -> None:
        while seconds > 0:
            self._sleep(min(SLICE_S, seconds))
            seconds -= SLICE_S
            self._on_wait()

    def _with_live_token(self, call: "_Call") -> Answer:
        try:
            return self._made(call)
        except StaleToken:
            self._renew()
            try:
                return self._made(call)
            except StaleToken as error:
                raise self._still_refused(str(error)) from error

    def _made(self, call: "_Call") -> Answer:
        answer = self._answered(call)
        if answer.status >= 500:
            page = f': "{answer.words(QUOTED)}"' if answer.body.lstrip().startswith(b"<") else ""
            raise odd(self.name, f"broke (HTTP {answer.status}{page})", write=call.write)
        if answer.status == SEE_OTHER and call.write:  # that is said when something was done, too
            raise odd(self.name, f"sends elsewhere (HTTP {answer.status})", write=True)
        if 300 <= answer.status < 400 and answer.status != UNCHANGED:
            to = redact(_to(answer, self.base_url), self._secrets())
            raise WrongSetting(
                f"{self.name} sends elsewhere (HTTP {answer.status}{to}), so nothing was done.",
                advice="Enter the address that the browser shows once the page has opened.",
            )
        self._examine(answer, call.write)
        return answer

    def _look(self) -> None:
        """See that the lease is still ours: a process that was stopped for a while may have lost it meanwhile."""
        if self._clock() - self._looked_at >= LOOKED_S:
            self._on_wait()
            self._looked_at = self._clock()

    def _answered(self, call: "_Call") -> Answer:
        """The answer to one call, which is counted before it and told of after it, with or without an answer."""
        self._spend()
        headers: Mapping[str, str] = {}
        try:
            self.calls += 1
            request = self._request(call)
            if call.write:
                self._look()
                self.writes += 1
            answer = received(self._client, request, name=self.name, write=call.write, secrets=self._secrets())
            headers = answer.headers
        finally:
            self._done(headers)
        return answer

    def _request(self, call: "_Call") -> httpx2.Request:
        headers = {**self._headers(), **dict(call.headers), "accept": "application/json"}
        if call.content is not None:
            headers["content-type"] = "application/json"
        path, params = self._placed(call.path, call.params)
        try:
            query = httpx2.QueryParams([*self._constant_params, *params])
            return self._client.build_request(
                call.method, self.base_url + path, params=query or None, headers=headers, content=call.content
            )
        except httpx2.InvalidURL as error:
            raise WrongSetting(f"The address of {self.name} is not an address of the web.") from error
        except (TypeError, ValueError) as error:
            raise self._unsayable(error) from error


def _to(answer: Answer, base_url: str) -> str:
    """Where an answer sends to, without what may be secret in the address."""
    try:
        there = httpx2.URL(base_url).join(answer.headers.get("location", ""))
    except (httpx2.InvalidURL, ValueError):
        return ""
    return f", to {there.scheme}://{there.netloc.decode('ascii', 'replace').rpartition('@')[2]}{there.path}"


@dataclass(frozen=True)
class _Call:
    """One call as it is made, and made again."""

    method: str
    path: str
    content: bytes | None
    params: Params
    headers: Headers
    write: bool


def received(
    client: httpx2.Client, request: httpx2.Request, *, name: str, write: bool, secrets: Sequence[str] = ()
) -> Answer:
    """The complete answer to one request, of any status.

    Raises `Unreachable` when nothing was sent, `RemoteFault` or (for a write)
    `UnknownOutcome` when no complete answer came. Where the answer is text for
    people, what it repeats of our secrets is struck out.
    """
    try:
        response = client.send(request, stream=True)
        try:
            body = _body(response, name, write)
        finally:
            response.close()
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise _no_connection(name, error, secrets) from error
    except (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol) as error:
        raise Unreachable(f"The request to {name} could not be sent ({type(error).__name__}).") from error
    except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError) as error:
        why = f"did not answer clearly ({type(error).__name__})"
        raise odd(name, why, write=write) from error
    while body.startswith(BYTE_ORDER_MARK):
        body = body.removeprefix(BYTE_ORDER_MARK)
    if response.status_code >= 400 or not body.lstrip().startswith((b"{", b"[")):
        body = _struck_out(body, secrets)
    return Answer(response.status_code, body, dict(response.headers), write, name)


def _no_connection(name: str, error: httpx2.TransportError, secrets: Sequence[str]) -> Unreachable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable(
                f"{name} shows a certificate that does not hold: {cause.verify_message}.",
                advice="Have the certificate repaired, or use the address that it was made for.",
            )
        cause = cause.__cause__ or cause.__context__
    return Unreachable(f"{name} cannot be reached: {redact(str(error), secrets)}.")


def _body(response: httpx2.Response, name: str, write: bool) -> bytes:
    """The unpacked body. One layer of packing grows while it is read; several could burst at once."""
    layers = [each for each in response.headers.get("content-encoding", "").split(",") if each.strip()]
    if len(layers) > 1:
        raise odd(name, "answered with something that is packed several times", write=write)
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise odd(name, f"answered with more than {LARGEST_ANSWER // 1024 // 1024} MB", write=write)
        parts.append(part)
    return b"".join(parts)


def _struck_out(body: bytes, secrets: Sequence[str]) -> bytes:
    for secret in _longest_first(secrets):
        body = body.replace(secret.encode(), b"***")
    return body


def _try_again(error: Exception) -> bool:
    return isinstance(error, Retryable) and not isinstance(error, Throttled)


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, the longest first, because one may be part of another."""
    for secret in _longest_first(secrets):
        text = text.replace(secret, "***")
    return text


def _longest_first(secrets: Iterable[str]) -> list[str]:
    return sorted(filter(None, secrets), key=len, reverse=True)


# Where calls may go


#: Besides 443, only ports that no service of an operating system uses.
FIRST_FREE_PORT = 1024
#: How many of a host's addresses are tried.
ADDRESSES = 3


class GuardedTransport(httpx2.BaseTransport):
    """Connects only to addresses that were checked the moment before, by number: a name cannot change in between.

    `trusted` are `host:port` of simulators, from the settings of this process.
    """

    def __init__(self, *, private: bool = False, trusted: frozenset[str] = frozenset()) -> None:
        self.private = private
        self.trusted = trusted
        self._tls = ssl.create_default_context()
        self._plain = httpx2.HTTPTransport(trust_env=False, verify=self._tls)
        #: One for each name. Names may share a number, and a connection is good only for the name that
        #: its certificate was checked against.
        self._by_host: dict[str, httpx2.HTTPTransport] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.netloc.decode("ascii") in self.trusted:
            return self._plain.handle_request(request)
        if url.scheme != "https":
            raise WrongSetting(
                f"{url.host} must be reached by https.", advice="Enter an address that begins with https://."
            )
        port = url.port or 443
        if port != 443 and port < FIRST_FREE_PORT:
            raise WrongSetting(
                f"{url.host}:{port} is not the address of a website.", advice="Use the port at which the shop opens."
            )
        return self._first_that_connects(request, checked_addresses(url.host, port, private=self.private))

    def _first_that_connects(self, request: httpx2.Request, numbers: Sequence[str]) -> httpx2.Response:
        host = request.url.host
        inner = self._by_host.get(host)
        if inner is None:
            inner = self._by_host.setdefault(host, httpx2.HTTPTransport(trust_env=False, verify=self._tls))
        *others, last = numbers[:ADDRESSES]
        for number in others:
            try:
                return inner.handle_request(_pinned(request, number))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing was sent
        return inner.handle_request(_pinned(request, last))

    def close(self) -> None:
        for transport in (self._plain, *self._by_host.values()):
            transport.close()


def _pinned(request: httpx2.Request, number: str) -> httpx2.Request:
    """The same request to a number; the Host header and the certificate's name stay those of the host."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=number),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def checked_addresses(host: str, port: int, *, private: bool = False) -> list[str]:
    """The numbers of a host, if every one of them may be called. Raises `Unreachable` and `WrongSetting`.

    `private` allows the networks of a house, but never link-local numbers:
    there, clouds give away the keys of a machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no host {host}.") from error
    numbers = [str(each[4][0]).partition("%")[0] for each in found]
    for number in numbers:
        address = ipaddress.ip_address(number)
        if not _is_public(address) and not (private and _is_in_house(address)):
            raise WrongSetting(
                f"{host} is on a private network ({number}).",
                advice="Use its public address, or set CSCART_ZOHO_PRIVATE_STORES=1 for this process.",
            )
    return numbers


#: Networks without the old numbers reach them so (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _is_public(address: Address) -> bool:
    inside = _inside(address)
    if inside is not None:
        return _is_public(inside)
    old = address.version == 6 and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or old)


def _is_in_house(address: Address) -> bool:
    inside = _inside(address)
    if inside is not None:
        return _is_in_house(inside)
    odd = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return address.is_loopback or not (address.is_global or odd)


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The number of the old kind that one of the new kind stands for, if it does."""
    if address.version == 4:
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
