"""How customers and accounts of one side look on the other. Pure.

A customer's fields are the mapped fields of Zoho: both sides tell them under
the same names and in the same form (`cscart_zoho.mapping.fields`), so most
values go over as they are. What is left to decide is here: who owns a field,
what a side cannot be without, what it cannot hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cscart_zoho.errors import KnownElsewhere, Unfit
from cscart_zoho.mapping import days, forms, names, places, text
from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import Column, FieldRow, FieldType, Mode, Module
from cscart_zoho.mapping.inventory_fields import PERSON_ID
from cscart_zoho.mapping.keys import folded
from cscart_zoho.mapping.old_store import NO_LOSSES, WHY_ASKED, Losses
from cscart_zoho.mapping.placeholder import placeholder
from cscart_zoho.mapping.record_map import Consent, KeyRules, Plain, Rules
from cscart_zoho.records import ACTIVE, Direction, Entity, Side, Value, Values

BY_EMAIL = KeyRules("e-mail address", "e-mail addresses", case_matters=False, needed_in=frozenset({Side.CSCART}))
#: The same where contacts are not made by themselves: nobody has to be told that a user has no address.
BY_EMAIL_LATER = KeyRules("e-mail address", "e-mail addresses", case_matters=False, needed_in=frozenset())
BY_NAME = KeyRules("name", "names", case_matters=False)

#: Columns whose value CS-Cart holds to the letters that its form takes (seen on a running 4.20 store).
STRICT_COLUMNS = frozenset({"firstname", "lastname"})
#: Columns of an address without their prefix, as people write the same one in more than one way.
ADDRESS_LINES = frozenset({"address", "address_2", "city", "county", "zipcode"})
#: Kinds of fields of which a value has one form in Zoho, however it was typed: "12.50" comes back as 12.5.
FORMED = frozenset({FieldType.YES_NO, FieldType.NUMBER, FieldType.WHOLE, FieldType.DATE, FieldType.CHOICES})
WITH_THE_ORDER = "It is made in Zoho Inventory when the first order needs it."
#: Told of a user who was made anonymous in the store, among the columns.
ANONYMOUS = "_anonymous"
#: The Zoho field that holds the name of a contact's account.
ACCOUNT = "Account_Name"


MADE_ANONYMOUS = "This customer was made anonymous in CS-Cart."
#: How the reason begins for which a customer waits for an account.
NO_ACCOUNT = "There is no account in Zoho CRM with the name"


def missing_account(name: str, why: str = "") -> Unfit:
    """Why a contact cannot be put into its account: `why` is the account's own reason, else it is about to be made."""
    if why:
        return Unfit(f'{NO_ACCOUNT} "{name}": {why}', field=ACCOUNT, advice="")
    return Unfit(f'{NO_ACCOUNT} "{name}".', field=ACCOUNT, advice="The next run makes it.")


def known_as_person(companies: str) -> KnownElsewhere:
    """Why no contact is made of somebody who is a person of other contacts."""
    return KnownElsewhere(
        f"In Zoho this address is that of a contact person of {companies}: orders are booked there.",
        advice="To make a customer of its own, take the person out there.",
    )


