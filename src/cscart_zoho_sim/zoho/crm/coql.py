"""A small COQL: select, where with pairs of brackets, order by, limit and offset (Zoho CRM API v8: COQL)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cscart_zoho_sim.zoho.crm import refusals

_QUERY = re.compile(
    r"select\s+(?P<select>.+?)\s+from\s+(?P<module>\w+)\s+where\s+(?P<where>.+?)"
    r"(?:\s+order\s+by\s+(?P<order>.+?))?"
    r"(?:\s+limit\s+(?:(?P<skip>\d+)\s*,\s*)?(?P<limit>\d+)(?:\s+offset\s+(?P<offset>\d+))?)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"\s*('(?:\\.|[^'\\])*'|<=|>=|!=|[()=<>,]|[\w.\-:+]+)")
IN_MAX = 50
#: Conditions, columns and sort columns of one query (Zoho CRM API v8: COQL, limits).
CRITERIA_MAX, COLUMNS_MAX, ORDER_MAX = 25, 50, 10
DEFAULT_LIMIT = 200
REACH = 100_000

Test = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    columns: list[str]
    module: str
    test: Test
    #: Columns of the condition.
    asked: set[str]
    order: list[tuple[str, bool]]
    limit: int
    offset: int
    #: Whether only the number of records is asked for: "select COUNT(id) from ...".
    counts: bool = False

    @classmethod
    def parsed(cls, text: str, limit_max: int) -> "Query":
        """Raises `CrmRefusal` for what cannot be read or goes beyond a limit."""
        found = _QUERY.fullmatch(text.strip())
        if found is None:
            raise refusals.syntax(text)
        where = _Where(found["where"])
        test = where.whole()
        limit, offset = int(found["limit"] or DEFAULT_LIMIT), int(found["offset"] or found["skip"] or 0)
        if limit > limit_max or limit + offset > REACH:
            raise refusals.too_many(limit_max, clause="LIMIT")
        columns = [column.strip() for column in found["select"].split(",")]
        counted = re.fullmatch(r"(?i)count\((\w+)\)", columns[0]) if len(columns) == 1 else None
        columns = [counted[1]] if counted else columns
        order = _order(found["order"] or "")
        for number, most, clause in (
            (len(columns) - len({"id", "Modified_Time"} & {*columns}), COLUMNS_MAX, "SELECT"),
            (where.criteria, CRITERIA_MAX, "WHERE"),
            (len(order), ORDER_MAX, "ORDER BY"),
        ):
            if number > most:
                raise refusals.too_many(most, clause=clause)
        return cls(columns, found["module"], test, where.asked, order, limit, offset, counted is not None)

    def of(self, rows: Iterable[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], bool]:
        """The rows of this query, and whether there are more."""
        chosen = [row for row in rows if self.test(row)]
        for column, descending in reversed(self.order):
            chosen.sort(key=lambda row, c=column: _sortable(row.get(c)), reverse=descending)  # type: ignore[misc]
        return chosen[self.offset : self.offset + self.limit], len(chosen) > self.offset + self.limit


def _order(text: str) -> list[tuple[str, bool]]:
    order = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        column, _, way = part.partition(" ")
        if way.strip().lower() not in ("", "asc", "desc"):
            raise refusals.syntax(part)
        order.append((column, way.strip().lower() == "desc"))
    return order


class _Where:
    """The condition: and/or pair up two sides; more of them need brackets."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        self.asked: set[str] = set()
        self.criteria = 0
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise refusals.syntax(text[at:])
            self.tokens.append(found[1])
            at = found.end()

    def whole(self) -> Test:
        test = self._either()
        if self.tokens:
            raise refusals.syntax(" ".join(self.tokens))
        return test

    def _either(self) -> Test:
        left = self._one()
        if self.tokens and self.tokens[0].lower() in ("and", "or"):
            word = self.tokens.pop(0).lower()
            right = self._one()
            return _both(left, right) if word == "and" else _any(left, right)
        return left

    def _one(self) -> Test:
        if self._peek() == "(":
            self.tokens.pop(0)
            test = self._either()
            if self._next() != ")":
                raise refusals.syntax(")")
            return test
        column = self._next()
        self.asked.add(column)
        self.criteria += 1
        return self._compared(column, self._next().lower())

    def _compared(self, column: str, operator: str) -> Test:
        if operator == "is":
            negated = self._peek().lower() == "not"
            if negated:
                self.tokens.pop(0)
            if self._next().lower() != "null":
                raise refusals.syntax("null")
            return lambda row: (row.get(column) in (None, "")) is not negated
        if operator == "in":
            return self._among(column)
        value = _literal(self._next())
        if operator == "like":
            pattern = re.escape(str(value)).replace("%", ".*")
            return lambda row: re.fullmatch(pattern, str(row.get(column) or ""), re.IGNORECASE) is not None
        if operator not in _COMPARE:
            raise refusals.bad_query(operator=operator, column_name=column)
        return lambda row: row.get(column) is not None and _COMPARE[operator](*_like(row[column], value))

    def _among(self, column: str) -> Test:
        if self._next() != "(":
            raise refusals.syntax("in")
        values: list[str] = []
        while (token := self._next()) != ")":
            if token != ",":
                values.append(str(_literal(token)).casefold())
        if len(values) > IN_MAX:
            raise refusals.too_many(IN_MAX, clause="IN")
        return lambda row: str(row.get(column) or "").casefold() in values

    def _peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def _next(self) -> str:
        if not self.tokens:
            raise refusals.syntax("the end")
        return self.tokens.pop(0)


def _both(left: Test, right: Test) -> Test:
    return lambda row: left(row) and right(row)


def _any(left: Test, right: Test) -> Test:
    return lambda row: left(row) or right(row)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _literal(token: str) -> str | bool:
    if token.startswith("'"):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return {"true": True, "false": False}.get(token.lower(), token)


def _like(held: object, asked: object) -> tuple[Any, Any]:
    """Both values in a form that can be compared: times as moments, digits as numbers, text without case."""
    for form in (_moment, _number):
        left, right = form(held), form(asked)
        if left is not None and right is not None:
            return left, right
    return str(held).casefold(), str(asked).casefold()


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _number(value: object) -> int | None:
    return int(str(value)) if str(value).isdecimal() else None


def _sortable(value: object) -> tuple[int, Any]:
    moment, number = _moment(value), _number(value)
    if moment is not None:
        return 1, moment
    return (2, number) if number is not None else (0, str(value or "").casefold())
