"""Everything that can go wrong, and what follows from it.

    ConnectorError
    ├── Retryable            try the same again later
    │   ├── Unreachable      no connection, or none in time; nothing was done
    │   ├── RemoteFault      the other side broke (5xx, odd answer) on a read
    │   └── Throttled        the other side asks for a pause (429, codes 44, 1070)
    │       └── QuotaGone    no calls left today (code 45, or our own budget)
    ├── UnknownOutcome       a write was sent and no clear answer came
    ├── NeedsMerchant        only a person can settle it
    │   ├── NotConnected     no token, revoked token, wrong key
    │   │   ├── MissingScope the token may not do this
    │   │   │   └── NotAuthorised  it may not change this one record, or nothing of its kind
    │   │   ├── NotAllowed   the user who connected may not do this
    │   │   └── WrongConnection  links were made with another shop or organisation
    │   ├── Refused          the remote said no to this one record
    │   │   ├── NotFound     the id does not exist (404)
    │   │   ├── NoSuchModule the organisation has no such kind of record
    │   │   ├── UnknownField a question names a field that is not there, or that the user may not see
    │   │   └── AlreadyThere a record with this key exists
    │   ├── Unfit            we refuse to send it: the other side would damage it
    │   │   └── NotListed    it names what no list had that was read of the other side
    │   │   ├── KnownElsewhere  the other side knows it as a part of another record
    │   │   ├── NotForSale   the store can sell nothing of it as long as its goods are as they are
    │   │   └── NotShared    the other side does not let us change this record at all
    │   ├── WrongSetting     an address, a mapping, a default is wrong or missing
    │   └── Braked           the plan looks like an accident
    └── Bug                  cannot happen; please report

Each error carries words for a person: `str(error)` says what happened and what
the remote said, `error.advice` says what to do next.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType


class ConnectorError(Exception):
    """The root of the tree."""

    #: What to do next, when the place of raising does not know better.
    advice = "Try again. If it stays, look at the run's page and at the log."
    #: By field of the record what is wrong with its value, where the other side names it: the rest may go without it.
    fields: Mapping[str, "Unfit"] = MappingProxyType({})

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice

    def for_people(self) -> str:
        """What happened and what to do next, in two sentences."""
        said = str(self).strip()
        end = "" if not said or said[-1] in ".!?:" else "."
        return f"{said}{end} {self.advice}".strip()


class Retryable(ConnectorError):
    """The same call may succeed later; nothing was changed."""

    advice = "The next run tries again by itself."


class Unreachable(Retryable):
    """There was no connection, or no answer in time, and nothing was done."""

    advice = "Check that the address is right and that the other side is up; the next run tries again."


class RemoteFault(Retryable):
    """The other side answered with a fault of its own, or with something unreadable."""


class Throttled(Retryable):
    """The other side asks for a pause of `wait_s` seconds."""

    def __init__(self, message: str, *, wait_s: float = 60.0, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.wait_s = wait_s


class QuotaGone(Throttled):
    """No calls are left until the quota is filled again, in `wait_s` seconds."""

    advice = "The run goes on by itself when the daily quota is filled again."


class UnknownOutcome(ConnectorError):
    """A write was sent and no clear answer came: it may or may not have happened."""

    advice = "The next run looks the record up before anything is sent again."


class NeedsMerchant(ConnectorError):
    """A person has to decide or to repair something."""

    advice = "Correct it and sync again."


class NotConnected(NeedsMerchant):
    """There is no usable key or token for this side."""

    advice = "Open the connection's page and connect again."


class MissingScope(NotConnected):
    """The token is alive but may not do this."""

    advice = "Disconnect and connect again, and accept every permission that is asked for."


class NotAuthorised(MissingScope):
    """The other side may mean this one record, or everything of its kind: it says the same of both."""

    advice = (
        "If it is said of this record alone, give the user who connected Zoho the right to change it there; else "
        "disconnect and connect again, and accept every permission that is asked for."
    )


class WrongConnection(NotConnected):
    """What is connected is another shop or organisation than the one that links were made with."""


class NotAllowed(NotConnected):
    """The user who connected may not do this in the other system."""

    advice = "Give the user who connected Zoho the right to read and change it."


class Refused(NeedsMerchant):
    """The other side refused this record; its own words are in the message.

    `code` is the remote's error code (Zoho) or the HTTP status.
    """

    def __init__(self, message: str, *, code: int = 0, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.code = code


class NotFound(Refused):
    """The id does not exist on that side."""


class NoSuchModule(Refused):
    """The organisation has no such kind of record."""


class UnknownField(Refused):
    """A question names a field that is not there any more, or that the user who connected may not see."""


class AlreadyThere(Refused):
    """A record with this name, key or other value that may be there once exists already."""

    #: Those records (`cscart_zoho.records.Record`), as far as they could be read.
    others: Sequence[object] = ()


class Unfit(NeedsMerchant):
    """We do not send this value: the other side would refuse or damage it."""

    def __init__(self, message: str, *, field: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.field = field


def unfit_fields(fields: Mapping[str, Unfit]) -> Unfit:
    """The error of a record of which these fields are unfit."""
    error = Unfit(" ".join(each.for_people() for each in fields.values()), field=next(iter(fields)), advice="")
    error.fields = fields
    return error


class KnownElsewhere(Unfit):
    """Nothing is made: the other side knows it as a part of another record, and that is enough."""


class NotForSale(Unfit):
    """The store sells none of these goods now: another attempt waits until they have moved."""


class NotShared(Unfit):
    """We may not change this record, whatever is written to it."""


class NotListed(Unfit):
    """It names what the other side did not list when it was read, such as a tax: a newer list may have it."""


class WrongSetting(NeedsMerchant):
    """A setting is wrong or missing."""

    advice = "Open Settings and correct it."


class Braked(NeedsMerchant):
    """The plan looks like an accident and was not carried out."""

    advice = "Look at the plan on the run's page. If it is right, start it again with the brake released."


class Bug(ConnectorError):
    """Something that cannot happen has happened."""

    advice = "Please report it with the run's number."
