"""`connect` and `disconnect`: both sides, without a browser where possible.

Secrets come from standard input, from the environment or from a hidden prompt,
never as an argument: arguments are seen by everybody on the machine.
"""

import getpass
import os
import secrets
import sys
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from cscart_zoho import app
from cscart_zoho.cli.here import a_store, note, the_organisation, the_store
from cscart_zoho.cli.words import say
from cscart_zoho.cscart.rights import missing_rights, words_of
from cscart_zoho.errors import NotConnected, WrongSetting
from cscart_zoho.jobs.schedule import waiting_for_first_sync
from cscart_zoho.mapping.old_store import Losses
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.zoho.regions import region_of


def read_secret(what: str, *, variable: str, from_stdin: bool) -> str:
    """A secret from standard input, the environment or a hidden prompt. Raises `WrongSetting`."""
    if from_stdin:
        given = sys.stdin.readline().strip()
    elif os.environ.get(variable):
        given = os.environ[variable].strip()
    elif sys.stdin.isatty():
        given = getpass.getpass(f"{what}: ").strip()
    else:
        given = ""
    if not given:
        raise WrongSetting(f"There is no {what}.", advice=f"Give it on standard input or in {variable}.")
    return given


def connect_store(url: str, email: str, *, key_stdin: bool, same_shop: bool = False) -> None:
    """Try the store with this key, and keep both when it answers.

    `same_shop`: it is the shop that links were made with. Raises `WrongSetting` where it shows something else.
    """
    key = read_secret("API key of the store", variable="CSCART_ZOHO_STORE_KEY", from_stdin=key_stdin)
    store = the_store()
    store.url, store.email, store.api_key = url.strip().rstrip("/"), email.strip(), key
    told = app.connect_store(store, same_shop=same_shop)  # raises before anything that works now is replaced
    if store.zoho is None:
        store.zoho = ZohoOrganisation.objects.order_by("pk").first()
        store.save(update_fields=["zoho"])
    note("store connected", store.url)
    say(f"Connected to the store {store.url}.")
    _tell_links(told)
    for right in missing_rights(store.capabilities):
        say(words_of(right))
    if words := Losses.of(store.capabilities).in_words():
        say(words)
    say("Next: `cscart-zoho connect zoho`, or `cscart-zoho doctor` to see what this store can do.")


def connect_zoho(region: str, client_id: str, *, secret_stdin: bool, code: str, organisation_id: str) -> None:
    """Exchange a Self Client code, or lead through the authorise page."""
    region_of(region)  # raises for a data centre that does not exist, before anything is saved
    secret = read_secret("client secret", variable="CSCART_ZOHO_CLIENT_SECRET", from_stdin=secret_stdin)
    org = the_organisation()
    if org.connected and (org.region, org.client_id) != (region, client_id.strip()):
        raise WrongSetting(
            f"Zoho is connected already, with another client or data centre ({org.region}).",
            advice="Run `cscart-zoho disconnect zoho` first.",
        )
    works = org.connected
    org.region, org.client_id, org.client_secret = region, client_id.strip(), secret
    if organisation_id:
        org.organization_id = organisation_id
    if not works:  # a connection that works keeps its secret until Zoho has taken the new one
        org.save()
    Store.objects.filter(zoho=None).update(zoho=org)
    if code:
        told = app.connect_zoho(org, code=code, self_client=True)
    else:
        ended = _by_the_authorise_page(org)
        if ended is None:
            return
        told = ended
    note("Zoho connected", str(org))
    say(f"Connected to Zoho: {org} ({org.plan or 'plan unknown'}).")
    _tell_links(told)
    if words := app.approval_words(org):
        say(words)
    for _, well, words in app.check_zoho(org):
        if not well:
            say(words)
    if entities := waiting_for_first_sync(the_store()):
        say(
            "Nothing is synced by itself yet. Next: `cscart-zoho sync products --dry-run` shows what would be done and "
            "writes nothing; without --dry-run it starts the first sync, and from then on the schedule goes on. The "
            f"same goes for each of: {', '.join(entities)}."
        )


def _by_the_authorise_page(org: ZohoOrganisation) -> str | None:
    """Print the address, and take the address that the browser ends at; what follows. None without a terminal."""
    state = secrets.token_urlsafe(32)
    say("Zoho's API console must have this redirect address for the client, exactly like this:")
    say(f"  {settings.CSCART_ZOHO_PUBLIC_URL}/zoho/callback/")
    say("Open this address in a browser and accept:")
    say(f"  {app.authorise_url(org, state=state)}")
    if not sys.stdin.isatty():
        say("Without a terminal, finish on the panel's Zoho page, or use --code with a Self Client code.")
        say(f"The permissions to enter for a Self Client code: {app.scopes()}")
        return None
    ended_at = input("Then paste the whole address that the browser was sent to: ")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(ended_at.strip()).query).items()}
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise NotConnected(
            "That address does not belong to this attempt.",
            advice="Start again, and paste the address of the page that opens after Accept.",
        )
    if "code" not in answer:
        raise NotConnected(f"Zoho gave no code: {answer.get('error', 'the request was not accepted')}.")
    return app.connect_zoho(
        org,
        code=answer["code"],
        location=answer.get("location", ""),
        accounts_server=answer.get("accounts-server", ""),
    )


def _tell_links(told: str) -> None:
    """What has become of the links. Raises `WrongConnection` where they were made with another shop or organisation."""
    if wrong := wrong_connection(the_store()):
        raise wrong
    if told:
        say(told)


def start_anew(*, sure: bool) -> None:
    """Set the links aside, and go on with the shop and the organisation that are connected now."""
    store = a_store()
    wrong = wrong_connection(store)
    if wrong is not None and not sure:
        raise WrongSetting(str(wrong), advice="Add --yes to set these links aside and to pair anew.")
    told = app.start_anew(store)
    note("started anew", told)
    say(told)


def disconnect_zoho() -> None:
    """Revoke the token at Zoho and erase it here."""
    org = the_organisation()
    if not org.refresh_token:
        say("Zoho is not connected.")
        return
    warning = app.disconnect_zoho(org)
    note("Zoho disconnected", str(org))
    say("Zoho is disconnected; the token is erased here" + ("." if warning else " and revoked there."))
    if warning:
        say(warning)
