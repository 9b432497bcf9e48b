"""What differs between stores: releases, editions, and behaviours nobody has settled."""

from dataclasses import dataclass
from decimal import Decimal

EDITIONS = ("ultimate", "multivendor")


def release(version: str) -> tuple[int, ...]:
    """ "4.14.2.SP1" -> (4, 14, 2)."""
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


@dataclass
class Switches:
    """How this store answers. `Switches.of(version)` sets the releases' differences;
    any of them may be moved afterwards, also in the middle of a test.

    Sources: the releases' table of the facts about CS-Cart (read in the code of
    4.6.1 to 4.20.1, never run before 4.20.1) and, for 4.20.1, a running store.
    """

    default_page: int = 50
    """Rows of a list when nobody says how many: 10 before 4.14.2."""
    updated_in_hours: bool = True
    """Before 4.9 the filter is ignored: every product comes."""
    category_needed: bool = False
    """Up to 4.14.2 a product without a category is refused; later it lands in a default one."""
    money_formatted: bool = True
    """Before 4.18.2 lists give prices as the database does: "10.00000000"."""
    form_bodies: bool = True
    """Before 4.11.5 only JSON bodies are read."""
    put_forms: bool = True
    """Doubtful: the form of a PUT is read, or arrives empty, as PHP reads forms of a POST alone (read in the code)."""
    versions_entity: bool = True
    """`/api/versions` lists what may stand before an entity's name; it came with 4.20 (read in the code)."""
    version_entity: bool = True
    """`/api/version` came with 4.20.1; before, 404."""
    texts_in_lists: bool = True
    """`extend[]=full_description` and `extend[]=description` add texts to list rows."""
    vendors_are_stores: bool = True
    """Ultimate: `stores` exists and `vendors` answers the same. Multi-Vendor: only `vendors`."""
    panel_bumps_on_stock: bool = True
    """Doubtful: does an amount typed in the admin panel move `updated_timestamp`?"""
    parent_bumps_variations: bool = False
    """Doubtful: does a name that spreads to variations move their `updated_timestamp`?"""
    users_shared: bool = False
    """Whether storefronts share their customers: an address is taken once in the store, and not once in each."""
    user_type_needed: bool = True
    """Some release between 4.14.2 and 4.18.2 began to refuse a list of users without `user_type`."""
    unknown_user_is_a_list: bool = True
    """Up to 4.14.2 an unknown user is 404; later 200 with an empty list."""
    user_put_keeps_shipping: bool = True
    """Up to 4.14.2 every PUT of a user blanks the shipping fields that the profile form shows."""
    user_put_takes_shipping: bool = True
    """Doubtful: such a PUT keeps the shipping columns that it names, or blanks them like the others (read so in the
    code, never run)."""
    shipping_shown: tuple[str, ...] = ("s_address", "s_city", "s_country", "s_state", "s_zipcode")
    """A setting of the store: the shipping fields that the profile form shows; a new one shows these and no billing
    field. Those that are shown are lost."""
    strict_names: bool = True
    """4.20: a new user's names have letters, marks, digits, spaces, apostrophes and dashes."""
    organizations: bool = False
    """CS-Cart's B2B edition: the store add-on can put customers into organisations."""
    currencies_told: bool = True
    """The add-on for mobile apps is there: `sra_currencies` tells the primary currency. Else nothing does."""
    keeps_four_bytes: bool = False
    """Supposed: the merchant has converted the tables, and the database keeps characters of four bytes (utf8mb4)."""
    addon: bool = False
    """Our own store add-on is installed: customers with addresses, custom fields and changes since a time."""
    addon_tells_names: bool = True
    """... and what the store calls the countries and states of both addresses."""
    promotion_percent: Decimal = Decimal(0)
    """A catalogue promotion: `price` of lists and of single products (not of 2.0) falls, `base_price` does not."""
    order_promotion_off: Decimal = Decimal(0)
    """A cart promotion: so much off an order ..."""
    order_promotion_from: Decimal = Decimal(0)
    """... whose products cost at least this."""
    minimum_order: Decimal = Decimal(0)
    """A setting of the store: an order whose products cost less is refused with 403 (read in the code)."""
    certificates_pay_shipping: bool = False
    """A setting of the bundled gift certificates: they pay for the total (read in its code), not for goods alone."""
    points_in_discount: bool = True
    """Whether the order's discount has the reward points in it: order forms take them out of it again (read in their
    code)."""
    tax_by_unit_price: bool = False
    """A setting of the store: taxes are rounded on each unit, not on the sum of all lines."""
    key_0_is_skipped: bool = True
    """The first product of a JSON list in a new order is lost, unless a bundled add-on of 4.18 shifts the keys."""
    totals_behind: bool = False
    """Doubtful: a PUT of an order tells the total that the one before had calculated."""
    put_opens_orders: bool = False
    """Doubtful: an order that is calculated anew keeps its status, or is open again."""
    put_keeps_options: bool = True
    """Supposed: `product_options` of the lines of a PUT are kept, or dropped with the line that had them."""
    put_keeps_gifts: bool = True
    """Supposed: a line of a PUT whose `extra` says that it counts nothing stays a gift, or has a price from then on."""
    orders_updated_at: bool = True
    """Up to 4.12 `updated_at_from` is ignored: every order comes."""
    orders_data_in_lists: bool = True
    """`get_orders_data=1` came with 4.11.5."""
    web_hooks: bool = True
    """`zapier_hooks` came with a bundled add-on between 4.14.2 and 4.18.2."""
    rewriting: bool = True
    """The web server leads `/api/...` to `api.php?_d=...`; else only the long form answers (read in the code)."""
    https_only: bool = False
    """`api_https_only` of the store's configuration: without https 403 and these words (read in the code)."""
    keeps_authorization: bool = True
    """Apache with PHP as FastCGI may drop the header: then every key is a wrong one (read in `.htaccess`)."""
    byte_order_mark: bool = False
    """Supposed: a PHP file of the store was saved with a byte order mark, which comes before every answer."""
    text_after: str = ""
    """Supposed: what PHP shows after an answer where its errors are shown ("<b>Warning</b>: ...")."""
    text_before: str = ""
    """Supposed: the same before an answer."""
    shipping_always_needed: bool = False
    """Up to 4.14.2 a new order needs `shipping_id` even when nothing is to be sent."""

    @classmethod
    def of(cls, version: str, edition: str = "ultimate") -> "Switches":
        """The answers of one release, such as "4.14.2". Raises ValueError for an unknown edition."""
        if edition not in EDITIONS:
            raise ValueError(f"edition must be one of {', '.join(EDITIONS)}, not {edition!r}")
        number = release(version)
        return cls(
            default_page=50 if number >= (4, 14, 2) else 10,
            updated_in_hours=number >= (4, 9),
            category_needed=number <= (4, 14, 2),
            money_formatted=number >= (4, 18, 2),
            form_bodies=number >= (4, 11, 5),
            user_type_needed=number >= (4, 18),
            unknown_user_is_a_list=number > (4, 14, 2),
            user_put_keeps_shipping=number > (4, 14, 2),
            strict_names=number >= (4, 20),
            versions_entity=number >= (4, 20),
            version_entity=number >= (4, 20, 1),
            vendors_are_stores=edition == "ultimate",
            orders_updated_at=number >= (4, 13, 2),
            orders_data_in_lists=number >= (4, 11, 5),
            web_hooks=number >= (4, 18, 2),
            shipping_always_needed=number <= (4, 14, 2),
        )
