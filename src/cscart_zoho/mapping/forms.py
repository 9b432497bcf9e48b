"""Between what a side writes and the one canonical form of a value. Pure.

The canonical forms are those of `cscart_zoho.mapping.fields`. What cannot be
read stays the text it was, so that nothing is lost and the other side can say
what is wrong; what a side could not keep raises `Unfit` before it is sent.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import days, text
from cscart_zoho.mapping.fields import Column, FieldType, Section, ZohoField
from cscart_zoho.mapping.keys import folded, written
from cscart_zoho.mapping.ways import ISO, Ways
from cscart_zoho.records import Value

_YES = frozenset({"y", "yes", "true", "1", "on"})
_NO = frozenset({"n", "no", "false", "0", "off"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: How the column is called that tells what the store calls a place, after the column of its code.
DESCRIBED = "_descr"
#: What a number looks like, and the second at which a day begins. Anything else that people have typed is text: a
#: number of a million digits is none that anybody means, and reckoning with it would end the run.
_NUMBER = re.compile(r"[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,2})?")
_SECONDS = re.compile(r"-?\d{1,12}")
#: What stands between several choices.
JOINED = "; "
#: The most that text of an unknown length may have.
LONGEST = 50_000
#: Digits that a number of JSON keeps whatever it is.
DIGITS = 15
#: So much of a value is shown in a sentence about it.
SHOWN = 60


def quoted(value: object) -> str:
    """A value in a sentence: not too long, in one line."""
    line = " ".join(str("" if value is None else value).split())
    return f'"{line}"' if len(line) <= SHOWN else f'"{line[: SHOWN - 1]}…"'


# From Zoho


def from_zoho(told: object, form: FieldType, country: object = None, ways: Ways = ISO) -> Value:
    """What Zoho tells, in canonical form. `country` is the sibling of a state."""
    if told is None or told == "" or told == []:
        return ""
    if form is FieldType.CHOICES or isinstance(told, list):
        parts = told if isinstance(told, list) else str(told).split(";")
        lines = (_line(part.get("name") if isinstance(part, Mapping) else part) for part in parts)
        return JOINED.join(sorted(filter(None, lines)))
    if isinstance(told, Mapping):  # a lookup: {"id", "name"}
        return _line(told.get("name"))
    return _canonical(told, form, ways, country)


def to_zoho(value: Value, field: ZohoField, form: FieldType, ways: Ways = ISO) -> object:
    """A canonical value as Zoho takes it; nothing is None. Raises `Unfit`."""
    if value is None or value == "":
        return None
    if field.type is FieldType.YES_NO:
        return _as_yes_no(value, field.label)
    if field.type in (FieldType.NUMBER, FieldType.WHOLE):
        return _as_number(value, field)
    if field.type is FieldType.DATE:
        return _as_date(value, field.label)
    if field.type is FieldType.CHOICES:
        parts = list(dict.fromkeys(called_now(part, field) for part in choices_in(str(value), words_of(field))))
        for part in parts:
            _check_choice(part, field.choices, field.label)
        return parts
    named = _named(value, form, ways)
    if field.type is FieldType.CHOICE:
        named = called_now(named, field)
        named = next((each for each in field.choices if text.line(each) == text.line(named)), named)
        _check_choice(named, field.choices, field.label)
    if field.type is FieldType.EMAIL:
        _check_email(named, field.label)
    limit = field.limit or LONGEST
    if len(named) > limit:
        said = f"{field.label} {quoted(named)} has {len(named)} characters; Zoho takes {limit}."
        raise Unfit(said, field=field.name)
    return named


def called_now(choice: str, field: ZohoField) -> str:
    """A choice as it is called in Zoho now, whatever it was called before."""
    return field.renamed.get(choice.casefold(), choice)


def words_of(field: ZohoField) -> list[str]:
    """Everything that the choices of a field are, or were, called."""
    return [*field.choices, *field.renamed]


def same_choices(one: str, other: str, field: ZohoField) -> bool:
    """Whether two texts name the same choices of a field, however they are called, and in whatever order."""
    return _meant(one, field) == _meant(other, field)


def _meant(text: str, field: ZohoField) -> set[str]:
    parts = choices_in(text, words_of(field)) if field.type is FieldType.CHOICES else [text]
    return {called_now(each, field) for each in parts}


def choices_in(text: str, known: Sequence[str]) -> list[str]:
    """The choices that a text names, spelled as they are known, each once; what is none of them stays as it is.

    People write a semicolon, a comma or a line between several ones. What of those stands in a choice itself does not
    part it.
    """
    spelled = {folded(each): each for each in known}
    for between in ("(?!)", ";", r"[;,\n]"):
        parts = _parts(text, between)
        if all(folded(part) in spelled for part in parts):
            return list(dict.fromkeys(spelled[folded(part)] for part in parts))
    return list(dict.fromkeys(spelled.get(folded(part), part) for part in _parts(text, ";")))


def _parts(text: str, between: str) -> list[str]:
    parts = (" ".join(part.split()) for part in re.split(between, text))
    return [part for part in parts if part]


def _named(value: Value, form: FieldType, ways: Ways) -> str:
    """Zoho keeps the names of countries and states, not their codes."""
    written = _text(value)
    if form is FieldType.COUNTRY:
        return ways.places.country_name(written)
    return ways.places.state_name(written) if form is FieldType.STATE else written


# From CS-Cart


def from_cscart(told: object, column: Column, row: Mapping[str, object], ways: Ways = ISO) -> Value:
    """What the store tells of a column, in canonical form. `row` has its sibling columns."""
    if told is None or told == "":
        return ""
    if column.type is FieldType.DATE:
        return _store_date(told, column, ways)
    if column.type is FieldType.CHOICE:
        return choice_told(told, column)
    beside = row.get(column.country)
    return _canonical(told, column.type, ways, beside, row.get(f"{column.name}{DESCRIBED}"))


def to_cscart(value: Value, column: Column, ways: Ways = ISO, country: str = "") -> object:
    """A canonical value as the store keeps it, or "". Raises `Unfit` for what it would damage.

    The store cuts text that is too long, stores characters of four bytes as
    "????" and takes any text for an e-mail (seen on a running 4.20 store).
    `country` is the sibling of a state.
    """
    if value is None or value == "":
        return 0 if column.name == "birthday" else ""
    if column.type is FieldType.YES_NO:
        return "Y" if _as_yes_no(value, column.title) else "N"
    if column.type is FieldType.DATE:
        return _seconds(_as_date(value, column.title), column, ways)
    written = _text(value)
    if column.type is FieldType.COUNTRY and not ways.places.has_country(written):
        raise Unfit(
            f"The store keeps countries as two letters; {quoted(written)} is none that is known.", field=column.name
        )
    if column.type is FieldType.STATE:
        written = ways.places.state_in_store(written, country)
    if column.type is FieldType.EMAIL:
        _check_email(written, column.title)
    if column.type is FieldType.CHOICE and column.ids:
        return next(id for id, text in column.ids.items() if text == choice_meant(written, column))
    return _whole_text(written, column, ways)


def choice_told(told: object, column: Column) -> str:
    """The text of a choice that the store keeps by its id. A text that somebody has written there stays one."""
    return column.ids.get(str(told).strip()) or _spelled(_line(told), column.choices)


def choice_meant(value: str, column: Column) -> str:
    """The choice of a column that a text means, as the store spells it. Raises `Unfit` where it means none."""
    meant = _spelled(" ".join(value.split()), column.choices)
    _check_choice(meant, column.choices, column.title)
    return meant


def _spelled(text: str, known: Sequence[str]) -> str:
    return next((each for each in known if folded(each) == folded(text)), text)


def _whole_text(written: str, column: Column, ways: Ways) -> str:
    if text.damaged_by_store(written) and not ways.keeps_all:
        raise Unfit(
            f'The store would keep "{text.beyond(written)}" in {column.title} {quoted(written)} as question marks.',
            field=column.name,
            advice="Leave the sign out in Zoho, or enter the text without it in the store: then both keep their own.",
        )
    if column.limit is not None and len(written) > column.limit:
        said = f"{column.title} {quoted(written)} has {len(written)} characters"
        raise Unfit(f"{said}; the store would cut it at {column.limit}.", field=column.name)
    return written


# The canonical form


def _canonical(told: object, form: FieldType, ways: Ways, country: object, name: object = None) -> Value:
    if form is FieldType.YES_NO:
        return _yes_no(told)
    if form in (FieldType.NUMBER, FieldType.WHOLE):
        return _number(told, whole=form is FieldType.WHOLE)
    if form is FieldType.LONG_TEXT:
        return _plain(_text(told))
    line = _line(told)
    if form in (FieldType.EMAIL, FieldType.PHONE):
        return written(line)
    if form is FieldType.COUNTRY:
        return ways.places.country(line)
    if form is FieldType.STATE:
        return ways.places.state(_line(country), line, _line(name))
    return line


def _line(told: object) -> str:
    """One line: a value that holds more, or tags and references, is read as a reader would see it."""
    return "" if told is None else " ".join(_plain(_text(told)).split())


def _plain(told: str) -> str:
    """Text without mark-up. Custom profile fields pass a purifier that writes & as a reference."""
    marked = re.search(r"<[a-zA-Z/!]|&[a-zA-Z]+;|&#\d+;", told) is not None
    return text.from_html(told.replace("\n", "<br>")) if marked else text.tidy(told)


def _text(told: object) -> str:
    if isinstance(told, bool):
        return "Yes" if told else "No"
    if isinstance(told, (Decimal, float)):
        return format(Decimal(str(told)).normalize(), "f")
    return str(told)


def _yes_no(told: object) -> Value:
    if isinstance(told, bool):
        return told
    word = folded(str(told))
    return True if word in _YES else False if word in _NO else _line(told)


def _number(told: object, *, whole: bool) -> Value:
    text = str(told).strip()
    if not _NUMBER.fullmatch(text):
        return _line(told)
    number = Decimal(text)
    return int(number) if whole and number == number.to_integral_value() else number.normalize() + 0


#: What the column of birthdays holds: a signed number of four bytes, and 0 for none (scheme of 4.20.1).
_BIRTHDAYS = range(-(2**31), 2**31)


def _store_date(told: object, column: Column, ways: Ways) -> Value:
    """A day is the number of seconds at which it begins in the store. Of a birthday 0 is none; dates may be text."""
    line = str(told).strip()
    if not _SECONDS.fullmatch(line):
        return line
    seconds = int(line)
    if (seconds == 0 and column.section is not Section.CUSTOM) or abs(seconds) > 10**11:
        return ""
    try:
        if column.name == "timestamp":
            return days.day_of_moment(seconds, ways.zone)
        return days.day_of(seconds, ways.zone)
    except OverflowError:  # before the year 1
        return line


def _seconds(day: str, column: Column, ways: Ways) -> int:
    seconds = days.seconds_of(day, ways.zone, field=column.name)
    if column.name == "birthday" and seconds not in _BIRTHDAYS:
        raise Unfit(f"{column.title} {day}: the store keeps days from 1901-12-15 to 2038-01-18.", field=column.name)
    return seconds


# What a side could not keep


def _as_yes_no(value: Value, label: str) -> bool:
    read = _yes_no(value)
    if not isinstance(read, bool):
        raise Unfit(f"{label} is yes or no; {quoted(value)} is neither.")
    return read


def _as_number(value: Value, field: ZohoField) -> object:
    read = _number(value, whole=field.type is FieldType.WHOLE)
    if isinstance(read, str) or (field.type is FieldType.WHOLE and not isinstance(read, int)):
        raise Unfit(f"{field.label} is a number; {quoted(value)} is none.", field=field.name)
    if not isinstance(read, Decimal):
        return read
    if len(read.as_tuple().digits) > DIGITS:
        raise Unfit(
            f"{field.label} {quoted(value)} has more than {DIGITS} digits; Zoho would not keep them.", field=field.name
        )
    return float(read)  # Zoho takes numbers, and no texts that look like one


def _as_date(value: Value, label: str) -> str:
    day = str(value)[:10]
    try:
        found = _DATE.fullmatch(day) and date.fromisoformat(day)
    except ValueError:
        found = None
    if not found:
        raise Unfit(f"{label} is a date such as 1999-12-31; {quoted(value)} is none.")
    return day


def _check_choice(value: str, choices: tuple[str, ...], label: str) -> None:
    if choices and value not in choices:
        some = ", ".join(choices[:8])
        raise Unfit(f"{quoted(value)} is not among the choices of {label}.", advice=f"Choose one of: {some}.")


def _check_email(value: str, label: str) -> None:
    name, _, host = value.rpartition("@")
    if not name or "." not in host or any(sign.isspace() for sign in value) or "@" in name:
        raise Unfit(f"{label} {quoted(value)} is no e-mail address.", field="email")
