"""Who may do what: viewers look, operators run and settle, admins connect and choose."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from django.contrib.auth.models import Group


class Role(IntEnum):
    """Each role may do what the ones before it may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def group(self) -> str:
        """The name of the group whose members have this role."""
        return self.name.lower()


def ensure_roles() -> None:
    """Make the groups of the three roles. Safe to repeat."""
    for role in Role:
        Group.objects.get_or_create(name=role.group)


def role_of(user: Any) -> Role | None:
    """The highest role of a user; None for strangers and for switched-off accounts. One query per user object."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    if not hasattr(user, "_panel_role"):
        user._panel_role = highest(user.groups.values_list("name", flat=True))
    role: Role | None = user._panel_role
    return role


def highest(groups: Iterable[str]) -> Role | None:
    """The highest role that these group names give."""
    names = set(groups)
    return max((role for role in Role if role.group in names), default=None)


def may(user: Any, role: Role) -> bool:
    """Whether a user has at least this role."""
    has = role_of(user)
    return has is not None and has >= role
