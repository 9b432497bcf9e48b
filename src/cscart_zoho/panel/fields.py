"""Inputs that look like Unfold's."""

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


class Lines(UnfoldAdminTextareaWidget):  # type: ignore[misc]
    pass


class Tick(UnfoldBooleanWidget):  # type: ignore[misc]
    pass
