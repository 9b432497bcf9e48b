"""A simulated CS-Cart: strict where the real one is, careless where the real one is."""

from cscart_zoho_sim.cscart.answers import html_fault
from cscart_zoho_sim.cscart.store import CsCart
from cscart_zoho_sim.cscart.switches import Switches

__all__ = ["CsCart", "Switches", "html_fault"]
