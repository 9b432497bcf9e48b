"""The one way out: time-outs, retries of reads, the call budget, redaction, allowed addresses.

It has no business words. What an answer of one remote means is said by that
remote's adapter through `examine`.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec
import stamina

from cscart_zoho.errors import (
    NotConnected,
    RemoteFault,
    Retryable,
    Throttled,
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

Params = Sequence[tuple[str, str]]


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
            raise odd(self.name, "did not answer with JSON", write=self.write) from error

    def words(self, limit: int = 300) -> str:
        """The text of the answer, short and without markup, for people."""
        text = re.sub(r"<[^>]*>", " ", self.body[:4000].decode("utf-8", "replace"))
        return " ".join(text.split())[:limit]


def odd(name: str, what: str, *, write: bool) -> RemoteFault | UnknownOutcome:
    """The error for an answer that tells nothing: a read may be tried again, a write must be looked up."""
    return (
        UnknownOutcome(f"{name} {what}; it may have done what was asked.") if write else RemoteFault(f"{name} {what}.")
    )


class Wire:
    """The calls to one remote. One worker uses it at a time."""

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        client: httpx2.Client,
        headers: Callable[[], Mapping[str, str]] = dict,
        spend: Callable[[], None] = lambda: None,
        examine: Callable[[Answer, bool], None] = lambda answer, write: None,
        renew: Callable[[], None] = lambda: None,
        still_refused: Callable[[str], Exception] = NotConnected,
        sleep: Callable[[float], None] = lambda seconds: None,
        on_wait: Callable[[], None] = lambda: None,
        secrets: Callable[[], Sequence[str]] = tuple,
        constant_params: Params = (),
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.calls = 0
        self._client = client
        self._headers = headers
        self._spend = spend
        self._examine = examine
        self._renew = renew
        self._still_refused = still_refused
        self._sleep = sleep
        self._on_wait = on_wait
        self._secrets = secrets
        self._constant_params = tuple(constant_params)

    def get(self, path: str, params: Params = ()) -> Answer:
        """A read: tried again when the remote broke or could not be reached.

        Raises `Retryable` and what `examine` raises.
        """
        attempts = stamina.retry_context(
            on=_try_again, attempts=READS, timeout=None, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0
        )
        for attempt in attempts:
            with attempt:
                if attempt.num > 1:
                    self._pause(float(attempt.num - 1))
                return self._patiently("GET", path, None, params)
        raise AssertionError("stamina tries at least once")

    def send(self, method: str, path: str, body: object | None = None, params: Params = ()) -> Answer:
        """A write: sent once. Raises `UnknownOutcome` when it may have arrived and no clear answer came."""
        return self._patiently(method, path, msgspec.json.encode(body) if body is not None else None, params)

    def _patiently(self, method: str, path: str, content: bytes | None, params: Params) -> Answer:
        """Wait in place while the remote, or our budget, asks for a short pause; nothing was done then."""
        for _ in range(WAITS):
            try:
                return self._with_live_token(method, path, content, params)
            except Throttled as error:
                if error.wait_s > PATIENCE_S:
                    raise
                self._pause(error.wait_s)
        return self._with_live_token(method, path, content, params)

    def _pause(self, seconds: float) -> None:
        while seconds > 0:
            self._sleep(min(SLICE_S, seconds))
            seconds -= SLICE_S
            self._on_wait()

    def _with_live_token(self, method: str, path: str, content: bytes | None, params: Params) -> Answer:
        try:
            return self._call(method, path, content, params)
        except StaleToken:
            self._renew()
            try:
                return self._call(method, path, content, params)
            except StaleToken as error:
                raise self._still_refused(str(error)) from error

    def _call(self, method: str, path: str, content: bytes | None, params: Params) -> Answer:
        write = method != "GET"
        self._spend()
        self.calls += 1
        headers = {**self._headers(), "accept": "application/json"}
        if content is not None:
            headers["content-type"] = "application/json"
        request = self._client.build_request(
            method,
            self.base_url + path,
            params=[*self._constant_params, *params] or None,
            headers=headers,
            content=content,
        )
        answer = self._exchange(request, write)
        if answer.status >= 500:
            raise odd(self.name, f"broke (HTTP {answer.status})", write=write)
        if 300 <= answer.status < 400:
            raise WrongSetting(
                f"{self.name} sends elsewhere (HTTP {answer.status}).",
                advice="Enter the address that the browser shows once the page has opened.",
            )
        self._examine(answer, write)
        return answer

    def _exchange(self, request: httpx2.Request, write: bool) -> Answer:
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._body(response, write)
            finally:
                response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unreachable(f"{self.name} cannot be reached: {self.redacted(str(error))}.") from error
        except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError) as error:
            why = f"did not answer clearly ({type(error).__name__})"
            raise odd(self.name, why, write=write) from error
        return Answer(response.status_code, body, dict(response.headers), write, self.name)

    def _body(self, response: httpx2.Response, write: bool) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST_ANSWER:
                raise odd(self.name, f"answered with more than {LARGEST_ANSWER // 1024 // 1024} MB", write=write)
            parts.append(part)
        return b"".join(parts)

    def redacted(self, text: str) -> str:
        return redact(text, self._secrets())


def _try_again(error: Exception) -> bool:
    return isinstance(error, Retryable) and not isinstance(error, Throttled)


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, the longest first, because one may be part of another."""
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


# Where calls may go


class GuardedTransport(httpx2.BaseTransport):
    """Connects only to addresses that were checked the moment before, by number: a name cannot change in between.

    `trusted` are `host:port` of simulators, from the settings of this process.
    """

    def __init__(self, *, private: bool = False, trusted: frozenset[str] = frozenset()) -> None:
        self.private = private
        self.trusted = trusted
        self._inner = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.netloc.decode("ascii") in self.trusted:
            return self._inner.handle_request(request)
        if url.scheme != "https":
            raise WrongSetting(
                f"{url.host} must be reached by https.", advice="Enter an address that begins with https://."
            )
        address = checked_address(url.host, url.port or 443, private=self.private)
        pinned = httpx2.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()


def checked_address(host: str, port: int, *, private: bool = False) -> str:
    """The number of a host whose every number is public. Raises `Unreachable` and `WrongSetting`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"There is no host {host}.") from error
    numbers = [str(each[4][0]) for each in found]
    for number in numbers:
        if not private and not _is_public(number):
            raise WrongSetting(
                f"{host} is on a private network ({number}).",
                advice="Use its public address, or set CSCART_ZOHO_PRIVATE_STORES=1 for this process.",
            )
    return numbers[0]


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
