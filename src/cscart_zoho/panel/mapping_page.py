"""The field-mapping page: every field of Zoho, the column it goes to, and a value of a real customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import Column, FieldRow, FieldType, Mode, Module, Section, ZohoField
from cscart_zoho.mapping.map_file import from_file, to_file
from cscart_zoho.panel import words
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.records import Direction, Entity, Side, Value
from cscart_zoho.store.choices import forget_maps, save_maps
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.store.values import from_json

HERE = "/field-mapping/"

DIRECTIONS = [("both", "Both ways"), ("to-zoho", "To Zoho"), ("to-cscart", "To CS-Cart")]
OWNERS = [("ask", "Ask me"), ("cscart", "CS-Cart"), ("zoho", "Zoho"), ("newest", "Newest change")]
MODES = [("always", "Always"), ("if_new", "Only when new"), ("if_empty", "Only when empty")]
SHOWS = [("", "All"), ("mapped", "Mapped"), ("unmapped", "Not mapped"), ("custom", "Custom fields")]


@dataclass(frozen=True)
class Line:
    """One field of Zoho with its row of the map, and what a real record has in it."""

    field: ZohoField
    row: FieldRow | None
    in_zoho: str
    in_store: str
    #: Why it cannot be mapped; empty when it can.
    why_not: str


def lines_of(used: FieldMap, store: Store, *, show: str, wanted: str) -> list[Line]:
    """The fields of a module, as the filters want them."""
    zoho, cscart = _example(store, used.module, Side.ZOHO), _example(store, used.module, Side.CSCART)
    lines = []
    for name, field in used.fields.items():
        row = used.rows.get(name)
        if not _chosen(field, row, show, wanted):
            continue
        column = f"@{row.column}" if row is not None else ""
        lines.append(
            Line(field, row, words.shown(zoho.get(name), name), words.shown(cscart.get(column), name), _why_not(field))
        )
    return lines


def _chosen(field: ZohoField, row: FieldRow | None, show: str, wanted: str) -> bool:
    shown = {"mapped": row is not None, "unmapped": row is None, "custom": field.custom}.get(show, True)
    text = f"{field.name} {field.label} {row.column if row else ''}".casefold()
    return shown and wanted.casefold() in text


def _why_not(field: ZohoField) -> str:
    return (field.note or "It cannot be mapped.") if field.type is FieldType.REFERENCE else ""


def _example(store: Store, module: Module, side: Side) -> Mapping[str, Value]:
    """The values of the linked record that was read last: a real one, of this side."""
    rows = Observation.objects.filter(store=store, side=side, gone_at=None, linked=True)
    entity = {Module.CONTACT: Entity.CUSTOMERS, Module.ACCOUNT: Entity.ACCOUNTS}.get(module, _inventory(store))
    if side is Side.CSCART and module is Module.ACCOUNT:
        entity = Entity.CUSTOMERS
        rows = rows.exclude(folded_company="")
    found = rows.filter(entity=entity).order_by("-pk").first()
    return from_json(found.values) if found is not None else {}


def _inventory(store: Store) -> Entity:
    return Entity.CUSTOMERS if app.module_of(store) is Module.INVENTORY else Entity.CONTACTS


def columns_of(used: FieldMap) -> list[tuple[str, list[Column]]]:
    """The columns in their groups."""
    groups = [(s.value, [c for c in used.columns.values() if c.section is s]) for s in Section]
    return [(title, columns) for title, columns in groups if columns]


def rows_of(used: FieldMap, posted: Mapping[str, str]) -> dict[str, FieldRow]:
    """The map as the form has it. Fields that the form did not show stay. Raises `ValueError` for odd words."""
    rows = dict(used.rows)
    for name in used.fields:
        column = posted.get(f"column-{name}")
        if column is None:
            continue
        rows.pop(name, None)
        if column:
            rows[name] = FieldRow(
                column,
                Direction(posted.get(f"direction-{name}") or "both"),
                Owner(posted.get(f"owner-{name}") or "ask"),
                Mode(posted.get(f"mode-{name}") or "always"),
            )
    return {name: rows[name] for name in used.fields if name in rows}


@for_role(Role.ADMIN, "GET", "POST")
def mapping_page(request: HttpRequest) -> HttpResponse:
    """Show the map of one module; POST saves it when it can be used."""
    store = the_store()
    if store is None or store.zoho is None:
        return page(request, "field_mapping", "Field mapping", used=None)
    try:
        modules = app.modules_of(store)
        module = _module(request.GET.get("module", ""), modules)
        used = app.field_map(store, module)
    except ConnectorError as error:
        return page(request, "field_mapping", "Field mapping", used=None, trouble=error.for_people())
    found: list[str] = []
    if request.method == "POST":
        used, found = _posted(request, store, used)
        if not found:
            return HttpResponseRedirect(f"{HERE}?{request.GET.urlencode()}" if request.GET else HERE)
    show, wanted = request.GET.get("show", ""), request.GET.get("q", "")[:80]
    context: dict[str, Any] = {
        "used": used,
        "module": module,
        "modules": modules,
        "lines": lines_of(used, store, show=show, wanted=wanted),
        "columns": columns_of(used),
        "problems": found,
        "show": show,
        "shows": SHOWS,
        "q": wanted,
        "directions": DIRECTIONS,
        "owners": OWNERS,
        "modes": [each for each in MODES if module is not Module.ACCOUNT or each[0] != Mode.IF_EMPTY],
        "own": module in app.customer_choices(store).maps,
        "addon": bool(store.capabilities.get("addon")),
    }
    return page(request, "field_mapping", "Field mapping", **context)


def _module(wanted: str, modules: list[Module]) -> Module:
    return next((module for module in modules if module.value == wanted), modules[0])


def _posted(request: HttpRequest, store: Store, used: FieldMap) -> tuple[FieldMap, list[str]]:
    """Save what was posted, or tell what is wrong with it."""
    try:
        rows = rows_of(used, request.POST.dict())
    except ValueError as error:
        return used, [f"The form was sent with a word that this page does not know: {error}."]
    found = used.problems(rows)
    if found:
        return replace(used, rows=_usable(rows, used)), found
    changed = [n for n in used.fields if rows.get(n) != used.rows.get(n)]
    if changed:
        save_maps(store, {used.module: rows})
        noted(request, "mapping changed", f"{used.module.value}: {', '.join(changed)}"[:500])
    messages.success(request, f"Saved; {len(changed):,} fields changed. The next run reads every customer again.")
    return used, []


def _usable(rows: Mapping[str, FieldRow], used: FieldMap) -> dict[str, FieldRow]:
    return {name: row for name, row in rows.items() if row.column in used.columns}


@for_role(Role.ADMIN)
def mapping_export(request: HttpRequest) -> HttpResponse:
    """All maps as a file."""
    store = the_store()
    if store is None:
        return HttpResponse("No store is connected.", status=404)
    maps = {module: app.field_map(store, module).rows for module in app.modules_of(store)}
    answer = HttpResponse(to_file(maps), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="field-mapping.json"'
    return answer


@for_role(Role.ADMIN, "POST")
def mapping_import(request: HttpRequest) -> HttpResponse:
    """Take the maps of a file, if all of them can be used."""
    store, file = the_store(), request.FILES.get("file")
    if store is None or file is None:
        messages.error(request, "Choose a file first.")
        return HttpResponseRedirect(HERE)
    try:
        maps = from_file(file.read())
        found = _wrong(store, maps)
    except ConnectorError as error:
        found = [error.for_people()]
    if found:
        messages.error(request, format_html("Nothing was changed. {}", " ".join(found)))
        return HttpResponseRedirect(HERE)
    save_maps(store, maps)
    noted(request, "mapping imported", ", ".join(module.value for module in maps))
    messages.success(request, "The maps of the file are used from now on.")
    return HttpResponseRedirect(HERE)


def _wrong(store: Store, maps: Mapping[Module, Mapping[str, FieldRow]]) -> list[str]:
    modules = app.modules_of(store)
    found = [f"Customers of this store have no {module.title}." for module in maps if module not in modules]
    for module in modules:
        if module in maps:
            found += app.field_map(store, module).problems(maps[module])
    return found


@for_role(Role.ADMIN, "POST")
def mapping_defaults(request: HttpRequest) -> HttpResponse:
    """Back to the default map of one module."""
    store = the_store()
    if store is not None:
        module = _module(request.POST.get("module", ""), app.modules_of(store))
        forget_maps(store, [module])
        noted(request, "mapping restored", module.value)
        messages.success(request, f"The default map of the {module.title} is used from now on.")
        return HttpResponseRedirect(f"{HERE}?module={module.value}")
    return HttpResponseRedirect(HERE)


@for_role(Role.ADMIN, "POST")
def mapping_refresh(request: HttpRequest) -> HttpResponse:
    """Ask Zoho for its fields now."""
    store = the_store()
    try:
        if store is not None:
            app.read_fields(store, again=True)
            app.read_profile_fields(store, again=True)
            messages.success(request, "Zoho's fields were read again.")
    except ConnectorError as error:
        messages.error(request, error.for_people())
    return HttpResponseRedirect(HERE)
