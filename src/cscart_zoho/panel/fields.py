"""Inputs that look like Unfold's."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

#: Beside a secret that is stored already.
KEEP = "Leave it empty to keep the present one."


class TextInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    pass


class SecretInput(UnfoldAdminPasswordWidget):  # type: ignore[misc]
    """Written, never shown: the value is not rendered back."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"}, render_value=False)


class Choose(UnfoldAdminSelectWidget):  # type: ignore[misc]
    pass


class ChooseAmong(Choose):
    """Also shows what cannot be chosen, under words that say why."""

    def __init__(self, barred: Mapping[str, str], why: str) -> None:
        super().__init__()
        self.barred, self.why = barred, why

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> list[Any]:
        shown: list[Any] = super().optgroups(name, value, attrs)
        options = [
            {**self.create_option(name, key, title, False, len(shown), at), "attrs": {"disabled": True}}
            for at, (key, title) in enumerate(self.barred.items())
        ]
        return [*shown, (self.why, options, len(shown))]


class Lines(UnfoldAdminTextareaWidget):  # type: ignore[misc]
    pass


class Tick(UnfoldBooleanWidget):  # type: ignore[misc]
    pass


def pick(label: str, choices: Sequence[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    """One of several; nothing chosen is the empty choice."""
    return forms.ChoiceField(label=label, choices=choices, widget=Choose, help_text=help_text, required=False)


def text(label: str, help_text: str = "", *, limit: int | None = None) -> forms.CharField:
    """A line of text that may be empty."""
    return forms.CharField(label=label, required=False, widget=TextInput, help_text=help_text, max_length=limit)


def yes(label: str, help_text: str = "") -> forms.BooleanField:
    """Yes or no."""
    return forms.BooleanField(label=label, required=False, widget=Tick, help_text=help_text)


def number(label: str, help_text: str = "", *, low: int = 0, high: int | None = None) -> forms.IntegerField:
    """A whole number."""
    widget = TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, widget=widget, help_text=help_text, min_value=low, max_value=high)