@dataclass(frozen=True)
class CustomerMap(Plain):
    """`RecordMap` of users and contacts, for one module of Zoho.

    `blind` says that the store does not show every column (no store add-on):
    a column that is not seen is written only where Zoho owns it.
    """

    choices: CustomerChoices
    field_map: FieldMap
    entity: Entity = Entity.CUSTOMERS
    blind: bool = True
    #: The id of the account with a name, or nothing; None where contacts have no accounts. It may raise `Unfit`.
    account_id: Callable[[str], str] | None = None
    #: Whether the account with a name was deleted in Zoho, and none of that name is there.
    account_deleted: Callable[[str], bool] = lambda name: False
    #: Columns that another kind of Zoho record rules: here they only go to Zoho, or two would overwrite each other.
    ruled: frozenset[str] = frozenset()
    #: The contacts of which somebody with this address is a person besides the primary one, in words; or nothing.
    companies_of: Callable[..., str] = lambda email, person_id="": ""
    #: Whether contacts are made for every user, or only for those that a person or an order asks for.
    by_itself: bool = True
    #: What the store empties by itself, so that nothing follows from its being empty.
    losses: Losses = NO_LOSSES

    @property
    def rules(self) -> Rules:
        """The merchant's rules for customers."""
        choices = self.choices
        create_in = {
            Side.ZOHO: choices.create_in_zoho and self.by_itself,
            Side.CSCART: choices.create_in_cscart and self.entity is Entity.CUSTOMERS,
        }
        return Rules(
            noun="customer",
            nouns="customers",
            merges=True,
            create_in=create_in,
            chosen_too=self.entity is Entity.CUSTOMERS,
            why_not={} if self.by_itself else {Side.ZOHO: WITH_THE_ORDER},
            mark_inactive=frozenset({Side.CSCART} if choices.when_deleted == "disable" else ()),
            key=BY_EMAIL if self.entity is Entity.CUSTOMERS or self.by_itself else BY_EMAIL_LATER,
            brake_percent=choices.brake_percent,
            brake_minimum=choices.brake_minimum,
            brake_new=choices.brake_new,
            full_look_hours=choices.full_look_hours,
        )

    @property
    def stock_choices(self) -> ProductChoices | None:
        return None

    def _row(self, field: str) -> FieldRow | None:
        return self.field_map.rows.get(field)

    # What is compared

    def synced_fields(self) -> tuple[str, ...]:
        """The mapped fields that are kept alike; those that are written only once are not compared."""
        rows = self.field_map.rows.items()
        return tuple(name for name, row in rows if row.mode is not Mode.IF_NEW and self._in_use(name))

    def _in_use(self, field: str) -> bool:
        return field != ACCOUNT or self.choices.account_for_company

    def owner(self, field: str) -> Owner:
        """A field that goes only one way belongs to the side it comes from."""
        row = self._row(field)
        if row is None:
            return Owner.NOBODY
        if row.column in self.ruled:
            return Owner.CSCART
        if row.direction is Direction.BOTH:
            return row.owner
        return Owner.CSCART if row.direction is Direction.TO_ZOHO else Owner.ZOHO

    def may_write(self, field: str, target: Side, held: Value) -> bool:
        row = self._row(field)
        if row is None or row.mode is Mode.IF_NEW or not row.direction.allows(target):
            return False
        if target is Side.CSCART and row.column in self.ruled:
            return False
        if not self.field_map.fields[field].writable and target is Side.ZOHO:
            return False
        if target is Side.CSCART and not self._writable_in_store(field, row):
            return False
        return row.mode is not Mode.IF_EMPTY or self.yields(field, held)

    def only_fills(self, field: str) -> bool:
        row = self._row(field)
        return row is not None and row.mode is Mode.IF_EMPTY

    def _writable_in_store(self, field: str, row: FieldRow) -> bool:
        column = self.field_map.columns[row.column]
        seen = column.shown or not self.blind
        return column.writable and (seen or self.owner(field) is Owner.ZOHO)

    def check_waits(self, field: str, target: Side, value: Value) -> None:
        """A field that became read-only in Zoho: what the store has changed stays there and waits."""
        row, described = self._row(field), self.field_map.fields[field]
        if target is not Side.ZOHO or described.writable or row is None or row.mode is Mode.IF_NEW:
            return
        if row.direction.allows(Side.ZOHO):
            raise Unfit(
                f'The user who connected Zoho may not change "{described.label}" there; {forms.quoted(value)} waits.',
                field=field,
                advice='Give that user the right in Zoho, or choose "to CS-Cart" for it under Field mapping.',
            )

    def not_taken(self, field: str, sent: Value, before: Value, held: Value) -> Unfit | None:
        if held == sent or held != before or self.yields(field, sent) or field not in self.field_map.rows:
            return None
        label = self.field_map.fields[field].label
        kept = "nothing" if self.yields(field, held) else forms.quoted(held)
        return Unfit(
            f'Zoho took the change of "{label}" and kept {kept}; {forms.quoted(sent)} waits.',
            field=field,
            advice="It may be read-only for the user who connected Zoho: give that user the right there, or choose "
            '"to CS-Cart" for it under Field mapping.',
        )

    def yields(self, field: str, value: Value) -> bool:
        return value is None or value == ""

    def agree(self, field: str, cscart: Value, zoho: Value) -> bool:
        if cscart == zoho or (self.yields(field, cscart) and self.yields(field, zoho)):
            return True
        if self._lost_its_account(field, cscart, zoho):
            return True
        if self._ignores_case(field) and isinstance(cscart, str) and isinstance(zoho, str):
            return folded(cscart) == folded(zoho)
        if isinstance(zoho, str) and text.all_it_keeps(
            zoho, str(cscart or ""), keeps_all=self.field_map.ways.keeps_all
        ):
            return True
        form = self.field_map.type_of(field)
        if form is FieldType.STATE:
            return self.field_map.ways.places.same_state(str(cscart), str(zoho))
        if form is FieldType.CHOICES:
            return forms.same_choices(str(cscart), str(zoho), self.field_map.fields[field])
        if self._is_choice_renamed(field, cscart, zoho):
            return True
        return self._same(field, cscart, Side.ZOHO, zoho) or self._same(field, zoho, Side.CSCART, cscart)

    def _is_choice_renamed(self, field: str, one: Value, other: Value) -> bool:
        """Whether two values are one choice that an administrator of Zoho has renamed."""
        described = self.field_map.fields.get(field)
        if described is None or not described.renamed:
            return False
        return forms.same_choices(str(one), str(other), described)

    def arrived(self, field: str, sent: Value, held: Value) -> bool:
        return super().arrived(field, sent, held) or self._is_choice_renamed(field, sent, held)

    def same_at_first(self, field: str, cscart: Value, zoho: Value) -> bool:
        """One address or phone that each side has written in its own way is one when they are paired."""
        row = self._row(field)
        if row is None or self.yields(field, cscart):
            return False
        if self.field_map.type_of(field) is FieldType.PHONE:
            return _dialled(str(cscart)) == _dialled(str(zoho))
        if row.column.partition("_")[2] not in ADDRESS_LINES:
            return False
        return places.bare(str(cscart)) == places.bare(str(zoho))

    def is_edit(self, field: str, side: Side, before: Value, now: Value) -> bool:
        """Where 1970-01-01 begins at 0 in the store, its birthday and none are one to it.

        A state that is told in other words, because the store has told what it calls it, is still that state; and a
        choice that an administrator has renamed is still that choice.
        """
        row = self._row(field)
        if before and now and self._is_choice_renamed(field, before, now):
            return False
        if row is not None and before and now and self.field_map.type_of(field) is FieldType.STATE:
            return not self.field_map.ways.places.same_state(str(before), str(now))
        if side is Side.ZOHO and field == ACCOUNT and self.yields(field, now):
            return not self.account_deleted(str(before))  # Zoho has taken it out, and no person
        if side is Side.CSCART and row is not None and row.column == "birthday" and self.yields(field, now):
            return not days.begins_at_zero(str(before), self.field_map.ways.zone)
        return True

    def consent(self, field: str, source: Side, cscart: Values, zoho: Values) -> Consent:
        """What an old store may have emptied by itself empties nothing in Zoho before a person has said so."""
        return Consent.ASK if source is Side.CSCART and self._may_be_lost(field, cscart) else Consent.FREE

    def _lost_its_account(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether a contact has no account because Zoho has taken out one that was deleted: the company is kept."""
        if field != ACCOUNT or not self.yields(field, zoho) or self.yields(field, cscart):
            return False
        return self.account_deleted(str(cscart))

    def _may_be_lost(self, field: str, cscart: Values) -> bool:
        row = self._row(field)
        emptied = row is not None and self.yields(field, cscart.get(field))
        return emptied and row is not None and self.losses.may_have_emptied(row.column, cscart)

    def why_asked(self, field: str, cscart: Values) -> str:
        return WHY_ASKED if self._may_be_lost(field, cscart) else ""

    def _same(self, field: str, value: Value, target: Side, held: Value) -> bool:
        try:
            return self.project(field, value, target) == held
        except Unfit:
            return False

    def _ignores_case(self, field: str) -> bool:
        """Customers are paired by e-mail and accounts by name, case ignored: a different case is no difference."""
        return self._is_email(field) or field == ACCOUNT

    def _is_email(self, field: str) -> bool:
        row = self._row(field)
        return row is not None and row.column == "email"

    # What is written

    def project(self, field: str, value: Value, target: Side) -> Value:
        if self.yields(field, value):
            self._check_needed(field, target)
            return ""
        row = self._row(field)
        if row is None:
            return value
        if isinstance(value, str):
            if target is Side.ZOHO:
                self._check_account(field, value)
                limit = self.field_map.fields[field].limit
            else:
                if row.column in STRICT_COLUMNS:
                    value = names.for_store(value, keeps_all=self.field_map.ways.keeps_all)
                limit = self.field_map.columns[row.column].limit
            value = self._fitting(field, value, limit, target)
        return self._in_form(field, value, target)

    def _in_form(self, field: str, value: Value, target: Side) -> Value:
        """The value as the side tells it back. Raises `Unfit` for this field where it could not be kept as it is."""
        try:
            column = self.field_map.column(field)
            if target is Side.CSCART:
                value = self._as_store_calls_it(field, value, column)
                forms.to_cscart(value, column, self.field_map.ways)
                return forms.choice_meant(str(value), column) if column.ids else value
            if column.ids and value not in column.choices:
                raise Unfit(
                    f'The store keeps {forms.quoted(value)} for "{column.title}", which is none of its choices.',
                    advice="Choose one there; if this one is new, look at the store again on its page.",
                )
            described, form = self.field_map.fields[field], self.field_map.type_of(field)
            written = forms.to_zoho(value, described, form, self.field_map.ways)
            return forms.from_zoho(written, form) if described.type in FORMED else value
        except Unfit as error:
            raise Unfit(str(error), field=field, advice=error.advice) from error

    def _as_store_calls_it(self, field: str, value: Value, column: Column) -> Value:
        """A choice of Zoho that the store still has under an older name."""
        described = self.field_map.fields[field]
        here = {each.casefold(): each for each in column.choices}
        if described.type is not FieldType.CHOICE or str(value).casefold() in here:
            return value
        former = (here[word] for word, now in described.renamed.items() if now == value and word in here)
        return next(former, value)

    def _check_needed(self, field: str, target: Side) -> None:
        row = self._row(field)
        if target is Side.CSCART and row is not None and row.column == "email":
            raise Unfit(
                "The contact has no e-mail address in Zoho any more; the store's user cannot be without one.",
                field=field,
                advice="Enter one in Zoho, or settle it for the store on the customer's page.",
            )
        if target is Side.ZOHO and self.field_map.fields[field].needed:
            label = self.field_map.fields[field].label
            raise Unfit(f'Zoho needs "{label}", and the store has nothing for it.', field=field)

    def _check_account(self, field: str, value: str) -> None:
        """A contact goes into an account that is there: the chapter before has made what was needed."""
        if field == ACCOUNT and self.account_id is not None and not self.account_id(value):
            raise missing_account(value)

    def _fitting(self, field: str, value: str, limit: int | None, target: Side) -> str:
        form = self.field_map.type_of(field)
        if limit is not None and len(value) > limit and form not in (FieldType.COUNTRY, FieldType.STATE):
            label = self.field_map.fields[field].label
            raise Unfit(
                f"{label} {forms.quoted(value)} has {len(value)} characters; {target.title} takes {limit}.",
                field=field,
                advice="Shorten it, or map the field to one that holds more.",
            )
        return value

    # What a new record is made of

    def for_creation(self, id: str, values: Values, target: Side) -> dict[str, Value]:
        """Every mapped value that there is, but for what the other side could not keep.

        A user without e-mail gets a placeholder, under `@email`.
        """
        made: dict[str, Value] = {}
        for field, row in self.field_map.rows.items():
            if not self._goes_into_new(field, row, target) or self.yields(field, values.get(field)):
                continue
            try:
                made[field] = self.project(field, values[field], target)
            except Unfit:
                if not self.may_lack(field, target):
                    raise
        if target is Side.CSCART:
            email = next((made[name] for name in made if self._is_email(name)), "")
            made["@email"] = email or placeholder(id, self.choices.placeholder_domain)
            if "status" in values:
                made["status"] = values["status"]
        else:
            self._name(made, values)
        return made

    def _goes_into_new(self, field: str, row: FieldRow, target: Side) -> bool:
        if not self._in_use(field):
            return False
        if target is Side.ZOHO:
            return self.field_map.fields[field].writable
        return self.field_map.columns[row.column].writable

    def _name(self, made: dict[str, Value], values: Values) -> None:
        """Zoho takes no contact without a (last) name: the next best one the user has. Raises `Unfit`."""
        needed = "Last_Name" if self.field_map.module is Module.CONTACT else "contact_name"
        if made.get(needed):
            return
        best = [values.get("@lastname"), values.get("@firstname"), values.get("@company"), values.get("@email")]
        name = next((str(each) for each in best if each), "").split("@")[0]
        if not name:
            raise Unfit("The user has neither a name nor a company nor an e-mail address.")
        made[needed] = self._fitting(needed, name, self.field_map.fields[needed].limit, Side.ZOHO)

    def label(self, field: str) -> str:
        described = self.field_map.fields.get(field)
        return described.label if described is not None else field

    def may_lack(self, field: str, target: Side) -> bool:
        """All but what a contact is found by, and what Zoho needs."""
        described = self.field_map.fields.get(field)
        named = field in ("Last_Name", "contact_name")
        return described is not None and not (described.needed or named or self._is_email(field))

    def creation_key(self, key: str, sent: Values, target: Side) -> str:
        return str(sent["@email"]) if target is Side.CSCART else key

    def passes_by(self, values: Values, target: Side) -> str:
        """Nothing is made of a person who has become anonymous, nor of one of another contact: orders name that one."""
        if values.get(f"@{ANONYMOUS}"):
            return MADE_ANONYMOUS
        companies = self.companies_of(str(values.get("@email") or "")) if target is Side.ZOHO else ""
        return known_as_person(companies).for_people() if companies else ""

    def lives_on(self, left: Values, gone: Values, side: Side) -> str:
        """Two contacts of Inventory were merged: the person of the one that is gone is one of the other's."""
        if side is not Side.CSCART:
            return ""
        companies = self.companies_of(str(left.get("@email") or ""), str(gone.get(PERSON_ID) or ""))
        return f"The customer is a contact person of {companies} now; orders are booked there." if companies else ""

    def remark(self, cscart: Values, zoho: Values) -> str:
        """What one side has to do without: the store signs that it cannot keep, Zoho an account that was deleted."""
        if ACCOUNT in self.synced_fields() and self._lost_its_account(ACCOUNT, cscart.get(ACCOUNT), zoho.get(ACCOUNT)):
            return f"The account {forms.quoted(cscart[ACCOUNT])} was deleted in Zoho CRM; the store keeps the company."
        without = [
            name
            for name in self.synced_fields()
            if text.damaged_by_store(str(zoho.get(name) or "")) and cscart.get(name) != zoho[name]
        ]
        told = [
            f"{self.label(name)} is {forms.quoted(cscart.get(name))} there and {forms.quoted(zoho[name])} in Zoho"
            for name in without
            if self.agree(name, cscart.get(name), zoho[name])
        ]
        return text.left_out(", ".join(told), str(zoho[without[0]])) if told else ""

    def erased(self, cscart: Values, zoho: Values, base_zoho: Values) -> str | None:
        """A user without a person is nobody's edit: whether Zoho has to forget, too, the merchant decides and does.

        It is settled once nothing in Zoho is as it was when both sides last agreed.
        """
        if not cscart.get(f"@{ANONYMOUS}"):
            return None
        left = [
            self.field_map.fields[name].label
            for name in self.synced_fields()
            if name != ACCOUNT and not self.yields(name, zoho.get(name)) and zoho[name] == base_zoho.get(name)
        ]
        if not left:
            return ""
        return (
            f"{MADE_ANONYMOUS} Nothing of this customer goes over any more, either way. Zoho still has as it was: "
            f"{', '.join(left)}. If that has to be erased, too, change it in Zoho or delete the contact there."
        )

    def made_distinct(self, sent: Values, key: str, target: Side) -> dict[str, Value] | None:
        """Zoho Inventory takes a contact's name only once (code 3062): the e-mail makes it different."""
        if target is not Side.ZOHO or self.field_map.module is not Module.INVENTORY:
            return None
        limit, tail = self.field_map.fields["contact_name"].limit or 200, f" ({key})"
        return {**sent, "contact_name": str(sent["contact_name"])[: limit - len(tail)].rstrip() + tail}

    def key_field(self) -> str:
        return next((name for name in self.field_map.rows if self._is_email(name)), "")

    def stepping_aside(self, zoho_id: str, target: Side) -> dict[str, Value]:
        """Nothing, as a contact without an address has it: the store takes the placeholder for it."""
        nothing: dict[str, Value] = {self.key_field(): ""}
        if target is Side.ZOHO:
            return nothing
        return {**nothing, "@email": placeholder(zoho_id, self.choices.placeholder_domain)}

    def when_made(self, sent: Values, target: Side) -> dict[str, Value]:
        return {"status": ACTIVE} if "status" in sent else {}


def _dialled(phone: str) -> str:
    """What of a phone is dialled, without the signs that people write between."""
    return "".join(sign for sign in phone.casefold() if sign.isalnum())


@dataclass(frozen=True)
class AccountMap(Plain):
    """`RecordMap` of the store's companies and the accounts of Zoho CRM.

    Two that have the same name are the same company; nothing else of them is
    compared, because all users of a company share its account.
    """

    choices: CustomerChoices
    field_map: FieldMap
    entity: Entity = Entity.ACCOUNTS

    @property
    def rules(self) -> Rules:
        """The merchant's rules for accounts."""
        choices = self.choices
        return Rules(
            noun="account",
            nouns="accounts",
            create_in={Side.ZOHO: choices.create_in_zoho and choices.account_for_company, Side.CSCART: False},
            why_not={Side.CSCART: "No user of the store has this company. It comes with its contacts: import those."},
            mark_inactive=frozenset(),
            key=BY_NAME,
            brake_percent=choices.brake_percent,
            brake_minimum=choices.brake_minimum,
            brake_new=choices.brake_new,
            full_look_hours=choices.full_look_hours,
        )

    @property
    def stock_choices(self) -> ProductChoices | None:
        return None

    def synced_fields(self) -> tuple[str, ...]:
        return ()

    def owner(self, field: str) -> Owner:
        return Owner.NOBODY

    def may_write(self, field: str, target: Side, held: Value) -> bool:
        return False

    def yields(self, field: str, value: Value) -> bool:
        return value is None or value == ""

    def agree(self, field: str, cscart: Value, zoho: Value) -> bool:
        return cscart == zoho

    def project(self, field: str, value: Value, target: Side) -> Value:
        return value

    def for_creation(self, id: str, values: Values, target: Side) -> dict[str, Value]:
        """A new account has its name, and of its first user what the merchant has mapped for new accounts."""
        made: dict[str, Value] = {}
        for field in self.field_map.rows:
            value, described = values.get(field), self.field_map.fields[field]
            if self.yields(field, value) or not described.writable:
                continue
            if isinstance(value, str) and described.limit is not None and len(value) > described.limit:
                if field == ACCOUNT:
                    raise Unfit(f"The company name has {len(value)} characters; Zoho takes {described.limit}.")
                continue
            made[field] = value
        return made

    def may_lack(self, field: str, target: Side) -> bool:
        described = self.field_map.fields.get(field)
        return field != ACCOUNT and described is not None and not described.needed

    def creation_key(self, key: str, sent: Values, target: Side) -> str:
        return key

    def made_distinct(self, sent: Values, key: str, target: Side) -> dict[str, Value] | None:
        return None

    def when_made(self, sent: Values, target: Side) -> dict[str, Value]:
        return {}


def values_of_first(rows: Mapping[str, FieldRow], user: Values) -> dict[str, Value]:
    """The values of an account as its first user tells them: by Zoho field from the user's columns."""
    return {name: user[f"@{row.column}"] for name, row in rows.items() if f"@{row.column}" in user}
