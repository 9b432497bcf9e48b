"""Whose order it is that was placed without an account."""

import pytest

from cscart_zoho.mapping.guests import Person, several, why_unknown
from cscart_zoho.order import guest_id


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "n/a",
        "@",
        "noemail@example.com",
        "No.Email@shop.de",
        "no-reply@shop.de",
        "none@shop.de",
        "x@y.invalid",
    ],
)
def test_an_address_of_nobody_makes_nobody_known(address: str) -> None:
    assert guest_id(address) == ""
    assert why_unknown(address, []) is not None


@pytest.mark.parametrize(
    "address", ["bea@example.com", "noelle@example.com", "nona@example.com", "zoho-5@example.invalid"]
)
def test_an_address_of_somebody_does(address: str) -> None:
    assert guest_id(address) == guest_id(f" {address.upper()} ") != ""
    assert why_unknown(address, [Person("Bea Phone")]) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("Bea Phone"), Person("B. PHONE", "1")),
        (Person("Bea Phone", "+1 555 010 0000"), Person("Cal Counter", "(555) 0100000")),
        (Person("Bea Phone", "1", "Acme GmbH"), Person("Cal Counter", "2", "ACME GmbH ")),
        (Person("Bea Phone"), Person("")),
    ],
)
def test_who_may_be_one_person_is_one(one: Person, other: Person) -> None:
    assert several([one, other]) is None
    assert several([other, one]) is None


def test_who_shares_nothing_is_somebody_else() -> None:
    bea, cal = Person("Bea Phone", "+1 555 0100"), Person("Cal Counter", "+1 555 0199")
    assert several([bea, Person("Bea", ""), cal]) == (bea, cal)
    assert several([Person("Bea Phone"), Person("Cal Counter")]) is not None
