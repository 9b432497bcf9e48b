"""Countries and states in the forms that each side writes. Pure.

CS-Cart keeps a country as two letters and a state as a code or as text; Zoho
keeps the names of both. What is known of all of them is ISO 3166, from
pycountry, whose names have marks that hardly anybody writes ("Mahārāshtra",
"Madrid, Comunidad de"); `cscart_zoho.mapping.store_places` adds what one store
calls its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pycountry

#: Names that people and Zoho write, and that ISO spells otherwise.
_ALSO = {
    "usa": "US",
    "us": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "turkey": "TR",
    "russia": "RU",
    "south korea": "KR",
    "north korea": "KP",
    "ivory coast": "CI",
    "czech republic": "CZ",
    "swaziland": "SZ",
    "macedonia": "MK",
    "cape verde": "CV",
    "holland": "NL",
    "congo": "CG",  # the other one is the Democratic Republic
    "uae": "AE",
    "korea, south": "KR",
    "korea, north": "KP",
    "brunei": "BN",
}
#: Codes and names that have been given up, by country, with the codes that took their place.
_BEFORE = {
    "CA": {"NF": "NL", "PQ": "QC", "YK": "YT"},
    "IN": {"CT": "CG", "DD": "DH", "DN": "DH", "OR": "OD", "TG": "TS", "UA": "UK", "UL": "UK", "UT": "UK"}
    | {"Orissa": "OD", "Pondicherry": "PY", "Uttaranchal": "UK"},
    "IT": {"FO": "FC", "PS": "PU"},
    "MX": {"DF": "CMX", "DIF": "CMX", "Distrito Federal": "CMX"},
}
#: Countries whose names ISO writes in letters that are not their own, with marks that their people do not write.
_IN_OTHER_LETTERS = (
    "AE AF AM BD BH BT CN EG ER ET GE IL IN IQ IR JO JP KG KW KZ LB LK LY MM MN MV NP OM PK PS QA SA SD SY TH TJ YE"
)
_TRANSLITERATED = frozenset(_IN_OTHER_LETTERS.split())
_MARKS = dict.fromkeys(map(ord, "\u0304\u0323\u0331\u0327\u02bb\u02bc\u2018"))
#: What stands behind a comma and belongs before the name.
_BEHIND = re.compile(r".*\b(de|of|the|county|respublika|r[ée]gion|comunidad|hlavní město|u\.s\.|din)$", re.IGNORECASE)
#: Letters that are no other letter with a mark.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e"})


def folded(name: str) -> str:
    """A name as names are compared: neither case nor accents, no signs."""
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’‘ʻʼ`]", "", _letters(name))).split())


def bare(line: str) -> str:
    """A line of an address as such lines are compared: neither case nor accents, white space, dots and commas."""
    return re.sub(r"[\s.,]+", "", _letters(line))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


# Countries


def country_code(told: str) -> str:
    """The two letters of a country, or the text itself where nobody knows it. Idempotent."""
    text = " ".join(told.split())
    return _country_codes().get(_spelled(text), text)


def _spelled(name: str) -> str:
    """The name of a country as names are compared: case ignored, no dots, and initials together ("U. K.")."""
    words = " ".join(name.casefold().replace(".", " ").split()).split(" ")
    return "".join(words) if all(len(word) == 1 for word in words) else " ".join(words)


#: Names that Zoho writes shorter than ISO.
_SHORT = {"RU": "Russia", "TR": "Turkey"}


def country_name(code: str) -> str:
    """The common English name of a country's two letters; any other text stays."""
    if code.upper() in _SHORT:
        return _SHORT[code.upper()]
    found = pycountry.countries.get(alpha_2=code.upper()) if len(code) == 2 and code.isascii() else None
    return _name(found) if found is not None else code


def is_country(code: str) -> bool:
    """Whether CS-Cart can keep this as a country: two letters of ISO 3166-1."""
    return len(code) == 2 and code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def _name(country: object) -> str:
    return str(getattr(country, "common_name", None) or getattr(country, "name", ""))


@cache
def _country_codes() -> dict[str, str]:
    codes = {_spelled(name): code for name, code in _ALSO.items()}
    for country in pycountry.countries:
        written = (
            country.alpha_2,
            country.alpha_3,
            country.name,
            getattr(country, "common_name", ""),
            getattr(country, "official_name", ""),
            country.name.split(",")[0],
        )
        for name in written:
            if name:
                codes.setdefault(_spelled(name), country.alpha_2)
    return codes


