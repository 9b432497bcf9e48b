"""Countries and states in the forms that each side writes. Pure.

CS-Cart keeps a country as two letters and a state as a code or as text; Zoho
keeps the names of both. The lists are those of ISO 3166, from pycountry.
"""

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


def state_code(country: str, told: str) -> str:
    """ISO 3166-2 ("US-NY") of a state given by code or name, or the text itself. Idempotent."""
    text = " ".join(told.split())
    if not text:
        return ""
    code = country_code(country)
    known = _state_codes(code) if is_country(code) else {}
    if text.casefold() in known:
        return known[text.casefold()]
    return text


def state_name(state: str) -> str:
    """The name of a state in ISO 3166-2 form; any other text stays.

    Where two states of a country have one name, the code stands beside it: a district of Bangladesh is "Dhaka (13)".
    """
    found = pycountry.subdivisions.get(code=state) if _is_state(state) else None
    if found is None:
        return state
    alone = _state_codes(state_country(state)).get(found.name.casefold()) == state
    return str(found.name) if alone else _told_apart(found.name, state)


def _told_apart(name: str, state: str) -> str:
    return f"{name} ({state_short(state)})"


def state_short(state: str) -> str:
    """The part that CS-Cart keeps: "NY" of "US-NY"; any other text stays."""
    return state.split("-", 1)[1] if _is_state(state) else state


def state_country(state: str) -> str:
    """The country of a state in ISO 3166-2 form, or nothing."""
    return state.split("-", 1)[0] if _is_state(state) else ""


def _is_state(text: str) -> bool:
    return len(text) > 3 and text[2] == "-" and text.isascii() and pycountry.subdivisions.get(code=text) is not None


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


@cache
def _state_codes(country: str) -> dict[str, str]:
    """By code, short code and name the states of a country. A name that two of them have is left out."""
    codes: dict[str, str] = {}
    doubled: set[str] = set()
    for state in pycountry.subdivisions.get(country_code=country) or []:
        for name in (state.code, state.code.split("-", 1)[1]):
            codes[name.casefold()] = state.code
        name = state.name.casefold()
        if codes.get(name, state.code) != state.code:
            doubled.add(name)
        codes.setdefault(name, state.code)
        codes[_told_apart(state.name, state.code).casefold()] = state.code
    return {name: code for name, code in codes.items() if name not in doubled}
