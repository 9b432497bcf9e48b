"""What a run of orders works with: the order map, its look-ups, the chapters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import msgspec
from django.db.models import QuerySet

from cscart_zoho.app.around import now
from cscart_zoho.app.customers import (
    customer_choices,
    field_map,
    home_of,
    settle_customers,
    when_linked,
    zoho_links_itself,
)
from cscart_zoho.app.lane import present_lane
from cscart_zoho.app.limits import rows_a_day
from cscart_zoho.app.look_again import LookAgain
from cscart_zoho.app.money import money_rules
from cscart_zoho.app.products import product_map, product_sides
from cscart_zoho.app.wires import connected, wires_of
from cscart_zoho.cscart.orders import READ_TOGETHER, CsCartOrders
from cscart_zoho.cscart.users import CsCartUsers
from cscart_zoho.errors import Unfit, WrongSetting
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import StockOwner, choices_from_json
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.mapping.customer_map import CustomerMap
from cscart_zoho.mapping.fields import Module
from cscart_zoho.mapping.guests import Person, several, why_unknown
from cscart_zoho.mapping.keys import folded
from cscart_zoho.mapping.old_store import Losses
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_from_json
from cscart_zoho.mapping.order_map import OrderMap
from cscart_zoho.mapping.placeholder import placeholder
from cscart_zoho.mapping.storefronts import apart_from
from cscart_zoho.order import Line, Order, from_text, guest_id, is_address, is_guest
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.buyers import BuyingUsers, Guests, orders_of
from cscart_zoho.store.choices import note_emptied, note_signs, order_zone
from cscart_zoho.store.contact_addresses import KnownAddresses
from cscart_zoho.store.contact_persons import CONTACTS, KnownPersons
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.known_users import shipping_of
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import ContactPerson, Link, Observation, Store, ZohoOrganisation
from cscart_zoho.store.order_stock import OrderStock
from cscart_zoho.store.places import learning, places_of
from cscart_zoho.store.set_aside import prefixes_of_other_shops
from cscart_zoho.store.staff import StaffAmong, sort_out, staff_of
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.observe import Observing
from cscart_zoho.sync.ports import Clock, Sides
from cscart_zoho.zoho.contacts import ZohoContacts
from cscart_zoho.zoho.order_addresses import ContactAddresses
from cscart_zoho.zoho.salesorders import ZohoSalesOrders

#: The field of a contact that tells its currency (Zoho Inventory API: Contacts).
CURRENCY = "currency_code"
#: Triggers of runs that a person waits for.
BY_HAND = ("button", "cli")


def order_choices(store: Store) -> OrderChoices:
    """The merchant's choices for orders. Raises `WrongSetting`."""
    return order_choices_from_json(store.order_choices)


def order_map(store: Store, look: LookAgain | None = None) -> OrderMap:
    """The merchant's choices with what both sides tell; `look` reads again what is missing. Raises `WrongSetting`."""
    partners = Partners(store)
    return OrderMap(
        order_choices(store),
        money_rules(store.zoho),
        item_of=partners.item_of,
        product_of=partners.product_of,
        contact_of=partners.contact_of,
        user_of=partners.user_of,
        person_of=partners.person_of,
        former=partners.former,
        currency_of=partners.currency_of,
        product_taxes=choices_from_json(store.product_choices).taxes,
        statuses={each["letter"]: each["name"] for each in store.capabilities.get("order_statuses") or []},
        store_places=int(store.capabilities.get("decimals", 2)),
        other_prefixes=prefixes_of_other_shops(store),
        store_currency=store_currency(store),
        money_anew=look.money if look is not None else lambda: None,
        statuses_anew=look.statuses if look is not None else dict,
    )


# What an order rests on


