"""What a run of customers works with: where they live in Zoho, the field maps, the chapters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from cscart_zoho.app.around import now
from cscart_zoho.app.limits import rows_a_day
from cscart_zoho.app.organisation import note_linked
from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.app.wires import connected
from cscart_zoho.app.zoho_connection import crm_wire, zoho_wire
from cscart_zoho.cscart.signs import USER_TEXTS, keeps_all
from cscart_zoho.cscart.usergroups import Usergroups
from cscart_zoho.cscart.users import CsCartUsers, addon_of
from cscart_zoho.errors import ConnectorError, NoSuchModule, NotAllowed, RemoteFault, Throttled
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.columns import columns, never_mapped
from cscart_zoho.mapping.customer_choices import (
    AccountAs,
    CustomerChoices,
    Home,
    customer_choices_from_json,
)
from cscart_zoho.mapping.customer_map import ACCOUNT, AccountMap, CustomerMap
from cscart_zoho.mapping.field_map import (
    FieldMap,
    crm_field,
    default_fields,
    defaults,
    lost_fields,
    since_last_time,
    why_lost,
    with_lost,
)
from cscart_zoho.mapping.fields import FieldRow, Module, ZohoField
from cscart_zoho.mapping.inventory_fields import INVENTORY_FIELDS, custom_field
from cscart_zoho.mapping.old_store import Losses
from cscart_zoho.mapping.ways import Ways
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.choices import PROFILE_FIELDS_AT, keep_profile_fields, note_emptied, note_signs, store_zone
from cscart_zoho.store.companies import AccountBook, Companies, company_id, part_the_renamed
from cscart_zoho.store.contact_persons import KnownPersons
from cscart_zoho.store.homes import CRM, INVENTORY, settle_home
from cscart_zoho.store.known_users import KnownUsers, shipping_of
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Link, Observation, Store, ZohoFieldList, ZohoOrganisation
from cscart_zoho.store.places import learning, places_of
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.ports import Clock, RecordSide, Sides
from cscart_zoho.zoho.contacts import ZohoContacts
from cscart_zoho.zoho.crm.mapper import KEY
from cscart_zoho.zoho.crm.organisation import crm_fields
from cscart_zoho.zoho.crm.records import CrmRecords

#: How old what Zoho tells about its fields may be before it is asked again.
FIELDS_LIVE = timedelta(hours=24)
#: How long it is told that a field of the default map is not there any more: nobody has chosen it.
TOLD_FOR = timedelta(days=30)
#: Zoho CRM's names of its modules.
CRM_MODULES = {Module.CONTACT: "Contacts", Module.ACCOUNT: "Accounts"}


# Where customers live


def customer_choices(store: Store) -> CustomerChoices:
    """The merchant's choices. Raises `WrongSetting`."""
    return customer_choices_from_json(store.customer_choices)


def home_of(store: Store) -> Home:
    """Where the customers of this store live in Zoho: as chosen, else in both where CRM can be reached.

    Customers that are linked with CRM stay there: a CRM that does not answer, or may not be seen, is not absent.
    """
    chosen = customer_choices(store).home
    if chosen is not Home.AUTO:
        return chosen
    return Home.BOTH if has_crm(store.zoho) or store.customers_in == CRM else Home.INVENTORY


def settle_customers(store: Store) -> None:
    """Have customers be linked with the product of Zoho that they live in now. Before a run of customers or orders."""
    settle_home(store, INVENTORY if home_of(store) is Home.INVENTORY else CRM, now())


def has_crm(org: ZohoOrganisation | None) -> bool:
    """Whether Zoho CRM answered when Zoho was connected."""
    return bool(org is not None and org.capabilities.get("crm"))


def crm_is_unknown(org: ZohoOrganisation | None) -> bool:
    """Whether Zoho CRM has not answered yet, neither that it is there nor that it is not."""
    return bool(org is not None and org.capabilities.get("crm_unknown"))