# States


def state_code(country: str, told: str) -> str:
    """ISO 3166-2 ("US-NY") of a state given by code or name, or the text itself. Idempotent."""
    text = " ".join(told.split())
    code = country_code(country)
    if not text or not is_country(code):
        return text
    known = _states(code)
    return known.get(text.casefold()) or known.get(folded(text)) or text


def state_by_name(country: str, name: str) -> str:
    """ISO 3166-2 of a state given by its name; nothing where no state of the country has it."""
    found = state_code(country, name)
    return found if is_state(found) and folded(name) in {folded(each) for each in state_names(found)} else ""


def state_name(state: str) -> str:
    """The name of a state in ISO 3166-2 form as people write it; any other text stays.

    Where two states of a country have one name, the code stands beside it: a district of Bangladesh is "Dhaka (13)".
    """
    if not is_state(state):
        return state
    name = str(pycountry.subdivisions.get(code=state).name)
    country = state_country(state)
    for written in (_written(name, country), name):
        if _states(country).get(written.casefold()) == state or _states(country).get(folded(written)) == state:
            return written
    return _told_apart(name, state)


def _written(name: str, country: str) -> str:
    """A name of ISO without what only ISO writes."""
    short = re.sub(r"\s*[\[(].*?[\])]", "", name)
    head, _, tail = short.partition(", ")
    short = head if tail and _BEHIND.match(tail) else short
    if country not in _TRANSLITERATED:
        return short
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", short).translate(_MARKS))


def state_names(state: str) -> list[str]:
    """Everything that a state in ISO 3166-2 form is called."""
    return list(called(str(pycountry.subdivisions.get(code=state).name))) if is_state(state) else []


def called(name: str) -> Iterator[str]:
    """A name, and the names within it: "A [B]", "A (b)", "A/B", "A, Region of"."""
    yield name
    bare = re.sub(r"\s*[\[(].*?[\])]", "", name).strip()
    yield bare
    for inside in re.findall(r"\[(.*?)\]", name):
        yield re.sub(r"\s*\b[A-Z]{2}-[A-Z0-9]{1,3}$", "", inside)
    yield from (part.strip() for part in bare.split("/") if "/" in bare)
    head, _, tail = bare.partition(", ")
    if tail and _BEHIND.match(tail):
        yield head
        yield f"{tail} {head}"


def _told_apart(name: str, state: str) -> str:
    return f"{name} ({state_short(state)})"


def state_short(state: str) -> str:
    """The part that CS-Cart keeps: "NY" of "US-NY"; any other text stays."""
    return state.split("-", 1)[1] if is_state(state) else state


def state_country(state: str) -> str:
    """The country of a state in ISO 3166-2 form, or nothing."""
    return state.split("-", 1)[0] if is_state(state) else ""


def is_state(text: str) -> bool:
    """Whether this is ISO 3166-2."""
    return len(text) > 3 and text[2] == "-" and text.isascii() and pycountry.subdivisions.get(code=text) is not None


@cache
def _states(country: str) -> dict[str, str]:
    """By code and by name, as it is and folded, the states of a country. What two of them are called is left out.

    Codes come before names, and whole names before parts of them.
    """
    known: dict[str, str] = {}
    states = [(state.code, state.name) for state in pycountry.subdivisions.get(country_code=country) or []]
    for code, name in states:
        known |= dict.fromkeys((code.casefold(), state_short(code).casefold()), code)
        known |= dict.fromkeys((_told_apart(name, code).casefold(), folded(_told_apart(name, code))), code)
    for old, new in _BEFORE.get(country, {}).items():
        known.setdefault(old.casefold(), f"{country}-{new}")
    for words in (
        lambda name: [name.casefold()],
        lambda name: [folded(name)],
        lambda name: [folded(each) for each in called(name)],
    ):
        found: dict[str, set[str]] = {}
        for code, name in states:
            for word in words(name):
                found.setdefault(word, set()).add(code)
        for word, codes in found.items():
            if word and len(codes) == 1:
                known.setdefault(word, *codes)
    return known