class Partners:
    """Looks up what an order names: products, items, users, contacts. Each question goes to the ledger."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @cached_property
    def choices(self) -> OrderChoices:
        return order_choices(self.store)

    @cached_property
    def customers(self) -> CustomerChoices:
        return customer_choices(self.store)

    @cached_property
    def contacts(self) -> Entity:
        """Under which name users and contacts of Inventory are linked."""
        return Entity.CUSTOMERS if home_of(self.store) is Home.INVENTORY else Entity.CONTACTS

    def link(self, entity: Entity, **ids: str) -> Link | None:
        return Link.objects.filter(store=self.store, entity=entity.value, **ids).first()

    def _rows(self, entity: Entity, side: Side) -> QuerySet[Observation]:
        return Observation.objects.filter(store=self.store, entity=entity.value, side=side.value, gone_at=None)

    def _row(self, entity: Entity, side: Side, **wanted: Any) -> Observation | None:
        return self._rows(entity, side).filter(**wanted).first()

    def item_of(self, line: Line) -> str:
        """The item of a product, or the merchant's item for lines without one. Raises `Unfit`."""
        link = self.link(Entity.PRODUCTS, cscart_id=line.product_id) if line.product_id else None
        found = link.zoho_id if link is not None else self.choices.fallback_item_id
        if not found:
            what = line.sku or line.name or line.product_id
            raise Unfit(
                f'"{what}" is not linked with an item of Zoho.',
                field="document",
                advice="Sync the product first, or choose an item for such lines in the settings for orders.",
            )
        return found

    def product_of(self, line: Line) -> str:
        """The product of an item. Raises `Unfit`."""
        link = self.link(Entity.PRODUCTS, zoho_id=line.product_id) if line.product_id else None
        if link is None:
            raise Unfit(
                f'"{line.sku or line.name}" is not linked with a product of the store.',
                field="document",
                advice="Import the item first; the order follows with the next run.",
            )
        return link.cscart_id

    def buyer_of(self, order: Order) -> str:
        """The user, or the guest; nobody where the order has no address. A guest with that of a user is that user."""
        if order.customer_id and order.customer_id not in self.staff:
            return order.customer_id
        email = folded(order.email)
        user = self._row(Entity.CUSTOMERS, Side.CSCART, folded_key=email) if is_address(email) else None
        return user.remote_id if user is not None else guest_id(email)

    @cached_property
    def staff(self) -> frozenset[str]:
        """Administrators and vendors: they are no customers, and what they order is booked like a guest's."""
        return staff_of(self.store)

    def _linked_contact(self, buyer: str) -> str:
        if not is_guest(buyer):
            return self._contact_of_account(buyer)
        link = self.link(Entity.GUESTS, cscart_id=buyer)
        return link.zoho_id if link is not None else ""

    def _contact_of_account(self, buyer: str) -> str:
        """The contact of a user; of one who has the address in another storefront, too, that of the main account."""
        link = self.link(self.contacts, cscart_id=buyer) or self._link_of_main(buyer)
        return link.zoho_id if link is not None else ""

    def _link_of_main(self, buyer: str) -> Link | None:
        main = self._mains([buyer]).get(buyer)
        return self.link(self.contacts, cscart_id=main) if main else None

    def _mains(self, buyers: Sequence[str]) -> dict[str, str]:
        """By user the account that stands for the address in several storefronts, where that is another one."""
        rows = self._rows(Entity.CUSTOMERS, Side.CSCART)
        keys = {*rows.filter(remote_id__in=buyers).values_list("folded_key", flat=True)} - {""}
        told = rows.filter(folded_key__in=keys).values_list("folded_key", "remote_id", "linked", "values")
        return apart_from(told, str(self.store.capabilities.get("company_id") or ""))

    def contact_of(self, order: Order) -> str:
        """The contact of Zoho Inventory. Raises `Unfit` when there is none yet."""
        buyer = self.buyer_of(order)
        guest = not buyer or is_guest(buyer)
        if guest and self.choices.guest_contact_id:
            return self.choices.guest_contact_id
        unknown = why_unknown(order.email, self._who_ordered([buyer]).get(buyer, ())) if guest else None
        if contact := self._linked_contact(buyer) if unknown is None else "":
            return contact
        if known := self._contact_of_sale(order, said=unknown is not None):
            return known
        if unknown is not None:
            raise unknown
        if person := self._person(order):
            return person.contact_id
        if guest and not self.customers.guests:
            raise Unfit(
                "It was placed by a guest, and guests do not become contacts.",
                field="document",
                advice="Allow it in the settings for customers, or choose one contact for all guests.",
            )
        raise Unfit(
            f"Its customer ({order.email or order.name}) has no contact in Zoho Inventory yet.",
            field="document",
            advice="The run makes it before the order; the customer's page says why it could not.",
        )

    def person_of(self, order: Order) -> str:
        """The person of another contact who has ordered, or nothing."""
        buyer = self.buyer_of(order)
        if not buyer or (is_guest(buyer) and self.choices.guest_contact_id):
            return ""
        person = None if self._linked_contact(buyer) else self._person(order)
        return person.person_id if person is not None and person.contact_id == self.contact_of(order) else ""

    def _person(self, order: Order) -> ContactPerson | None:
        """The only person with the address of the order. Raises `Unfit` where several contacts have one."""
        found = self.persons.of_email(order.email)
        if len(found) > 1:
            named = " and ".join(f'"{each.contact_name}"' for each in found)
            raise Unfit(
                f"{order.email} is a contact person of {named} in Zoho, and nobody can tell on which of them the order "
                "is to be booked.",
                field="document",
                advice="Take the person out of all but one of them, or give the customer a contact of its own.",
            )
        return found[0] if found else None

    @cached_property
    def persons(self) -> KnownPersons:
        return KnownPersons(self.store)

    def former(self, contact_id: str) -> list[tuple[str, str]]:
        """Ids and names of contacts that have, or had, an address that this one or a person of it has."""
        rows = Observation.objects.filter(store=self.store, side=Side.ZOHO.value, entity__in=CONTACTS)
        addresses = {key for key in rows.filter(remote_id=contact_id).values_list("folded_key", flat=True) if key}
        addresses |= set(self.persons.addresses_of(contact_id))
        alike = rows.filter(folded_key__in=addresses).exclude(remote_id=contact_id)
        return list(alike.values_list("remote_id", "name").distinct())

    def currency_of(self, contact_id: str) -> str:
        """What a contact's sales orders are in, as its row told; "" where no row was seen or it does not say."""
        for entity in (self.contacts, Entity.GUESTS):
            row = self._row(entity, Side.ZOHO, remote_id=contact_id)
            if row is not None and row.values.get(CURRENCY):
                return str(row.values[CURRENCY])
        return ""

    def address_of(self, entity: Entity, buyer: str) -> str:
        """The e-mail address of a user or a guest, as it was last seen."""
        row = self._row(entity, Side.CSCART, remote_id=buyer) or self._row(
            Entity.CUSTOMERS, Side.CSCART, remote_id=buyer
        )
        return row.key if row is not None else ""

    def _contact_of_sale(self, order: Order, *, said: bool) -> str:
        """The contact of the sales order that an order is linked with, as long as the order names the same buyer.

        Where the order does not tell whose it is, the sales order has `said` it: also one that it is about to be
        linked with, because a person has entered it.
        """
        linked = {} if said else {"linked": True}
        row = self._row(Entity.ORDERS, Side.ZOHO, folded_key=folded(order.number), **linked)
        document = row.values.get("document") if row is not None else None
        if not document:
            return ""
        sale = from_text(str(document))
        if said:
            return sale.customer_id
        user, email = self.user_of(sale)
        if not order.customer_id:  # the store has deleted the user, and keeps the orders as those of that address
            user, email = "", email or self._address(sale.customer_id)
        named = folded(order.email)
        known = {folded(email), folded(placeholder(sale.customer_id, self.customers.placeholder_domain))}
        return sale.customer_id if user == order.customer_id and named in known else ""

    def user_of(self, order: Order) -> tuple[str, str]:
        """The user of a sales order ("" = a guest) and the e-mail address to name."""
        link = self.link(self.contacts, zoho_id=order.customer_id)
        if link is not None:
            return link.cscart_id, order.email
        email = order.email or self._address(order.customer_id)
        user = self._row(Entity.CUSTOMERS, Side.CSCART, folded_key=folded(email)) if email else None
        if user is not None:
            return user.remote_id, email
        return "", email or placeholder(order.customer_id, self.customers.placeholder_domain)

    def _address(self, contact_id: str) -> str:
        for entity in (self.contacts, Entity.GUESTS):
            row = self._row(entity, Side.ZOHO, remote_id=contact_id)
            if row is not None and row.key:
                return row.key
        return ""

    def waiting(self, asked: Asked) -> list[str]:
        """The users and guests of orders that are about to be sent and that have no contact yet."""
        rows = orders_of(self.store).filter(linked=False)
        if asked.only == "ids":
            rows = rows.filter(remote_id__in=asked.cscart_ids)
        if self.choices.since and not asked.by_hand:
            rows = rows.filter(ordered_on__gte=self.choices.since)
        statuses = {*rows.order_by().values_list("status", flat=True).distinct()}
        rows = rows.filter(status__in=[letter for letter in statuses if self.choices.is_sent(letter)])
        buyers = {*rows.order_by().values_list("parent_id", flat=True).distinct()} - {""}
        users = self._users_of_guests({buyer for buyer in buyers if is_guest(buyer)})
        named = {users.get(buyer, buyer) for buyer in buyers} - self._persons_of_others()
        mains = self._mains([each for each in named if not is_guest(each)])
        named = {mains.get(each, each) for each in named}
        named -= {id for id, people in self._who_ordered([*filter(is_guest, named)]).items() if several(people)}
        known = Link.objects.filter(store=self.store, entity__in=[self.contacts.value, Entity.GUESTS.value])
        return sorted(named - {*known.values_list("cscart_id", flat=True)})

    def _who_ordered(self, guests: Sequence[str]) -> dict[str, list[Person]]:
        """By guest the people who have ordered with that address, the first one first."""
        rows = orders_of(self.store).filter(parent_id__in=[each for each in guests if each]).order_by("number", "pk")
        found: dict[str, list[Person]] = {}
        for id, *told in rows.values_list("parent_id", "name", "phone", "company"):
            found.setdefault(id, []).append(Person(*told))
        return found

    def _persons_of_others(self) -> set[str]:
        """Users and guests who are persons of a contact: they need none of their own."""
        addresses = self.persons.addresses()
        users = self._rows(Entity.CUSTOMERS, Side.CSCART).filter(folded_key__in=addresses)
        return {*users.values_list("remote_id", flat=True), *(guest_id(address) for address in addresses)}

    def _users_of_guests(self, guests: set[str]) -> dict[str, str]:
        """By guest the user that has the same address."""
        if not guests:
            return {}
        users = self._rows(Entity.CUSTOMERS, Side.CSCART).exclude(folded_key="")
        by_guest = {guest_id(email): id for email, id in users.values_list("folded_key", "remote_id")}
        return {guest: by_guest[guest] for guest in guests if guest in by_guest}


