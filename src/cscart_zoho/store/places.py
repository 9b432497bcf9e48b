"""What a store calls its countries and states, as it has told them so far."""

from collections.abc import Callable, Iterable

from cscart_zoho.mapping.store_places import Place, StorePlaces
from cscart_zoho.store.models import Store, StorePlace

#: Under this name a store keeps its places for as long as it is in use.
_KEPT = "_places_told"


def places_of(store: Store) -> StorePlaces:
    """The places of a store; for one `store` always the same ones, so that all that use them learn together."""
    kept = store.__dict__.get(_KEPT)
    if kept is None:
        rows = StorePlace.objects.filter(store=store).order_by("pk") if store.pk else StorePlace.objects.none()
        kept = StorePlaces(Place(row.country, row.code, row.name) for row in rows)
        store.__dict__[_KEPT] = kept
    return kept


def learning(store: Store) -> Callable[[Iterable[Place]], None]:
    """Keeps what a store tells of its places, where it is news."""
    places = places_of(store)

    def learn(told: Iterable[Place]) -> None:
        for place in places.learn(told):
            StorePlace.objects.update_or_create(
                store=store, country=place.country, code=place.code[:40], defaults={"name": place.name[:255]}
            )

    return learn
