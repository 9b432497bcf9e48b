"""User groups: what an imported account becomes in a store."""

from typing import Any

from cscart_zoho.cscart import user_wire as shapes
from cscart_zoho.cscart.user_wire import USERGROUPS
from cscart_zoho.cscart.wire import check, decoded
from cscart_zoho.errors import RemoteFault, Unfit
from cscart_zoho.http import Wire
from cscart_zoho.mapping import text
from cscart_zoho.mapping.keys import folded

#: Characters that the store keeps of a group's name.
NAME_LIMIT = 255


class Usergroups:
    """The user groups for customers. They are looked up once and then known."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known: dict[str, str] | None = None

    def find(self, name: str) -> str:
        """The id of the group with this name, case ignored, or nothing."""
        if self._known is None:
            self._known = self._listed()
        return self._known.get(folded(name), "")

    def _listed(self) -> dict[str, str]:
        """The list is an object by id, without `params` (seen on a running 4.20 store)."""
        told = decoded(check(self._wire.get(USERGROUPS), "the list of user groups"), shapes.GROUPS)
        rows: list[dict[str, Any]] = list(told.values()) if isinstance(told, dict) else told
        groups: dict[str, str] = {}
        for row in rows:
            if str(row.get("type")) == "C" and row.get("usergroup"):
                groups.setdefault(folded(str(row["usergroup"])), str(row.get("usergroup_id")))
        return groups

    def create(self, name: str) -> str:
        """Make a group. Raises `Unfit` for a name that the store would cut or damage."""
        if len(name) > NAME_LIMIT or text.damaged_by_store(name):
            raise Unfit(f'The store cannot keep "{name}" as the name of a user group.')
        body = {"usergroup": name, "type": "C", "status": "A"}
        made = decoded(check(self._wire.send("POST", USERGROUPS, body), "a new user group"), shapes.GROUP_MADE)
        id = str(made.get("usergroup_id") or "")
        if not id:
            raise RemoteFault("CS-Cart made a user group and did not tell its id.")
        if self._known is not None:
            self._known[folded(name)] = id
        return id