# The run


@dataclass(frozen=True)
class _Parts:
    """What the chapters of one run of orders share."""

    store: Store
    org: ZohoOrganisation
    ledger: RunLedger
    asked: Asked
    clock: Clock
    new_reference: Callable[[], str]
    here: Wire
    there: Wire

    def calls(self) -> Mapping[Side, int]:
        return {Side.CSCART: self.here.calls, Side.ZOHO: self.there.calls}

    @cached_property
    def look(self) -> LookAgain:
        at_once = self.asked.by_hand or self.ledger.run.trigger in BY_HAND
        return LookAgain(self.store, self.here, self.there, at_once=at_once)

    def writes(self) -> int:
        return self.here.writes + self.there.writes

    def order_sides(self) -> Sides:
        choices = order_choices(self.store)
        known = KnownAddresses(self.org)
        places = places_of(self.store)
        addresses = ContactAddresses(
            self.there, known=known.find, remember=known.keep, forget=known.forget, places=places
        )
        return Sides(
            CsCartOrders(
                self.here,
                self.store.capabilities,
                choices,
                company_id=str(self.store.capabilities.get("company_id") or ""),
                time_zone=order_zone(self.store).name,
                now=now,
                listed_anew=self.look.listed,
                learn=learning(self.store),
                proved=partial(note_signs, self.store),
            ),
            ZohoSalesOrders(
                self.there,
                self.org.capabilities,
                choices,
                address_id=addresses,
                gone_addresses=addresses.gone,
                places=places,
                customer_now=CustomersNow(self.store, self.ledger, self.zoho_contacts()),
            ),
            calls=self.calls,
            writes=self.writes,
            calls_left=lambda: calls_left(self.org, now(), present_lane()),
            rows_a_day=rows_a_day(self.org),
        )

    def zoho_contacts(self) -> ZohoContacts:
        used, persons = field_map(self.store, Module.INVENTORY), KnownPersons(self.store)
        return ZohoContacts(self.there, self.org.capabilities, used, when_linked(self.store), persons)

    def orders(self) -> Chapter:
        return Chapter(
            self.order_sides(),
            self.ledger.about(Entity.ORDERS),
            self.asked,
            order_map(self.store, self.look),
            clock=self.clock,
            new_reference=self.new_reference,
            choose=_without_guests,
        )

    def taken_twice(self) -> list[Chapter]:
        """The stock of products whose goods were sold before their sales orders took them; none with wrong choices."""
        try:
            products, sides = product_map(self.store), product_sides(self.store, self.here, self.there)
        except WrongSetting:
            return []  # the runs of products say so
        if products.choices.stock_owner is StockOwner.NOBODY:
            return []
        orders = OrderLook(self.store, self.ledger, self.clock, self.here, self.there)
        return [
            Chapter(
                sides,
                self.ledger.about(Entity.PRODUCTS),
                self.asked,
                products,
                clock=self.clock,
                new_reference=self.new_reference,
                derived=True,
                look_first=orders.changes,
                look_at_orders=orders.of,
                choose=_TakenTwice(self.store),
            )
        ]

    def contacts(self, entity: Entity, *, guests: bool) -> Chapter:
        """The contacts that orders wait for: of users, or of guests."""
        used, choices = field_map(self.store, Module.INVENTORY), customer_choices(self.store)
        users = CsCartUsers(
            self.here,
            self.store.capabilities,
            used,
            company_id=str(self.store.capabilities.get("company_id") or ""),
            placeholder_domain=choices.placeholder_domain,
            shipping_of=shipping_of(self.store),
            emptied=partial(note_emptied, self.store),
            learn=learning(self.store),
            proved=partial(note_signs, self.store),
        )
        buyers = Guests(self.store, users) if guests else BuyingUsers(self.store, users)
        # Where Zoho makes a contact of each one of its CRM by itself, ours would be a second one.
        made_here = not (zoho_links_itself(self.store.zoho) and home_of(self.store) is not Home.INVENTORY)
        companies = KnownPersons(self.store).companies_of
        known = CustomerMap(
            choices,
            used,
            entity,
            blind=True,
            by_itself=made_here or guests,
            companies_of=companies,
            losses=Losses.of(self.store.capabilities),
        )
        return Chapter(
            Sides(
                buyers,
                self.zoho_contacts(),
                calls=self.calls,
                writes=self.writes,
                rows_a_day=rows_a_day(self.org),
            ),
            self.ledger.about(entity),
            self.asked,
            known,
            clock=self.clock,
            new_reference=self.new_reference,
            derived=True,
            choose=_Waiting(self.store, guests=guests, staff_among=users.staff_among),
        )


