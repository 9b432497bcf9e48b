"""In which currency a store's amounts are: what counts, what has changed, and which orders are in which."""

import pytest

from cscart_zoho.mapping.store_currency import READING, StoreCurrency


@pytest.mark.parametrize(
    ("chosen", "known", "told", "overruled", "counts", "changed"),
    [
        ("", "USD", "USD", "", "USD", False),
        ("", "USD", "EUR", "", "USD", True),
        ("", "USD", "", "", "USD", False),
        ("", "", "", "", "", False),
        ("", "", "EUR", "", "", False),
        ("USD", "", "", "", "USD", False),
        ("USD", "", "EUR", "", "USD", True),
        ("USD", "USD", "EUR", "", "USD", True),
        ("USD", "EUR", "EUR", "", "USD", True),
        ("USD", "EUR", "EUR", "EUR", "USD", False),
        ("USD", "EUR", "GBP", "EUR", "USD", True),
        ("EUR", "USD", "EUR", "", "EUR", False),
    ],
)
def test_what_counts_and_whether_it_has_changed(
    chosen: str, known: str, told: str, overruled: str, counts: str, changed: bool
) -> None:
    currency = StoreCurrency(chosen, known, told, overruled)
    assert (currency.counts, currency.changed) == (counts, changed)
    assert bool(currency.in_words()) is changed
    if changed:
        assert told in currency.in_words()
        assert counts in currency.in_words()


def test_what_was_told_when_it_was_connected_is_the_last_word_until_there_is_another() -> None:
    assert StoreCurrency.of({"currency": "usd"}, "") == StoreCurrency("", "USD", "USD")
    assert StoreCurrency.of({"currency": "USD"}, "eur").changed
    assert StoreCurrency.of({"currency": "USD", READING: {"told": "EUR"}}, "").changed
    assert StoreCurrency.of({}, "") == StoreCurrency()


def test_older_orders_are_in_what_counted_then() -> None:
    currency = StoreCurrency("", "GBP", "GBP", before=(("USD", 10), ("EUR", 20)))
    assert [currency.of_order(number) for number in (1, 10, 11, 20, 21)] == ["USD", "USD", "EUR", "EUR", "GBP"]
    assert StoreCurrency("USD", "GBP", before=(("EUR", 20),)).of_order(3) == "USD"


@pytest.mark.parametrize(
    ("before", "now", "first"),
    [
        (StoreCurrency("", "USD"), StoreCurrency("", "USD", "EUR"), None),
        (StoreCurrency("", "USD"), StoreCurrency("", "EUR"), 0),
        (StoreCurrency("", "USD"), StoreCurrency("", "EUR", before=(("USD", 10),)), 11),
        (StoreCurrency("USD", "EUR", before=(("USD", 10),)), StoreCurrency("", "EUR", before=(("USD", 10),)), 11),
        (StoreCurrency("USD", "USD"), StoreCurrency("", "USD"), None),
    ],
)
def test_the_first_order_that_is_in_another_currency_than_before(
    before: StoreCurrency, now: StoreCurrency, first: int | None
) -> None:
    assert before.first_other(now) == first
