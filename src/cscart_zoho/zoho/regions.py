"""Zoho's data centres. Only these addresses are ever trusted with a secret.

Source: Zoho Accounts, "Multi DC", and Zoho Inventory API, "Introduction".
"""

from dataclasses import dataclass

from cscart_zoho.errors import WrongSetting


@dataclass(frozen=True)
class Region:
    """One data centre: its key, how callbacks name it, and its hosts."""

    key: str
    title: str
    location: str
    accounts_host: str
    api_host: str
    inventory_host: str
    console_host: str

    @property
    def accounts_url(self) -> str:
        return f"https://{self.accounts_host}"

    @property
    def api_url(self) -> str:
        return f"https://{self.api_host}"


def _region(key: str, title: str, location: str, domain: str = "") -> Region:
    domain = domain or f"zoho.{key}"
    return Region(
        key,
        title,
        location,
        f"accounts.{domain}",
        f"www.zohoapis.{key}",
        f"inventory.{domain}",
        f"api-console.{domain}",
    )


REGIONS: dict[str, Region] = {
    region.key: region
    for region in (
        _region("com", "United States", "us"),
        _region("eu", "Europe", "eu"),
        _region("in", "India", "in"),
        _region("com.au", "Australia", "au"),
        _region("jp", "Japan", "jp"),
        _region("ca", "Canada", "ca", "zohocloud.ca"),
        _region("sa", "Saudi Arabia", "sa"),
        _region("com.cn", "China", "cn"),
        _region("uk", "United Kingdom", "uk"),
        _region("ae", "United Arab Emirates", "ae"),
        _region("sg", "Singapore", "sg"),
    )
}


def region_of(key: str) -> Region:
    """Raises `WrongSetting` for a data centre that is not in the table."""
    try:
        return REGIONS[key]
    except KeyError:
        known = ", ".join(REGIONS)
        raise WrongSetting(f'"{key}" is not a data centre of Zoho.', advice=f"Choose one of: {known}.") from None


def region_of_callback(location: str, accounts_server: str) -> Region | None:
    """The data centre that a callback names, or None when it names none.

    Raises `WrongSetting` when it names an address that is not in the table:
    a secret would leave for there.
    """
    if accounts_server:
        url = accounts_server.rstrip("/")
        found = next((region for region in REGIONS.values() if region.accounts_url == url), None)
        if found is None:
            raise WrongSetting(
                "The answer came with an accounts server that is not Zoho's.",
                advice="Nothing was sent there. Start the connection again from this panel.",
            )
        return found
    if location:
        return next((r for r in REGIONS.values() if r.location == location), None)
    return None
