"""`mapping`: which field of Zoho a column of a customer goes to."""

from pathlib import Path
from typing import Any

import msgspec

from cscart_zoho import app
from cscart_zoho.cli.here import note, the_store
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import FieldRow, Mode, Module
from cscart_zoho.mapping.map_file import from_file, to_file
from cscart_zoho.records import Direction
from cscart_zoho.store.choices import save_maps
from cscart_zoho.store.models import Store


def _maps(store: Store, module: Module | None = None) -> list[FieldMap]:
    modules = app.modules_of(store)
    if module is not None and module not in modules:
        raise WrongSetting(f"Customers of this store have no {module.title}.", advice="Look at `customers.home`.")
    connected = store.zoho is not None and store.zoho.connected
    if connected and not all(app.field_map(store, each).fields for each in modules):
        app.read_fields(store)  # before the first sync nobody has asked for them
    return [app.field_map(store, each) for each in modules if module in (None, each)]


def show(module: Module | None, *, as_json: bool) -> None:
    """Every mapped field, and how many are not."""
    maps = _maps(the_store(), module)
    if as_json:
        answer_json({each.module.value: {n: msgspec.to_builtins(r) for n, r in each.rows.items()} for each in maps})
        return
    for each in maps:
        say(f"{each.module.title}:")
        rows = [(n, r.column, r.direction.value, r.owner.value, r.mode.value) for n, r in each.rows.items()]
        say(table(rows, head=("Zoho", "CS-Cart", "Direction", "Owner", "Mode")))
        say(f"{len(each.fields) - len(each.rows):,} fields are not mapped.")


def set_row(module: Module, field: str, column: str, *, direction: Direction | None, owner: str, mode: str) -> None:
    """Change one row; a map that cannot be used changes nothing."""
    store = the_store()
    (present,) = _maps(store, module)
    rows = dict(present.rows)
    if not column:
        rows.pop(field, None)
    else:
        known = rows.get(field) or FieldRow(column)
        rows[field] = FieldRow(
            column,
            direction or known.direction,
            _one(Owner, owner) if owner else known.owner,
            _one(Mode, mode) if mode else known.mode,
        )
    _check([(present, rows)])
    save_maps(store, {module: rows})
    note("mapping changed", f"{module.value} {field} = {column or 'not mapped'}")
    say(
        f"{field} is {f'mapped to {column}' if column else 'not mapped any more'}. The next run reads everything again."
    )


def _one(kind: Any, given: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise WrongSetting(f'"{given}" is none of: {known}.', advice="Choose one of them.") from None


def export() -> None:
    """All maps as a file, on standard output."""
    print(to_file({each.module: each.rows for each in _maps(the_store())}), end="")


def import_file(file: Path) -> None:
    """Take the maps of a file. Maps of modules that this store does not have are refused."""
    store = the_store()
    maps = from_file(file.read_bytes())
    _check([(present, rows) for module, rows in maps.items() for present in _maps(store, module)])
    save_maps(store, maps)
    note("mapping imported", ", ".join(module.value for module in maps))
    say(f"{sum(map(len, maps.values())):,} mapped fields were taken from {file.name}.")


def _check(maps: list[tuple[FieldMap, dict[str, FieldRow]]]) -> None:
    found = [p for present, rows in maps for p in present.problems(rows)]
    if found:
        raise WrongSetting(" ".join(found), advice="Nothing was changed.")


def check() -> int:
    """What is wrong with the maps as they are; the exit code."""
    found = [p for each in _maps(the_store()) for p in each.problems(each.rows)]
    for problem in found:
        say(problem)
    if not found:
        say("The maps can be used.")
    return 1 if found else 0
