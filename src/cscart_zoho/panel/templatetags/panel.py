"""The panel's own filters."""

from typing import Any

from django import template

from cscart_zoho.panel import words
from cscart_zoho.records import Side
from cscart_zoho.store.models import Step
from cscart_zoho.store.values import value_from_json

register = template.Library()
register.filter("ago", words.ago)
register.filter("money", words.money)
register.filter("shown", words.shown)
register.filter("field_title", words.field_title)


@register.simple_tag
def badge(state: str, text: str, reason: str = "") -> str:
    return words.badge(state, text, reason)


@register.simple_tag
def kind(step: Step) -> str:
    """What a step does, and where: "Update in Zoho"."""
    said = words.KINDS.get(step.kind, step.kind.replace("_", " ").capitalize())
    return f"{said} in {Side(step.target).title}" if step.target else said


@register.simple_tag
def value(stored: Any, field: str) -> str:
    """A stored value in words."""
    return words.shown(value_from_json(stored), field)
