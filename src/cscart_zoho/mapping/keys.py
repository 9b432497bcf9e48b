"""How SKUs, addresses and names are compared that people and programs have written. Pure.

Neither side says how it compares text. So two spellings are one only where they look the same on every screen: é
as one sign or as two, a space that does not break, signs without width. What looks different (a capital, a letter
of full width) may be meant: it is found, and a person is asked.
"""

import unicodedata


def written(text: str) -> str:
    """The text as it is seen: composed (NFC), blanks single, signs without width left out."""
    if text.isascii():
        return " ".join(text.split())
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFC", " ".join(shown.split()))


def alike(text: str) -> str:
    """What all spellings share that could be meant to be one: case and width are left out of it, too."""
    return written(unicodedata.normalize("NFKC", text)).casefold()


def folded(text: str) -> str:
    """What addresses, companies and choices are compared by: as they are seen, case ignored."""
    return written(text).casefold()


def spellings(text: str) -> tuple[str, ...]:
    """Spellings to ask a side for that compares sign by sign: as it is, composed, and taken apart."""
    forms = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return tuple(dict.fromkeys(forms))