def zoho_links_itself(org: ZohoOrganisation | None) -> bool:
    """Whether Zoho keeps its CRM and its Inventory in sync by itself: then one side is written, and only one."""
    return bool(org is not None and org.capabilities.get("linked_with_crm"))


def when_linked(store: Store) -> Callable[[], None]:
    """What is done when a contact of Inventory says that Zoho keeps it in sync with its CRM by itself.

    Where customers live in CRM, the run begins again, and Inventory is not written any more: the first contact that
    says so is enough, because both would be written otherwise.
    """

    def noticed() -> None:
        org = store.zoho
        if org is None or home_of(store) is Home.INVENTORY or zoho_links_itself(org):
            return
        note_linked(org)
        raise Throttled(
            "Zoho has begun to keep its CRM and its Inventory in sync by itself.",
            wait_s=1,
            advice="The run goes on at once, and writes customers to CRM only.",
        )

    return noticed


def module_of(store: Store) -> Module:
    """The kind of Zoho record that a customer is."""
    return Module.INVENTORY if home_of(store) is Home.INVENTORY else Module.CONTACT


def modules_of(store: Store) -> list[Module]:
    """The modules that have a field map: those of the customers' home."""
    home = home_of(store)
    people = [Module.CONTACT, *([Module.ACCOUNT] if has_accounts(store) else [])]
    crm = [] if home is Home.INVENTORY else people
    return [*crm, *([] if home is Home.CRM else [Module.INVENTORY])]


# Fields


def zoho_fields(store: Store, module: Module) -> dict[str, ZohoField]:
    """The fields of a module, as far as they are known: by name, in Zoho's order."""
    kept = ZohoFieldList.objects.filter(organisation=store.zoho, module=module.value).first()
    described: list[dict[str, Any]] = kept.described if kept is not None else []
    if module is Module.INVENTORY:
        return {**INVENTORY_FIELDS, **{each.name: each for each in map(custom_field, described)}}
    fields = {field.name: field for each in described if (field := crm_field(module, each)) is not None}
    if module is Module.CONTACT and not has_accounts(store):
        fields.pop(ACCOUNT, None)
    return fields


def has_accounts(store: Store) -> bool:
    """Whether CRM has accounts that the user who connected may see. Until it was asked it has."""
    kept = ZohoFieldList.objects.filter(organisation=store.zoho, module=Module.ACCOUNT.value).first()
    return kept is None or any(not each.get("lost_at") for each in kept.described)


def lost_fields_of(store: Store) -> list[str]:
    """What is told of mapped fields of CRM that are not there any more, each in a sentence."""
    told = []
    for module in _modules(store):
        kept = ZohoFieldList.objects.filter(organisation=store.zoho, module=module.value).first()
        fields = zoho_fields(store, module)
        if kept is None or not fields:
            continue
        lost = lost_fields(kept.described)
        chosen = customer_choices(store).maps.get(module)
        lately = (now() - TOLD_FOR).isoformat()
        usual = [name for name in default_fields(module) if name in lost and lost[name].since > lately]
        mapped = list(chosen) if chosen is not None else usual
        told += why_lost(module, [name for name in mapped if name not in fields], lost)
    return told


def field_map(store: Store, module: Module) -> FieldMap:
    """The merchant's map of a module, or the default one. Rows of fields that are not there any more are left out."""
    fields = zoho_fields(store, module)
    profile_fields = store.capabilities.get("profile_fields") or []
    all_columns = columns(profile_fields)
    chosen = customer_choices(store).maps.get(module)
    rows = defaults(module, fields, all_columns) if chosen is None else chosen
    there = {name: row for name, row in rows.items() if name in fields and row.column in all_columns}
    ways = Ways(store_zone(store), places_of(store), keeps_all(store.capabilities, USER_TEXTS))
    return FieldMap(module, there, fields, all_columns, ways, never_mapped(profile_fields))


