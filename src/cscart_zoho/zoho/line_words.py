"""The description of a line of a sales order: the chosen options of the store, and people's own words below. Pure.

Zoho has no options. They stand in the first line of the description ("Colour: red, Size: M"); whatever is below, and
a first line that names nothing in this way, is what people have written there.
"""

import re

from cscart_zoho.mapping import text

_OPTIONS = re.compile(r"[^:\n]{1,100}: \S[^\n]*")


def options_in(description: object) -> str:
    """The options that a description begins with, or nothing."""
    return _parts(description)[0]


def described(options: str, description: object) -> str:
    """The description with other options: what people have written stays."""
    return text.comparable("\n".join(filter(None, (text.tidy(options), _parts(description)[1]))))


def _parts(description: object) -> tuple[str, str]:
    first, _, rest = text.tidy(str(description or "")).partition("\n")
    return (first, rest.strip()) if _OPTIONS.fullmatch(first) else ("", f"{first}\n{rest}".strip())
