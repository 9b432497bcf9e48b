"""The map of one Zoho module: which field goes to which column, and its defaults. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import Any

from cscart_zoho.mapping import forms
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.fields import Column, FieldRow, FieldType, Mode, Module, ZohoField
from cscart_zoho.mapping.ways import ISO, Ways
from cscart_zoho.records import Direction, Side, Value


@dataclass(frozen=True)
class FieldMap:
    """The rows of a module, with what is known of its fields, of the store's columns, and of how the store writes."""

    module: Module
    rows: Mapping[str, FieldRow]
    fields: Mapping[str, ZohoField]
    columns: Mapping[str, Column]
    ways: Ways = ISO
    #: Columns of the store that can never be mapped, and why in words.
    never: Mapping[str, str] = dataclass_field(default_factory=dict)

    def problems(self, rows: Mapping[str, FieldRow]) -> list[str]:
        """Why other rows could not be used, each in a sentence; empty when they can."""
        return problems(self.module, rows, self.fields, self.columns, self.never)

    def column(self, field: str) -> Column:
        """The column that a mapped field goes to."""
        return self.columns[self.rows[field].column]

    def type_of(self, field: str) -> FieldType:
        """The form in which a field's values travel: that of its column, or its own when it is not mapped.

        No column of the store holds several choices: they travel as they are, and lie there as a text.
        """
        own = self.fields[field].type
        return self.column(field).type if field in self.rows and own is not FieldType.CHOICES else own

    def nothing(self, field: str) -> Value:
        """What a new record of Zoho holds where nothing was sent: a box that nobody has ticked is no, not nothing."""
        box = self.fields[field].type is FieldType.YES_NO
        return forms.from_zoho(False if box else None, self.type_of(field))

    def written_to(self, side: Side) -> list[str]:
        """The mapped fields that are ever written to a side."""
        return [name for name, row in self.rows.items() if row.direction.allows(side)]


_BOTH, _TO_ZOHO = Direction.BOTH, Direction.TO_ZOHO

_CONTACT = {
    "First_Name": "firstname",
    "Last_Name": "lastname",
    "Email": "email",
    "Phone": "phone",
    "Fax": "fax",
    "Date_of_Birth": "birthday",
    "Account_Name": "company",
    "Mailing_Street": "b_address",
    "Mailing_City": "b_city",
    "Mailing_State": "b_state",
    "Mailing_Zip": "b_zipcode",
    "Mailing_Country": "b_country",
    "Other_Street": "s_address",
    "Other_City": "s_city",
    "Other_State": "s_state",
    "Other_Zip": "s_zipcode",
    "Other_Country": "s_country",
}
_ACCOUNT = {
    "Account_Name": "company",
    "Phone": "phone",
    "Fax": "fax",
    "Website": "url",
    "Billing_Street": "b_address",
    "Billing_City": "b_city",
    "Billing_State": "b_state",
    "Billing_Code": "b_zipcode",
    "Billing_Country": "b_country",
    "Shipping_Street": "s_address",
    "Shipping_City": "s_city",
    "Shipping_State": "s_state",
    "Shipping_Code": "s_zipcode",
    "Shipping_Country": "s_country",
}
_INVENTORY = {
    "contact_name": "fullname",
    "company_name": "company",
    "website": "url",
    "contact_persons.first_name": "firstname",
    "contact_persons.last_name": "lastname",
    "contact_persons.email": "email",
    "contact_persons.phone": "phone",
    **{
        f"{zoho}_address.{field}": f"{prefix}_{column}"
        for zoho, prefix in (("billing", "b"), ("shipping", "s"))
        for field, column in (
            ("address", "address"),
            ("street2", "address_2"),
            ("city", "city"),
            ("state", "state"),
            ("zip", "zipcode"),
            ("country", "country"),
            ("phone", "phone"),
        )
    },
}
_PARTNERS = {Module.CONTACT: _CONTACT, Module.ACCOUNT: _ACCOUNT, Module.INVENTORY: _INVENTORY}

#: What identifies an account: all its users share it.
ACCOUNT_NAME = "Account_Name"


