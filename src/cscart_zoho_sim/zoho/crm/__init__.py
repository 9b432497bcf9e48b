"""The simulated Zoho CRM, API v8."""

from cscart_zoho_sim.zoho.crm.simulator import Crm

__all__ = ["Crm"]
