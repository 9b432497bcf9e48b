"""Contacts and accounts of Zoho CRM: read by cursors, written a hundred at a time."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cscart_zoho.errors import ConnectorError, NotFound, Refused, RemoteFault, Retryable, Unfit, UnknownOutcome
from cscart_zoho.http import NOTHING, Wire
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import Module, ZohoField
from cscart_zoho.mapping.keys import folded
from cscart_zoho.records import Record, Side, Values
from cscart_zoho.sync.ports import Change, Looks, Page, Written
from cscart_zoho.zoho.crm.coql import Query
from cscart_zoho.zoho.crm.mapper import KEY, CrmMapper
from cscart_zoho.zoho.crm.refused import Refusals, fields_named, others_named
from cscart_zoho.zoho.crm.wire import ROOT, accepted, entries, told

log = logging.getLogger(__name__)

#: Records in one write (Zoho CRM API v8: Insert, Update and Upsert Records).
TOGETHER = 100
PER_PAGE = 200
#: Rows that page numbers reach; beyond them Zoho goes on by tokens (Zoho CRM API v8: Get Records).
PAGES_REACH = 2_000
#: Zoho's names of the modules, and what people call one of their records.
MODULES = {Module.CONTACT: ("Contacts", "contact"), Module.ACCOUNT: ("Accounts", "account")}

#: What is said of a record that is in no list and not among the deleted ones.
NOT_SHOWN = (
    "Zoho CRM does not show this {0} any more, and does not say that it was deleted: it may no longer be shared with "
    "the user who connected Zoho. Nothing is done about it. Share it with that user; or, if it was deleted, delete the "
    "customer in the store or enter it in Zoho again."
)

#: The body of one record, or why it is not sent.
Prepared = dict[str, Any] | ConnectorError


@dataclass(frozen=True)
class _Entry:
    """What Zoho says of one record of a write, with the status of the whole answer."""

    told: Mapping[str, Any]
    status: int

    @property
    def done(self) -> bool:
        return self.told.get("code") == "SUCCESS"


#: What came of one record of a write: Zoho's word, or why there is none.
Told = _Entry | ConnectorError


class CrmRecords:
    """`RecordSide` of one module, given by its field map.

    `fields_now` reads the fields of the module again where Zoho does not know one of them any more.
    """

    side = Side.ZOHO
    looks = Looks(changes=True, deletions=True)
    together = TOGETHER
    updates_together = TOGETHER

    def __init__(
        self,
        wire: Wire,
        field_map: FieldMap,
        *,
        account_id: Callable[[str], str],
        triggers: Sequence[str] = (),
        fields_now: Callable[[], Mapping[str, ZohoField]] = dict,
    ) -> None:
        self._wire = wire
        self._mapper = CrmMapper(field_map, account_id)
        self._module, self._noun = MODULES[field_map.module]
        #: Only the list of what was deleted proves it: what is not shared with us is answered like what is not there.
        self.maybe_hidden = NOT_SHOWN.format(self._noun)
        self._key = KEY[field_map.module]
        self._path = f"{ROOT}/{self._module}"
        self._triggers = list(triggers)
        self._described, self._fields_now = field_map.fields, fields_now
        self._query = Query(wire, self._module, self._mapper.columns, fields_now=fields_now)

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every record, by id; or those that were modified not before `since`, the oldest change first."""
        pages = self._query.by_id() if since is None else self._query.changed_since(since)
        for rows in pages:
            yield Page(tuple(self._mapper.record(row) for row in rows))

    def go_on(self, after: int) -> Iterator[Page]:
        return self.scan(None)

    def sweep_some(self, ids: Sequence[str]) -> Iterator[Page]:
        yield Page(tuple(self.read(ids).values()))

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def deleted(self, since: datetime) -> Iterator[Sequence[str]]:
        """What went into the recycle bin, or away for good, since a moment. Merged records are among them."""
        header = [("If-Modified-Since", since.astimezone(UTC).replace(microsecond=0).isoformat())]
        common = [("type", "all"), ("per_page", str(PER_PAGE))]
        page, token = 1, ""
        while True:
            where = ("page_token", token) if page * PER_PAGE > PAGES_REACH else ("page", str(page))
            answer = self._wire.get(f"{self._path}/deleted", [*common, where], header)
            body = accepted(answer, f"the deleted {self._noun}s")
            yield [str(row["id"]) for row in body.rows if row.get("id")]
            if not body.info.more_records:
                return
            if not body.rows:
                raise RemoteFault(f"Zoho CRM's list of deleted {self._noun}s ended early.")
            page, token = page + 1, body.info.next_page_token or ""
            if page * PER_PAGE > PAGES_REACH and not token:
                return  # Zoho shows no more of them; the next full look asks for what no list shows

    # Single records

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These records with everything that is mapped, fifty a call."""
        rows = _all(self._query.where_in("id", list(ids), quoted=False))
        return {record.id: record for record in map(self._mapper.record, rows) if record.id in set(ids)}

    def exists(self, id: str) -> bool:
        """False when Zoho answers that there is nothing under this id."""
        answer = self._wire.get(f"{self._path}/{id}", [("fields", "id")])
        if answer.status == NOTHING:
            return False
        try:
            accepted(answer, f"{self._noun} {id}")
        except NotFound:
            return False
        return True

    def find(self, key: str) -> list[Record]:
        return self.find_all([key]).get(key, []) if key else []

    def called(self, name: str) -> list[Record]:
        """CRM takes the same name many times."""
        return []

    def find_all(self, keys: Sequence[str]) -> dict[str, list[Record]]:
        """By e-mail address (contacts) or name (accounts), case ignored, fifty keys a call."""
        wanted = [key for key in dict.fromkeys(keys) if key]
        rows = _all(self._query.where_in(self._key, wanted, quoted=True)) if wanted else []
        found: dict[str, list[Record]] = {}
        for record in map(self._mapper.record, rows):
            found.setdefault(folded(record.key), []).append(record)
        return {key: found[folded(key)] for key in wanted if folded(key) in found}

    # Writes

    def create(self, values: Values) -> Record:
        return _one(self.create_all([values]))

    def update(self, id: str, values: Values) -> Record:
        record = self.read([id]).get(id)
        if record is None:
            raise NotFound(f"Zoho CRM does not know {self._noun} {id}.", code=404)
        return _one(self.update_all([Change(id, values, record)]))

    def complete(self, id: str, values: Values) -> Record | None:
        """A creation is one call."""
        return None

    def create_all(self, batch: Sequence[Values]) -> list[Written]:
        """Make records by insert: an upsert would write over any record that shares one unique value with a new one.

        A record whose value another one has is refused, and that one is named.
        """
        bodies = [self._prepared(values) for values in batch]
        return self._written(list(batch), bodies, self._insert, new=True)

    def update_all(self, changes: Sequence[Change]) -> list[Written]:
        """Change records. What was modified since it was read is refused by Zoho, and so never run over."""
        bodies = [self._prepared(each.values) for each in changes]
        for each, body in zip(changes, bodies, strict=True):
            if isinstance(body, dict):
                body["id"] = each.id
        moments = [each.before.modified_at for each in changes if each.before.modified_at is not None]
        latest = max(moments) if len(moments) == len(changes) and moments else None
        sent = [each.values for each in changes]
        return self._written(sent, bodies, lambda some: self._update(some, latest), new=False)

    def _prepared(self, values: Values) -> Prepared:
        try:
            return self._mapper.body(values)
        except ConnectorError as error:
            return error

    def _insert(self, bodies: Sequence[dict[str, Any]]) -> list[Told]:
        return self._sent("POST", self._path, {"data": list(bodies), "trigger": self._triggers}, [])

    def _update(self, bodies: Sequence[dict[str, Any]], latest: datetime | None) -> list[Told]:
        """One header for all: a record that was modified later than the latest of them was modified after our read."""
        header = [] if latest is None else [("If-Unmodified-Since", latest.isoformat())]
        return self._sent("PUT", self._path, {"data": list(bodies), "trigger": self._triggers}, header)

    def _sent(self, method: str, path: str, request: dict[str, Any], headers: list[tuple[str, str]]) -> list[Told]:
        """By position the entry of the answer, or what went wrong. A batch refused as a whole goes again in halves."""
        bodies: list[dict[str, Any]] = request["data"]
        try:
            answer = self._wire.send(method, path, request, headers=headers)
            body = told(answer)
            told_each = entries(body, len(bodies))
            if told_each is not None:
                return [_Entry(entry, answer.status) for entry in told_each]
            if answer.status < 300:
                raise UnknownOutcome("Zoho CRM did not say what became of each record.")
            accepted(answer, f"{len(bodies)} {self._noun}s" if len(bodies) > 1 else f"a {self._noun}")
        except (Retryable, UnknownOutcome) as error:
            return [error] * len(bodies)
        except (Refused, Unfit) as error:
            if len(bodies) == 1:
                return [error]
        half = len(bodies) // 2
        parts = ({**request, "data": bodies[:half]}, {**request, "data": bodies[half:]})
        return [entry for part in parts for entry in self._sent(method, path, part, headers)]

    def _written(
        self,
        values: Sequence[Values],
        bodies: Sequence[Prepared],
        send: Callable[[Sequence[dict[str, Any]]], list[Told]],
        *,
        new: bool,
    ) -> list[Written]:
        """Send what is fit to be sent; by position the record or the error."""
        fit = [body for body in bodies if isinstance(body, dict)]
        told = send(fit) if fit else []
        refused = [entry.told for entry in told if isinstance(entry, _Entry) and not entry.done]
        others, refusals = self._others(refused), Refusals(self._noun, self._known(refused))
        entries_ = iter(told)
        written: list[Written] = []
        for each, body in zip(values, bodies, strict=True):
            entry = body if isinstance(body, ConnectorError) else next(entries_)
            if isinstance(entry, ConnectorError):
                written.append(entry)
            elif not entry.done:
                written.append(refusals.error(entry.told, entry.status, each, others))
            else:
                assert isinstance(body, dict)
                written.append(self._made(each, body, entry.told, new))
        return self._as_kept(written, bodies)

    def _as_kept(self, written: Sequence[Written], bodies: Sequence[Prepared]) -> list[Written]:
        """The same, with the values that Zoho really holds: it says "success" of fields, too, that it has ignored."""
        made = [record.id for record in written if isinstance(record, Record)]
        if not made or self._module == "Accounts":  # of an account nothing is compared afterwards
            return list(written)
        try:
            now = self.read(made)
        except ConnectorError:
            return list(written)
        return [
            _with(record, now.get(record.id), body) if isinstance(record, Record) and isinstance(body, dict) else record
            for record, body in zip(written, bodies, strict=True)
        ]

    def _known(self, refused: Sequence[Mapping[str, Any]]) -> Mapping[str, ZohoField]:
        """The fields of the module, read again where a refusal names one that nobody has seen yet."""
        named = {name for entry in refused for name in fields_named(entry)}
        if not named <= self._described.keys():
            try:
                self._described = {**self._described, **self._fields_now()}
            except ConnectorError as error:
                log.warning("the fields could not be read again: %s", error)
        return self._described

    def _others(self, refused: Sequence[Mapping[str, Any]]) -> dict[str, Record]:
        """The records whose values are in the way of others, as far as we may see them."""
        ids = sorted({id for entry in refused for id in others_named(entry)})
        try:
            return self.read(ids) if ids else {}
        except ConnectorError:
            return {}  # they are named by their ids then

    def _made(self, values: Values, body: dict[str, Any], entry: Mapping[str, Any], new: bool) -> Written:
        details = entry.get("details")
        id = str(details.get("id") or "") if isinstance(details, Mapping) else ""
        if not id:
            return UnknownOutcome(f"Zoho CRM took a {self._noun} and did not tell its id.")
        assert isinstance(details, Mapping)
        return self._mapper.written(id, values, body, details.get("Modified_Time"), new=new)


def _all(pages: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for rows in pages for row in rows]


def _with(written: Record, now: Record | None, sent: Mapping[str, Any]) -> Record:
    """A record with what Zoho holds of what was sent; what somebody has changed since stays as it was sent."""
    if now is None or now.modified_at != written.modified_at:
        return written
    kept = {name: now.values[name] for name in sent if name in now.values and name in written.values}
    return replace(written, values={**written.values, **kept})


def _one(written: Sequence[Written]) -> Record:
    (only,) = written
    if isinstance(only, ConnectorError):
        raise only
    return only
