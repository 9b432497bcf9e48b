"""How a story listens to the messages of both sides, where it does."""

import random

from cscart_zoho import app
from cscart_zoho.jobs.hints import take_hints
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.world import World
from cscart_zoho_sim.zoho.web_hooks import MODULES
from tests.sim.post import Post

Kind = HintSource.Kind


class Listener:
    """The web hooks of a story, and who carries their messages."""

    def __init__(self, world: World, rng: random.Random, faults: FaultPlan | None = None) -> None:
        self.world, self.rng = world, rng
        self.post = Post(world, rng, stormy=lambda: faults is not None and faults.stormy)

    def let_doubtful_things_be(self) -> None:
        """What nobody has established is one way or the other in a story."""
        zoho, crm = self.world.zoho.switches, self.world.zoho.crm.switches
        zoho.hooks_hear_api, zoho.hooks_hear_stock, zoho.hooks_hear_status, zoho.hook_signature_hex = (
            self.rng.random() < chance for chance in (0.7, 0.4, 0.5, 0.3)
        )
        crm.notices_of_api = self.rng.random() < 0.8

    def begin(self, store: Store) -> None:
        """Everything is switched on, as an administrator does it in our panel and in Zoho."""
        if app.crm_possible(store):
            self._begin_crm(store)
        app.switch_on_hooks(store, Kind.CSCART)
        inventory = app.switch_on_hooks(store, Kind.INVENTORY)
        for module in MODULES:
            form = self.rng.random() < 0.3
            self.world.zoho.web_hooks.add(module, app.hook_address(inventory), secret=inventory.secret, form=form)

    def _begin_crm(self, store: Store) -> None:
        """The permission for messages is asked for once they are wanted: then Zoho is connected again."""
        assert store.zoho is not None
        source = app.switch_on_hooks(store, Kind.CRM)
        code = self.world.zoho.self_client_code(app.scopes(store.zoho))
        app.connect_zoho(store.zoho, code=code, self_client=True)
        app.look_after_hooks(source)

    def runs(self, store: Store) -> list[Run]:
        """Let what is due arrive; the runs that messages have asked for."""
        self.post.pass_on()
        take_hints(app.now())
        return list(Run.objects.filter(store=store, state=RunState.WAITING).order_by("pk"))
