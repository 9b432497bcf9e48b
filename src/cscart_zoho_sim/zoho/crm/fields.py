"""The fields of Contacts and Accounts, and how Zoho CRM checks a value.

Names are those of Zoho's own SDK; types and lengths those of its documentation
where they could be found. A client must read them at run time all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cscart_zoho_sim.zoho.crm import refusals
from cscart_zoho_sim.zoho.crm.switches import Switches

#: What Zoho's own form takes as a phone: letters and digits in groups, between them one dot, dash or space, some in
#: brackets, a plus before, an extension after a comma or semicolon. No slash, and no empty brackets.
_PHONE = re.compile(
    r"\+?(?:[.-]?[ ]?[0-9A-Za-z]++|[ ]?\([ .-]?[0-9A-Za-z]++(?:[ .-][0-9A-Za-z]++)*\)[ -]?)+"
    r"(?:[,;]+[0-9A-Za-z]++)*[#;]?"
)
_TYPES = {
    "t": "text",
    "e": "email",
    "p": "phone",
    "x": "textarea",
    "w": "website",
    "k": "picklist",
    "l": "lookup",
    "o": "ownerlookup",
    "b": "boolean",
    "i": "integer",
    "c": "currency",
    "d": "date",
    "z": "datetime",
    "n": "bigint",
    "m": "multiselectpicklist",
    "f": "double",
}

_CONTACTS = (
    "Last_Name:t80! First_Name:t40 Full_Name:t120- Salutation:k120 Email:e100 Secondary_Email:e100 Phone:p50 "
    "Mobile:p30 Home_Phone:p30 Other_Phone:p30 Asst_Phone:p30 Fax:t30 Title:t100 Department:t50 Assistant:t50 "
    "Date_of_Birth:d Lead_Source:k120 Account_Name:l120 Reporting_To:l120 Owner:o120 Email_Opt_Out:b Skype_ID:t50 "
    "Twitter:t50 Description:x32000 Mailing_Street:t250 Mailing_City:t100 Mailing_State:t100 Mailing_Zip:t30 "
    "Mailing_Country:t100 Other_Street:t250 Other_City:t100 Other_State:t100 Other_Zip:t30 Other_Country:t100 "
    "Created_By:o120- Modified_By:o120- Created_Time:z- Modified_Time:z- id:n18-"
)
_ACCOUNTS = (
    "Account_Name:t200! Account_Number:n18 Account_Site:t80 Account_Type:k120 Parent_Account:l120 Phone:p30 Fax:t30 "
    "Website:w255 Ticker_Symbol:t30 Ownership:k120 Industry:k120 Employees:i9 Annual_Revenue:c16 SIC_Code:i9 "
    "Rating:k120 Owner:o120 Description:x32000 Billing_Street:t250 Billing_City:t100 Billing_State:t100 "
    "Billing_Code:t30 Billing_Country:t100 Shipping_Street:t250 Shipping_City:t100 Shipping_State:t100 "
    "Shipping_Code:t30 Shipping_Country:t100 Created_By:o120- Modified_By:o120- "
    "Created_Time:z- Modified_Time:z- id:n18-"
)
_CHOICES = {
    "Salutation": ("-None-", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof."),
    "Lead_Source": ("-None-", "Advertisement", "Online Store", "Web Download"),
    "Industry": ("-None-", "Retail", "Wholesale"),
}
_LOOKUPS = {"Account_Name": "Accounts", "Parent_Account": "Accounts", "Reporting_To": "Contacts"}


@dataclass
class CrmField:
    """One field of a module."""

    api_name: str
    data_type: str
    length: int
    read_only: bool = False
    mandatory: bool = False
    custom: bool = False
    unique: bool = False
    choices: tuple[str, ...] = ()
    #: What choices that were renamed were called when they were made, by what they are called now.
    made_as: dict[str, str] = field(default_factory=dict)
    label: str = ""
    id: str = ""
    lookup: str = field(default="")
    #: What the connected user's profile may not do with it: see it; change it.
    hidden: bool = False
    locked: bool = False

    def described(self) -> dict[str, Any]:
        """The field as `GET /settings/fields` tells it (the keys a client needs)."""
        writable = not (self.read_only or self.locked)
        return {
            "id": self.id,
            "api_name": self.api_name,
            "field_label": self.label or self.api_name.replace("_", " "),
            "display_label": self.label or self.api_name.replace("_", " "),
            "data_type": self.data_type,
            "json_type": _JSON.get(self.data_type, "string"),
            "length": self.length,
            "read_only": not writable,
            "field_read_only": self.read_only or self.api_name == "Owner",
            "system_mandatory": self.mandatory,
            "custom_field": self.custom,
            "visible": True,
            "webhook": True,
            "operation_type": {
                "web_create": writable,
                "api_create": writable,
                "web_update": writable,
                "api_update": writable,
            },
            "unique": {"case_sensitive": False} if self.unique else {},
            "external": None,
            "lookup": {"module": {"api_name": self.lookup}} if self.lookup else {},
            "pick_list_values": [
                {"display_value": each, "actual_value": self.made_as.get(each, each)} for each in self.choices
            ],
        }

    def checked(self, told: object, index: int, switches: Switches) -> object:
        """The value as it is kept. Raises `CrmRefusal` as Zoho does: it never cuts a text."""
        if told is None or told == "":
            return None
        if self.data_type in ("lookup", "ownerlookup"):
            return told
        if self.data_type == "boolean":
            if not isinstance(told, bool):
                raise refusals.invalid(self.api_name, index, expected_data_type="boolean")
            return told
        if self.data_type in ("integer", "currency", "double", "percent"):
            return self._number(told, index)
        if self.data_type == "multiselectpicklist":
            if not isinstance(told, list):
                raise refusals.invalid(self.api_name, index, expected_data_type="jsonarray")
            for each in told:
                self._check_choice(each, index, switches)
            return told
        if self.data_type == "picklist":
            self._check_choice(told, index, switches)
        return self._text(told, index, switches)

    def _check_choice(self, told: object, index: int, switches: Switches) -> None:
        if self.choices and told not in self.choices and not switches.new_choices:
            raise refusals.invalid(self.api_name, index, supported_values=list(self.choices))

    def _number(self, told: object, index: int) -> object:
        whole = self.data_type == "integer"
        if isinstance(told, bool) or not isinstance(told, int if whole else (int, float)):
            raise refusals.invalid(self.api_name, index, expected_data_type=self.data_type)
        if self.length and len(str(abs(int(told)))) > self.length:
            raise refusals.invalid(self.api_name, index, maximum_length=self.length)
        return told

    def _text(self, told: object, index: int, switches: Switches) -> str:
        if not isinstance(told, str):
            raise refusals.invalid(self.api_name, index, expected_data_type="string")
        if self.length and len(told) > self.length:
            raise refusals.invalid(self.api_name, index, maximum_length=self.length)
        if self.data_type == "email" and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", told):
            raise refusals.invalid(self.api_name, index, expected_data_type="email")
        if self.data_type == "phone" and switches.phones == "form" and not _PHONE.fullmatch(told):
            raise refusals.invalid(self.api_name, index, expected_data_type="phone")
        if self.data_type == "website" and re.search(r"\s", told):
            raise refusals.invalid(self.api_name, index, expected_data_type="website")
        if self.data_type == "date":
            try:
                date.fromisoformat(told)
            except ValueError:
                raise refusals.invalid(self.api_name, index, expected_data_type="date") from None
        return told


_JSON = {
    "boolean": "boolean",
    "integer": "integer",
    "currency": "double",
    "double": "double",
    "percent": "double",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
}


def standard_fields(module: str, new_id: Any) -> dict[str, CrmField]:
    """The standard fields of a module by name."""
    table = _CONTACTS if module == "Contacts" else _ACCOUNTS
    return {made.api_name: made for made in (_parsed(text, new_id()) for text in table.split())}


def _parsed(text: str, id: str) -> CrmField:
    name, _, rest = text.partition(":")
    length = re.sub(r"\D", "", rest)
    return CrmField(
        name,
        _TYPES[rest[0]],
        int(length or 0),
        read_only=rest.endswith("-"),
        mandatory=rest.endswith("!"),
        choices=_CHOICES.get(name, ()),
        id=id,
        lookup=_LOOKUPS[name] if rest[0] == "l" else "",
    )


def lookup_id(told: object) -> str:
    """The id of a lookup: an object with an id as text or number, or the id itself."""
    if isinstance(told, Mapping):
        told = told.get("id")
    return str(told) if isinstance(told, (str, int)) and str(told).isdecimal() else ""
