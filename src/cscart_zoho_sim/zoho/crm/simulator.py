"""Zoho CRM v8 behind the seam: what programs see of it, and what people do in it."""

import json
import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.messages import Outbox
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.zoho.crm import refusals
from cscart_zoho_sim.zoho.crm.coql import Query
from cscart_zoho_sim.zoho.crm.fields import CrmField, lookup_id, standard_fields
from cscart_zoho_sim.zoho.crm.notifications import Notifications
from cscart_zoho_sim.zoho.crm.records import KNOWN_S, SYSTEM_FIELD, Records, Row
from cscart_zoho_sim.zoho.crm.refusals import CrmRefusal
from cscart_zoho_sim.zoho.crm.setup import Setup
from cscart_zoho_sim.zoho.crm.switches import Switches
from cscart_zoho_sim.zoho.tokens import TokenBook

ROOT = "/crm/v8"
MODULES = ("Contacts", "Accounts")
#: Records in one write, rows of a list, rows that pages reach, fields of a list.
BATCH, PER_PAGE, PAGES_REACH, FIELDS_MAX = 100, 200, 2_000, 50
TOKEN_S = DAY_S = 86_400


class Crm:
    """One organisation's CRM. It shares user and tokens with the other products of the account."""

    def __init__(
        self, clock: Clock, rng: random.Random, tokens: TokenBook, time_zone: str, api_url: str, outbox: Outbox
    ) -> None:
        self.switches = Switches()
        self.calls = 0
        #: Changing calls that were carried out.
        self.writes = 0
        self.in_flight = 0
        self._clock, self._tokens = clock, tokens
        self._zone = ZoneInfo(time_zone)
        self._last_id = rng.randrange(4_000_000, 9_000_000) * 10**12
        self._credits: deque[tuple[float, int]] = deque()
        self._pages: dict[str, tuple[str, int, float]] = {}
        self._born: dict[str, int] = {}
        self.zgid = str(rng.randrange(10**8, 10**9))
        self._modules = {name: self._module(name) for name in MODULES}
        self.notifications = Notifications(clock, outbox, api_url, self.switches)
        #: What administrators have made of the CRM.
        self.setup = Setup(self._modules)
        for records in self._modules.values():
            records.switches = self.switches
            records.watchers.append(self._noticed)

    def _module(self, name: str) -> Records:
        return Records(name, standard_fields(name, self._new_id), self._clock, self._zone, self._new_id, self._is_there)

    def _new_id(self) -> str:
        self._last_id += 7
        return str(self._last_id)

    def _is_there(self, module: str, id: str) -> bool:
        return id in self._modules[module].rows

    def _noticed(self, edit: Edit) -> None:
        if edit.before is None:
            self._born[edit.id] = self.calls
        module = "Contacts" if "Last_Name" in (edit.after or edit.before or {}) else "Accounts"
        self.notifications.notice(module, edit)

    @property
    def credits_used(self) -> int:
        """Credits of the last 24 hours."""
        now = self._clock.now()
        while self._credits and self._credits[0][0] <= now - DAY_S:
            self._credits.popleft()
        return sum(number for _, number in self._credits)

    @property
    def watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of a contact."""
        return self._modules["Contacts"].watchers

    @property
    def account_watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of an account."""
        return self._modules["Accounts"].watchers

    @property
    def contact_count(self) -> int:
        return len(self._modules["Contacts"].rows)

    @property
    def account_count(self) -> int:
        return len(self._modules["Accounts"].rows)

    # What people do

    def add_field(self, module: str, label: str, data_type: str = "text", *, unique: bool = False, **more: Any) -> str:
        """A custom field; its API name is the label with underscores."""
        name = "".join(sign if sign.isalnum() else "_" for sign in label)
        length = int(more.pop("length", 255))
        self._modules[module].fields[name] = CrmField(
            name, data_type, length, custom=True, unique=unique, label=label, id=self._new_id(), **more
        )
        for row in self._modules[module].rows.values():
            row.setdefault(name, None)
        return name

    def add_contact(self, **fields: Any) -> str:
        """A person types a contact in; the id. Raises `CrmRefusal` as the form would."""
        return self._added("Contacts", fields)

    def add_account(self, **fields: Any) -> str:
        return self._added("Accounts", fields)

    def edit_contact(self, id: str, **fields: Any) -> None:
        self._edited("Contacts", id, fields)

    def edit_account(self, id: str, **fields: Any) -> None:
        self._edited("Accounts", id, fields)

    def delete_contact(self, id: str) -> None:
        self._modules["Contacts"].delete(id, "people")

    def restore_contact(self, id: str) -> None:
        """A person takes a contact out of the recycle bin."""
        self._modules["Contacts"].restore(id, "people")

    def delete_account(self, id: str) -> None:
        """The account goes; its contacts and its children stay, without it."""
        self._modules["Accounts"].delete(id, "people")
        for name, field in (("Contacts", "Account_Name"), ("Accounts", "Parent_Account")):
            records = self._modules[name]
            for row in list(records.rows.values()):
                if lookup_id(row.get(field)) == id:
                    records.update(row["id"], {field: None}, "people")

    def merge_contacts(self, master: str, loser: str, **chosen: Any) -> None:
        """Two contacts become one; values that are chosen take the place of the master's."""
        self._modules["Contacts"].merge(master, loser, chosen)

    def merge_accounts(self, master: str, loser: str, **chosen: Any) -> None:
        for row in list(self._modules["Contacts"].rows.values()):
            if lookup_id(row.get("Account_Name")) == loser:
                self._modules["Contacts"].update(row["id"], {"Account_Name": {"id": master}}, "people")
        self._modules["Accounts"].merge(master, loser, chosen)

    def contact(self, id: str) -> Row:
        """The contact as an administrator sees it, with the keys of the API. Raises KeyError."""
        return self._shown("Contacts", self._modules["Contacts"].rows[id], everything=True)

    def account(self, id: str) -> Row:
        return self._shown("Accounts", self._modules["Accounts"].rows[id], everything=True)

    def contacts(self) -> dict[str, Row]:
        """All contacts by id."""
        return {id: self.contact(id) for id in self._modules["Contacts"].rows}

    def accounts(self) -> dict[str, Row]:
        return {id: self.account(id) for id in self._modules["Accounts"].rows}

    def _added(self, module: str, fields: Mapping[str, Any]) -> str:
        records = self._modules[module]
        _check_names(records, fields)
        values = records.checked(fields, 0)
        records.check_needed(values, 0, new=True)
        records.check_unique(values, 0)
        return records.insert(values, "people")

    def _edited(self, module: str, id: str, fields: Mapping[str, Any]) -> None:
        records = self._modules[module]
        _check_names(records, fields)
        values = records.checked(fields, 0)
        records.check_needed(values, 0, new=False)
        records.check_unique(values, 0, but=id)
        records.update(id, values, "people")

    # The API

    def handle(self, request: Request) -> Response:
        """Answer one request under `/crm/v8`."""
        self.calls += 1
        try:
            answer = self._answer(request)
        except CrmRefusal as refusal:
            return refusal.response()
        ends = datetime.fromtimestamp(int(self._clock.now()) + TOKEN_S // 24, self._zone)
        return Response(answer.status, answer.body, {**answer.headers, "X-ACCESSTOKEN-RESET": ends.isoformat()})

    def _answer(self, request: Request) -> Response:
        parts = request.path.removeprefix(f"{ROOT}/").strip("/").split("/")
        body = _body(request)
        self._admit(request, parts, body)
        ways: dict[str, Callable[[Request, list[str], dict[str, Any]], Response]] = {
            "coql": self._coql,
            "org": self._org,
            "users": self._users,
            "settings": self._settings,
            "actions": lambda request, parts, body: self.notifications.handle(request, parts, body),
        }
        if parts[0] in ways:
            return ways[parts[0]](request, parts, body)
        self._check_module(parts[0])
        return self._records(request, parts, body)

    def _check_module(self, module: str) -> None:
        if module not in self._modules or (module == "Accounts" and not self.switches.accounts):
            raise refusals.unknown_module()

    def _admit(self, request: Request, parts: list[str], body: dict[str, Any]) -> None:
        """Token, permission, credits and places, in this order."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Zoho-oauthtoken" or not token:
            raise refusals.no_token()
        scopes = self._tokens.scopes_of(token, self._clock.now())
        if scopes is None:
            raise refusals.dead_token()
        if not _permitted(scopes, parts, request.method, body):
            raise refusals.missing_scope()
        if not self.switches.enabled:
            raise refusals.no_crm()
        if self.in_flight > self.switches.at_once:
            raise refusals.too_many_requests()
        price = _credits(request, parts, body)
        if self.switches.credits_a_day is not None and self.credits_used + price > self.switches.credits_a_day:
            raise refusals.too_many_requests()
        self._credits.append((self._clock.now(), price))

    # Records

    def _records(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        records, method = self._modules[parts[0]], request.method
        rest = parts[1:]
        if not rest:
            if method == "GET":
                return self._list(request, records)
            if method == "DELETE":
                return self._delete(records, request.first("ids").split(","))
            return self._write(records, body, request, update=method == "PUT")
        if rest == ["upsert"] and method == "POST":
            return self._upsert(records, body, request)
        if rest == ["deleted"] and method == "GET":
            return self._deleted(request, records)
        if rest == ["search"] and method == "GET":
            return self._search(request, records)
        if rest == ["actions", "count"] and method == "GET":
            return Response.of_json({"count": len(records.rows)})
        return self._single(request, records, rest, body)

    def _single(self, request: Request, records: Records, rest: list[str], body: dict[str, Any]) -> Response:
        id, method = rest[0], request.method
        if not id.isdecimal():
            raise refusals.unknown_address()
        if method == "PUT":
            data = [{**each, "id": id} for each in _data(body)]
            return self._write(records, {**body, "data": data}, request, update=True)
        if method == "DELETE":
            return self._delete(records, [id])
        if method != "GET":
            raise refusals.unknown_address()
        if len(rest) == 2 and records.module == "Accounts" and rest[1] == "Contacts":
            return self._related(request, id)
        row = records.shown_rows.get(id)
        if row is None:
            return Response(204)
        return Response.of_json({"data": [self._shown(records.module, row, _fields(request))]})

    def _shown(self, module: str, row: Row, only: list[str] | None = None, *, everything: bool = False) -> Row:
        """A row with the names of what its lookups point to; `everything`: what the connected user may not see, too."""
        fields = self._modules[module].fields if everything else self._modules[module].shown_fields
        shown = {n: value for n, value in row.items() if n in fields and (only is None or n in (*only, "id"))}
        for name, described in fields.items():
            if described.lookup and isinstance(shown.get(name), Mapping):
                id = shown[name]["id"]
                target = self._modules[described.lookup].rows.get(id, {})
                shown[name] = {"name": target.get("Account_Name") or target.get("Full_Name"), "id": id}
        return shown

    def _list(self, request: Request, records: Records) -> Response:
        fields = _fields(request)
        if fields is None:
            raise refusals.parameter_missing("fields")
        if len(fields) > FIELDS_MAX:
            raise refusals.too_many(FIELDS_MAX, param_name="fields")
        rows = self._sorted(request, records)
        if request.first("ids"):
            ids = request.first("ids").split(",")
            if len(ids) > BATCH:
                raise refusals.too_many(BATCH, param_name="ids")
            rows = [row for row in rows if row["id"] in ids]
        since = _moment(request.headers.get("if-modified-since", ""))
        if since is not None:
            rows = [row for row in rows if (_moment(row["Modified_Time"]) or since) >= since]
            if not rows:
                return Response(self.switches.not_modified_status)
        return self._paged(request, records.module, rows, fields)

    def _sorted(self, request: Request, records: Records) -> list[Row]:
        by = request.first("sort_by", "id")
        if by not in ("id", "Created_Time", "Modified_Time"):
            raise refusals.invalid("sort_by")
        descending = request.first("sort_order", "desc") == "desc"
        return sorted(records.shown_rows.values(), key=lambda row: (str(row[by]), row["id"]), reverse=descending)

    def _paged(self, request: Request, module: str, rows: list[Row], fields: list[str] | None) -> Response:
        per_page = min(int(request.first("per_page") or PER_PAGE), PER_PAGE)
        page, token = int(request.first("page") or 1), request.first("page_token")
        if token and (request.first("page") or request.first("sort_by")):
            raise CrmRefusal("AMBIGUITY_DURING_PROCESSING", "ambiguity while processing the request", param_name="page")
        start = self._token_start(request, token) if token else (page - 1) * per_page
        if not token and page * per_page > PAGES_REACH:
            raise CrmRefusal("DISCRETE_PAGINATION_LIMIT_EXCEEDED", "page limit exceeded", limit=PAGES_REACH)
        some = rows[start : start + per_page]
        if not some:
            return Response(204)
        more = len(rows) > start + per_page
        info = {
            "per_page": per_page,
            "count": len(some),
            "page": start // per_page + 1,
            "more_records": more,
            "sort_by": request.first("sort_by", "id"),
            "sort_order": request.first("sort_order", "desc"),
            "next_page_token": self._token(request, start + per_page) if more else None,
            "previous_page_token": None,
        }
        return Response.of_json({"data": [self._shown(module, row, fields) for row in some], "info": info})

    def _token(self, request: Request, start: int) -> str:
        token = f"{len(self._pages):04x}{start:08x}"
        self._pages[token] = (_bound(request), start, self._clock.now() + TOKEN_S)
        return token

    def _token_start(self, request: Request, token: str) -> int:
        bound, start, until = self._pages.get(token, ("", 0, 0.0))
        if not bound:
            raise refusals.invalid("page_token")
        if self._clock.now() > until:
            raise CrmRefusal("EXPIRED_VALUE", "page_token expired", param_name="page_token")
        if bound != _bound(request):
            raise CrmRefusal("TOKEN_BOUND_DATA_MISMATCH", "page_token belongs to another request")
        return start

    def _related(self, request: Request, account: str) -> Response:
        fields = _fields(request)
        if fields is None:
            raise refusals.parameter_missing("fields")
        rows = [r for r in self._modules["Contacts"].shown_rows.values() if lookup_id(r.get("Account_Name")) == account]
        return self._paged(request, "Contacts", rows, fields)

    def _search(self, request: Request, records: Records) -> Response:
        """An index: "equals" finds what contains, and what is fresh is not found yet."""
        wanted = {"Email": request.first("email"), "Phone": request.first("phone"), "": request.first("word")}
        conditions = [(field, text) for field, text in wanted.items() if text]
        conditions += [(name, text) for name, _, text in _CONDITION.findall(request.first("criteria"))]
        if not conditions:
            raise refusals.parameter_missing("criteria")
        for field, _ in conditions:
            if field and field not in records.shown_fields:
                raise refusals.bad_query(api_name=field)
        either = _OR in request.first("criteria").casefold()
        rows = []
        for row in records.shown_rows.values():
            old = self.calls - self._born.get(row["id"], 0) > self.switches.search_lag_calls
            found = [_contains(row, field, text) for field, text in conditions]
            if old and (any(found) if either else all(found)):
                rows.append(row)
        return self._paged(request, records.module, rows, _fields(request))

    def _deleted(self, request: Request, records: Records) -> Response:
        since = _moment(request.headers.get("if-modified-since", ""))
        now = self._clock.now()
        rows = [
            {"id": each.id, "display_name": each.name, "type": "recycle", "deleted_time": records.time(each.at)}
            for each in records.deleted
            if each.at > now - KNOWN_S and (since is None or each.at >= int(since.timestamp()))
        ]
        if since is not None and not rows:
            return Response(self.switches.not_modified_status)
        return self._paged(request, records.module, rows, None)

    # Writes

    def _write(self, records: Records, body: dict[str, Any], request: Request, *, update: bool) -> Response:
        entries = []
        for index, told in enumerate(self._batch(body)):
            try:
                done = self._updated(records, told, index, request) if update else self._inserted(records, told, index)
                entries.append(done)
            except CrmRefusal as refusal:
                entries.append(refusal.entry() | {"_status": refusal.status})
        return self._enveloped(entries, 200 if update else 201)

    def _upsert(self, records: Records, body: dict[str, Any], request: Request) -> Response:
        listed = body.get("duplicate_check_fields") or []
        for name in listed:
            described = records.shown_fields.get(name)
            if described is None or not (described.unique or name == SYSTEM_FIELD[records.module]):
                raise refusals.invalid("duplicate_check_fields")
        entries = []
        for index, told in enumerate(self._batch(body)):
            try:
                entries.append(self._upserted(records, told, index, listed, request))
            except CrmRefusal as refusal:
                entries.append(refusal.entry() | {"_status": refusal.status})
        return self._enveloped(entries, 200)

    def _batch(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        data = _data(body)
        if not data:
            raise refusals.missing_field("data", 0)
        if len(data) > BATCH:
            raise refusals.too_many(BATCH, maximum_length=BATCH, api_name="data")
        return data

    def _inserted(self, records: Records, told: Mapping[str, Any], index: int) -> dict[str, Any]:
        values = records.checked(records.sent(told, index), index)
        records.check_needed(values, index, new=True)
        self._check_rules(records, values, index)
        records.check_unique(values, index)
        return self._done(records, records.insert(values, "api"), "record added")

    def _check_rules(self, records: Records, row: Mapping[str, Any], index: int) -> None:
        broken = [rule for rule in self.setup.rules.get(records.module, []) if not rule.holds(row)]
        if broken:
            named = broken[0].field if self.switches.rule_names_field else ""
            raise refusals.broken_rule(self.switches.rule_code, named, index)

    def _updated(self, records: Records, told: Mapping[str, Any], index: int, request: Request) -> dict[str, Any]:
        id = str(told.get("id") or "")
        if id not in records.rows:
            raise refusals.unknown_id(index)
        self._check_unmodified(records, id, request)
        values = records.checked(records.sent(told, index), index)
        records.check_reach(id, values, index)
        records.check_needed(values, index, new=False)
        self._check_rules(records, {**records.rows[id], **values}, index)
        records.check_unique(values, index, but=id)
        records.update(id, values, "api")
        return self._done(records, id, "record updated")

    def _upserted(
        self, records: Records, told: Mapping[str, Any], index: int, listed: list[str], request: Request
    ) -> dict[str, Any]:
        id, field = records.upsert_match(told, listed)
        if not id:
            return {**self._inserted(records, told, index), "action": "insert", "duplicate_field": None}
        done = self._updated(records, {**told, "id": id}, index, request)
        return {**done, "action": "update", "duplicate_field": field}

    def _check_unmodified(self, records: Records, id: str, request: Request) -> None:
        since = _moment(request.headers.get("if-unmodified-since", ""))
        modified = records.rows[id]["Modified_Time"]
        if since is not None and (_moment(modified) or since) > since:
            raise refusals.modified(id, modified)

    def _delete(self, records: Records, ids: list[str]) -> Response:
        if len(ids) > BATCH:
            raise refusals.too_many(BATCH, param_name="ids")
        entries = []
        for index, id in enumerate(ids):
            if id in records.rows:
                records.delete(id, "api")
                entries.append(
                    {"code": "SUCCESS", "details": {"id": id}, "message": "record deleted", "status": "success"}
                )
            else:
                entries.append(refusals.unknown_id(index).entry() | {"_status": 400})
        return self._enveloped(entries, 200)

    def _done(self, records: Records, id: str, message: str) -> dict[str, Any]:
        row = records.rows[id]
        names = ("Modified_Time", "Modified_By", "Created_Time", "Created_By", "id")
        return {"code": "SUCCESS", "details": {n: row[n] for n in names}, "message": message, "status": "success"}

    def _enveloped(self, entries: list[dict[str, Any]], status: int) -> Response:
        """All well, some not (207), or none (the refusal's own status)."""
        bad = [entry.pop("_status") for entry in entries if "_status" in entry]
        if len(bad) < len(entries):
            self.writes += 1
        if bad:
            status = max(bad) if len(bad) == len(entries) else 207
        return Response.of_json({"data": entries}, status)

    # The rest

    def _coql(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        text = body.get("select_query")
        if request.method != "POST" or not isinstance(text, str):
            raise refusals.parameter_missing("select_query")
        query = Query.parsed(text, self.switches.coql_max)
        self._check_module(query.module)
        if not _permitted(self._scopes(request), [query.module], "GET", body):
            raise refusals.missing_scope()
        records = self._modules[query.module]
        self._check_columns(records, query)
        rows, more = query.of([self._flat(records, row) for row in records.shown_rows.values()])
        if query.counts:
            count = sum(1 for row in records.shown_rows.values() if query.test(self._flat(records, row)))
            return Response.of_json({"data": [{"COUNT(id)": count}], "info": {"count": 1, "more_records": False}})
        if not rows:
            return Response(204)
        told = [{"id": row["id"], **{column: row.get(column) for column in query.columns}} for row in rows]
        return Response.of_json({"data": told, "info": {"count": len(told), "more_records": more}})

    def _scopes(self, request: Request) -> frozenset[str]:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        return self._tokens.scopes_of(token, self._clock.now()) or frozenset()

    def _check_columns(self, records: Records, query: Query) -> None:
        for column in (*query.columns, *query.asked, *(column for column, _ in query.order)):
            name, _, inner = column.partition(".")
            described = records.shown_fields.get(name)
            if described is None or (inner and not described.lookup):
                raise refusals.bad_query(column_name=column)
        for column in query.asked:
            if "." not in column and records.shown_fields[column].data_type == "textarea":
                raise refusals.bad_query(column_name=column, reason="unsupported in where")

    def _flat(self, records: Records, row: Row) -> Row:
        """A row as a query sees it: a lookup is its id, and its name lies beside it."""
        flat = dict(row)
        for name, described in records.fields.items():
            if described.lookup and isinstance(row.get(name), Mapping):
                target = self._modules[described.lookup].rows.get(row[name]["id"], {})
                flat[f"{name}.Account_Name"] = target.get("Account_Name")
                flat[f"{name}.Full_Name"] = target.get("Full_Name")
        return flat

    def _settings(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        what, one, module = (*parts, "", "")[1], (*parts, "", "")[2], request.first("module")
        if what == "modules":
            if one:
                self._check_module(one)
            there = [name for name in MODULES if self.switches.accounts or name != "Accounts"]
            rows = [{"api_name": name, "module_name": name, "api_supported": True} for name in there]
            return Response.of_json({"modules": [row for row in rows if one in ("", row["api_name"])]})
        if not module:
            raise refusals.parameter_missing("module")
        self._check_module(module)
        if what == "fields":
            told = [each.described() for each in self._modules[module].shown_fields.values()]
            some = [each for each in told if one in ("", each["id"])]
            return Response.of_json({"fields": some}) if some else Response(204)
        if what == "related_lists":
            rows = [{"api_name": "Contacts", "module": {"api_name": "Contacts"}}] if module == "Accounts" else []
            return Response.of_json({"related_lists": rows}) if rows else Response(204)
        if what == "layouts":
            names = list(self._modules[module].shown_fields)
            layout = {"id": "1", "name": "Standard", "sections": [{"fields": [{"api_name": n} for n in names]}]}
            return Response.of_json({"layouts": [layout]})
        raise refusals.unknown_address()

    def _org(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        org = {
            "zgid": self.zgid,
            "company_name": "Sample Organisation",
            "time_zone": str(self._zone),
            "currency": "USD",
            "license_details": {"paid": True, "paid_type": "enterprise", "users_license_purchased": 1},
        }
        return Response.of_json({"org": [org]})

    def _users(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        user = {
            "id": "1",
            "full_name": "Sample Owner",
            "first_name": "Sample",
            "last_name": "Owner",
            "email": "owner@example.com",
            "status": "active",
            "time_zone": str(self._zone),
            "country_locale": "en_US",
        }
        return Response.of_json(
            {"users": [user], "info": {"per_page": 200, "count": 1, "page": 1, "more_records": False}}
        )


def _check_names(records: Records, fields: Mapping[str, Any]) -> None:
    """The API ignores what it does not know; an edit in a simulation must not go unnoticed."""
    unknown = sorted(fields.keys() - records.fields.keys())
    if unknown:
        raise TypeError(f"{records.module} have no field {', '.join(unknown)}")


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        told = json.loads(request.body)
    except ValueError:
        raise CrmRefusal("INVALID_DATA", "the request body is not valid JSON") from None
    return told if isinstance(told, dict) else {}


def _data(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = body.get("data")
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


#: A condition of a search, "(Last_Name:equals:Example)"; several are joined by "and" or "or" in one more bracket.
_CONDITION = re.compile(r"\((\w+):(\w+):((?:\\.|[^()\\])*)\)")
_OR = ")or("


def _contains(row: Row, field: str, text: str) -> bool:
    wanted = re.sub(r"\\(.)", r"\1", text).casefold()
    held = [str(row.get(field) or "")] if field else [str(value) for value in row.values() if value]
    return any(wanted in each.casefold() for each in held)


def _fields(request: Request) -> list[str] | None:
    told = request.first("fields")
    return [name.strip() for name in told.split(",") if name.strip()] if told else None


def _bound(request: Request) -> str:
    """Everything of a request that a page token belongs to."""
    others = sorted((name, value) for name, value in request.query if name not in ("page", "page_token"))
    return f"{request.path} {others} {request.headers.get('if-modified-since', '')}"


def _moment(told: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told.replace("Z", "+00:00"))
    except ValueError:
        return None


#: The operation that a scope must name, by method.
_OPERATIONS = {"GET": "READ", "POST": "CREATE", "PUT": "UPDATE", "DELETE": "DELETE"}


def _permitted(scopes: frozenset[str], parts: list[str], method: str, body: Mapping[str, Any]) -> bool:
    """Whether one of the token's scopes allows the call (Zoho CRM API v8: Scopes)."""
    operation = "UPDATE" if method == "PATCH" else _OPERATIONS.get(method, "READ")
    group = {"settings": f"settings.{(*parts, '')[1]}", "actions": "notifications"}.get(parts[0], parts[0])
    if group in ("org", "users", "notifications", "coql") or group.startswith("settings."):
        needed = [group, group.partition(".")[0]]
        operation = "READ" if group == "coql" else operation
    else:
        needed = [f"modules.{parts[0].lower()}", "modules"]
    allowed = {scope.casefold() for scope in scopes}
    return any(f"zohocrm.{name}.{each}".casefold() in allowed for name in needed for each in (operation, "ALL"))


def _credits(request: Request, parts: list[str], body: Mapping[str, Any]) -> int:
    """What a call costs (Zoho CRM API v8: API Limits): one for ten records, for a query by its limit."""
    if parts[0] == "coql":
        words = str(body.get("select_query") or "").lower().rpartition("limit ")[2].split()
        limit = int(words[0]) if words and words[0].isdecimal() else 200
        return 1 if limit <= 200 else 2 if limit <= 1000 else 3
    if parts[-1] == "deleted":
        return 2
    data = body.get("data")
    return max(1, -(-len(data) // 10)) if isinstance(data, list) and request.method in ("POST", "PUT") else 1
