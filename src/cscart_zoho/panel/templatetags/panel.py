"""The panel's own filters."""

from typing import Any

from django import template
from django.urls import reverse

from cscart_zoho.panel import words
from cscart_zoho.panel.questions import lapsed_words
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Step
from cscart_zoho.store.values import value_from_json

register = template.Library()
register.filter("ago", words.ago)
register.filter("lasting", words.lasting)
register.filter("money", words.money)
register.filter("shown", words.shown)
register.filter("field_title", words.field_title)


@register.filter
def thousands(number: int) -> str:
    """25000 as 25,000."""
    return f"{number:,}"


@register.simple_tag
def badge(state: str, text: str, reason: str = "") -> str:
    return words.badge(state, text, reason)


@register.simple_tag
def kind(step: Step) -> str:
    """What a step does, and where: "Update in Zoho"."""
    said = words.KINDS.get(step.kind, step.kind.replace("_", " ").capitalize())
    return f"{said} in {Side(step.target).title}" if step.target else said


@register.simple_tag
def step_address(step: Step) -> str:
    """The page of the record that a step is about; accounts have a list only."""
    if step.entity == Entity.ACCOUNTS:
        return "/zoho-accounts/"
    if step.entity == Entity.CONTACTS:  # a contact of Inventory is shown beside its customer
        return reverse("admin:customer", args=("cscart", step.cscart_id)) if step.cscart_id else "/customers/"
    if step.entity == Entity.GUESTS:  # a guest is known by his or her orders
        return f"/orders/?buyer={step.cscart_id}"
    name = {Entity.PRODUCTS.value: "product", Entity.ORDERS.value: "order"}.get(step.entity, "customer")
    side, id = ("cscart", step.cscart_id) if step.cscart_id else ("zoho", step.zoho_id)
    return reverse(f"admin:{name}", args=(side, id)) if id else "/"


@register.simple_tag
def lapsed(conflict: Conflict) -> str:
    """Why an earlier answer to a question does not count, or nothing."""
    return lapsed_words(conflict, conflict.store)


@register.simple_tag
def value(stored: Any, field: str) -> str:
    """A stored value in words."""
    return words.shown(value_from_json(stored), field)
