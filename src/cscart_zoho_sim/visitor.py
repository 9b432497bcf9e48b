"""A person with a browser: follows links, fills forms in, accepts Zoho's consent.

Knows pages only as HTML, so that what it can do a person can do as well.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


class Lost(Exception):
    """The page does not have what the visitor looks for; the message says what."""


@dataclass
class Form:
    """One form of a page: where it goes, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.text = address, text
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self._form = Form(action, given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "button" or given.get("type") == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif tag in {"input", "textarea"} and name:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                form.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in form.fields):
            form.fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def form_with(self, *names: str) -> Form:
        """The form that has all these fields. Raises `Lost`."""
        for form in self.forms:
            if set(names) <= set(form.fields):
                return form
        raise Lost(f"{self.address} has no form with {', '.join(names)}")

    def link_to(self, beginning: str) -> str:
        """The first link whose address begins so. Raises `Lost`."""
        for link in self.links:
            if link.startswith(beginning):
                return link
        raise Lost(f"{self.address} has no link to {beginning}")


@dataclass(frozen=True)
class Visitor:
    """One browser session at the panel."""

    client: httpx2.Client
    panel: str

    def open(self, address: str) -> Page:
        """The page at an address, after all redirects."""
        return self._follow(self.client.get(urljoin(self.panel, address)))

    def send(self, form: Form, **fields: str) -> Page:
        """Send a form with these fields changed; the page one ends at."""
        filled = {**form.fields, **fields}
        if form.method == "post":
            return self._follow(self.client.post(form.action, data=filled, headers={"referer": form.action}))
        return self._follow(self.client.get(form.action, params=filled))

    def _follow(self, answer: httpx2.Response) -> Page:
        for _ in range(10):
            if answer.is_error:
                raise Lost(f"{answer.request.url.copy_with(query=None)} answered {answer.status_code}")
            if not answer.has_redirect_location:
                return Page(str(answer.url), answer.text)
            answer = self.client.get(urljoin(str(answer.url), answer.headers["location"]))
        raise Lost("too many redirects")

    def log_in(self, name: str, password: str) -> None:
        """Log in at the panel. Raises `Lost` when the panel does not let us in."""
        page = self.send(self.open("/login/").form_with("username", "password"), username=name, password=password)
        if "/login" in page.address:
            raise Lost("the panel refused the login")

    def connect_zoho(self, zoho: dict[str, str]) -> None:
        """Type the client in, go to Zoho, accept, and come back."""
        typed = self.open("/zoho/").form_with("client_id", "client_secret")
        saved = self.send(typed, region="com", client_id=zoho["client_id"], client_secret=zoho["client_secret"])
        self._give_permission(saved, zoho)

    def connect_zoho_again(self, zoho: dict[str, str]) -> None:
        """Press *Connect again* and accept what is asked for now."""
        page = self.open("/zoho/")
        forms = [form for form in page.forms if form.action.endswith("/zoho/authorise/")]
        if not forms:
            raise Lost(f"{page.address} has no button to connect again")
        self._give_permission(self.send(forms[0]), zoho)

    def _give_permission(self, page: Page, zoho: dict[str, str]) -> None:
        consent = self.open(page.link_to(zoho["accounts_url"]))
        back = self._accept(consent)
        if not back.address.startswith(self.panel):
            raise Lost(f"Zoho did not send us back to the panel but to {back.address}")

    def _accept(self, consent: Page) -> Page:
        """Press Accept on Zoho's page, be it a form, a button or a link."""
        for form in consent.forms:
            for name, value in [*form.buttons, *form.fields.items()]:
                if "accept" in f"{name} {value}".lower():
                    return self.send(form, **({name: value} if name else {}))
        for link in consent.links:
            if "accept" in link.lower():
                return self.open(link)
        if consent.forms:
            return self.send(consent.forms[0])
        raise Lost("Zoho's page has nothing to accept")
