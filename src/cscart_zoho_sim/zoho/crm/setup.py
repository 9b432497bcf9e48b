"""A CRM as its administrators have made it: what they do to fields, modules and single records in its settings.

What people type is not bound by what the connected user may do: these rules are for programs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.zoho.crm.fields import CrmField
from cscart_zoho_sim.zoho.crm.records import Records


@dataclass(frozen=True)
class ValidationRule:
    """A rule for a record as it would be after a write. `field` is what Zoho shows its words at."""

    field: str
    holds: Callable[[Mapping[str, Any]], bool]


@dataclass
class Setup:
    """The settings of one CRM, in the words of its administrators."""

    modules: Mapping[str, Records]
    rules: dict[str, list[ValidationRule]] = field(default_factory=dict)

    def field(self, module: str, name: str) -> CrmField:
        return self.modules[module].fields[name]

    # Fields

    def require(self, module: str, name: str, *, required: bool = True) -> None:
        """The field is mandatory from now on."""
        self.field(module, name).mandatory = required

    def forbid_duplicates(self, module: str, name: str, *, unique: bool = True) -> None:
        """The field is marked "Do not allow duplicate values"."""
        self.field(module, name).unique = unique

    def hide(self, module: str, name: str, *, hidden: bool = True) -> None:
        """The connected user's profile does not see the field any more."""
        self.field(module, name).hidden = hidden

    def lock(self, module: str, name: str, *, locked: bool = True) -> None:
        """The connected user's profile may read the field and not change it."""
        self.field(module, name).locked = locked

    def choices(self, module: str, name: str, *choices: str) -> None:
        """The picklist has these choices and no others."""
        self.field(module, name).choices = choices

    def rename_choice(self, module: str, name: str, before: str, after: str, *, rows: bool = True) -> None:
        """A choice is displayed under another name. Whether records tell it by that name then (`rows`), or by the one
        that it was made with, is not established.
        """
        field = self.field(module, name)
        field.choices = tuple(after if each == before else each for each in field.choices)
        field.made_as[after] = field.made_as.pop(before, before)
        for row in self.modules[module].rows.values() if rows else ():
            held = row.get(name)
            row[name] = [after if each == before else each for each in held] if isinstance(held, list) else held
            row[name] = after if held == before else row[name]

    def shorten(self, module: str, name: str, length: int) -> None:
        self.field(module, name).length = length

    def remove(self, module: str, name: str) -> None:
        """The field is deleted, with all its values."""
        records = self.modules[module]
        del records.fields[name]
        for row in records.rows.values():
            row.pop(name, None)

    def rename(self, module: str, name: str, new: str) -> None:
        """The field gets another API name and label; it keeps its id and its values."""
        records = self.modules[module]
        described = records.fields.pop(name)
        described.api_name, described.label = new, new.replace("_", " ")
        records.fields[new] = described
        for row in records.rows.values():
            row[new] = row.pop(name, None)

    def add_rule(self, module: str, name: str, holds: Callable[[Mapping[str, Any]], bool]) -> None:
        """A validation rule, shown at a field."""
        self.rules.setdefault(module, []).append(ValidationRule(name, holds))

    # Records

    def withhold(self, module: str, id: str, *, unseen: bool = False) -> None:
        """A record is not shared with the connected user: it may be read and not changed, or (`unseen`) neither."""
        records = self.modules[module]
        records.withheld.discard(id)
        records.unseen.discard(id)
        (records.unseen if unseen else records.withheld).add(id)

    def share(self, module: str, id: str) -> None:
        self.modules[module].withheld.discard(id)
        self.modules[module].unseen.discard(id)

    def put_into_blueprint(self, module: str, id: str, *names: str) -> None:
        """These fields of a record are moved by its blueprint alone."""
        self.modules[module].in_blueprint[id] = frozenset(names)

    def lock_record(self, module: str, id: str, *, locked: bool = True) -> None:
        """Nobody but its owner may change the record."""
        kept = self.modules[module].locked
        (kept.add if locked else kept.discard)(id)