def defaults(module: Module, fields: Mapping[str, ZohoField], columns: Mapping[str, Column]) -> dict[str, FieldRow]:
    """The map of who has not chosen one: every field that has an obvious partner, and is there."""
    pairs = _PARTNERS[module].items()
    return {
        name: _row(module, name, columns[column])
        for name, column in pairs
        if name in fields and (fields[name].writable or fields[name].was_writable) and column in columns
    }


def _row(module: Module, field: str, column: Column) -> FieldRow:
    if module is Module.ACCOUNT:
        mode = Mode.ALWAYS if field == ACCOUNT_NAME else Mode.IF_NEW
        return FieldRow(column.name, _TO_ZOHO, Owner.CSCART, mode)
    if not column.writable:
        # Zoho takes a contact's name only once: a name that was made different stays as it is.
        mode = Mode.IF_NEW if field == "contact_name" else Mode.ALWAYS
        return FieldRow(column.name, _TO_ZOHO, Owner.CSCART, mode)
    return FieldRow(column.name)


def problems(
    module: Module,
    rows: Mapping[str, FieldRow],
    fields: Mapping[str, ZohoField],
    columns: Mapping[str, Column],
    never: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Why a map cannot be used, each in a sentence; empty when it can. `never` tells of columns why they are none."""
    found = [problem for name, row in rows.items() for problem in _of_row(module, name, row, fields, columns, never)]
    known = {name: row for name, row in rows.items() if name in fields and row.column in columns}
    return [*found, *_written_twice(known, fields, columns), *_unmapped(module, known, fields)]


def _of_row(
    module: Module,
    name: str,
    row: FieldRow,
    fields: Mapping[str, ZohoField],
    columns: Mapping[str, Column],
    never: Mapping[str, str],
) -> list[str]:
    field, column = fields.get(name), columns.get(row.column)
    if field is None:
        return [f'{module.title} has no field "{name}".']
    if row.column in never:
        return [f'The profile field {never[row.column]}: it cannot be mapped to "{field.label}".']
    if column is None:
        return [f'CS-Cart has no column "{row.column}" that "{field.label}" could go to.']
    if field.type is FieldType.REFERENCE:
        return [f'"{field.label}" cannot be mapped. {field.note}'.strip()]
    found = []
    if row.direction.allows(Side.ZOHO) and not field.writable:
        found.append(f'Zoho does not let "{field.label}" be written; choose "to CS-Cart" for it.')
    if row.direction.allows(Side.CSCART) and not column.writable:
        found.append(f'"{column.title}" cannot be written in CS-Cart; choose "to Zoho" for "{field.label}".')
    if module is Module.ACCOUNT and row.direction.allows(Side.CSCART):
        found.append(f'"{field.label}" of an account belongs to all its users; choose "to Zoho" for it.')
    elif module is Module.ACCOUNT and row.mode is Mode.ALWAYS and name != ACCOUNT_NAME:
        found.append(f'"{field.label}" of an account belongs to all its users; write it only when it is new.')
    if row.mode is Mode.IF_EMPTY and module is Module.ACCOUNT:
        found.append(f'"{field.label}" of an account is written once, when it is made; choose "Only when new" for it.')
    elif row.mode is Mode.IF_EMPTY and field.type is FieldType.YES_NO and row.direction.allows(Side.ZOHO):
        found.append(
            f'"{field.label}" is a box, which is never empty in Zoho; choose "Always", "Only when new" or "To CS-Cart".'
        )
    if row.owner is Owner.NOBODY:
        found.append(f'"{field.label}" is mapped, so it needs an owner; or choose "Do not map".')
    return found


def _written_twice(
    rows: Mapping[str, FieldRow], fields: Mapping[str, ZohoField], columns: Mapping[str, Column]
) -> list[str]:
    """Two fields that write the same column would overwrite each other for ever."""
    writers: dict[str, list[str]] = {}
    for name, row in rows.items():
        if row.direction.allows(Side.CSCART):
            writers.setdefault(row.column, []).append(fields[name].label)
    return [
        f'{" and ".join(names)} would both be written to "{columns[column].title}"; '
        'choose "to Zoho" for all but one of them.'
        for column, names in writers.items()
        if len(names) > 1
    ]


def _unmapped(module: Module, rows: Mapping[str, FieldRow], fields: Mapping[str, ZohoField]) -> list[str]:
    must = {
        Module.CONTACT: ("Last_Name", "Email"),
        Module.ACCOUNT: (ACCOUNT_NAME,),
        Module.INVENTORY: ("contact_name", "contact_persons.email"),
    }[module]
    found = [
        f'"{fields[name].label}" must be mapped: customers cannot be told apart without it.'
        for name in must
        if name in fields and name not in rows
    ]
    email = {Module.CONTACT: "Email", Module.INVENTORY: "contact_persons.email"}.get(module, "")
    if email in rows and rows[email].column != "email":
        found.append(f'"{fields[email].label}" must go to the column "E-mail": customers are paired by it.')
    if module is not Module.INVENTORY and ACCOUNT_NAME in rows and rows[ACCOUNT_NAME].column != "company":
        found.append(f'"{fields[ACCOUNT_NAME].label}" must go to the column "Company": accounts are paired by it.')
    return found


# Fields that are not there any more


@dataclass(frozen=True)
class LostField:
    """A field that Zoho does not tell any more: deleted, hidden from the user who connected, or renamed.

    `now` is the label that its successor has, the field with the same id; `since` the moment at which it was missed.
    """

    name: str
    label: str
    now: str = ""
    since: str = ""


def lost_fields(described: Iterable[Mapping[str, Any]]) -> dict[str, LostField]:
    """By name those of the fields that were told once and are not told now."""
    return {
        str(each["api_name"]): LostField(
            str(each["api_name"]),
            str(each.get("field_label") or each["api_name"]),
            str(each.get("now") or ""),
            str(each["lost_at"]),
        )
        for each in described
        if each.get("lost_at") and each.get("api_name")
    }


def with_lost(
    before: Iterable[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], moment: str
) -> list[dict[str, Any]]:
    """What Zoho tells of its fields, and behind it what it told before and does not tell any more."""
    names = {str(each.get("api_name")) for each in now}
    by_id = {str(each.get("id")): each for each in now if each.get("id")}
    lost = [
        {
            "api_name": each["api_name"],
            "field_label": each.get("field_label"),
            "id": each.get("id"),
            "lost_at": each.get("lost_at") or moment,
            "now": str(by_id.get(str(each.get("id")), {}).get("field_label") or ""),
        }
        for each in before
        if each.get("api_name") and str(each["api_name"]) not in names
    ]
    return [*map(dict, now), *lost]


def why_lost(module: Module, names: Iterable[str], lost: Mapping[str, LostField]) -> list[str]:
    """What is told of mapped fields that are not there any more, each in a sentence with what to do."""
    told = []
    for name in names:
        field = lost.get(name) or LostField(name, name.replace("_", " "))
        if field.now:
            what = f'The field "{field.label}" of the {module.title} is called "{field.now}" now'
            told.append(f"{what}: it is left out until you choose the new one under Field mapping.")
        else:
            told.append(
                f'The field "{field.label}" of the {module.title} was deleted, or the user who connected Zoho may not '
                "see it any more: it is left out, and everything else goes on. Give that user the right to see it, or "
                "change Field mapping."
            )
    return told


def default_fields(module: Module) -> list[str]:
    """The fields of the map of who has not chosen one."""
    return list(_PARTNERS[module])


# What Zoho CRM tells about its fields

_CRM_TYPES = {
    "text": FieldType.TEXT,
    "website": FieldType.TEXT,
    "bigint": FieldType.TEXT,
    "autonumber": FieldType.TEXT,
    "textarea": FieldType.LONG_TEXT,
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "boolean": FieldType.YES_NO,
    "integer": FieldType.WHOLE,
    "currency": FieldType.NUMBER,
    "double": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "decimal": FieldType.NUMBER,
    "picklist": FieldType.CHOICE,
    "multiselectpicklist": FieldType.CHOICES,
}
#: Our own word in the description of a field.
WAS_WRITABLE = "cscart_zoho_was_writable"
#: And in that of a choice: what it was called before.
WAS_CALLED = "cscart_zoho_was_called"
_READ_ONLY_TYPES = frozenset({"formula", "autonumber", "datetime"})


def crm_field(module: Module, described: Mapping[str, Any]) -> ZohoField | None:
    """A field as `GET /settings/fields` describes it (Zoho CRM API v8: Fields Metadata); None for what is none."""
    name, kind = str(described.get("api_name") or ""), str(described.get("data_type") or "")
    if not name or described.get("lost_at"):
        return None
    account = module is Module.CONTACT and name == ACCOUNT_NAME
    form = FieldType.TEXT if account or kind in _READ_ONLY_TYPES else _CRM_TYPES.get(kind, FieldType.REFERENCE)
    choices, renamed = _choices(described)
    if form is FieldType.CHOICE and not choices:
        form = FieldType.TEXT
    length = described.get("length")
    return ZohoField(
        module,
        name,
        str(described.get("field_label") or name),
        form,
        length if isinstance(length, int) and length > 0 and form not in _UNMEASURED else None,
        writable=_writable(described) and kind not in _READ_ONLY_TYPES,
        was_writable=bool(described.get(WAS_WRITABLE)),
        needed=bool(described.get("system_mandatory")),
        custom=bool(described.get("custom_field")),
        choices=choices,
        renamed=renamed,
        note=_note(form, kind),
    )


def since_last_time(described: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields as they are described now, with marks on what has become of them.

    Those that could be written before and cannot any more are marked, and choices that have another name than before.
    """
    could = {each.get("api_name") for each in before if each.get(WAS_WRITABLE) or _writable(each)}
    marked = [
        {**each, WAS_WRITABLE: True} if each.get("api_name") in could and not _writable(each) else each
        for each in described
    ]
    known = {str(each["id"]): _words(each) for field in before for each in _options(field)}
    return [_with_words(field, known) for field in marked]


def _options(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The choices of a field that have an id."""
    told = described.get("pick_list_values") or []
    return [each for each in told if isinstance(each, dict) and each.get("id")]


def _words(option: Mapping[str, Any]) -> list[str]:
    """Everything that a choice is, or was, called."""
    told = (option.get("display_value"), option.get("actual_value"), *(option.get(WAS_CALLED) or ()))
    return list(dict.fromkeys(str(each) for each in told if each))


def _with_words(field: dict[str, Any], known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A field whose choices keep what they were called before, by their ids."""
    options = field.get("pick_list_values")
    if not isinstance(options, list):
        return field
    return {**field, "pick_list_values": [_with_former(each, known) for each in options]}


def _with_former(option: Any, known: Mapping[str, Sequence[str]]) -> Any:
    if not isinstance(option, dict) or not option.get("id"):
        return option
    former = [word for word in known.get(str(option["id"]), ()) if word not in _words(option)]
    return {**option, WAS_CALLED: former} if former else option


_UNMEASURED = frozenset({FieldType.YES_NO, FieldType.NUMBER, FieldType.WHOLE, FieldType.DATE, FieldType.CHOICES})


def _writable(described: Mapping[str, Any]) -> bool:
    """Owner is `field_read_only` and can be written all the same: the operation types tell."""
    allowed = described.get("operation_type")
    if isinstance(allowed, Mapping):
        return bool(allowed.get("api_create")) and bool(allowed.get("api_update"))
    return not described.get("read_only")


def _choices(described: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The choices as Zoho shows and takes them, and other words for them.

    An administrator who renames one changes what is displayed; that is what writes have to name (Zoho's own word in
    its community). Which of both records tell is not established, so each stands for the same choice.
    """
    values = described.get("pick_list_values") or []
    options = [each for each in values if isinstance(each, Mapping) and each.get("actual_value") != "-None-"]
    named = [(str(each.get("display_value") or each.get("actual_value") or ""), each) for each in options]
    shown = tuple(dict.fromkeys(name for name, _ in named if name and name != "-None-"))
    words: dict[str, list[str]] = {}
    for name, each in named:
        for word in _words(each):
            words.setdefault(word.casefold(), []).append(name)
    spelled = {name.casefold() for name in shown}
    return shown, {word: meant[0] for word, meant in words.items() if len(meant) == 1 and word not in spelled}


def _note(form: FieldType, kind: str) -> str:
    if form is FieldType.REFERENCE:
        return f"It points to something in Zoho ({kind}); the store has nothing like it."
    return "Zoho keeps it." if kind in _READ_ONLY_TYPES else ""