def read_fields(store: Store, *, again: bool = False) -> None:
    """Ask Zoho for the fields of its modules, once a day. Raises what the calls raise when none are known yet."""
    org = store.zoho
    if org is None:
        return
    for module in _modules(store):
        kept = ZohoFieldList.objects.filter(organisation=org, module=module.value).first()
        if kept is not None and not again and now() - kept.read_at < FIELDS_LIVE:
            continue
        try:
            described = _described(org, module)
        except ConnectorError:
            if kept is None:
                raise
            continue
        before = kept.described if kept is not None else []
        marked = with_lost(before, since_last_time(described, before), now().isoformat())
        ZohoFieldList.objects.update_or_create(
            organisation=org, module=module.value, defaults={"described": marked, "read_at": now()}
        )


def read_profile_fields(store: Store, wire: Wire | None = None, *, again: bool = False) -> None:
    """Ask the store add-on for the profile fields and their choices, once a day; what it does not tell stays known."""
    if not store.capabilities.get("addon"):
        return
    kept = store.capabilities.get(PROFILE_FIELDS_AT)
    read_at = datetime.fromisoformat(kept) if kept else store.connected_at
    if again or read_at is None or now() - read_at >= FIELDS_LIVE:
        told = addon_of(wire or store_wire(store))
        if told["addon"]:
            keep_profile_fields(store, told["profile_fields"], now())


def _described(org: ZohoOrganisation, module: Module) -> list[dict[str, Any]]:
    """The fields of a module as CRM tells them. One without accounts has none of theirs."""
    try:
        return crm_fields(crm_wire(org), CRM_MODULES[module])
    except (NoSuchModule, NotAllowed):
        if module is not Module.ACCOUNT:
            raise
        return []


def _modules(store: Store) -> list[Module]:
    return [] if home_of(store) is Home.INVENTORY else list(CRM_MODULES)


# The run


@dataclass(frozen=True)
class _Parts:
    """What the chapters of one run share."""

    store: Store
    ledger: RunLedger
    asked: Asked
    clock: Clock
    new_reference: Callable[[], str]
    on_wait: Callable[[], None]
    choices: CustomerChoices
    store_wire: Wire
    #: Zoho's wires: of CRM, of Inventory; each only where it is used.
    crm: Wire | None
    inventory: Wire | None
    #: Sentences about fields that are not there any more. All chapters share them, and one tells them.
    lost: list[str] = field(default_factory=list)

    def calls(self) -> Mapping[Side, int]:
        zoho = sum(wire.calls for wire in (self.crm, self.inventory) if wire is not None)
        return {Side.CSCART: self.store_wire.calls, Side.ZOHO: zoho}

    def writes(self) -> int:
        return sum(wire.writes for wire in (self.store_wire, self.crm, self.inventory) if wire is not None)

    def chapter(
        self,
        cscart: RecordSide,
        zoho: RecordSide,
        record_map: AccountMap | CustomerMap,
        choose: Callable[[Asked], Asked] | None = None,
        rows_a_day: int | None = None,
    ) -> Chapter:
        return Chapter(
            Sides(cscart, zoho, calls=self.calls, writes=self.writes, rows_a_day=rows_a_day),
            self.ledger.about(record_map.entity),
            self.asked,
            record_map,
            clock=self.clock,
            new_reference=self.new_reference,
            derived=record_map.entity is not Entity.CUSTOMERS,
            choose=choose,
        )

    def records(self, module: Module, book: AccountBook) -> CrmRecords:
        """The records of a module of CRM."""
        assert self.crm is not None
        return CrmRecords(
            self.crm,
            field_map(self.store, module),
            account_id=book.id_of,
            triggers=self.choices.triggers,
            fields_now=lambda: self._fields_now(module),
        )

    def _fields_now(self, module: Module) -> Mapping[str, ZohoField]:
        """The fields of a module, read again because an answer hints at a change of them."""
        read_fields(self.store, again=True)
        self.lost[:] = lost_fields_of(self.store)
        if module is Module.CONTACT:
            _check_key(field_map(self.store, module))
        return zoho_fields(self.store, module)

    def _choices_now(self, module: Module) -> FieldMap:
        """The map with the profile fields as the store has them now: a customer has a choice that is not known."""
        read_profile_fields(self.store, self.store_wire, again=True)
        return field_map(self.store, module)

    def users(self, used: FieldMap) -> CsCartUsers:
        return CsCartUsers(
            self.store_wire,
            self.store.capabilities,
            used,
            company_id=str(self.store.capabilities.get("company_id") or ""),
            placeholder_domain=self.choices.placeholder_domain,
            shipping_of=shipping_of(self.store),
            emptied=partial(note_emptied, self.store),
            learn=learning(self.store),
            proved=partial(note_signs, self.store),
            new_choice=partial(self._choices_now, used.module),
            group_of=self._group_of,
            organizations=self._into_groups() and bool(self.store.capabilities.get("organizations")),
        )

    def _into_groups(self) -> bool:
        """Whether an account becomes more than the company name of its users."""
        return self.choices.account_as is AccountAs.USERGROUP and self.crm is not None

    def _group_of(self, company: str) -> str:
        """The user group of an imported account, made when it is not there; its parents' before it."""
        if not self._into_groups():
            return ""
        groups = Usergroups(self.store_wire)
        found = ""
        for name in AccountBook(self.store).chain(company):
            found = groups.find(name) or groups.create(name)
        return found


