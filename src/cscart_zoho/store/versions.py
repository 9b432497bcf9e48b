"""Versions of the merchant's choices: what a run began with, and whether that still holds.

A version is a text of three parts, one for the choices of each kind of record, such as "p1a2b3c4d c0...". Each run
depends on some of them only: who changes the settings of orders does not disturb a run of customers.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from cscart_zoho.records import Entity

PRODUCTS, CUSTOMERS, ORDERS = "pco"
#: What a run of these records depends on. The stock of products rests on orders, and orders are about all of them.
DEPENDS = {
    Entity.PRODUCTS: PRODUCTS + ORDERS,
    Entity.ACCOUNTS: CUSTOMERS,
    Entity.CUSTOMERS: CUSTOMERS,
    Entity.CONTACTS: CUSTOMERS,
    Entity.GUESTS: CUSTOMERS,
    Entity.ORDERS: PRODUCTS + CUSTOMERS + ORDERS,
}


def version_of(products: Mapping[str, Any], customers: Mapping[str, Any], orders: Mapping[str, Any]) -> str:
    """Equal for equal choices."""
    kinds = {PRODUCTS: products, CUSTOMERS: customers, ORDERS: orders}
    return " ".join(kind + hashlib.sha256(_plain(of)).hexdigest()[:12] for kind, of in kinds.items())


def _plain(choices: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(choices, order="sorted")


def part_for(entity: Entity, version: str) -> str:
    """What of a version matters for these records."""
    return " ".join(part for part in version.split() if part[0] in DEPENDS[entity])
