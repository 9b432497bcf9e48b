"""What came of a demo: the figures of its last line, and the checks that must hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cscart_zoho_sim.demo_truth import Truth
from cscart_zoho_sim.hands_off import HandsOff

SIDES = ("cscart", "zoho")
#: In the order in which one needs the other.
SYNCED = ("products", "customers", "orders")
#: So many fields of a customer are mapped and told by the store, or the comparison has not seen what it is for.
FIELDS_AT_LEAST = 15


def headline(words: str) -> None:
    """Begin the next part of what is shown."""
    print(f"\n== {words}", flush=True)


@dataclass(frozen=True)
class Outcome:
    """All runs by what they were about, the ledger, and the simulators before and after the last run of each."""

    runs: Mapping[str, Sequence[dict[str, Any]]]
    status: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    hands_off: HandsOff
    hints: HandsOff
    truth: Truth
    seconds: float

    def answer(self) -> dict[str, Any]:
        """The last line of `--once`."""
        return {
            "products": {
                "cscart": self.status["products"]["cscart"],
                "zoho": self.status["products"]["zoho"],
                "linked": self.status["products"]["linked"],
                "created_in_zoho": self._counted("products", "created_in_zoho"),
                "created_in_cscart": self._counted("products", "created_in_cscart"),
                "updated": self._counted("products", "updated_in_zoho")
                + self._counted("products", "updated_in_cscart"),
                "conflicts": self.status["conflicts"],
                "failed": self._failed("products"),
            },
            "customers": self._customers(),
            "orders": self._orders(),
            "second_run_writes": sum(self.after[s]["writes"] - self.before[s]["writes"] for s in SIDES),
            "hands_off": self.hands_off.answer(),
            "hints": self.hints.answer(),
            "truth": self.truth.answer(),
            "calls": {side: self.after[side]["calls"] for side in SIDES},
            "seconds": round(self.seconds, 1),
        }

    def _customers(self) -> dict[str, int]:
        customers = self.status["customers"]
        return {
            **{name: customers[name] for name in ("accounts", "contacts", "users", "linked", "placeholders")},
            "inventory_contacts": customers["inventory_contacts"],
            "created_in_zoho": self._counted("customers", "created_in_zoho"),
            "created_in_cscart": self._counted("customers", "created_in_cscart"),
            "held": sum(row["customers"] for row in self._told("held")),
            "conflicts": customers["conflicts"],
            "failed": self._failed("customers"),
        }

    def _told(self, *states: str) -> list[dict[str, Any]]:
        """What the product tells about customers that are not in sync."""
        rows: list[dict[str, Any]] = self.status["customers_told"]
        return [row for row in rows if not states or row["state"] in states]

    def _without_partner(self, side: str) -> int:
        """How many customers of a side are told to have none on the other."""
        return sum(row["customers"] for row in self._told() if row["side"] == side and not row["linked"])

    def _unlike(self) -> dict[str, bool]:
        """Whether the customers add up: everybody is linked or named with a reason, and was compared field by field."""
        customers, truth = self.status["customers"], self.truth
        users, contacts = (customers[name] - customers["linked"] for name in ("users", "contacts"))
        return {
            f"{users} customers of the store have no contact, and {self._without_partner('cscart')} are named.": users
            == self._without_partner("cscart"),
            f"{contacts} contacts have no customer, and {self._without_partner('zoho')} are named.": contacts
            == self._without_partner("zoho"),
            "A customer is held and nobody says why.": all(row["reason"] for row in self._told("held", "failed")),
            f"{truth.customers} customers were compared in {truth.customers_fields} fields.": truth.customers_fields
            >= FIELDS_AT_LEAST * truth.customers,
        }

    def _orders(self) -> dict[str, int]:
        orders = self.status["orders"]
        return {
            **{name: orders[name] for name in ("cscart", "zoho", "linked")},
            **{f"created_in_{side}": self._counted("orders", f"created_in_{side}", of="orders") for side in SIDES},
            "held": orders["held"],
            "conflicts": orders["conflicts"],
            "total_mismatches": orders["total_mismatches"],
            "failed": self._failed("orders"),
        }

    def _counted(self, what: str, key: str, of: str = "") -> int:
        """A figure of all runs about something; `of` = only of this kind of record."""
        counts = (run["by_entity"].get(of, {}) if of else run["counts"] for run in self.runs[what])
        return sum(int(each.get(key, 0)) for each in counts)

    def _failed(self, what: str) -> int:
        return self._counted(what, "failed") + self._counted(what, "unknown")

    def broken(self) -> list[str]:
        """The checks that do not hold, each in a sentence."""
        answer, products, missing = (
            self.answer(),
            self.status["products"],
            [*self.hands_off.missing, *self.hints.missing],
        )
        checks = {
            f"Edits that did not arrive by themselves: {', '.join(missing)}.": not missing,
            f"The second run wrote {answer['second_run_writes']} times.": answer["second_run_writes"] == 0,
            f"{answer['products']['failed']} products failed.": answer["products"]["failed"] == 0,
            f"{products['unexplained']} products are not linked and nobody says why.": not products["unexplained"],
            f"{answer['customers']['failed']} customers failed.": answer["customers"]["failed"] == 0,
            "Customers are not linked and nobody says why.": not self.status["customers"]["unexplained"],
            "The ledger does not know every customer of the store.": self.status["customers"]["users"]
            == self.after["cscart"]["users"],
            "The ledger does not know every contact of Zoho CRM.": self.status["customers"]["contacts"]
            == self.after["zoho"]["crm_contacts"],
            f"{answer['orders']['failed']} orders failed.": answer["orders"]["failed"] == 0,
            f"{answer['orders']['total_mismatches']} orders differ in their totals.": answer["orders"][
                "total_mismatches"
            ]
            == 0,
            "Orders are not linked and nobody says why.": not self.status["orders"]["unexplained"],
            "The ledger does not know every order of the store.": self.status["orders"]["cscart"]
            == self.after["cscart"]["orders"],
            "The ledger does not know every sales order of Zoho.": self.status["orders"]["zoho"]
            == self.after["zoho"]["salesorders"],
            "The ledger does not know every product of the store.": products["cscart"]
            == self.after["cscart"]["products"],
            "The ledger does not know every item of Zoho.": products["zoho"] == self.after["zoho"]["items"],
        }
        checks |= self._unlike()
        return [sentence for sentence, holds in checks.items() if not holds] + self.truth.broken()

    def tell(self) -> None:
        """The result as a table, and the checks."""
        answer = self.answer()
        rows = [(f"{what}: {name}".replace("_", " "), n) for what in SYNCED for name, n in answer[what].items()]
        rows += [(f"calls to {side}", number) for side, number in answer["calls"].items()]
        rows += [("edits that arrived by themselves", len(self.hands_off.seconds) + len(self.hints.seconds))]
        rows += [(f"truth: {name}".replace("_", " "), number) for name, number in answer["truth"].items()]
        rows += [("writes of the second run", answer["second_run_writes"]), ("seconds", answer["seconds"])]
        headline("What happened")
        for name, number in rows:
            print(f"  {name:<36}{number:>10,}")
        for row in self.status["not_linked"]:
            print(f"  {row['products']:,} not linked ({row['side']}): {row['reason'] or row['state']}")
        for row in self._told():
            partner = "" if row["linked"] else f" without a partner ({row['side']})"
            print(f"  customers: {row['customers']:,} {row['state']}{partner}, {row['first']}: {row['reason']}")
        for sentence in self.broken():
            print(f"  NOT AS IT SHOULD BE: {sentence}")
