"""Zoho's data centres. An account lives in one of them and is unknown in all others.

Source: Zoho Inventory API, "Multi DC"; Zoho Accounts, OAuth server information.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """One data centre: how callbacks name it, and its two hosts."""

    location: str
    accounts_host: str
    api_host: str

    @property
    def accounts_url(self) -> str:
        return f"https://{self.accounts_host}"

    @property
    def api_url(self) -> str:
        return f"https://{self.api_host}"


REGIONS = {
    "com": Region("us", "accounts.zoho.com", "www.zohoapis.com"),
    "eu": Region("eu", "accounts.zoho.eu", "www.zohoapis.eu"),
    "in": Region("in", "accounts.zoho.in", "www.zohoapis.in"),
    "com.au": Region("au", "accounts.zoho.com.au", "www.zohoapis.com.au"),
    "jp": Region("jp", "accounts.zoho.jp", "www.zohoapis.jp"),
    "ca": Region("ca", "accounts.zohocloud.ca", "www.zohoapis.ca"),
    "sa": Region("sa", "accounts.zoho.sa", "www.zohoapis.sa"),
    "com.cn": Region("cn", "accounts.zoho.com.cn", "www.zohoapis.com.cn"),
    "uk": Region("uk", "accounts.zoho.uk", "www.zohoapis.uk"),
    "ae": Region("ae", "accounts.zoho.ae", "www.zohoapis.ae"),
    "sg": Region("sg", "accounts.zoho.sg", "www.zohoapis.sg"),
}

ACCOUNTS_HOSTS = frozenset(region.accounts_host for region in REGIONS.values())
API_HOSTS = frozenset(region.api_host for region in REGIONS.values())