class CustomersNow:
    """Looks after the contact of an order that Zoho has refused: people merge contacts, and persons leave companies."""

    def __init__(self, store: Store, ledger: RunLedger, contacts: ZohoContacts) -> None:
        self._partners = Partners(store)
        self._ledger = ledger
        self._contacts = contacts

    def __call__(self, order: Order) -> Order:
        """The order with the contact that has taken the place of its own, else as it is. Raises `Unfit`."""
        persons = self._partners.persons
        if order.customer_id in self._contacts.read([order.customer_id]):
            if order.person_id and order.person_id not in persons.ids_of(order.customer_id):
                raise Unfit(
                    "Its customer is no contact person of that company in Zoho any more.",
                    field="document",
                    advice="The next run makes a contact of its own.",
                )
            return order
        persons.forget(order.customer_id)
        for entity in (self._partners.contacts, Entity.GUESTS):
            link = self._partners.link(entity, zoho_id=order.customer_id)
            if link is not None:
                return self._moved(order, entity, link.cscart_id)
        return order

    def _moved(self, order: Order, entity: Entity, buyer: str) -> Order:
        """The order on the contact with the address of its customer, whose own contact is gone. Raises `Unfit`."""
        ledger = self._ledger.about(entity)
        address = self._partners.address_of(entity, buyer)
        found = self._contacts.find(address)
        with ledger.commit():
            ledger.mark_gone(Side.ZOHO, order.customer_id)
            ledger.observe(found)
        free = [record for record in found if self._partners.link(entity, zoho_id=record.id) is None]
        if len(found) == 1 and free:
            with ledger.commit():
                ledger.link(buyer, found[0].id, "adopted", {}, {})
            return msgspec.structs.replace(order, customer_id=found[0].id, person_id="")
        self._contacts.look_for_person(address)
        person = self._partners.persons.of_email(address)
        if not found and len(person) == 1:
            return msgspec.structs.replace(order, customer_id=person[0].contact_id, person_id=person[0].person_id)
        raise Unfit(
            f"Its customer ({address}) does not exist in Zoho any more.",
            field="document",
            advice="Enter a contact with this e-mail address there: it takes the place of the one that is gone.",
        )


