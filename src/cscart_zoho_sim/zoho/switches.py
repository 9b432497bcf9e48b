"""Behaviours of Zoho that nobody has established: each can be set either way.

The defaults are the harder reading for a client. A switch may be turned at any
moment of a simulation.
"""

from dataclasses import dataclass, field


@dataclass
class Switches:
    """What this simulated Zoho does where the documentation is silent."""

    #: Item names and SKUs may exist once. An organisation may allow more (not established): people
    #: and the API can then make items that share one.
    unique_names: bool = True
    unique_skus: bool = True
    #: Whether "ABC" and "abc" are the same name or SKU when something is added. Filters always say yes.
    fold_case: bool = False
    #: Error code for a SKU that is taken. 1001 is documented for names; for SKUs nothing is.
    sku_taken_code: int = 1001
    #: New items appear in lists and searches only after so many further API calls.
    list_lag_calls: int = 0
    #: Ids of records that the connected user may read and not change: code 57, as for a lost right (supposed).
    withheld: set[str] = field(default_factory=set)
    #: Query filters of `GET /items` that are accepted and do nothing, so that everything comes back.
    ignored_filters: set[str] = field(default_factory=set)
    #: Whether rows of `GET /items` have all keys of the description; live rows lack some (see `shapes.item_row`).
    item_rows_as_described: bool = False
    #: Whether an inventory adjustment moves an item's `last_modified_time`.
    adjustments_touch_items: bool = False
    #: Whether an adjustment may take stock below zero.
    negative_stock: bool = True
    #: Whether inventory adjustments have to be approved before they count, and what one that is made through the API
    #: begins as: "pending_approval" or "draft". Which of the two is supposed.
    adjustment_approvals: bool = False
    adjustments_begin_as: str = "pending_approval"
    #: Whether answers tell the status of an adjustment (live they do), and in which order the list stands, which no
    #: document says: "newest_first", "oldest_first", "by_id" or "shuffled".
    adjustment_status_told: bool = True
    adjustment_order: str = "newest_first"
    #: The figures "for sale" of items: "shown", "renamed" (Zoho has renamed such figures before) or "missing".
    figures_for_sale: str = "shown"
    #: Items that show no figures "for sale" though the others do.
    items_without_figures: set[str] = field(default_factory=set)
    #: Opening stock in a create call came back empty on one Free organisation.
    initial_stock_ignored: bool = False
    #: Whether an import of items reads the column Status, and how large its file may be. None = no limit: none is
    #: documented for items.
    import_status_ignored: bool = False
    import_rows_max: int | None = None
    import_bytes_max: int | None = None
    #: Whether a tracked item without `inventory_account_id` is refused instead of getting the default.
    inventory_account_required: bool = False
    #: Whether `status` in an item PUT does what the /active and /inactive calls do.
    put_changes_status: bool = False
    #: Names with < or > are refused by some validators.
    angle_brackets_refused: bool = False
    #: Whether the organisation uses locations; without them GET /locations answers "not enabled".
    locations_enabled: bool = True
    #: Older organisations say warehouse where newer ones say location.
    warehouse_words: bool = False
    #: The most ids `GET /itemdetails` takes, and the most lines an adjustment takes.
    itemdetails_max: int = 200
    adjustment_lines_max: int = 100
    #: Whether contact persons of a PUT without their ids take the place of those that are there.
    persons_are_replaced: bool = True
    #: Whether the filter `email` of contacts looks at all persons, as its description says, or at the primary one.
    email_of_all_persons: bool = True
    #: Whether an address of a PUT may name only some of its fields; else the others become empty.
    addresses_in_parts: bool = False
    #: Filters of `GET /salesorders` are undocumented, though live: without them everything comes back.
    order_filters: bool = True
    #: POST and PUT of a sales order answer under "salesorder" (live) or "sales_order" (the description).
    sales_order_envelope: bool = False
    #: Whether a line may do without an item, by its name and rate.
    lines_without_item: bool = False
    #: Whether orders may name inactive items and contacts.
    inactive_in_orders: bool = False
    #: Whether a line without `tax_id` gets the organisation's default tax where its item has none.
    default_tax_applies: bool = False
    #: Whether an empty `tax_id` means no tax, or is not heard: then the line gets the tax of its item.
    empty_tax_id_is_no_tax: bool = True
    #: Whether rates keep the decimals they are sent with, or have no more than the currency.
    rates_keep_decimals: bool = False
    #: Whether an order that is changed without naming its addresses gets the contact's own, as a new one does.
    changes_reset_addresses: bool = True
    #: Where totals are rounded off: whether the adjustment is in what is rounded.
    adjustment_is_rounded: bool = True
    #: Where shipping charges may carry a tax: whether one that names none gets the organisation's default tax.
    shipping_gets_default_tax: bool = True
    #: Rates with tax in them: what a discount before tax is taken off, and whether totals may miss the lines by a
    #: cent (see `order_money.Terms`).
    discount_off_net: bool = True
    line_discount_off_net: bool = False
    inclusive_sums_net: bool = False
    #: Whether orders go through submit and approve before they can be confirmed.
    approvals: bool = False
    #: Whether a draft can become void.
    drafts_can_be_void: bool = True
    #: Whether an order can be changed, become void or be deleted once it is shipped or invoiced, even in part.
    fulfilled_orders_move: bool = False
    #: Whether a void order can be changed.
    void_orders_move: bool = False
    #: Which orders are closed by themselves: none (""), those that are "fulfilled", "invoiced", or "both".
    closes_when: str = "both"
    #: `GET /settings/preferences` is live and not described; one organisation answered that there is no such address.
    preferences_told: bool = True
    #: Whether it tells the preferences whose keys nobody has seen (see `preferences._supposed`).
    supposed_preferences_told: bool = True
    #: The most ids of a bulk call for sales orders. The only client that is known to use it live sends 25.
    bulk_ids_max: int = 25
    #: The report of a bulk call: "described" (`data.email_success_info`), or as it was seen live: under "salesorders"
    #: a code and a sentence for each, and no code on top.
    bulk_report: str = "described"
    #: Every sentence of Zoho is another one: nothing may depend on what one says.
    neutral_words: bool = False
    #: The last day (yyyy-mm-dd) of a locked period: no sales order is made, changed or confirmed whose date is not
    #: later. That Zoho refuses such is known; its code and words are not.
    locked_until: str = ""
    locked_code: int = 3004
    #: HTTP status of the accounts server's "too many requests" (two sources say 400, one 200).
    token_throttle_status: int = 400
    #: How long an authorisation code of a server-based application lives, in seconds (60 or 120).
    code_life_s: int = 60
    #: How long an organisation stays blocked after code 44, in seconds.
    minute_block_s: int = 60
    #: Whether calls refused with 44, 45 and 1070 count as calls.
    refused_calls_count: bool = False
    #: Whether answers carry the X-Rate-Limit headers (a client in production depends on Inventory's).
    rate_limit_headers: bool = True
    #: What fires the rules of web hooks beside a person's edit: calls of the API, movements of stock, and changes of
    #: status alone (confirmed, void, shipped, inactive).
    hooks_hear_api: bool = True
    hooks_hear_stock: bool = False
    hooks_hear_status: bool = False
    #: Whether the signature is in hexadecimal; the example of the help is in Base64.
    hook_signature_hex: bool = False
    #: Seconds before each of the five further tries of a web hook that failed. How long they are is not documented.
    hook_pauses_s: tuple[float, ...] = (60, 300, 900, 3_600, 10_800)
    #: The most web hooks of a day, by the plan; None = no limit. The plans' figures were not found.
    hooks_a_day: int | None = None
    #: Whether a call without `organization_id` is refused; live it is about the user's default organisation.
    organisation_must_be_named: bool = False
    #: Whether "Authorization: Bearer" is taken as well as "Zoho-oauthtoken".
    bearer_accepted: bool = True
