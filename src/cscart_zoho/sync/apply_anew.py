"""Make a record of Zoho anew, in place of a linked one that can never become what the store wants: a void sales order.

The order is that of every creation: read and decided again, the intent committed, the call made once, the link moved
in the commit that closes the intent. The old record stays where it is, without a link.
"""

from dataclasses import dataclass

from cscart_zoho.errors import Unfit
from cscart_zoho.records import Record, Side, Value
from cscart_zoho.sync.apply import Applying
from cscart_zoho.sync.ports import PlannedStep


@dataclass
class ApplyingAnew:
    """Carries out the creations of linked records."""

    applying: Applying

    def carry_out(self, step: PlannedStep) -> None:
        """One step. Raises as `Applying.carry_out` does."""
        self.applying.guarded([step], lambda: self._do(step))

    def _do(self, step: PlannedStep) -> None:
        applying, ledger, ids = self.applying, self.applying.ledger, (step.action.cscart_id, step.action.zoho_id)
        if ledger.in_doubt(*ids):
            applying.leave(step)
            return
        source = applying.read(Side.CSCART, ids[0])
        with ledger.commit():
            ledger.observe([source])
        fresh = applying.fresh(step, applying.read(Side.ZOHO, ids[1]))
        if fresh is None:
            return
        merged = applying.merged(fresh)[1]
        if not merged.anew:
            applying.nothing_left(step, fresh, merged)
            return
        made = self._made(step, source)
        applying.follow_up(source, made)

    def _made(self, step: PlannedStep, source: Record) -> Record:
        """The new record: one that is there without a link, or the one that is made now under the first free name."""
        applying = self.applying
        values, key, there = self._free(step.action.zoho_id, applying.creation_of(source, Side.ZOHO), source.key)
        with applying.ledger.commit():
            intent = applying.open_creation(step, Side.ZOHO, source, values, key)
        made = there or applying.send(intent, lambda: applying.sides.zoho.create(values))
        with applying.ledger.commit():
            applying.ledger.part(step.action.cscart_id, step.action.zoho_id)
            applying.keep_creation(step, Side.ZOHO, source, values, made, intent, f"{key} takes its place.")
        return made

    def _free(self, void_id: str, values: dict[str, Value], key: str) -> tuple[dict[str, Value], str, Record | None]:
        """What to send, its key, and the record that has it already and waits for its partner. Raises `Unfit`."""
        again = 2
        while named := self.applying.record_map.named_anew(values, key, again):
            found = self.applying.sides.zoho.find(named[1])
            if not found:
                self._check_alone(void_id, key)
                return *named, None
            (waiting, *others) = found
            usable = not self.applying.record_map.anew(waiting.values, {"status": values.get("status")})
            if not others and usable and self.applying.ledger.pair("", waiting.id).link is None:
                return *named, waiting
            again += 1
        raise Unfit(
            f"It was made {again - 1} times already and voided each time.",
            field="status",
            advice=f"Enter it in Zoho by hand with the reference {key}.",
        )

    def _check_alone(self, void_id: str, key: str) -> None:
        """Raises `Unfit` where a person has entered the record in Zoho again: a second one would sell things twice."""
        applying = self.applying
        others = applying.ledger.others(Side.ZOHO, void_id)
        there = applying.sides.zoho.read(others) if others else {}
        with applying.ledger.commit():
            applying.ledger.observe(list(there.values()))
        if alive := [id for id in applying.ledger.others(Side.ZOHO, void_id) if id in there]:
            noun = applying.record_map.rules.key.noun
            raise Unfit(
                f"Zoho has another one with the {noun} {key} that is not void: {', '.join(alive)}.",
                field="status",
                advice="If that is this one, entered again, leave both as they are: nothing is sent twice. If not, "
                f"void it in Zoho or take {key} out of its reference, and a new one is made.",
            )
