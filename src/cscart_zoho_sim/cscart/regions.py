"""The store's own lists of countries and states: codes, and what it calls them."""

from dataclasses import dataclass, field

#: United States to Russia as a running store tells them; the others are supposed.
COUNTRIES = {
    "US": "United States",
    "GB": "United Kingdom (Great Britain)",
    "DE": "Germany",
    "RU": "Russian Federation",
    "FR": "France",
    "JP": "Japan",
    "IN": "India",
    "ES": "Spain",
    "BR": "Brazil",
    "CA": "Canada",
}
#: By country and code. Those of India, Spain, Brazil and Canada are supposed: some with codes that ISO has given up.
STATES = {
    ("US", "MA"): "Massachusetts",
    ("US", "NY"): "New York",
    ("US", "CA"): "California",
    ("DE", "BER"): "Berlin",
    ("GB", "GLAS"): "Glasgow",
    ("RU", "MOS"): "Moskovskaja oblast'",
    ("IN", "MH"): "Maharashtra",
    ("IN", "CT"): "Chhattisgarh",
    ("IN", "OR"): "Orissa",
    ("IN", "DN"): "Dadra & Nagar Haveli",
    ("ES", "M"): "Madrid",
    ("BR", "SP"): "São Paulo",
    ("CA", "QC"): "Québec",
}


@dataclass
class Regions:
    """What one store has; an administrator may change it."""

    countries: dict[str, str] = field(default_factory=lambda: dict(COUNTRIES))
    states: dict[tuple[str, str], str] = field(default_factory=lambda: dict(STATES))

    def named(self, prefix: str, country: str, state: str) -> dict[str, str]:
        """What stands beside an address; a state that the store does not know is its code once more."""
        return {
            f"{prefix}country_descr": self.countries.get(country, ""),
            f"{prefix}state_descr": self.states.get((country, state), state),
        }