class _TakenTwice:
    """What a run of orders means for products: those of which its sales orders took what was out of stock already.

    Found out when it is first asked, after the orders. Nothing but their stock is looked at.
    """

    def __init__(self, store: Store) -> None:
        self._stock = OrderStock(store)
        self._found: tuple[str, ...] | None = None

    def __call__(self, asked: Asked) -> Asked:
        if self._found is None:
            self._found = tuple(self._stock.uneven())
        return Asked(
            direction=asked.direction,
            only="ids",
            hinted=True,
            cscart_ids=self._found,
            stock_only=True,
            dry_run=asked.dry_run,
        )


class _Waiting:
    """What a run of orders means for contacts: those that its orders wait for, found out when it is first asked.

    Guests may be chosen themselves, to carry out the answer to a conflict.
    """

    def __init__(self, store: Store, *, guests: bool, staff_among: StaffAmong = lambda ids: {}) -> None:
        self._store = store
        self._guests = guests
        self._staff_among = staff_among
        self._found: tuple[str, ...] | None = None

    def __call__(self, asked: Asked) -> Asked:
        if self._found is None:
            waiting = Partners(self._store).waiting(asked)
            if sort_out(self._store, waiting, self._staff_among):
                waiting = Partners(self._store).waiting(asked)
            self._found = tuple(id for id in waiting if is_guest(id) is self._guests)
        chosen = [id for id in asked.cscart_ids if self._guests and is_guest(id)]
        ids = tuple(dict.fromkeys([*self._found, *chosen]))
        # What an order needs is made, whatever is set for all of its kind: as if a person had named it.
        return msgspec.structs.replace(asked, only="ids", hinted=False, cscart_ids=ids, zoho_ids=(), account_ids=())


