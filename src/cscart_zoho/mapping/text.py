"""What a text is to both sides. Pure.

One text may be written in several ways that look the same: é as one sign or as two, blanks that do not break, marks
of direction, signs without width. People do not see them and programs bring them along. They are read away here, for
every value of both sides: they make no difference, nothing is written because of them, and what goes over goes without
them; the side that has them keeps them. Joiners stay: in scripts of Asia and in emoji they change what is seen.

Of descriptions CS-Cart keeps HTML, Zoho plain text. Both are compared as plain text in one canonical form. Zoho holds
2,000 characters of it (Zoho Inventory API: Items), so that is what is compared: a longer text of the store stays whole
in the store, and Zoho gets its beginning with "…" at the end.
"""

import html
import re
import unicodedata
from html.parser import HTMLParser

#: The longest description that Zoho takes.
DESCRIPTION_LIMIT = 2000

# fmt: off
_LINES = frozenset((
    "address", "article", "aside", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "header",
    "hr", "li", "main", "nav", "ol", "option", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
))
# fmt: on
_PARAGRAPHS = frozenset(("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "head", "title"))
#: What no text holds: controls other than white space, halves of surrogate pairs, and the code points that Unicode
#: keeps from being characters: U+FDD0 to U+FDEF and the last two of each of its 17 planes. Readers of HTML drop or
#: replace them, each in its own way (`html.unescape` drops a reference to one: HTML 5, 13.2.5.80).
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
#: Signs that nobody sees: soft hyphen, marks and limits of direction, spaces without width, byte order mark.
_UNSEEN_SIGNS = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
#: Ideographs that Unicode takes for others though they look different, in names of people: they are left alone.
_OF_THEIR_OWN = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_BEYOND_BASIC = re.compile("[\U00010000-\U0010ffff]")


def seen(text: str) -> str:
    """The text in the signs that people see: letters composed (NFC), and none that nobody sees. Idempotent."""
    if text.isascii():
        return text
    parts = _OF_THEIR_OWN.split(_UNSEEN_SIGNS.sub("", text))
    return "".join(part if place % 2 else unicodedata.normalize("NFC", part) for place, part in enumerate(parts))


def line(told: object) -> str:
    """One line of text as `tidy` has it, or nothing."""
    return "" if told is None else " ".join(tidy(str(told)).split())


def tidy(text: str) -> str:
    """Plain text in its canonical form.

    Only characters that people see are kept: no controls, no code points that are none (see `seen`). Lines end
    in "\\n" without spaces at their ends, at most one empty line stands between
    others, white space of any kind and length is one space. Idempotent.
    """
    text = seen(_NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def comparable(text: str) -> str:
    """Canonical plain text, as much of it as Zoho can hold. Idempotent."""
    text = tidy(text)
    if len(text) <= DESCRIPTION_LIMIT:
        return text
    return text[: DESCRIPTION_LIMIT - 1].rstrip() + "…"


def from_html(markup: str) -> str:
    """What a reader sees of an HTML text, in canonical form: paragraphs, lines, list items with "- "."""
    reader = _Reader()
    reader.feed(_NOT_TEXT.sub("", markup))
    reader.close()
    return tidy("".join(reader.parts))


def to_html(text: str) -> str:
    """HTML that `from_html` reads back as the same text.

    Characters beyond the basic plane (emoji) become references: CS-Cart would
    store them as "????" (seen on a running 4.20 store).
    """
    paragraphs = [html.escape(part, quote=False).replace("\n", "<br />\n") for part in tidy(text).split("\n\n")]
    marked_up = "\n".join(f"<p>{part}</p>" for part in paragraphs if part)
    return _BEYOND_BASIC.sub(lambda found: f"&#{ord(found[0])};", marked_up)


def damaged_by_store(text: str) -> bool:
    """Whether CS-Cart would turn some of this text into "????": characters of four bytes."""
    return _BEYOND_BASIC.search(text) is not None


def without_beyond(text: str) -> str:
    """The text without the characters that CS-Cart cannot keep, in canonical form."""
    return tidy(_BEYOND_BASIC.sub("", text))


def beyond(text: str) -> str:
    """The first of these characters, for a sentence about them."""
    found = _BEYOND_BASIC.search(text)
    return found[0] if found else ""


def left_out(where: str, text: str) -> str:
    """What people are told of a text that CS-Cart holds without some of its characters."""
    return f'CS-Cart cannot keep signs such as "{beyond(text)}": {where}. Nothing has to be done.'


def all_it_keeps(text: str, held: str, *, keeps_all: bool = False) -> bool:
    """Whether what CS-Cart holds is what can be kept there of a text that has characters of four bytes.

    `keeps_all` says that some of its texts have such characters: then their absence is somebody's choice.
    """
    if not damaged_by_store(text):
        return False
    return held == tidy(_BEYOND_BASIC.sub("????", text)) or (not keeps_all and held == without_beyond(text))


class _Reader(HTMLParser):
    """Collects the text of an HTML text, with line ends where a browser would break the line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        self._break(tag)
        if tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("- ")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(" ".join(f"|{data}|".split())[1:-1])

    def _break(self, tag: str) -> None:
        """A new line, unless one has just begun; paragraphs have an empty line between them."""
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES and not self._at_line_start():
            self.parts.append("\n")

    def _at_line_start(self) -> bool:
        seen = next((part for part in reversed(self.parts) if part.strip(" ")), "\n")
        return seen.endswith("\n")
