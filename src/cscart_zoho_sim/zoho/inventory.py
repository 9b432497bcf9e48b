"""Zoho Inventory v1: who may call, which address is which operation, and the operations.

Addresses, scopes and messages: the OpenAPI description that Zoho publishes.
`/settings/fields`, `/settings/preferences` and `/settings/warehouses` are not in it, but live.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho import item as item_module
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.addresses import Addresses
from cscart_zoho_sim.zoho.adjustments import Adjustments
from cscart_zoho_sim.zoho.calls import Call, Operation, Routes, Table, created, encoded, ids_of, routes, success
from cscart_zoho_sim.zoho.contacts import Contacts
from cscart_zoho_sim.zoho.images import read_image
from cscart_zoho_sim.zoho.item import Item
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.limits import CallLimits
from cscart_zoho_sim.zoho.listing import Listing
from cscart_zoho_sim.zoho.organisation import (
    Organisation,
    currency_row,
    custom_field_row,
    location_row,
    organisation_row,
    organisation_rows,
    tax_group_row,
    tax_row,
    unit_row,
)
from cscart_zoho_sim.zoho.preferences import preferences_row
from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.salesorder_calls import SalesOrderCalls
from cscart_zoho_sim.zoho.salesorders import SalesOrders
from cscart_zoho_sim.zoho.shapes import item_row, with_figures
from cscart_zoho_sim.zoho.switches import Switches
from cscart_zoho_sim.zoho.tokens import TokenBook

ROOT = "/inventory/v1"


class Inventory:
    """Answers requests to `/inventory/v1/...` for one organisation.

    `writes` counts changing calls that were carried out.
    """

    def __init__(
        self,
        clock: Clock,
        org: Organisation,
        items: Items,
        adjustments: Adjustments,
        contacts: Contacts,
        orders: SalesOrders,
        limits: CallLimits,
        tokens: TokenBook,
        switches: Switches,
    ) -> None:
        self._clock = clock
        self._org = org
        self._items = items
        self._adjustments = adjustments
        self._contacts = contacts
        self._addresses = Addresses(contacts)
        self._orders = orders
        self._limits = limits
        self._tokens = tokens
        self._switches = switches
        self._listing = Listing(items, switches)
        self._routes = self._make_routes()
        self.writes = 0

    def handle(self, request: Request) -> Response:
        """Answer one request; a refusal is an answer too."""
        now = self._clock.now()
        try:
            answer = self._answer(request, now)
        except Refusal as refusal:
            return refusal.response(self._limits.headers(now))
        sent = answer if isinstance(answer, Response) else encoded(answer)
        return replace(sent, headers={**sent.headers, **self._limits.headers(now)})

    def _answer(self, request: Request, now: float) -> Response | dict[str, Any]:
        scopes = self._scopes_of(request, now)
        path = request.path.removeprefix(ROOT).rstrip("/")
        query = dict(request.query)
        if not path.startswith("/organizations"):
            self._check_organisation(request, query)
        self._limits.count(now)
        operation, ids = self._route(request.method, path)
        module, _, action = operation.scope.partition(".")
        allowed = {"FullAccess.all", f"{module}.ALL", f"{module}.{action}"}
        if not any(f"ZohoInventory.{scope}" in scopes for scope in allowed):
            raise refusals.not_authorised()
        if operation.writes and self._switches.withheld.intersection(ids):
            raise refusals.not_authorised()
        answer = operation.run(Call(request, query, ids))
        self.writes += operation.writes
        return answer

    def _scopes_of(self, request: Request, now: float) -> frozenset[str]:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        kinds = ("Zoho-oauthtoken", "Bearer") if self._switches.bearer_accepted else ("Zoho-oauthtoken",)
        if kind not in kinds or not token:
            raise refusals.not_authenticated()
        scopes = self._tokens.scopes_of(token, now)
        if scopes is None:
            raise refusals.not_authorised()
        return scopes

    def _check_organisation(self, request: Request, query: Mapping[str, str]) -> None:
        given = query.get("organization_id") or request.headers.get("organization-id", "")
        if not given and not self._switches.organisation_must_be_named:
            return  # the user's default organisation
        if given != self._org.id:
            raise refusals.foreign_organisation(given)

    def _route(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        for pattern, operations in self._routes:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if method not in operations:
                raise refusals.wrong_method(method)
            return operations[method], found.groups()
        raise refusals.unknown_address()

    def _make_routes(self) -> Routes:
        read, create = "items.READ", "items.CREATE"
        update, delete = "items.UPDATE", "items.DELETE"
        adjustments = "inventoryadjustments"
        settings = "settings.READ"
        table: Table = {
            "/items/{id}": {
                "GET": Operation(read, self._get_item),
                "PUT": Operation(update, self._update_item, writes=True),
                "DELETE": Operation(delete, self._delete_item, writes=True),
            },
            "/items": {
                "GET": Operation(read, self._list_items),
                "POST": Operation(create, self._create_item, writes=True),
                "DELETE": Operation(delete, self._delete_items, writes=True),
            },
            "/itemdetails": {"GET": Operation(read, self._item_details)},
            "/inventoryadjustments": {
                "GET": Operation(f"{adjustments}.READ", self._list_adjustments),
                "POST": Operation(f"{adjustments}.CREATE", self._create_adjustment, writes=True),
            },
            "/inventoryadjustments/{id}": {
                "GET": Operation(f"{adjustments}.READ", self._get_adjustment),
                "DELETE": Operation(f"{adjustments}.DELETE", self._delete_adjustment, writes=True),
            },
            "/inventoryadjustments/{id}/(submit|approve|approve/final|reject)": {
                "POST": Operation(f"{adjustments}.UPDATE", self._step_adjustment, writes=True)
            },
            "/items/{id}/(active|inactive)": {"POST": Operation(create, self._set_status, writes=True)},
            "/items/(active|inactive)": {"POST": Operation(create, self._set_statuses, writes=True)},
            "/items/{id}/image": {
                "GET": Operation(read, self._get_image),
                "POST": Operation(create, self._set_image, writes=True),
                "DELETE": Operation(delete, self._delete_image, writes=True),
            },
            "/item/{id}/customfields": {"PUT": Operation(update, self._set_custom_fields, writes=True)},
            "/contacts": {
                "GET": Operation("contacts.READ", self._list_contacts),
                "POST": Operation("contacts.CREATE", self._create_contact, writes=True),
            },
            "/contacts/{id}": {
                "GET": Operation("contacts.READ", self._get_contact),
                "PUT": Operation("contacts.UPDATE", self._update_contact, writes=True),
                "DELETE": Operation("contacts.DELETE", self._delete_contact, writes=True),
            },
            "/contacts/{id}/(active|inactive)": {
                "POST": Operation("contacts.CREATE", self._set_contact_status, writes=True)
            },
            "/contacts/{id}/address": {
                "GET": Operation("contacts.READ", self._contact_addresses),
                "POST": Operation("contacts.CREATE", self._add_contact_address, writes=True),
            },
            "/contacts/{id}/address/{id}": {
                "PUT": Operation("contacts.UPDATE", self._update_contact_address, writes=True),
                "DELETE": Operation("contacts.DELETE", self._delete_contact_address, writes=True),
            },
            "/contacts/{id}/contactpersons": {"GET": Operation("contacts.READ", self._contact_persons)},
            "/organizations": {"GET": Operation(settings, self._organisations)},
            "/organizations/{id}": {"GET": Operation(settings, self._organisation)},
            "/settings/taxes": {"GET": Operation(settings, self._taxes)},
            "/settings/taxes/{id}": {"GET": Operation(settings, self._tax)},
            "/settings/taxgroups/{id}": {"GET": Operation(settings, self._tax_group)},
            "/settings/currencies": {"GET": Operation(settings, self._currencies)},
            "/settings/preferences": {"GET": Operation(settings, self._preferences)},
            "/settings/fields": {"GET": Operation(settings, self._fields)},
            "/locations": {"GET": Operation(settings, self._locations)},
            "/settings/warehouses": {"GET": Operation(settings, self._warehouses)},
            "/units": {"GET": Operation(read, self._units)},
        }
        return routes(table | SalesOrderCalls(self._orders, self._limits).table())

    # Items

    def _list_items(self, call: Call) -> dict[str, Any]:
        rows, context = self._listing.page(call.query, self._limits.calls)
        described = self._switches.item_rows_as_described
        shown = [item_row(item, self._org, as_described=described) for item in rows]
        return success(items=shown, page_context=context)

    def _shown(self, item: Item) -> dict[str, Any]:
        hidden = item.id in self._switches.items_without_figures
        return with_figures(self._items.show(item), "missing" if hidden else self._switches.figures_for_sale)

    def _get_item(self, call: Call) -> dict[str, Any]:
        return success(item=self._shown(self._items.find(call.ids[0])))

    def _item_details(self, call: Call) -> dict[str, Any]:
        """Full items for many ids; those that do not exist are left out."""
        ids = ids_of(call.query.get("item_ids", ""))
        if not ids or len(ids) > self._switches.itemdetails_max:
            raise refusals.invalid("item_ids")
        found = [item for item in map(self._items.get, ids) if item is not None]
        return success(items=[self._shown(item) for item in found])

    def _create_item(self, call: Call) -> dict[str, Any]:
        item = self._items.create(call.fields(), "api")
        self._listing.added(item, self._limits.calls)
        return success("The item has been added.", item=self._shown(item))

    def _update_item(self, call: Call) -> dict[str, Any]:
        """Changes what is named, but the name must be there: the description requires it."""
        item = self._items.find(call.ids[0])
        body = call.fields()
        if not body.get("name"):
            raise refusals.invalid("name")
        self._items.update(item, body, "api")
        return success("Item details have been updated", item=self._shown(item))

    def _delete_item(self, call: Call) -> dict[str, Any]:
        item = self._items.find(call.ids[0])
        if item.in_use:
            raise refusals.item_in_use()
        self._items.delete([item], "api")
        return success("The item has been deleted.")

    def _delete_items(self, call: Call) -> dict[str, Any]:
        items = [self._items.find(id) for id in ids_of(call.query.get("item_ids", ""))]
        if not items:
            raise refusals.invalid("item_ids")
        if any(item.in_use for item in items):
            raise refusals.item_in_use()
        self._items.delete(items, "api")
        return success("The items have been deleted.")

    def _set_status(self, call: Call) -> dict[str, Any]:
        item_id, status = call.ids
        self._items.set(self._items.find(item_id), {"status": status}, "api")
        return success(f"The item has been marked as {status.capitalize()}.")

    def _set_statuses(self, call: Call) -> dict[str, Any]:
        (status,) = call.ids
        items = [self._items.find(id) for id in ids_of(call.query.get("item_ids", ""))]
        if not items:
            raise refusals.invalid("item_ids")
        for item in items:
            self._items.set(item, {"status": status}, "api")
        return success(f"The items have been marked as {status.capitalize()}.")

    def _set_custom_fields(self, call: Call) -> dict[str, Any]:
        item = self._items.find(call.ids[0])
        values = item_module.read_custom_fields(call.body(), self._org)
        self._items.set(item, {"custom": {**item.custom, **values}}, "api")
        return success("Custom Fields Updated Successfully")

    def _get_image(self, call: Call) -> Response:
        item = self._items.find(call.ids[0])
        if item.image is None:
            raise refusals.unknown_address()
        _, kind, content = item.image
        return Response(200, content, {"content-type": f"image/{kind}"})

    def _set_image(self, call: Call) -> dict[str, Any]:
        item = self._items.find(call.ids[0])
        self._items.set(item, {"image": read_image(call.request)}, "api")
        return success("The item image has been uploaded.")

    def _delete_image(self, call: Call) -> dict[str, Any]:
        self._items.set(self._items.find(call.ids[0]), {"image": None}, "api")
        return success("The item image has been deleted.")

    # Adjustments

    def _create_adjustment(self, call: Call) -> dict[str, Any]:
        booked = self._adjustments.create(call.fields(), "api")
        shown = self._adjustments.detail(booked)
        return success("Inventory Adjustment has been added", inventory_adjustment=shown)

    def _get_adjustment(self, call: Call) -> dict[str, Any]:
        found = self._adjustments.find(call.ids[0])
        return success(inventory_adjustment=self._adjustments.detail(found))

    def _delete_adjustment(self, call: Call) -> dict[str, Any]:
        self._adjustments.delete(self._adjustments.find(call.ids[0]), "api")
        return success("Inventory Adjustment(s) has been deleted")

    def _step_adjustment(self, call: Call) -> dict[str, Any]:
        adjustment_id, action = call.ids
        self._adjustments.step(self._adjustments.find(adjustment_id), action, "api")
        return success()

    def _list_adjustments(self, call: Call) -> dict[str, Any]:
        rows, context = self._adjustments.page(call.query)
        return success(inventory_adjustments=rows, page_context=context)

    # Contacts

    def _list_contacts(self, call: Call) -> dict[str, Any]:
        rows, context = self._contacts.page(call.query)
        return success(contacts=rows, page_context=context)

    def _get_contact(self, call: Call) -> dict[str, Any]:
        return success(contact=self._contacts.show(self._contacts.find(call.ids[0])))

    def _create_contact(self, call: Call) -> Response:
        contact = self._contacts.create(call.fields(), "api")
        return created("The contact has been added.", contact=self._contacts.show(contact))

    def _update_contact(self, call: Call) -> dict[str, Any]:
        contact = self._contacts.find(call.ids[0])
        self._contacts.update(contact, call.fields(), "api")
        return success("Contact information has been saved.", contact=self._contacts.show(contact))

    def _delete_contact(self, call: Call) -> dict[str, Any]:
        contact = self._contacts.find(call.ids[0])
        self._orders.check_unused(contact)
        self._contacts.delete(contact, "api")
        return success("The contact has been deleted.")

    def _set_contact_status(self, call: Call) -> dict[str, Any]:
        contact_id, status = call.ids
        self._contacts.set(self._contacts.find(contact_id), "api", status=status)
        return success(f"The contact has been marked as {status}.")

    def _contact_addresses(self, call: Call) -> dict[str, Any]:
        return success(addresses=self._addresses.show(self._contacts.find(call.ids[0])))

    def _add_contact_address(self, call: Call) -> dict[str, Any]:
        made = self._addresses.add(self._contacts.find(call.ids[0]), call.fields(), "api")
        return success("The address has been created.", address_info=made)

    def _update_contact_address(self, call: Call) -> dict[str, Any]:
        contact_id, address_id = call.ids
        changed = self._addresses.update(self._contacts.find(contact_id), address_id, call.fields(), "api")
        return success("The address has been updated.", address_info=changed)

    def _delete_contact_address(self, call: Call) -> dict[str, Any]:
        contact_id, address_id = call.ids
        self._addresses.delete(self._contacts.find(contact_id), address_id, "api")
        return success("The address has been deleted.")

    def _contact_persons(self, call: Call) -> dict[str, Any]:
        return success(contact_persons=self._contacts.find(call.ids[0])["persons"])

    # Settings

    def _organisations(self, call: Call) -> dict[str, Any]:
        return success(organizations=organisation_rows(self._org))

    def _organisation(self, call: Call) -> dict[str, Any]:
        if call.ids[0] != self._org.id:
            raise refusals.foreign_organisation(call.ids[0])
        return success(organization=organisation_row(self._org))

    def _taxes(self, call: Call) -> dict[str, Any]:
        rows = [tax_row(tax) for tax in sorted(self._org.taxes.values(), key=lambda tax: tax.name)]
        today = self._org.day(self._clock.now())
        context = {
            "page": 1,
            "per_page": 200,
            "has_more_page": False,
            "report_name": "Taxes",
            "applied_filter": "Taxes.Active",
            "as_of_date": today,
            "to_date": today,
            "sort_column": "tax_name",
            "sort_order": "A",
        }
        return success(taxes=rows, page_context=context)

    def _tax(self, call: Call) -> dict[str, Any]:
        tax = self._org.taxes.get(call.ids[0])
        if tax is None:
            raise Refusal(404, 1002, "Tax does not exist.")
        return success(tax=tax_row(tax))

    def _tax_group(self, call: Call) -> dict[str, Any]:
        tax = self._org.taxes.get(call.ids[0])
        if tax is None or not tax.parts:
            raise Refusal(404, 1002, "Tax group does not exist.")
        return success(tax_group=tax_group_row(tax))

    def _currencies(self, call: Call) -> dict[str, Any]:
        rows = [currency_row(currency, self._org) for currency in self._org.currencies.values()]
        if call.query.get("filter_by") == "Currencies.ExcludeBaseCurrency":
            rows = [row for row in rows if not row["is_base_currency"]]
        return success(currencies=rows)

    def _preferences(self, call: Call) -> dict[str, Any]:
        if not self._switches.preferences_told:
            raise refusals.unknown_address()
        told = preferences_row(self._org.preferences, self._org.tax_rounding, self._switches)
        return success(preferences=told)

    def _fields(self, call: Call) -> dict[str, Any]:
        if call.query.get("entity") != "item":
            raise refusals.invalid("entity")
        known = self._org.custom_fields.values()
        return success(fields=[custom_field_row(each, index) for index, each in enumerate(known, 1)])

    def _locations(self, call: Call) -> dict[str, Any]:
        if not self._switches.locations_enabled or self._switches.warehouse_words:
            raise Refusal(400, 110001, "Locations feature is not enabled.")
        return success(locations=[location_row(self._org, each) for each in self._org.locations.values()])

    def _warehouses(self, call: Call) -> dict[str, Any]:
        if not self._switches.warehouse_words:
            raise refusals.unknown_address()
        rows = [location_row(self._org, each, "warehouse") for each in self._org.locations.values()]
        return success(warehouses=rows)

    def _units(self, call: Call) -> dict[str, Any]:
        return success(units=[unit_row(name, id) for name, id in self._org.units.items()])
