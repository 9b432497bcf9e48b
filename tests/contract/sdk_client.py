"""What Zoho's own SDK makes of the simulated CRM. Run as a program: addresses and keys come on standard input.

The SDK keeps global state and writes files; so it has a process and a folder of its own.
"""

import json
import sys
from typing import Any


def main(told: dict[str, str]) -> dict[str, Any]:
    from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
    from zohocrmsdk.src.com.zoho.api.authenticator.store import TokenStore
    from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
    from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
    from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

    class Memory(TokenStore):
        """Tokens in memory, instead of in a readable file."""

        def __init__(self) -> None:
            self.token: Any = None

        def find_token(self, token: Any) -> Any:
            return self.token

        def save_token(self, token: Any) -> None:
            token.set_id("1")
            self.token = token

        def delete_token(self, id: Any) -> None:
            self.token = None

        def get_tokens(self) -> list[Any]:
            return [self.token] if self.token else []

        def delete_tokens(self) -> None:
            self.token = None

        def find_token_by_id(self, id: Any) -> Any:
            return self.token

    environment = DataCenter.Environment(told["api_url"], told["accounts_url"] + "/oauth/v2/token", told["api_url"])
    token = OAuthToken(told["client_id"], told["client_secret"], refresh_token=told["refresh_token"])
    config = SDKConfig(auto_refresh_fields=False, pick_list_validation=False)
    Initializer.initialize(
        environment=environment, token=token, store=Memory(), sdk_config=config, resource_path=told["folder"]
    )
    account = upsert("Accounts", {"Account_Name": "Example SDK Ltd"})
    contact = upsert("Contacts", {"Last_Name": "Sample", "First_Name": "Sdk", "Email": "sdk@example.com"})
    again = upsert("Contacts", {"Last_Name": "Renamed", "Email": "SDK@example.com"})
    return {
        "account": account,
        "contact": contact,
        "again": again,
        "fields": fields("Contacts"),
        "accounts": records("Accounts", ["Account_Name"]),
        "contacts": records("Contacts", ["Last_Name", "Email"]),
    }


def upsert(module: str, values: dict[str, str]) -> dict[str, str]:
    from zohocrmsdk.src.com.zoho.crm.api.record import ActionWrapper, BodyWrapper, Record, RecordOperations

    record = Record()
    for name, value in values.items():
        record.add_key_value(name, value)
    body = BodyWrapper()
    body.set_data([record])
    answer = RecordOperations(module).upsert_records(body).get_object()
    if not isinstance(answer, ActionWrapper):
        return {"refused": type(answer).__name__}
    (done,) = answer.get_data()
    return {
        "code": done.get_code().get_value(),
        "action": done.get_action().get_value() if done.get_action() else "",
        "id": str(done.get_details()["id"]),
    }


def fields(module: str) -> list[str]:
    from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations, GetFieldsParam
    from zohocrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap

    parameters = ParameterMap()
    parameters.add(GetFieldsParam.module, module)
    answer = FieldsOperations().get_fields(parameters).get_object()
    return [field.get_api_name() for field in answer.get_fields()]


def records(module: str, names: list[str]) -> list[dict[str, str]]:
    from zohocrmsdk.src.com.zoho.crm.api.header_map import HeaderMap
    from zohocrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
    from zohocrmsdk.src.com.zoho.crm.api.record import GetRecordsParam, RecordOperations

    parameters = ParameterMap()
    parameters.add(GetRecordsParam.fields, ",".join(names))
    answer = RecordOperations(module).get_records(parameters, HeaderMap()).get_object()
    return [{"id": str(row.get_id()), **{n: row.get_key_value(n) for n in names}} for row in answer.get_data()]


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin)), default=str))
