"""A list of CS-Cart, read to its end: products, users and orders are told alike."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from cscart_zoho.errors import RemoteFault


class Listed(Protocol):
    """One page of a list."""

    @property
    def total(self) -> int | None:
        """How many rows the whole list has."""
        ...

    @property
    def length(self) -> int:
        """How many rows this page has."""
        ...


L = TypeVar("L", bound=Listed)


def whole_list(
    nouns: str,
    size: int,
    fetch: Callable[[int], L],
    *,
    comes_again: Callable[[L, int], bool] = lambda listed, page: False,
) -> Iterator[L]:
    """All pages of `size` rows. Where rows are deleted meanwhile, the page before is read again: what stood behind
    them has moved onto it.

    `comes_again` says whether a page is an earlier one, which some lists show beyond their end. Raises `RemoteFault`
    when the list ends before its own total.
    """
    page, total = 1, None
    while True:
        listed = fetch(page)
        if listed.total is None:
            raise RemoteFault(f"CS-Cart did not say how many {nouns} there are.")
        again = comes_again(listed, page)
        if not again:
            yield listed
        shrunk, total = total is not None and listed.total < total, listed.total
        if shrunk and page > 1:
            page -= 1
            continue
        if page * size >= total:
            return
        if again or listed.length < size:
            raise RemoteFault(f"CS-Cart's list of {nouns} ended early: page {page} of {total} {nouns}.")
        page += 1