def _without_guests(asked: Asked) -> Asked:
    """What a run of orders means for the orders."""
    ids = tuple(id for id in asked.cscart_ids if not is_guest(id))
    return msgspec.structs.replace(asked, cscart_ids=ids)


def order_chapters(
    store: Store,
    ledger: RunLedger,
    asked: Asked,
    *,
    clock: Clock,
    new_reference: Callable[[], str],
    on_wait: Callable[[], None] = lambda: None,
) -> list[Chapter]:
    """The chapters of a run of orders: contacts that orders need, the orders, and what these have taken of stock.

    Raises `NotConnected`.
    """
    settle_customers(store)
    parts = _parts(store, ledger, asked, clock, new_reference, on_wait)
    chapters = [parts.contacts(Partners(store).contacts, guests=False)]
    if customer_choices(store).guests and not order_choices(store).guest_contact_id:
        chapters.append(parts.contacts(Entity.GUESTS, guests=True))
    return [*chapters, parts.orders(), *parts.taken_twice()]


def _parts(
    store: Store,
    ledger: RunLedger,
    asked: Asked,
    clock: Clock,
    new_reference: Callable[[], str],
    on_wait: Callable[[], None],
) -> _Parts:
    org = connected(store)
    here, there = wires_of(store, on_wait=on_wait)
    return _Parts(store, org, ledger, asked, clock, new_reference, here, there)


class OrderLook:
    """Brings the orders up to date that stock rests on. It does nothing where orders are not in sync."""

    def __init__(self, store: Store, ledger: RunLedger, clock: Clock, here: Wire, there: Wire) -> None:
        self._stock = OrderStock(store)
        self._observing: Callable[[], Observing] | None = None
        if not self._stock.in_use or store.zoho is None:
            return
        orders = ledger.about(Entity.ORDERS)
        try:
            sides = _Parts(store, store.zoho, ledger, Asked(), clock, str, here, there).order_sides()
            rules = order_map(store).rules
        except WrongSetting:
            return
        self._observing = lambda: Observing(sides, orders, Asked(), rules, clock.now())

    def changes(self, side: Side) -> None:
        """What has changed on a side."""
        if self._observing is not None:
            self._observing().glance(side)

    def of(self, product_ids: Sequence[str]) -> None:
        """The latest orders that hold these products of the store, by id."""
        if self._observing is not None and (ids := self._stock.orders_of(product_ids, READ_TOGETHER)):
            self._observing().read_chosen(Side.CSCART, ids)