def customer_chapters(
    store: Store,
    ledger: RunLedger,
    asked: Asked,
    *,
    clock: Clock,
    new_reference: Callable[[], str],
    on_wait: Callable[[], None] = lambda: None,
) -> list[Chapter]:
    """The chapters of a run of customers. Raises `NotConnected` when a side is not connected."""
    org = connected(store)
    home = home_of(store)
    if customer_choices(store).home is Home.AUTO and not store.customers_in and crm_is_unknown(org):
        raise RemoteFault(
            f"It is not known yet whether customers live in Zoho CRM. {org.capabilities.get('crm_trouble')}",
            advice="It is asked again within an hour. If there is none, choose Inventory under Settings for customers.",
        )
    settle_customers(store)
    read_fields(store)
    wire = store_wire(store, on_wait)
    read_profile_fields(store, wire)
    parts = _Parts(
        store=store,
        ledger=ledger,
        asked=asked,
        clock=clock,
        new_reference=new_reference,
        on_wait=on_wait,
        choices=customer_choices(store),
        store_wire=wire,
        crm=None if home is Home.INVENTORY else crm_wire(org, on_wait),
        inventory=None if home is Home.CRM else zoho_wire(org, on_wait),
    )
    return _chapters(parts, home)


def _chapters(parts: _Parts, home: Home) -> list[Chapter]:
    store, blind = parts.store, not parts.store.capabilities.get("addon")
    chapters: list[Chapter] = []
    if parts.crm is not None:
        book = AccountBook(store)
        if has_accounts(store):
            part_the_renamed(store)
            of_accounts = field_map(store, Module.ACCOUNT)
            companies, accounts = Companies(store, of_accounts.rows), parts.records(Module.ACCOUNT, book)
            chapters.append(
                parts.chapter(companies, accounts, AccountMap(parts.choices, of_accounts), _companies_of(store))
            )
        of_contacts = field_map(store, Module.CONTACT)
        _check_key(of_contacts)
        contacts = parts.records(Module.CONTACT, book)
        customers = CustomerMap(
            parts.choices,
            of_contacts,
            Entity.CUSTOMERS,
            blind,
            account_id=book.id_of,
            account_deleted=book.was_deleted,
            losses=Losses.of(store.capabilities),
        )
        chapters.append(parts.chapter(parts.users(of_contacts), contacts, customers, _contacts_of(store)))
        parts.lost[:] = lost_fields_of(store)
        chapters[-1].told = parts.lost
    if parts.inventory is not None and not (home is Home.BOTH and zoho_links_itself(store.zoho)):
        chapters.append(_inventory_chapter(parts, home, blind))
    return chapters


