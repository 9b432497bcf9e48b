"""How Zoho says no: an HTTP status, a code and a sentence.

Codes and sentences: Zoho Inventory API, "Errors", and answers quoted by clients
of the live API. Where only the meaning of a code is known, the wording is ours.
"""

from cscart_zoho_sim.wire import Response

JSON = "application/json;charset=UTF-8"


class Refusal(ValueError):
    """A request, or a person's edit, that Zoho does not accept."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self, headers: dict[str, str] | None = None) -> Response:
        """The refusal as Zoho sends it."""
        said = {"code": self.code, "message": self.message}
        return Response.of_json(said, self.status, {"content-type": JSON, **(headers or {})})


def invalid(name: str) -> Refusal:
    return Refusal(400, 2, f"Invalid value passed for {name}")


def invalid_body() -> Refusal:
    return Refusal(400, 4, "Invalid value passed for JSONString")


def empty_body() -> Refusal:
    return Refusal(400, 11, "The request body is empty.")


def too_long(name: str, limit: int) -> Refusal:
    return Refusal(400, 15, f'Please ensure that the "{name}" has less than {limit} characters.')


def too_many(name: str, limit: int) -> Refusal:
    return Refusal(400, 15, f'Please ensure that the "{name}" has less than {limit + 1} entries.')


def unknown_address() -> Refusal:
    return Refusal(404, 5, "Invalid URL Passed")


def wrong_method(method: str) -> Refusal:
    return Refusal(405, 37, f"The HTTP method {method} is not allowed for the requested resource")


def not_authenticated() -> Refusal:
    return Refusal(401, 14, "Invalid value passed for authtoken.")


def not_authorised() -> Refusal:
    """A dead token and a missing scope sound the same."""
    return Refusal(401, 57, "You are not authorized to perform this operation")


def foreign_organisation(organization_id: str) -> Refusal:
    shown = organization_id or "(none)"
    return Refusal(400, 6041, f"This user is not associated with the CompanyID/CompanyName:{shown}.")


def taken(text: str, code: int = 1001) -> Refusal:
    return Refusal(400, code, f'Item "{text}" already exists')


def no_such_item() -> Refusal:
    return Refusal(404, 1002, "Item does not exist.")


def no_such_line_item() -> Refusal:
    return Refusal(400, 2006, "Item does not exist.")


def no_such_adjustment() -> Refusal:
    return Refusal(404, 1002, "Inventory Adjustment does not exist.")


def item_in_use() -> Refusal:
    return Refusal(
        400,
        2049,
        "Items which are a part of other transactions cannot be deleted. Instead, mark them as inactive.",
    )


def no_such_order() -> Refusal:
    return Refusal(404, 1002, "Sales Order does not exist.")


def no_such_customer() -> Refusal:
    return Refusal(400, 1002, "Customer does not exist.")


def not_for_orders(name: str, why: str) -> Refusal:
    """An item or a contact that orders may not name."""
    return Refusal(400, 2, f'"{name}" cannot be used in a sales order: {why}.')


def number_mismatch() -> Refusal:
    return Refusal(400, 4097, "Number entered does not match the auto-generated number.")


def number_taken(number: str) -> Refusal:
    return Refusal(400, 1001, f'The sales order number "{number}" already exists.')


def wrong_status(message: str) -> Refusal:
    return Refusal(400, 36004, message)


def locked(day: str, code: int) -> Refusal:
    """What Zoho says to a document of a locked period is not established; the wording is ours."""
    return Refusal(400, code, f"Transactions dated on or before {day} are locked and cannot be changed.")


def has_dependents(message: str) -> Refusal:
    return Refusal(400, 36, message)


def minute_limit() -> Refusal:
    return Refusal(
        429,
        44,
        "For security reasons your organization has been blocked as it have exceeded the maximum number of "
        "requests per minute that can originate from an organization.",
    )


def day_limit(limit: int) -> Refusal:
    return Refusal(
        429,
        45,
        f"The API call for this organization has exceeded the maximum call rate limit of {limit}.",
    )


def concurrency_limit() -> Refusal:
    return Refusal(
        429,
        1070,
        "You have reached the maximum number of in process requests allowed. Kindly try again after some time.",
    )
