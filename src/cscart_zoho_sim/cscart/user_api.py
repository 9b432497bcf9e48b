"""The users' part of the API, user groups, and the entity of our own store add-on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cscart_zoho_sim.cscart.answers import empty, error, ok
from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.regions import Regions
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table
from cscart_zoho_sim.cscart.users import User, Users
from cscart_zoho_sim.wire import Response

Fields = Mapping[str, Any]

#: How users can be sorted; another name means "name".
SORTINGS: dict[str, Callable[[User], Any]] = {
    "id": lambda user: int(user["user_id"]),
    "date": lambda user: (int(user["timestamp"]), int(user["user_id"])),
    "name": lambda user: (user["lastname"].casefold(), user["firstname"].casefold(), int(user["user_id"])),
    "email": lambda user: user["email"].casefold(),
    "username": lambda user: user["user_login"],
    "status": lambda user: user["status"],
    "company": lambda user: user["company"].casefold(),
}
#: Filters that find a part of the text, case ignored.
LIKE = ("email", "company", "phone", "user_login")
EXACT = ("user_type", "status", "user_id", "company_id")
ADDON_MAX = 1000


@dataclass
class UserApi:
    """Answers requests about users. `switches.addon` installs the store add-on."""

    users: Users
    switches: Switches
    tables: Mapping[str, Table]
    now: Callable[[], float]
    regions: Regions

    def handle(self, method: str, row_id: str, asked: Query, fields: Fields) -> Response:
        """`/users` and `/users/:id`. Raises `Refused`."""
        if not row_id:
            return self._create(fields) if method == "POST" else self._list(asked)
        user = self.users.rows.get(int(row_id))
        if method == "GET":
            return self._single(user, row_id, asked)
        if user is None:
            return error(404) if method == "DELETE" else error(404, errors=["The User not found"])
        if method == "DELETE":
            self.users.delete(int(row_id), "api")
            return empty(204)
        self.users.change(int(row_id), fields, "api")
        return ok({"user_id": row_id, "profile_id": user["profile_id"]})

    def _create(self, fields: Fields) -> Response:
        user = self.users.create(fields, "api")
        return ok({"user_id": int(user["user_id"]), "profile_id": user["profile_id"]}, 201)

    def _single(self, user: User | None, row_id: str, asked: Query) -> Response:
        """A user that does not exist is an empty list (4.18 and later; before, 404: read in the code)."""
        if user is not None:
            return ok(self._told(user))
        if not self.switches.unknown_user_is_a_list:
            return error(404)
        page = Page.of(asked, self.switches.default_page)
        return ok({"users": [], "params": self._echo({"user_id": row_id}, page, 0)})

    def _told(self, user: User) -> User:
        company = self.tables["vendors"].find(user["company_id"])
        return self.users.told(user, str(company["company"]) if company else None)

    # Lists

    def _list(self, asked: Query) -> Response:
        if self.switches.user_type_needed and not asked.get("user_type"):
            raise Refused("The user_type field is required")
        rows = self._sorted(asked, [user for user in self.users.rows.values() if _matches(user, asked)])
        page = self._page(asked, len(rows))
        return ok(
            {"users": [self._told(user) for user in page.cut(rows)], "params": self._echo(asked, page, len(rows))}
        )

    def _sorted(self, asked: Query, rows: list[User]) -> list[User]:
        name = str(asked.get("sort_by", "name"))
        descending = str(asked.get("sort_order", "asc")) == "desc"
        return sorted(rows, key=SORTINGS.get(name, SORTINGS["name"]), reverse=descending)

    def _page(self, asked: Query, total: int) -> Page:
        """Beyond the end the last page comes again."""
        page = Page.of(asked, self.switches.default_page)
        last = max(1, -(-total // page.size)) if page.size else 1
        return Page(min(page.number, last), page.size)

    def _echo(self, asked: Query, page: Page, total: int) -> dict[str, Any]:
        name = str(asked.get("sort_by", "name"))
        order = "desc" if str(asked.get("sort_order", "asc")) == "desc" else "asc"
        own = {"page", "items_per_page", "sort_by", "sort_order"}
        return {
            "page": page.number,
            "items_per_page": page.size,
            "extended_search": True,
            **{key: value for key, value in asked.items() if key not in own},
            **({"user_id": asked["user_ids"]} if "user_ids" in asked else {}),
            "sort_order": order,
            "sort_by": name if name in SORTINGS else "name",
            "sort_order_rev": "asc" if order == "desc" else "desc",
            "total_items": str(total),
        }

    # User groups

    def usergroups_of(self, method: str, user_id: str, group: str, fields: Fields) -> Response:
        """`/users/:id/usergroups[/:id]`."""
        user = self.users.rows.get(int(user_id))
        if user is None:
            return error(404)
        if method == "GET" and not group:
            rows = {
                id: {"link_id": id, "user_id": user_id, "usergroup_id": id, "status": status}
                for id, status in user["usergroups"].items()
            }
            return ok(rows or [])
        if not group or self.tables["usergroups"].find(group) is None:
            return error(404)
        self.users.join(int(user_id), group, str(fields.get("status") or "A") if method == "PUT" else "F")
        return ok({"usergroup_id": group}) if method == "PUT" else empty(204)

    def make_usergroup(self, fields: Fields) -> Response:
        """`POST /usergroups` (read in the code of 4.20.1, not seen on a running store)."""
        if not fields.get("usergroup"):
            raise Refused("The usergroup field is required")
        table = self.tables["usergroups"]
        id = str(max((int(row["usergroup_id"]) for row in table.rows), default=0) + 1)
        kept = {"status": str(fields.get("status") or "A"), "type": str(fields.get("type") or "C")}
        table.rows.append({"usergroup_id": id, **kept, "usergroup": str(fields["usergroup"])[:255]})
        return ok({"usergroup_id": int(id)}, 201)

    # Our store add-on (docs/store-add-on.md)

    def addon(self, row_id: str, asked: Query) -> Response:
        """`GET /cscart_zoho_customers[/:id]`: whole customers, by (updated_at, user_id), and what was deleted."""
        customers = [user for user in self.users.rows.values() if user["user_type"] == "C"]
        if row_id:
            found = next((user for user in customers if user["user_id"] == row_id), None)
            return error(404) if found is None else ok(self._in_full(found))
        since, after = _whole(asked.get("updated_from")), _whole(asked.get("after_id"))
        limit = min(_whole(asked.get("limit")) or ADDON_MAX, ADDON_MAX)
        reached = [
            u
            for u in customers
            if (u["updated_at"], int(u["user_id"])) > (since, after) or (u["updated_at"] == since and after == 0)
        ]
        reached.sort(key=lambda user: (user["updated_at"], int(user["user_id"])))
        told: dict[str, Any] = {
            "customers": [self._in_full(user) for user in reached[:limit]],
            "deleted": [each for each in self.users.deleted if each["deleted_at"] >= since],
            "now": int(self.now()),
        }
        if asked.get("with_fields") == "1":
            told["profile_fields"] = list(self.users.profile_fields.values())
            told["organizations"] = self.switches.organizations
        return ok(told)

    def _in_full(self, user: User) -> User:
        if not self.switches.addon_tells_names:
            return user
        named = (self.regions.named(f"{one}_", user[f"{one}_country"], user[f"{one}_state"]) for one in "bs")
        return {**user, **next(named), **next(named)}

    def put_into(self, row_id: str, fields: Fields) -> Response:
        """`PUT /cscart_zoho_customers/:id`: into the organisation of a name, which is made when it is not there."""
        name = str(fields.get("organization") or "").strip()
        if not self.switches.organizations or not name:
            raise Refused("The store has no organizations")
        if not row_id or int(row_id) not in self.users.rows:
            return error(404)
        self.users.organize(int(row_id), name)
        return ok({"user_id": row_id, "organization": name})


def _matches(user: User, asked: Query) -> bool:
    ids = asked.get("user_ids")
    if isinstance(ids, list) and user["user_id"] not in ids:
        return False
    if any(asked.get(name) and user[name] != str(asked[name]) for name in EXACT):
        return False
    return all(str(asked[name]).casefold() in user[name].casefold() for name in LIKE if asked.get(name))


def _whole(told: object) -> int:
    return int(str(told)) if str(told).isdecimal() else 0