def _check_key(used: FieldMap) -> None:
    """Raises `NotAllowed` where nobody could tell which contact is which customer."""
    key = KEY[used.module]
    if used.fields and key not in used.fields:
        raise NotAllowed(
            f'The user who connected Zoho may not see the field "{key}" of contacts in Zoho CRM, by which customers '
            "are found.",
            advice="Give that user the right to see it.",
        )


def _inventory_chapter(parts: _Parts, home: Home, blind: bool) -> Chapter:
    store = parts.store
    assert parts.inventory is not None
    assert store.zoho is not None
    used = field_map(store, Module.INVENTORY)
    linked = when_linked(store)
    persons, users = KnownPersons(store), parts.users(used)
    contacts = ZohoContacts(parts.inventory, store.zoho.capabilities, used, linked, persons)
    companies, losses = persons.companies_of, Losses.of(store.capabilities)
    rows = rows_a_day(store.zoho)
    if home is Home.INVENTORY:
        known = CustomerMap(parts.choices, used, Entity.CUSTOMERS, blind, companies_of=companies, losses=losses)
        return parts.chapter(users, contacts, known, rows_a_day=rows)
    at_once = parts.choices.inventory_at_once
    ruled = _ruled_by_zoho(field_map(store, Module.CONTACT))
    known = CustomerMap(
        parts.choices,
        used,
        Entity.CONTACTS,
        blind,
        by_itself=at_once,
        ruled=ruled,
        companies_of=companies,
        losses=losses,
    )
    return parts.chapter(KnownUsers(store, users), contacts, known, _users_of(store), rows)


def _ruled_by_zoho(used: FieldMap) -> frozenset[str]:
    """The columns in which CRM's value counts. Inventory's cannot count there as well."""
    return frozenset(row.column for row in used.rows.values() if _rules(row))


def _rules(row: FieldRow) -> bool:
    return row.direction is Direction.TO_CSCART or (row.direction is Direction.BOTH and row.owner is Owner.ZOHO)


# What chosen customers mean for each chapter


def _companies_of(store: Store) -> Callable[[Asked], Asked]:
    """The companies of the chosen users, and the chosen accounts."""

    def choose(asked: Asked) -> Asked:
        if asked.only != "ids":
            return asked
        users = _customers(store, Side.CSCART).filter(remote_id__in=asked.cscart_ids).exclude(company="")
        ids = sorted({company_id(name) for name in users.values_list("company", flat=True)})
        return msgspec.structs.replace(asked, cscart_ids=tuple(ids), zoho_ids=asked.account_ids, account_ids=())

    return choose


def _contacts_of(store: Store) -> Callable[[Asked], Asked]:
    """The chosen customers, and all contacts of the chosen accounts."""

    def choose(asked: Asked) -> Asked:
        if not asked.account_ids:
            return asked
        inside = _customers(store, Side.ZOHO).filter(parent_id__in=asked.account_ids, gone_at=None)
        ids = {*asked.zoho_ids, *inside.values_list("remote_id", flat=True)}
        return msgspec.structs.replace(asked, zoho_ids=tuple(sorted(ids)), account_ids=())

    return choose


def _users_of(store: Store) -> Callable[[Asked], Asked]:
    """The users of the chosen customers: an id of CRM means nothing to Inventory."""

    def choose(asked: Asked) -> Asked:
        if asked.only != "ids":
            return asked
        zoho_ids = _contacts_of(store)(asked).zoho_ids
        links = Link.objects.filter(store=store, entity=Entity.CUSTOMERS.value, zoho_id__in=zoho_ids)
        ids = {*asked.cscart_ids, *links.values_list("cscart_id", flat=True)}
        return msgspec.structs.replace(asked, cscart_ids=tuple(sorted(ids)), zoho_ids=(), account_ids=())

    return choose


def _customers(store: Store, side: Side) -> Any:
    return Observation.objects.filter(store=store, entity=Entity.CUSTOMERS.value, side=side.value)
