"""Contacts of Zoho Inventory: the customers of its orders, with persons and addresses.

Shapes: the description that Zoho publishes for Inventory, and contacts of Zoho
Books as they were seen live. What neither settles is a switch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import contact_shapes, refusals
from cscart_zoho_sim.zoho.organisation import CustomField, Organisation
from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.switches import Switches

Contact = dict[str, Any]

#: Text that a contact may be given, and its length (Zoho Inventory API: Contacts).
TEXTS = {
    "contact_name": 200,
    "company_name": 200,
    "website": 500,
    "facebook": 100,
    "twitter": 100,
    "notes": 50_000,
    "language_code": 5,
    "legal_name": 200,
    "payment_terms_label": 100,
    "gst_no": 15,
    "gst_treatment": 50,
    "place_of_contact": 10,
    "tax_authority_name": 100,
    "tax_exemption_code": 100,
    "tax_reg_no": 50,
    "tax_regime": 50,
    "tax_treatment": 50,
    "vat_reg_no": 12,
    "vat_treatment": 50,
    "avatax_exempt_no": 100,
    "avatax_use_code": 100,
    "country_code": 2,
}
OTHERS = ("payment_terms", "is_taxable", "is_tds_registered", "currency_id", "tax_id", "customer_sub_type")
#: Shown only to organisations of some countries (an organisation in the U.S.A. was recorded), or once they are set.
REGIONAL = frozenset(TEXTS) - {
    "contact_name",
    "company_name",
    "website",
    "facebook",
    "twitter",
    "notes",
    "language_code",
    "payment_terms_label",
}
ADDRESS = {
    "attention": 100,
    "address": 500,
    "street2": 255,
    "city": 100,
    "state": 100,
    "zip": 50,
    "country": 100,
    "state_code": 10,
    "phone": 50,
    "fax": 50,
}
PERSON = {
    "salutation": 25,
    "first_name": 100,
    "last_name": 100,
    "email": 100,
    "phone": 50,
    "mobile": 50,
    "skype": 50,
    "designation": 50,
    "department": 50,
}
#: How a person may be reached besides by mail; shown once somebody has said so.
PREFERENCE = {"is_sms_enabled": False, "is_whatsapp_enabled": False}
ECHOED = ("first_name", "last_name", "email", "phone", "mobile")
PER_PAGE = 200


def no_such_contact() -> Refusal:
    return Refusal(404, 1002, "Contact does not exist.")


def name_taken(name: str) -> Refusal:
    return Refusal(400, 3062, f'The customer "{name}" already exists. Please specify a different name.')


@dataclass
class Contacts:
    """All contacts of an organisation."""

    org: Organisation
    switches: Switches
    clock: Clock
    rows: dict[str, Contact] = field(default_factory=dict)
    fields: dict[str, CustomField] = field(default_factory=dict)
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)
    _terms_id: str = ""

    def __post_init__(self) -> None:
        self._terms_id = self.org.ids.new()

    def __iter__(self) -> Iterator[Contact]:
        return iter(self.rows.values())

    def find(self, id: str) -> Contact:
        if id not in self.rows:
            raise no_such_contact()
        return self.rows[id]

    def add_field(self, label: str, data_type: str = "string", choices: tuple[str, ...] = ()) -> str:
        """A custom field of contacts; its API name."""
        name = "cf_" + "".join(sign if sign.isalnum() else "_" for sign in label.lower())
        self.fields[name] = CustomField(self.org.ids.new(), label, name, data_type, choices)
        return name

    # Changes

    def create(self, told: Mapping[str, Any], author: str) -> Contact:
        """A new contact. Raises `Refusal`."""
        if not told.get("contact_name"):
            raise refusals.invalid("contact_name")
        contact: Contact = {
            "contact_id": self.org.ids.new(),
            "contact_type": str(told.get("contact_type") or "customer"),
            "status": "active",
            "is_linked_with_zohocrm": bool(told.get("is_linked_with_zohocrm")) and author == "people",
            "created": int(self.clock.now()),
            **dict.fromkeys(TEXTS, ""),
            "payment_terms": 0,
            "payment_terms_label": "Due on Receipt",
            "customer_sub_type": "business",
            "currency_id": self.org.currency_id,
            "custom": {},
            "persons": [],
            "billing_address": {**dict.fromkeys(ADDRESS, ""), "address_id": self.org.ids.new()},
            "shipping_address": {**dict.fromkeys(ADDRESS, ""), "address_id": self.org.ids.new()},
            "addresses": [],
        }
        if contact["contact_type"] not in ("customer", "vendor"):
            raise refusals.invalid("contact_type")
        self._fill(contact, told)
        self.rows[contact["contact_id"]] = contact
        self._touched(contact, None, author)
        return contact

    def update(self, contact: Contact, told: Mapping[str, Any], author: str) -> None:
        before = self.show(contact)
        changed = {**contact, "persons": [dict(person) for person in contact["persons"]]}
        self._fill(changed, told)
        contact.update(changed)
        self._touched(contact, before, author)

    def set(self, contact: Contact, author: str, **changes: Any) -> None:
        """Apply checked changes."""
        before = self.show(contact)
        contact.update(changes)
        self._touched(contact, before, author)

    def delete(self, contact: Contact, author: str) -> None:
        before = self.show(contact)
        del self.rows[contact["contact_id"]]
        for watcher in self.watchers:
            watcher(Edit(author, "zoho", contact["contact_id"], before, None, self.clock.now()))

    def merge(self, master: Contact, losers: Sequence[Contact]) -> None:
        """People merge contacts: persons and addresses go to the master, the others are not there any more."""
        known = {person["email"].casefold() for person in master["persons"] if person["email"]}
        persons = [
            {**person, "is_primary_contact": False}
            for loser in losers
            for person in loser["persons"]
            if person["email"].casefold() not in known
        ]
        addresses = [address for loser in losers for address in loser["addresses"]]
        merged = [*master["persons"], *persons]
        if merged and not any(person["is_primary_contact"] for person in merged):
            merged[0]["is_primary_contact"] = True
        self.set(master, "people", persons=merged, addresses=[*master["addresses"], *addresses])
        for loser in losers:
            self.delete(loser, "people")

    def _touched(self, contact: Contact, before: Contact | None, author: str) -> None:
        contact["modified"] = int(self.clock.now())
        for watcher in self.watchers:
            watcher(Edit(author, "zoho", contact["contact_id"], before, self.show(contact), self.clock.now()))

    # What is kept

    def _fill(self, contact: Contact, told: Mapping[str, Any]) -> None:
        for name, limit in TEXTS.items():
            if name in told:
                contact[name] = _text(told[name], name, limit)
        self._check_name(contact)
        contact |= {name: told[name] for name in OTHERS if name in told}
        if contact["currency_id"] not in self.org.currencies:
            raise refusals.invalid("currency_id")
        for address in ("billing_address", "shipping_address"):
            if isinstance(told.get(address), Mapping):
                known = contact[address] if self.switches.addresses_in_parts else dict.fromkeys(ADDRESS, "")
                given = {n: _text(told[address][n], n, limit) for n, limit in ADDRESS.items() if n in told[address]}
                contact[address] = {**known, **given, "address_id": contact[address]["address_id"]}
        if isinstance(told.get("contact_persons"), list):
            self._fill_persons(contact, told["contact_persons"])
        self._fill_custom(contact, told.get("custom_fields"))

    def _check_name(self, contact: Contact) -> None:
        wanted = contact["contact_name"].strip().casefold()
        if not wanted:
            raise refusals.invalid("contact_name")
        for other in self:
            if other["contact_id"] != contact["contact_id"] and other["contact_name"].strip().casefold() == wanted:
                raise name_taken(contact["contact_name"])

    def _fill_persons(self, contact: Contact, told: list[Any]) -> None:
        """Persons with their id are changed; without one they are new, and take the place of the others (a switch)."""
        known = {person["contact_person_id"]: person for person in contact["persons"]}
        given: list[dict[str, Any]] = []
        for each in told:
            if not isinstance(each, Mapping):
                raise refusals.invalid("contact_persons")
            id = str(each.get("contact_person_id") or "")
            if id and id not in known:
                raise refusals.invalid("contact_person_id")
            person = known.get(id) or {**dict.fromkeys(PERSON, ""), "contact_person_id": self.org.ids.new()}
            person |= {name: _text(each[name], name, limit) for name, limit in PERSON.items() if name in each}
            preference = each.get("communication_preference")
            if isinstance(preference, Mapping):
                person["communication_preference"] = {**PREFERENCE, **preference}
            person["is_primary_contact"] = bool(each.get("is_primary_contact", person.get("is_primary_contact", False)))
            given.append(person)
        ids = {person["contact_person_id"] for person in given}
        kept = (
            []
            if self.switches.persons_are_replaced
            else [p for p in known.values() if p["contact_person_id"] not in ids]
        )
        contact["persons"] = [*kept, *given]
        if contact["persons"] and not any(person["is_primary_contact"] for person in contact["persons"]):
            contact["persons"][0]["is_primary_contact"] = True

    def _fill_custom(self, contact: Contact, told: object) -> None:
        for each in told if isinstance(told, list) else []:
            by = {"api_name": "api_name", "label": "label", "customfield_id": "id"}
            found = next(
                (f for f in self.fields.values() for key, name in by.items() if each.get(key) == getattr(f, name)), None
            )
            if found is None:
                raise refusals.invalid("custom_fields")
            contact["custom"] = {**contact["custom"], found.api_name: each.get("value")}

    # What is shown

    def show(self, contact: Contact) -> Contact:
        """The contact in full, as GET shows it. What belongs to other countries is left out where it is empty."""
        primary = _primary(contact)
        names = [name for name in TEXTS if contact[name] or name not in REGIONAL]
        currency = contact_shapes.currency_summary(self.org, contact["currency_id"])
        return {
            **contact_shapes.FULL,
            **{name: contact[name] for name in ("contact_id", *names)},
            **self._common(contact),
            **{name: primary.get(name, "") for name in ECHOED},
            "designation": primary.get("designation", ""),
            "department": primary.get("department", ""),
            "primary_contact_id": primary.get("contact_person_id", ""),
            "currency_symbol": currency["currency_symbol"],
            "price_precision": currency["price_precision"],
            "customer_currency_summaries": [currency],
            "entity_address_id": contact["billing_address"]["address_id"],
            "billing_address": contact_shapes.address(contact["billing_address"]),
            "shipping_address": contact_shapes.address(contact["shipping_address"]),
            "addresses": [contact_shapes.address(each) for each in contact["addresses"]],
            "contact_persons": [dict(person) for person in contact["persons"]],
            "custom_fields": self._custom(contact),
            "created_date": contact_shapes.day(self.org, contact["created"]),
            "created_by_name": "Sample Owner",
            "created_by_id": self.org.id,
            "last_modified_by_id": self.org.id,
            **{name: contact[name] for name in ("is_taxable", "is_tds_registered") if name in contact},
        }

    def row(self, contact: Contact) -> Contact:
        """The contact as a list shows it: no addresses, no persons, the primary one repeated on top."""
        primary = _primary(contact)
        names = ("contact_id", "contact_name", "company_name", "website", "twitter", "facebook", "language_code")
        return {
            **contact_shapes.ROW,
            **{name: contact[name] for name in (*names, "payment_terms_label")},
            "customer_name": contact["contact_name"],
            "vendor_name": contact["contact_name"],
            "contact_type_formatted": contact_shapes.KINDS[contact["contact_type"]],
            **self._common(contact),
            **{name: primary.get(name, "") for name in ECHOED},
            "created_time_formatted": contact_shapes.day(self.org, contact["created"]),
            "last_modified_time_formatted": contact_shapes.day(self.org, self._modified(contact)),
            "custom_fields": [],
            **{name: contact["custom"].get(name, "") for name in self.fields},
        }

    def _common(self, contact: Contact) -> Contact:
        return {
            "contact_type": contact["contact_type"],
            "status": contact["status"],
            "source": "api",
            "is_linked_with_zohocrm": contact["is_linked_with_zohocrm"],
            "customer_sub_type": contact["customer_sub_type"],
            "payment_terms": contact["payment_terms"],
            "payment_terms_id": self._terms_id,
            "currency_id": contact["currency_id"],
            "currency_code": self.org.currencies[contact["currency_id"]].code,
            "custom_field_hash": dict(contact["custom"]),
            "created_time": self.org.time(contact["created"]),
            "last_modified_time": self.org.time(self._modified(contact)),
        }

    def _modified(self, contact: Contact) -> int:
        return int(contact.get("modified") or contact["created"])

    def _custom(self, contact: Contact) -> list[dict[str, Any]]:
        return [
            {
                "customfield_id": each.id,
                "field_id": each.id,
                "api_name": each.api_name,
                "label": each.label,
                "data_type": each.data_type,
                "value": contact["custom"][each.api_name],
            }
            for each in self.fields.values()
            if each.api_name in contact["custom"]
        ]

    # Lists

    def page(self, query: Mapping[str, str]) -> tuple[list[Contact], dict[str, Any]]:
        """`GET /contacts`: filters, order and pages. What is not a known filter is ignored."""
        rows = [contact for contact in self if self._chosen(contact, query)]
        column, order = query.get("sort_column", "contact_name"), query.get("sort_order", "A")
        if column not in _SORTS or order not in ("A", "D"):
            raise refusals.invalid("sort_column")
        rows.sort(key=lambda contact: (_SORTS[column](contact), contact["contact_id"]), reverse=order == "D")
        page, size = int(query.get("page") or 1), min(int(query.get("per_page") or PER_PAGE), PER_PAGE)
        start = (page - 1) * size
        context = {
            "page": page,
            "per_page": size,
            "has_more_page": len(rows) > start + size,
            "report_name": "Contacts",
            "applied_filter": query.get("filter_by", "Status.All"),
            "custom_fields": [],
            "sort_column": column,
            "sort_order": order,
        }
        return [self.row(contact) for contact in rows[start : start + size]], context

    def _chosen(self, contact: Contact, query: Mapping[str, str]) -> bool:
        primary, ignored = _primary(contact), self.switches.ignored_filters
        told = {**{name: str(contact[name]) for name in ("contact_name", "company_name")}, **primary}
        for name in ("contact_name", "company_name", "first_name", "last_name", "email", "phone"):
            of_all = name == "email" and self.switches.email_of_all_persons
            held = [person["email"] for person in contact["persons"]] if of_all else [str(told.get(name, ""))]
            if name not in ignored and not _matches([each.casefold() for each in held], name, query):
                return False
        return self._by_state(contact, query)

    def _by_state(self, contact: Contact, query: Mapping[str, str]) -> bool:
        wanted = query.get("filter_by", "Status.All")
        tests = {
            "Status.Active": contact["status"] == "active",
            "Status.Inactive": contact["status"] == "inactive",
            "Status.Crm": contact["is_linked_with_zohocrm"],
        }
        since = query.get("last_modified_time", "")
        if since and "last_modified_time" not in self.switches.ignored_filters:
            try:
                moment = datetime.strptime(since, "%Y-%m-%dT%H:%M:%S%z").timestamp()
            except ValueError:
                raise refusals.invalid("last_modified_time") from None
            if contact["modified"] < moment:
                return False
        return bool(tests.get(wanted, True))


_SORTS: dict[str, Callable[[Contact], Any]] = {
    "contact_name": lambda contact: contact["contact_name"].casefold(),
    "first_name": lambda contact: str(_primary(contact).get("first_name", "")).casefold(),
    "last_name": lambda contact: str(_primary(contact).get("last_name", "")).casefold(),
    "email": lambda contact: str(_primary(contact).get("email", "")).casefold(),
    "outstanding_receivable_amount": lambda contact: 0,
    "created_time": lambda contact: contact["created"],
    "last_modified_time": lambda contact: contact["modified"],
}


def _matches(held: Sequence[str], name: str, query: Mapping[str, str]) -> bool:
    """Whether one of these values is what the filters of a field ask for."""
    tests: dict[str, Callable[[str, str], bool]] = {
        name: lambda value, asked: value == asked,
        f"{name}_startswith": lambda value, asked: value.startswith(asked),
        f"{name}_contains": lambda value, asked: asked in value,
    }
    return all(
        any(test(value, query[asked].casefold()) for value in held) for asked, test in tests.items() if query.get(asked)
    )


def _primary(contact: Contact) -> dict[str, Any]:
    return next((person for person in contact["persons"] if person["is_primary_contact"]), {})


def _text(value: object, name: str, limit: int) -> str:
    text = "" if value is None else str(value)
    if len(text) > limit:
        raise refusals.too_long(name, limit)
    return text
