"""The users of a CS-Cart store, through its REST API and, where it is installed, our store add-on."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from cscart_zoho.cscart import user_wire as shapes
from cscart_zoho.cscart.listing import whole_list
from cscart_zoho.cscart.places_told import places_in
from cscart_zoho.cscart.signs import USER_TEXTS, Proved, any_beyond, unheard
from cscart_zoho.cscart.user_mapper import UserMapper
from cscart_zoho.cscart.user_wire import ADDON, USERS, AddonList, UserList, UserRow
from cscart_zoho.cscart.wire import check, decoded, is_there
from cscart_zoho.errors import AlreadyThere, ConnectorError, NotFound, Refused, RemoteFault, Unfit
from cscart_zoho.http import Reads, Wire
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.forms import DESCRIBED
from cscart_zoho.mapping.keys import folded
from cscart_zoho.mapping.old_store import CUSTOM, SHIPPING, USUALLY_SHOWN, Losses
from cscart_zoho.mapping.store_places import Place
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page

log = logging.getLogger(__name__)

Query = list[tuple[str, str]]

#: Rows a page; users are light (read in the code), and no upper limit was seen.
PAGE = 500
#: Ids in one request.
READ_TOGETHER = 100
#: Columns of the shipping address with which nothing is lost: a store fills them in for a new user.
_FILLED_IN = ("s_country", "s_state")


class CsCartUsers(OneByOne):
    """`RecordSide` of the customers (users of type C) of a store, under one field map.

    `shipping_of` tells what is remembered of a customer's shipping address, for stores that empty it with every change
    and do not tell it; `emptied` is told when such a store has emptied what was sent along.
    `group_of` gives the id of the user group that users of a company belong to,
    or nothing. It may make the group. With `organizations` the store add-on puts
    them into an organisation of the company's name instead. `learn` is told what the store calls its places, and
    `new_choice` hears once of a choice of a profile field that is not known, and may give the map that knows it.
    """

    side = Side.CSCART

    def __init__(
        self,
        wire: Wire,
        capabilities: Mapping[str, Any],
        field_map: FieldMap,
        *,
        company_id: str,
        placeholder_domain: str,
        group_of: Callable[[str], str] = lambda company: "",
        organizations: bool = False,
        shipping_of: Callable[[str], Values] = lambda id: {},
        emptied: Callable[[], None] = lambda: None,
        learn: Callable[[Iterable[Place]], None] = lambda told: None,
        proved: Proved = unheard,
        new_choice: Callable[[], FieldMap | None] = lambda: None,
    ) -> None:
        self._wire = wire
        self._addon = bool(capabilities.get("addon"))
        self._mapper = UserMapper(field_map, placeholder_domain)
        #: The storefront of new customers; in a marketplace they are of none. Unknown is not none.
        self._company_id = "0" if capabilities.get("edition") == "multivendor" else company_id
        #: By customer the storefront that a single look has shown.
        self._company_of: dict[str, str] = {}
        self._group_of = group_of
        #: By company the group that was asked for already.
        self._groups: dict[str, str] = {}
        #: By customer what the store add-on has told last, as the store keeps it.
        self._told: dict[str, UserRow] = {}
        #: Those of the users that were read who are no customers any more, and why they are left alone.
        self._staff: dict[str, Unfit] = {}
        self._learn = learn
        self._proved = proved
        self._new_choice = new_choice
        self._asked_for_choices = False
        self._organizations = organizations and self._addon
        self._losses = Losses.of(capabilities)
        self._shipping_of = shipping_of
        self._emptied = emptied
        self.looks = Looks(changes=self._addon, deletions=self._addon)

    def from_columns(self, id: str, columns: Mapping[str, Value]) -> Record:
        """A user whose columns are known already."""
        return self._mapper.from_columns(id, columns, self._addon)

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every customer, or with the add-on those that changed. Raises `RemoteFault` when a list ends early."""
        if self._addon:
            yield from self._told_by_addon(since)
            return
        for listed in self._pages([("sort_by", "id"), ("sort_order", "asc")]):
            yield Page(tuple(self._record(row) for row in listed.rows), listed.total)

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def _record(self, row: UserRow) -> Record:
        self._learn(places_in(row))
        if any_beyond(row.values()):
            self._proved(USER_TEXTS)
        if not self._asked_for_choices and self._mapper.has_new_choice(row):
            self._asked_for_choices = True
            if (fresh := self._new_choice()) is not None:
                self._mapper = UserMapper(fresh, self._mapper.placeholder_domain)
        return self._mapper.record(row, self._addon)

    def _pages(self, query: Query) -> Iterator[UserList]:
        """All pages. Beyond the end the last one comes again."""

        def fetch(page: int) -> UserList:
            return self._list([*query, ("items_per_page", str(PAGE)), ("page", str(page))])

        return whole_list("customers", PAGE, fetch, comes_again=lambda listed, page: listed.page != page)

    def _list(self, query: Query) -> UserList:
        """`user_type` is needed since some release between 4.14 and 4.18, and harmless before (read in the code)."""
        answer = self._wire.get(USERS, [("user_type", "C"), *query])
        return decoded(check(answer, "the list of customers"), shapes.LIST)

    # The add-on

    def _told_by_addon(self, since: datetime | None) -> Iterator[Page]:
        at, after = _unix(since), 0
        while True:
            listed = self._addon_page(at, after)
            yield Page(tuple(self._record(row) for row in listed.customers))
            if len(listed.customers) < PAGE:
                return
            last = listed.customers[-1]
            moved = int(last["updated_at"]), int(last["user_id"])
            if moved <= (at, after):
                raise RemoteFault("The store add-on's list of customers does not go on.")
            at, after = moved

    def _addon_page(self, at: int, after: int) -> AddonList:
        query = [("updated_from", str(at)), ("after_id", str(after)), ("limit", str(PAGE))]
        return decoded(check(self._wire.get(ADDON, query), "the list of customers"), shapes.ADDON_LIST)

    def deleted(self, since: datetime) -> Iterator[Sequence[str]]:
        """What the add-on says was deleted. The store itself tells nothing of it."""
        if self._addon:
            query = [("updated_from", str(_unix(since))), ("limit", "1")]
            listed = decoded(check(self._wire.get(ADDON, query), "deleted customers"), shapes.ADDON_LIST)
            yield [str(each.user_id) for each in listed.deleted]

    # Single users

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These customers, a hundred a call; with the add-on one a call, and in full."""
        if self._addon:
            found = (self._in_full(id) or self._now_staff(id) for id in ids)
            return {record.id: record for record in found if record is not None}
        rows = self._customers(ids)
        self._note_storefronts(list(rows.values()))
        records = {id: self._record(row) for id, row in rows.items()}
        return records | {id: staff for id in ids if id not in records and (staff := self._now_staff(id)) is not None}

    def _customers(self, ids: Sequence[str]) -> dict[str, UserRow]:
        """Those of these users who are customers, as a list tells them."""
        rows: dict[str, UserRow] = {}
        for start in range(0, len(ids), READ_TOGETHER):
            some = list(ids[start : start + READ_TOGETHER])
            listed = self._list([*(("user_ids[]", id) for id in some), ("items_per_page", str(len(some)))])
            rows |= {id: row for row in listed.rows if (id := str(row["user_id"])) in some}
        return rows

    def staff_among(self, ids: Sequence[str]) -> dict[str, str]:
        """Those of these users who are no customers, by id: A for an administrator, V for a vendor's."""
        customers = self._customers(ids)
        rows = {id: row for id in ids if id not in customers and (row := self._staff_row(id)) is not None}
        return {id: str(row["user_type"]) for id, row in rows.items()}

    def _now_staff(self, id: str) -> Record | None:
        """A user whom the list of customers does not show because he or she is none any more: nothing is written."""
        row = self._staff_row(id)
        if row is None:
            return None
        who = shapes.STAFF[str(row["user_type"])]
        self._staff[id] = Unfit(
            f"In the store this is {who} now, and no customer any more. Nothing goes over, either way.",
            field="email",
            advice="Make the user a customer again, or leave it.",
        )
        told = self._record(row)
        return replace(told, notes={**told.notes, "problem": self._staff[id].for_people()})

    def _staff_row(self, id: str) -> UserRow | None:
        try:
            row = decoded(check(self._wire.get(f"{USERS}/{id}"), f"user {id}"), shapes.ROW)
        except NotFound:
            return None
        return row if row.get("user_id") and row.get("user_type") in shapes.STAFF else None

    def _note_storefronts(self, rows: Sequence[UserRow]) -> None:
        for row in rows:
            if str(row.get("company_id") or "") not in ("", "0") or self._company_id == "0":
                self._company_of[str(row["user_id"])] = str(row["company_id"])

    def _in_full(self, id: str) -> Record | None:
        try:
            answer = check(self._wire.get(f"{ADDON}/{id}"), f"customer {id}")
        except NotFound:
            return None
        row = decoded(answer, shapes.ROW)
        self._note_storefronts([row])
        self._told[id] = row
        return self._record(row)

    def exists(self, id: str) -> bool:
        """False when the store answers with an empty list (4.18 and later) or 404 for this id: not for 403."""
        answer = self._wire.get(f"{USERS}/{id}")
        there = is_there(answer, f"customer {id}")
        return there and (answer.status == 403 or decoded(answer, shapes.SINGLE).user_id is not None)

    def find(self, key: str) -> list[Record]:
        """Customers of exactly this address, case ignored. The store's own filter finds parts of it, too."""
        if not key:
            return []
        rows = [row for listed in self._pages([("email", key), ("sort_by", "id")]) for row in listed.rows]
        ids = [str(row["user_id"]) for row in rows if folded(str(row.get("email") or "")) == folded(key)]
        return list(self.read(ids).values()) if ids else []

    # Writes

    def create(self, values: Values) -> Record:
        """Make a customer without a password; nobody gets mail. What the first call loses comes with `complete`.

        The group comes first: where there can be none, such as for parents in a circle, nobody is made.
        """
        if not self._company_id:
            raise Unfit(
                "It is not known which storefront new customers are of: the key may not see the store's stores.",
                field="email",
                advice="Give the administrator of the key the right to view stores, and look at the store again.",
            )
        body = {"user_type": "C", "company_id": self._company_id, "status": "A", **self._mapper.body(values, new=True)}
        self._group(body)
        answer = self._wire.send("POST", USERS, body)
        try:
            made = decoded(check(answer, "a new customer"), shapes.MADE)
        except Refused as error:
            raise _taken(error) from error
        self._company_of[str(made.user_id)] = self._company_id
        return self._mapper.after(str(made.user_id), values, new=True)

    def complete(self, id: str, values: Values) -> Record | None:
        """What the store does not keep at creation, the section of the shipping address, and the company's
        organisation or group. A profile field of that section goes with all others: one alone would delete them.
        """
        body = self._mapper.body(values, new=True)
        shipping = {name: value for name, value in body.items() if name.startswith(SHIPPING)}
        own = {f"{CUSTOM}{id}" for id in body.get("fields", {})}
        if own & self._losses.own or (shipping and own and self._losses.any):
            shipping["fields"] = body["fields"]
        if shipping:
            self._put(id, shipping)
        company = str(body.get("company") or "")
        if company and self._organizations:
            answer = self._wire.send("PUT", f"{ADDON}/{id}", {"organization": company})
            check(answer, f"customer {id} in the organisation {company}")
        elif group := self._group(body):
            answer = self._wire.send("PUT", f"{USERS}/{id}/usergroups/{group}", {"status": "A"})
            check(answer, f"customer {id} in user group {group}")
        return None

    def _group(self, body: Mapping[str, Any]) -> str:
        """The user group of a new customer's company, or nothing."""
        company = str(body.get("company") or "")
        if not company or self._organizations:
            return ""
        if company not in self._groups:
            self._groups[company] = self._group_of(company)
        return self._groups[company]

    def update(self, id: str, values: Values) -> Record:
        """Change only these values. An address that another customer has keeps nothing else from being written."""
        if id in self._staff:
            raise self._staff[id]
        if self._losses.any and self._addon:
            self._in_full(id)  # right before, because a person may have edited what is sent along
        body = self._with_own_fields(id, self._mapper.body(values, new=False, beside=self._told.get(id, {})))
        if body and self._losses.any:
            body = self._with_what_is_lost(id, body)
        try:
            if body:
                self._put(id, body)
        except AlreadyThere as error:
            others = {name: value for name, value in body.items() if name != "email"}
            if others and "email" in body:
                self._put(id, others)
                self._what_was_lost(id, others)
            raise self._of_whom(str(body.get("email") or ""), id, error) from error
        return replace(self._mapper.after(id, values, new=False), notes=self._what_was_lost(id, body))

    def _of_whom(self, email: str, id: str, error: AlreadyThere) -> AlreadyThere:
        """The refusal of an address with the name of who has it: the store tells none."""
        others = [each for each in self.find(email) if each.id != id]
        if not others:  # its list of customers does not show administrators and vendors
            who = "another user of the store, such as an administrator or a vendor"
        else:
            who = " and ".join(f"{each.shown.get('name') or 'a customer'} (customer {each.id})" for each in others)
        return AlreadyThere(
            f"In the store it is the address of {who}, and it takes none twice.",
            code=error.code,
            advice="Change one of the two addresses; if both are the same person, keep one account in the store.",
        )

    def _with_own_fields(self, id: str, body: dict[str, Any]) -> dict[str, Any]:
        """All custom profile fields where one is changed: the store deletes those that a change does not name
        (read in the code of 4.15 and 4.20).
        """
        if "fields" not in body:
            return body
        if id not in self._told:
            self._in_full(id)
        return {**body, "fields": {**self._own_fields(id), **body["fields"]}}

    def _own_fields(self, id: str) -> Mapping[str, Any]:
        """The custom profile fields as the add-on has told them; none at all come as a list."""
        own = self._told.get(id, {}).get("fields")
        return own if isinstance(own, Mapping) else {}

    # What stores up to 4.14 lose with every change (`cscart_zoho.mapping.old_store`)

    def _with_what_is_lost(self, id: str, body: dict[str, Any]) -> dict[str, Any]:
        """A change with all that the store would empty. Raises `Unfit` where that is not known, or would not help."""
        if not self._addon:
            return {**self._remembered(id), **body}
        row = self._told.get(id, {})
        address = {n: v for n, v in row.items() if n.startswith(SHIPPING) and not n.endswith(DESCRIBED)}
        sent = {**address, **({"fields": own} if (own := self._own_fields(id)) else {}), **body}
        if self._losses.not_taken and self._to_lose(sent):
            raise Unfit(
                "This store empties the shipping address of a customer with every change through its API, also where "
                "it is sent along, so nothing was written.",
                field=USUALLY_SHOWN[0],
                advice="Make the change in the store by hand, or update CS-Cart to 4.18 or newer.",
            )
        return sent

    def _to_lose(self, body: Mapping[str, Any]) -> dict[str, str]:
        """What of a change the store would empty: the shipping address, and profile fields of its section."""
        fields = body.get("fields", {})
        told = {**body, **{f"{CUSTOM}{id}": value for id, value in fields.items()}}
        at_risk = {n for n in told if n.startswith(SHIPPING) and n not in _FILLED_IN} | self._losses.own
        return {name: str(told[name]) for name in told if name in at_risk and told[name]}

    def _remembered(self, id: str) -> dict[str, Any]:
        """The shipping address as it came from Zoho. Raises `Unfit` where a part of it may be there that did not."""
        known = self._shipping_of(id)
        mapped = {row.column for row in self._mapper.field_map.rows.values()}
        if not known or not {*USUALLY_SHOWN} <= {*known, *mapped}:
            raise Unfit(
                "This release of CS-Cart deletes the shipping address of a customer with every change through its API, "
                "and does not tell the address, so nothing was written.",
                field=USUALLY_SHOWN[0],
                advice="Make the change in the store by hand, or install the store add-on there: it tells addresses.",
            )
        return self._mapper.written(known)

    def _what_was_lost(self, id: str, sent: Mapping[str, Any]) -> dict[str, str]:
        """What the store has emptied of what was sent along, as far as the add-on tells it: it is told once, with the
        values, and from then on nothing is written to a customer who would lose the same.
        """
        at_risk = self._to_lose(sent) if self._losses.any and self._addon else {}
        if not at_risk or self._in_full(id) is None:
            return {}
        now = {**self._told[id], **{f"{CUSTOM}{id}": value for id, value in self._own_fields(id).items()}}
        lost = [value for name, value in at_risk.items() if not now.get(name)]
        if not lost:
            return {}
        self._losses = replace(self._losses, not_taken=True)
        self._emptied()
        return {
            "problem": f"With a change the store has emptied the shipping address of this customer, though it was sent "
            f"along. Enter it there again: {', '.join(lost)}. Zoho keeps what it has, and other customers with a "
            "shipping address are not changed in the store any more."
        }

    def _put(self, id: str, body: Mapping[str, Any]) -> None:
        """Always with the `company_id` that the customer has: without it the store sets it to 0, and the customer
        drops out of the store; with another one, into another storefront (the first seen on a running 4.20 store).
        """
        answer = self._wire.send("PUT", f"{USERS}/{id}", {**body, "company_id": self._storefront(id)})
        try:
            decoded(check(answer, f"a change of customer {id}"), shapes.MADE)
        except Refused as error:
            raise _taken(error) from error

    def _storefront(self, id: str) -> str:
        """The storefront that a customer is of, asked for where no look has shown it yet. Raises `Unfit`."""
        if id not in self._company_of:
            self._note_storefronts(self._list([("user_ids[]", id), ("items_per_page", "1")]).rows)
        found = self._company_of.get(id, self._company_id)
        if not found:
            raise Unfit(
                "The store does not tell which storefront this customer is of, and a change would take it away.",
                field="email",
                advice="Give the administrator of the key the right to view stores, and look at the store again.",
            )
        return found


def _taken(error: Refused) -> ConnectorError:
    """The store has no code for it, only a sentence."""
    said = str(error)
    if "already exists" in said and not isinstance(error, NotFound):
        return AlreadyThere(said, code=error.code)
    return error


def _unix(moment: datetime | None) -> int:
    return int(moment.astimezone(UTC).timestamp()) if moment is not None else 0


def addon_of(wire: Reads) -> dict[str, Any]:
    """What the store add-on adds where it is installed: custom profile fields, and whether there are organisations."""
    found: dict[str, Any] = {"addon": False, "profile_fields": [], "organizations": False}
    answer = wire.get(ADDON, [("limit", "1"), ("with_fields", "1")])
    if answer.status != 200:
        return found
    try:
        told = decoded(answer, shapes.ADDON_LIST)
    except (msgspec.DecodeError, ConnectorError):
        return found
    return {"addon": True, "profile_fields": told.profile_fields, "organizations": told.organizations}
