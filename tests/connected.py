"""A store that is connected to the simulators of a world, and runs over it."""

from cscart_zoho import app
from cscart_zoho.jobs.execution import carry_out
from cscart_zoho.mapping.choices import ProductChoices, choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, RunState, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked, asked_to_json
from cscart_zoho_sim.world import World
from tests.begun import BEGUN


def connect(world: World, choices: ProductChoices | None = None, *, begun: bool = True) -> Store:
    """Both sides connected by their real flows. Inside `app.using_transport`.

    `begun` = a person has started the first sync of everything before: schedule, cron and messages do their part.
    Zoho speaks in other words than its own: what the product does must not depend on them.
    """
    world.zoho.switches.neutral_words = True
    here = world.description()
    organisation = ZohoOrganisation.objects.create(
        region=world.zoho.region,
        client_id=here["zoho"]["client_id"],
        client_secret=here["zoho"]["client_secret"],
    )
    store = Store.objects.create(
        name="Example",
        url=here["cscart"]["url"],
        email=here["cscart"]["email"],
        api_key=here["cscart"]["key"],
        zoho=organisation,
        product_choices=choices_to_json(choices or ProductChoices()),
        first_syncs=BEGUN if begun else {},
    )
    app.connect_store(store)
    app.connect_zoho(organisation, code=world.zoho.self_client_code(app.scopes()), self_client=True)
    return store


def sync(store: Store, asked: Asked | None = None, entity: Entity = Entity.PRODUCTS) -> Run:
    """One run, leased and carried out, as it is afterwards."""
    asked = asked or Asked()
    run = Run.objects.create(
        store=store,
        entity=entity.value,
        trigger="cli",
        asked=asked_to_json(asked),
        asked_key=asked.key,
        asked_at=app.now(),
        state=RunState.RUNNING,
        lease=1,
        worker="test",
        heartbeat_at=app.now(),
    )
    return _carried_out(run)


def resume(run: Run) -> Run:
    """A paused run, taken up again."""
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, lease=run.lease + 1, heartbeat_at=app.now())
    return _carried_out(run)


def _carried_out(run: Run) -> Run:
    run.refresh_from_db()
    carry_out(run, worker="test")
    run.refresh_from_db()
    return run
