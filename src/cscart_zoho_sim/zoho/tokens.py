"""Codes, refresh tokens and access tokens of one Zoho user and one registered application.

Limits: Zoho Accounts, OAuth 2.0, "Token limits": 20 refresh tokens per user and
client (the 21st silently ends the oldest), 10 live access tokens and 10 token
requests in 10 minutes per refresh token, 10 codes in 10 minutes.
"""

import random
from collections import deque
from dataclasses import dataclass, field

ACCESS_LIFE_S = 3600
REFRESH_TOKENS_MAX = 20
ACCESS_TOKENS_MAX = 10
WINDOW_S = 600
IN_WINDOW_MAX = 10


class Throttled(Exception):
    """Too many token requests in ten minutes."""


@dataclass(frozen=True)
class Code:
    """An authorisation code; it works once and not for long."""

    scopes: frozenset[str]
    expires: float
    redirect_uri: str
    offline: bool


@dataclass
class RefreshToken:
    """A grant that lives until it is revoked or pushed out."""

    scopes: frozenset[str]
    requests: deque[float] = field(default_factory=deque)
    access: deque[str] = field(default_factory=deque)


@dataclass(frozen=True)
class AccessToken:
    """A right to call, for an hour."""

    scopes: frozenset[str]
    expires: float


class TokenBook:
    """Everything that was handed out and still counts."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._codes: dict[str, Code] = {}
        self._code_times: deque[float] = deque()
        self._refresh: dict[str, RefreshToken] = {}
        self._access: dict[str, AccessToken] = {}

    def new_code(self, code: Code, now: float) -> str:
        """Hand out a code. Raises `Throttled` on the 11th in ten minutes."""
        _take_turn(self._code_times, now)
        text = self._text()
        self._codes[text] = code
        return text

    def use_code(self, text: str, now: float) -> Code | None:
        """The code, which is used up by this; None when it is unknown, used or too old."""
        code = self._codes.pop(text, None)
        return code if code is not None and now < code.expires else None

    def new_refresh_token(self, scopes: frozenset[str]) -> str:
        """A new grant; beyond 20 the oldest ends without a word."""
        while len(self._refresh) >= REFRESH_TOKENS_MAX:
            self.revoke(next(iter(self._refresh)))
        text = self._text()
        self._refresh[text] = RefreshToken(scopes)
        return text

    def granted_before(self) -> bool:
        """Whether the user has consented already and the grant still stands."""
        return bool(self._refresh)

    def refresh(self, text: str, now: float) -> tuple[str, AccessToken] | None:
        """A new access token for a grant; None when there is no such grant."""
        grant = self._refresh.get(text)
        if grant is None:
            return None
        _take_turn(grant.requests, now)
        return self.new_access_token(grant.scopes, now, grant)

    def new_access_token(
        self, scopes: frozenset[str], now: float, grant: RefreshToken | None = None
    ) -> tuple[str, AccessToken]:
        """An access token; the oldest of more than ten of one grant dies."""
        token = AccessToken(scopes, now + ACCESS_LIFE_S)
        text = self._text()
        self._access[text] = token
        if grant is not None:
            grant.access.append(text)
            while len(grant.access) > ACCESS_TOKENS_MAX:
                self._access.pop(grant.access.popleft(), None)
        return text, token

    def grant(self, text: str) -> RefreshToken:
        return self._refresh[text]

    def scopes_of(self, access_token: str, now: float) -> frozenset[str] | None:
        """What an access token allows; None when it is dead or unknown."""
        token = self._access.get(access_token)
        return token.scopes if token is not None and now < token.expires else None

    def knows(self, text: str) -> bool:
        """Whether a code, a grant or an access token was made for this user."""
        return text in self._codes or text in self._refresh or text in self._access

    def revoke(self, text: str) -> bool:
        """End a grant with all its access tokens, or one access token."""
        grant = self._refresh.pop(text, None)
        if grant is None:
            return self._access.pop(text, None) is not None
        for token in grant.access:
            self._access.pop(token, None)
        return True

    def expire_access_tokens(self) -> None:
        self._access.clear()

    def revoke_everything(self) -> None:
        """As when the user removes the application from the account."""
        self._access.clear()
        self._refresh.clear()
        self._codes.clear()

    def _text(self) -> str:
        return f"1000.{self._rng.getrandbits(128):032x}.{self._rng.getrandbits(128):032x}"


def _take_turn(times: deque[float], now: float) -> None:
    while times and times[0] <= now - WINDOW_S:
        times.popleft()
    if len(times) >= IN_WINDOW_MAX:
        raise Throttled
    times.append(now)
