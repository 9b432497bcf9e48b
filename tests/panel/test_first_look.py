"""The thin thread: log in, see products, ask for a sync, look at the run."""

from django.contrib.auth.models import Group, User
from django.test import Client

from cscart_zoho.panel.roles import ensure_roles
from cscart_zoho.store.models import Run, Store
from tests.panel.conftest import PASSWORD, fill


def test_an_operator_logs_in_sees_products_and_asks_for_a_sync(store: Store) -> None:
    ensure_roles()
    user = User.objects.create_user("otto", password=PASSWORD)
    user.groups.set(Group.objects.filter(name="operator"))
    fill(store, cscart=3, zoho=2, linked=1)
    client = Client()

    answer = client.post("/login/?next=/products/", {"username": "otto", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/products/"
    page = client.get("/products/").content.decode()
    assert "Synthetic product 3" in page
    assert "Sync 2 unsynced products" in page

    answer = client.post("/products/cscart/2/sync/")
    assert answer.status_code == 302
    run = Run.objects.get()
    assert run.asked["cscart_ids"] == ["2"]
    assert run.asked_by == "otto"
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "1 chosen, both ways" in page
    assert 'hx-trigger="every 1s"' in page
