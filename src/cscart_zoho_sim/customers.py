"""A synthetic clientele: users of the store, contacts and accounts of Zoho CRM, with what real ones have.

Every name is made from a short list, every address ends in example.com: nobody is meant.
"""

import random
from dataclasses import asdict, dataclass

from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.zoho import Zoho

FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eva",
    "Finn",
    "Gus",
    "Ida",
    "Jan",
    "Kim",
    "Lea",
    "Max",
    "Nia",
    "Ole",
    "Pia",
    "Zoë",
)
LAST = (
    "Sample",
    "Specimen",
    "Muster",
    "Exemplar",
    "Placeholder",
    "Dummy",
    "O'Example",
    "Example-Smith",
    "Ünlü",
    "Test",
)
TRADES = ("Bakery", "Bikes", "Books", "Flowers", "Garage", "Lamps", "Music", "Paper", "Shoes", "Tools", "Toys", "Wines")
#: Country, state, city, postcode.
PLACES = (
    ("US", "New York", "NY", "Sample City", "10001"),
    ("US", "California", "CA", "Exampleton", "94000"),
    ("GB", "", "", "Specimen-on-Sea", "EX1 1AA"),
    ("DE", "", "", "Musterstadt", "12345"),
    ("FR", "", "", "Exempleville", "75000"),
)
COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France"}


@dataclass(frozen=True)
class Clientele:
    """How many of each kind there are."""

    #: Users of the store that Zoho does not know.
    users: int = 150
    #: Customers that are on both sides, with the same e-mail address.
    both: int = 30
    #: ... of which so many differ in something.
    different: int = 3
    #: Contacts of Zoho CRM that the store does not know.
    contacts: int = 40
    #: ... of which so many have no e-mail address.
    without_email: int = 5
    companies: int = 24
    accounts: int = 12

    def scaled(self, size: float) -> "Clientele":
        """The same proportions for a clientele of another size; of each kind there is still somebody."""
        return Clientele(**{kind: max(1, round(count * size)) for kind, count in asdict(self).items()})


DEMO = Clientele()


def fill(cscart: CsCart, zoho: Zoho, seed: int, clientele: Clientele = DEMO) -> None:
    """Add the customers of a demo to both sides."""
    _Filling(cscart, zoho, random.Random(f"customers {seed}"), clientele).fill()


class _Filling:
    def __init__(self, cscart: CsCart, zoho: Zoho, rng: random.Random, clientele: Clientele) -> None:
        self.cscart, self.zoho, self.rng, self.clientele = cscart, zoho, rng, clientele
        self.number = 0

    def fill(self) -> None:
        accounts = self._accounts()
        companies = [f"{TRADES[n % len(TRADES)]} No. {n + 1} Ltd" for n in range(self.clientele.companies)]
        for n in range(self.clientele.users):
            # Every third shopper buys for a company; one writes its name in capitals.
            company = self.rng.choice(companies) if n % 3 == 0 else ""
            self._user(self._person(), company.upper() if n == 3 else company)
        for n in range(self.clientele.both):
            self._on_both_sides(n, accounts)
        for n in range(self.clientele.contacts):
            person = self._person()
            if n < self.clientele.without_email:
                person["email"] = ""
            self._contact(person, self.rng.choice(accounts) if n % 2 else "")

    def _accounts(self) -> list[str]:
        """Accounts in three tiers: a holding, its countries, their branches."""
        ids: list[str] = []
        for n in range(self.clientele.accounts):
            tier = "Holding" if n == 0 else "Country" if n < 4 else "Branch"
            parent = {} if n == 0 else {"Parent_Account": {"id": ids[0 if n < 4 else 1 + n % 3]}}
            name = f"Example {tier} {n + 1} Inc"
            ids.append(self.zoho.crm.add_account(Account_Name=name, Phone=self._phone(), **parent))
        return ids

    def _person(self) -> dict[str, str]:
        """Somebody new. Names repeat, as they do; e-mail addresses never."""
        self.number += 1
        first, last = self.rng.choice(FIRST), self.rng.choice(LAST)
        country, state, code, city, zipcode = self.rng.choice(PLACES)
        return {
            "firstname": first,
            "lastname": last,
            "email": f"customer{self.number}@example.com",
            "phone": self._phone(),
            "country": country,
            "state": state,
            "state_code": code,
            "city": city,
            "zipcode": zipcode,
            "address": f"{self.rng.randrange(1, 200)} Sample Street",
        }

    def _phone(self) -> str:
        return f"+1 555 01{self.rng.randrange(100):02d}"

    def _user(self, person: dict[str, str], company: str) -> int:
        address = {
            f"{prefix}_{column}": person[key]
            for prefix in "bs"
            for column, key in (
                ("address", "address"),
                ("city", "city"),
                ("state", "state_code"),
                ("country", "country"),
                ("zipcode", "zipcode"),
            )
        }
        columns = {name: person[name] for name in ("firstname", "lastname", "email", "phone")}
        return self.cscart.add_user(**columns, company=company, **address)

    def _contact(self, person: dict[str, str], account: str) -> str:
        fields = {
            "First_Name": person["firstname"],
            "Last_Name": person["lastname"],
            "Email": person["email"] or None,
            "Phone": person["phone"],
            "Mailing_Street": person["address"],
            "Mailing_City": person["city"],
            "Mailing_State": person["state"] or None,
            "Mailing_Country": COUNTRIES[person["country"]],
            "Mailing_Zip": person["zipcode"],
        }
        told = {name: value for name, value in fields.items() if value is not None}
        return self.zoho.crm.add_contact(**told, **({"Account_Name": {"id": account}} if account else {}))

    def _on_both_sides(self, n: int, accounts: list[str]) -> None:
        person = self._person()
        name = ""
        account = accounts[n % len(accounts)] if n % 2 else ""
        if account:
            name = str(self.zoho.crm.account(account)["Account_Name"])
        self._user(person, name)
        if n < self.clientele.different:
            person = {**person, "phone": "+1 555 0199"}
        elif n == self.clientele.different:
            person = {**person, "phone": ""}  # the store knows it, and Zoho gets it
        self._contact(person, account)
