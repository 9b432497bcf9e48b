"""The sidebar marks the page one is on, and no other."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from cscart_zoho.panel.navigation import sidebar

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Overview"),
        ("/products/zoho/46000/", "Products"),
        ("/zoho-items/", "Products"),
        ("/customers/zoho/46000/", "Customers"),
        ("/zoho-contacts/", "Customers"),
        ("/zoho-accounts/", "Zoho accounts"),
        ("/orders/zoho/46000/", "Orders"),
        ("/zoho-orders/", "Orders"),
        ("/zoho/", "Zoho connection"),
        ("/schedules/", "Schedules"),
        ("/calls/", "Calls"),
        ("/notices/", "Notices"),
        ("/item-file/", "Import file"),
        ("/web-hooks/", "Web hooks"),
        ("/settings/orders/", "Settings"),
    ],
)
def test_one_entry_is_marked(path: str, title: str) -> None:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(  # type: ignore[assignment]
        is_authenticated=True, is_active=True, is_superuser=True, pk=1
    )
    entries = [entry for group in sidebar(request) for entry in group["items"]]
    assert [entry["title"] for entry in entries if entry["active"]] == [title]
