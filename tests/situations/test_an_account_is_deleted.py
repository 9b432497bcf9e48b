"""An administrator deletes an account of CRM. Zoho takes it out of all its contacts; nobody has said that those
customers are of no company, so the store keeps the company of each of them."""

import pytest

from tests.situations.clientele import contact_of, pat, with_addon
from tests.situations.shop import Shop


@pytest.fixture
def three(shop: Shop) -> list[int]:
    """Three customers of one company, whose account was deleted."""
    with_addon(shop)
    users = [shop.user(**pat(number, company="Acme")) for number in range(3)]
    shop.settle("customers")
    (account,) = shop.world.zoho.crm.accounts()
    shop.world.zoho.crm.delete_account(account)
    shop.sync("customers")
    return users


def companies(shop: Shop) -> set[str]:
    return {row["company"] for row in shop.world.cscart.users().values()}


def test_the_customers_of_a_deleted_account_keep_their_company(shop: Shop, three: list[int]) -> None:
    shop.settle("customers")
    assert companies(shop) == {"Acme"}
    assert shop.world.zoho.crm.accounts() == {}, "what was deleted is not made again"
    assert not shop.conflicts("customers")
    for user in three:
        state, reason = shop.told("customers", cscart=user)
        assert state == "synced"
        assert 'The account "Acme" was deleted in Zoho CRM' in reason


def test_an_edit_of_either_side_goes_on(shop: Shop, three: list[int]) -> None:
    shop.world.cscart.edit_user(three[0], company="Beta", phone="+1 555 0100")
    shop.world.zoho.crm.edit_contact(contact_of(shop, three[1])["id"], Phone="+1 555 0101")
    shop.settle("customers")
    assert contact_of(shop, three[0])["Account_Name"]["name"] == "Beta"
    assert shop.world.cscart.user(three[1])["phone"] == "+1 555 0101"
    assert [shop.world.cscart.user(user)["company"] for user in three] == ["Beta", "Acme", "Acme"]


def test_an_account_of_that_name_that_a_person_enters_is_theirs_again(shop: Shop, three: list[int]) -> None:
    account = shop.world.zoho.crm.add_account(Account_Name="Acme")
    shop.world.zoho.crm.edit_contact(contact_of(shop, three[0])["id"], Account_Name={"id": account})
    shop.settle("customers")
    assert companies(shop) == {"Acme"}
    assert shop.told("customers", cscart=three[0]) == ("synced", "")


def test_a_contact_that_a_person_takes_out_of_its_account_has_no_company(shop: Shop) -> None:
    with_addon(shop)
    user = shop.user(**pat(company="Acme"))
    shop.settle("customers")
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], Account_Name=None)
    shop.settle("customers")
    assert shop.world.cscart.user(user)["company"] == ""


def test_a_new_customer_of_that_company_is_told_the_truth(shop: Shop, three: list[int]) -> None:
    new = shop.user(**pat(9, company="Acme"))
    shop.sync("customers", "customers", "customers")
    reason = shop.told("customers", cscart=new)[1]
    assert shop.world.zoho.crm.accounts() == {}
    assert contact_of(shop, new)["Last_Name"] == "Example 9"
    assert "The next run makes it" not in reason
    assert "deleted" in reason


def test_a_company_that_is_edited_in_the_store_at_the_same_time_asks_nobody(shop: Shop) -> None:
    with_addon(shop)
    users = [shop.user(**pat(number, company=company)) for number, company in enumerate(("Beta", "Acme"))]
    shop.settle("customers")
    beta = next(id for id, row in shop.world.zoho.crm.accounts().items() if row["Account_Name"] == "Beta")
    shop.world.zoho.crm.delete_account(beta)
    shop.world.cscart.edit_user(users[0], company="Acme")
    shop.settle("customers")
    assert contact_of(shop, users[0])["Account_Name"]["name"] == "Acme"
    assert companies(shop) == {"Acme"}
