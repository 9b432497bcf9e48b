"""Behaviours of Zoho CRM that nobody has established: each can be set either way."""

from dataclasses import dataclass


@dataclass
class Switches:
    """The defaults are the harder reading for a client."""

    #: Whether the account has a CRM at all.
    enabled: bool = True
    #: The most rows of a query: newer pages of the documentation say 2,000, others 200.
    coql_max: int = 2000
    #: Fresh records appear in searches only after so many further calls (an index lags).
    search_lag_calls: int = 0
    #: Whether a list without news answers 304 (If-Modified-Since), or 204.
    not_modified_status: int = 304
    #: Credits of 24 hours and calls at once; None = no limit.
    credits_a_day: int | None = None
    at_once: int = 10
    #: Whether records that programs change are told of.
    notices_of_api: bool = True
    #: Seconds before each further try of a notification that failed.
    notice_pauses_s: tuple[float, ...] = ()
    #: Which phones a field of that kind takes: those that Zoho's own form takes ("form"), or any text ("any"). Whether
    #: the API looks at them like the form is not established; that it refuses some is.
    phones: str = "form"
    #: Whether a picklist takes a value that is none of its choices: a page says that it becomes a new one.
    new_choices: bool = True
    #: What happens to a value for a field that the connected user may not change, or not see: it is "ignored", or the
    #: record is "refused".
    locked_fields: str = "ignored"
    #: Whether there is a module Accounts. Without it contacts are people and no more.
    accounts: bool = True
    #: Whether a record that comes back out of the recycle bin counts as modified then.
    restoring_modifies: bool = False
    #: The code of a broken validation rule, and whether its field is named.
    rule_code: str = "INVALID_DATA"
    rule_names_field: bool = True
