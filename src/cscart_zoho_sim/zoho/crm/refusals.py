"""What Zoho CRM says when it refuses: shapes of Zoho CRM API v8, "Status and Error Codes" and its operation pages."""

from collections.abc import Sequence
from typing import Any

from cscart_zoho_sim.wire import Response


class CrmRefusal(Exception):
    """One refusal: of a record within an envelope, or of a whole request."""

    def __init__(self, code: str, message: str, status: int = 400, **details: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.details = code, message, status, details

    def entry(self) -> dict[str, Any]:
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}

    def response(self) -> Response:
        return Response.of_json(self.entry(), self.status)


def no_token() -> CrmRefusal:
    return CrmRefusal("AUTHENTICATION_FAILURE", "Authentication failed", 401)


def dead_token() -> CrmRefusal:
    return CrmRefusal("INVALID_TOKEN", "invalid oauth token", 401)


def missing_scope() -> CrmRefusal:
    return CrmRefusal("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", 401)


def no_crm() -> CrmRefusal:
    """What an account without a CRM answers is not established; this is the nearest documented refusal."""
    return CrmRefusal("NO_PERMISSION", "Crm_Implied_Api_Access permission denied", 403, permissions=["Api_Access"])


def unknown_module(index: int = 0) -> CrmRefusal:
    return CrmRefusal("INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=index)


def unknown_address() -> CrmRefusal:
    return CrmRefusal("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one", 404)


def parameter_missing(name: str) -> CrmRefusal:
    return CrmRefusal("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name=name)


def too_many(limit: int, **details: Any) -> CrmRefusal:
    return CrmRefusal("LIMIT_EXCEEDED", "limit exceeded", limit=limit, **details)


def too_many_requests() -> CrmRefusal:
    return CrmRefusal("TOO_MANY_REQUESTS", "You have exceeded the API limit", 429)


def invalid(api_name: str, index: int | None = None, **details: Any) -> CrmRefusal:
    where: dict[str, Any] = {} if index is None else {"json_path": f"$.data[{index}].{api_name}"}
    return CrmRefusal("INVALID_DATA", "invalid data", api_name=api_name, **{**where, **details})


def unknown_id(index: int | None = None) -> CrmRefusal:
    refusal = invalid("id", index)
    refusal.message = "the id given seems to be invalid"
    return refusal


def missing_field(api_name: str, index: int) -> CrmRefusal:
    return CrmRefusal(
        "MANDATORY_NOT_FOUND", "required field not found", api_name=api_name, json_path=f"$.data[{index}].{api_name}"
    )


def duplicate(api_name: str, index: int, id: str) -> CrmRefusal:
    return CrmRefusal(
        "DUPLICATE_DATA",
        "duplicate data",
        api_name=api_name,
        json_path=f"$.data[{index}].{api_name}",
        id=id,
        more_records=False,
        duplicate_record={"id": id, "Owner": {"name": "Sample Owner"}},
    )


def several(found: Sequence[CrmRefusal]) -> CrmRefusal:
    """More than one thing is wrong with a record: each of them is told, and nothing on top."""
    return CrmRefusal("MULTIPLE_OR_MULTI_ERRORS", "multiple errors", errors=[each.entry() for each in found])


def not_shared(index: int) -> CrmRefusal:
    return CrmRefusal(
        "NO_PERMISSION",
        "no permission to perform an action on this record",
        403,
        permissions=["Crm_Implied_Edit_Record"],
        json_path=f"$.data[{index}]",
    )


def field_out_of_reach(api_name: str, index: int) -> CrmRefusal:
    """What a value for a field is answered with that the user may not change or see: no answer was seen."""
    return CrmRefusal(
        "NO_PERMISSION",
        "Field Edit Permission not given",
        403,
        api_name=api_name,
        json_path=f"$.data[{index}].{api_name}",
    )


def record_locked(index: int) -> CrmRefusal:
    return CrmRefusal("RECORD_LOCKED", "the record is locked", json_path=f"$.data[{index}]")


def in_blueprint(api_name: str, index: int) -> CrmRefusal:
    return CrmRefusal(
        "RECORD_IN_BLUEPRINT",
        "The record is in blue print",
        api_name=api_name,
        json_path=f"$.data[{index}].{api_name}",
    )


def broken_rule(code: str, api_name: str, index: int) -> CrmRefusal:
    """What a broken validation rule is answered with is not established."""
    where: dict[str, Any] = {"api_name": api_name, "json_path": f"$.data[{index}].{api_name}"} if api_name else {}
    return CrmRefusal(code, "the record does not meet a validation rule", **where)


def modified(id: str, moment: str) -> CrmRefusal:
    return CrmRefusal("ALREADY_MODIFIED", "the record has been modified already", 412, id=id, Modified_Time=moment)


def syntax(near: str) -> CrmRefusal:
    return CrmRefusal("SYNTAX_ERROR", "error occurred while parsing the query", near=near[:40])


def bad_query(**details: Any) -> CrmRefusal:
    return CrmRefusal("INVALID_QUERY", "invalid query formed", **details)
