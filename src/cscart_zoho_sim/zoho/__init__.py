"""A simulated Zoho: accounts (OAuth 2.0) and Inventory v1, strict where the real one is strict."""

from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.simulator import Zoho
from cscart_zoho_sim.zoho.switches import Switches

__all__ = ["Refusal", "Switches", "Zoho"]
