"""The only place where real things are put together: clients, tokens, budgets, adapters, clock."""

from cscart_zoho.app.around import heartbeat, now, using_transport
from cscart_zoho.app.checks import check_mapping, check_store, check_zoho
from cscart_zoho.app.connecting import choose_organisation, connect_store, connect_zoho, same_shop
from cscart_zoho.app.currency_reading import read_currency_when_due
from cscart_zoho.app.customers import (
    customer_choices,
    field_map,
    has_crm,
    home_of,
    module_of,
    modules_of,
    read_fields,
    read_profile_fields,
    zoho_fields,
    zoho_links_itself,
)
from cscart_zoho.app.hints import (
    crm_possible,
    hook_address,
    look_after_hooks,
    read_message,
    readdress_hooks,
    switch_off_hooks,
    switch_on_hooks,
    try_out_hooks,
    unreachable,
    wait_for_test,
)
from cscart_zoho.app.identity import check_connection, start_anew
from cscart_zoho.app.limits import LIMITS, present_limits, set_limits
from cscart_zoho.app.money import money_rules
from cscart_zoho.app.orders import order_choices, order_map
from cscart_zoho.app.organisation import approval_words, organisation_told
from cscart_zoho.app.organisation import read_at as organisation_read_at
from cscart_zoho.app.organisation_reading import read_organisation_when_due
from cscart_zoho.app.products import product_map
from cscart_zoho.app.runs import admin_url, chapters_for, sides_for, statuses_anew
from cscart_zoho.app.store_connection import probe_store
from cscart_zoho.app.zoho_connection import (
    authorise_url,
    check_client,
    disconnect_zoho,
    refresh_token,
    scopes,
)
from cscart_zoho.store.secrets import digest_of

__all__ = [
    "LIMITS",
    "admin_url",
    "approval_words",
    "authorise_url",
    "chapters_for",
    "check_client",
    "check_connection",
    "check_mapping",
    "check_store",
    "check_zoho",
    "choose_organisation",
    "connect_store",
    "connect_zoho",
    "crm_possible",
    "customer_choices",
    "digest_of",
    "disconnect_zoho",
    "field_map",
    "has_crm",
    "heartbeat",
    "home_of",
    "hook_address",
    "look_after_hooks",
    "module_of",
    "modules_of",
    "money_rules",
    "now",
    "order_choices",
    "order_map",
    "organisation_read_at",
    "organisation_told",
    "present_limits",
    "probe_store",
    "product_map",
    "read_currency_when_due",
    "read_fields",
    "read_message",
    "read_organisation_when_due",
    "read_profile_fields",
    "readdress_hooks",
    "refresh_token",
    "same_shop",
    "scopes",
    "set_limits",
    "sides_for",
    "start_anew",
    "statuses_anew",
    "switch_off_hooks",
    "switch_on_hooks",
    "try_out_hooks",
    "unreachable",
    "using_transport",
    "wait_for_test",
    "zoho_fields",
    "zoho_links_itself",
]
