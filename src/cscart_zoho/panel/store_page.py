"""The store connection: address, e-mail, key, and what the store can do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho import app
from cscart_zoho.cscart.rights import missing_rights, words_of
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.old_store import NOT_TAKEN, Losses
from cscart_zoho.mapping.store_currency import READING
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import join, the_store
from cscart_zoho.panel.fields import KEEP, SecretInput, TextInput
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.start_anew import wrong_for_page
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.models import Store

HERE = "/store/"

#: What the probe found out, in words and in reading order.
CAPABILITIES = {
    "edition": "Edition",
    "release": "Release",
    "products": "Products",
    "category": "Category of new products",
    "company": "Vendor or store of new products",
    "currency": "Primary currency",
    "decimals": "Decimals of prices",
    "time_zone": "Time zone",
    "taxes": "Taxes",
    "updated_in_hours": "Lists only what has changed",
    "texts_in_lists": "Lists carry descriptions",
    "keeps_shipping": "Changes of customers keep their shipping addresses",
}


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]
    """The address and the key of a store's administrator. The key is written, never shown."""

    api_key = forms.CharField(
        label="API key",
        required=False,
        widget=SecretInput,
        help_text="As CS-Cart shows it on the administrator's page.",
    )

    class Meta:
        model = Store
        fields = ("name", "url", "email", "api_key")
        widgets = {"name": TextInput, "url": TextInput, "email": TextInput}
        help_texts = {
            "url": "As in the browser, with https://.",
            "email": "Of an administrator whose API access is switched on in CS-Cart.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("api_key", None)
        self.fields["url"].required = self.fields["email"].required = True
        if self.instance.api_key:
            self.fields["api_key"].help_text = KEEP

    def clean_api_key(self) -> str:
        given = str(self.cleaned_data["api_key"]).strip()
        if not given and not (self.instance.pk and self.instance.api_key):
            raise forms.ValidationError("Enter the key that CS-Cart shows on the administrator's page.")
        return given or self.instance.api_key


@for_role(Role.ADMIN, "GET", "POST")
def store_page(request: HttpRequest) -> HttpResponse:
    """How the connection stands; POST saves it and tries it out."""
    store = the_store()
    form = StoreForm(request.POST or None, instance=store)
    if request.method == "POST" and form.is_valid():
        _change(request, form)
        return HttpResponseRedirect(HERE)
    store = the_store()  # a refused form has already written its values to the first one
    return page(
        request,
        "store",
        "Store connection",
        store=store,
        form=form,
        can=[] if wrong_for_page(store) else capabilities_of(store),
        wrong=wrong_for_page(store),
        currency=store_currency(store).in_words() if store is not None else "",
        loses=Losses.of(store.capabilities).in_words() if store is not None and not wrong_for_page(store) else "",
    )


def _change(request: HttpRequest, form: StoreForm) -> None:
    """Keep another address, e-mail or key once the store has answered to them; a connection that works stays else.

    The first ones are kept at once, so that nobody has to type them again.
    """
    works = form.instance.connected_at is not None
    if not works or not {"url", "email", "api_key"} & set(form.changed_data):
        form.save()
        join()
        noted(request, "store connection saved", form.instance.url)
        works = False
    if _try(request, form.instance, kept=works) and works:
        form.save()
        join()


@for_role(Role.ADMIN, "POST")
def store_test(request: HttpRequest) -> HttpResponse:
    """Try the saved connection out."""
    store = the_store()
    if store is None or not store.api_key:
        messages.error(request, "Save the address, the e-mail and the key first.")
    else:
        _try(request, store)
    return HttpResponseRedirect(HERE)


def _try(request: HttpRequest, store: Store, *, kept: bool = False) -> bool:
    """Whether the store has answered, told to the admin; `kept` = an earlier connection stays where it has not."""
    try:
        follows = app.connect_store(store)
    except ConnectorError as error:
        noted(request, "store not connected", str(error))
        stays = " Nothing was changed: the connection stays as it was." if kept else ""
        messages.error(request, error.for_people() + stays)
        return False
    noted(request, "store connected", store.url)
    messages.success(request, "The store answers.")
    if follows:
        messages.warning(request, follows)
    for right in missing_rights(store.capabilities):
        messages.warning(request, words_of(right))
    return True


def capabilities_of(store: Store | None) -> list[tuple[str, str]]:
    """What the probe found out, in words; long lists as their length."""
    if store is None:
        return []
    known = [name for name in CAPABILITIES if name in store.capabilities]
    apart = {*CAPABILITIES, "denied", READING, NOT_TAKEN}
    others = sorted(name for name in store.capabilities if name not in apart and not name.endswith("_id"))
    denied = missing_rights(store.capabilities)
    told = [
        (CAPABILITIES.get(name) or name.replace("_", " ").capitalize(), _said(store.capabilities[name]))
        for name in (*known, *others)
    ]
    may_not = ", ".join(right.what for right in denied) or "nothing: all that is needed may be seen"
    return [("The key may not see", may_not), *told]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and value and all(isinstance(v, dict) and v.get("name") for v in value):
        return ", ".join(str(v["name"]) for v in value)
    if isinstance(value, list | dict):
        return (
            f"{len(value):,}"
            if len(value) > 6 or any(isinstance(v, list | dict) for v in value)
            else ", ".join(map(str, value)) or "none"
        )
    return str(value) if value not in (None, "") else "–"
