"""Names of people, as CS-Cart takes them. Pure.

CS-Cart 4.20 refuses a new user whose first or last name has anything but
letters and marks of any script, digits, spaces, ' and - in it (seen on a
running 4.20 store: a dot, a comma, & and emoji answer 400).
"""

import re
import unicodedata

from cscart_zoho.mapping.text import damaged_by_store, seen

#: What stands for an apostrophe or a hyphen in well-set names.
_SAME = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'") | dict.fromkeys("‐‑‒–—−", "-"))
_KEPT = frozenset("' -")


def for_store(name: str, *, keeps_all: bool = False) -> str:
    """The name with signs that CS-Cart refuses or cannot keep taken out. Idempotent."""
    spelled = seen(name.translate(_SAME))
    return " ".join("".join(_kept(sign, keeps_all) for sign in spelled).split())


def _kept(sign: str, keeps_all: bool) -> str:
    """The sign itself, nothing for an emoji (CS-Cart would store "????"), a space for any other."""
    if damaged_by_store(sign) and not (keeps_all and unicodedata.category(sign)[0] == "L"):
        return ""
    fits = sign in _KEPT or unicodedata.category(sign)[0] in "LM" or unicodedata.category(sign) == "Nd"
    return sign if fits else " "


def full_name(first: str, last: str) -> str:
    """Both names in one."""
    return " ".join(f"{first} {last}".split())


def split_full_name(name: str) -> tuple[str, str]:
    """First name and last name: the last word is the last name."""
    words = re.sub(r"\s+", " ", name).strip().rsplit(" ", 1)
    return ("", words[0]) if len(words) == 1 else (words[0], words[1])
