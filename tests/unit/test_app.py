"""Connecting, disconnecting and checking both sides, over the simulators: what a person would see of each trouble."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError, NotConnected, WrongSetting
from cscart_zoho.records import Side
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.models import Run, RunState, Step, Store, ZohoOrganisation
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db


@dataclass
class Stage:
    """A world, its faults, and every request that reached it."""

    world: World
    clock: VirtualClock
    faults: FaultPlan = field(default_factory=FaultPlan.none)
    seen: list[tuple[Request, Response]] = field(default_factory=list)

    def transport(self) -> httpx2.BaseTransport:
        return self.world.transport(self.faults, lambda request, response: self.seen.append((request, response)))

    def organisation(self, **changes: Any) -> ZohoOrganisation:
        given = {
            "region": self.world.zoho.region,
            "client_id": self.world.zoho.client_id,
            "client_secret": self.world.zoho.client_secret,
            **changes,
        }
        made: ZohoOrganisation = ZohoOrganisation.objects.create(**given)
        return made

    def store(self, **changes: Any) -> Store:
        here = self.world.description()["cscart"]
        given = {"url": here["url"], "email": here["email"], "api_key": here["key"], **changes}
        made: Store = Store.objects.create(**given)
        return made

    def code(self, scopes: str = "") -> str:
        return self.world.zoho.self_client_code(scopes or app.scopes())

    def consent(self, organisation: ZohoOrganisation) -> dict[str, str]:
        """What the callback is told after a person has accepted, in the data centre where the account lives."""
        query = tuple(parse_qsl(urlsplit(app.authorise_url(organisation, state="example")).query))
        host = urlsplit(self.world.zoho.accounts_url).netloc
        answer = self.world.zoho.handle(
            Request("POST", host, "/oauth/v2/auth", (*query, ("decision", "accept")), {}, b"")
        )
        told = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert told["state"] == ["example"]
        return {key: told[key][0] for key in ("code", "location", "accounts-server")}

    def statuses(self) -> set[int]:
        return {response.status for _, response in self.seen}


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Three products; a test may give a setting of its own by `indirect`."""
    clock = VirtualClock()
    setting = {"per_minute_limit": None, **getattr(request, "param", {})}
    made = Stage(World.synthetic(3, 1, clock=clock, **setting), clock)
    with app.using_transport(made.transport(), clock):
        yield made


def as_kept(organisation: ZohoOrganisation) -> ZohoOrganisation:
    return ZohoOrganisation.objects.get(pk=organisation.pk)


def words(error: ConnectorError) -> str:
    """What a person reads; there is always something to do."""
    assert error.advice
    return error.for_people()


# Connecting Zoho


def test_a_self_client_connects(stage: Stage) -> None:
    organisation = stage.organisation()
    app.connect_zoho(organisation, code=f"  {stage.code()}\n", self_client=True)
    kept = as_kept(organisation)
    assert kept.connected
    assert kept.organization_id == stage.world.zoho.organization_id
    assert kept.name == "Sample Organisation"
    assert kept.connected_at == app.now()
    assert kept.access_token_expires_at == stage.clock.ahead(3600)
    assert set(kept.scopes.split()) == set(app.scopes().split(","))
    assert kept.capabilities["taxes"]
    assert all(well for _, well, _ in app.check_zoho(kept))


def test_consent_in_the_browser_connects(stage: Stage) -> None:
    organisation = stage.organisation()
    told = stage.consent(organisation)
    app.connect_zoho(
        organisation, code=told["code"], location=told["location"], accounts_server=told["accounts-server"]
    )
    assert as_kept(organisation).connected


def test_the_callback_names_the_right_data_centre_and_it_is_taken_over(stage: Stage) -> None:
    organisation = stage.organisation(region="eu")
    told = stage.consent(organisation)
    app.connect_zoho(
        organisation, code=told["code"], location=told["location"], accounts_server=told["accounts-server"]
    )
    kept = as_kept(organisation)
    assert (kept.region, kept.connected) == ("com", True)


@pytest.mark.parametrize("self_client", [True, False], ids=["self client", "browser"])
def test_the_wrong_data_centre_is_told(stage: Stage, self_client: bool) -> None:
    organisation = stage.organisation(region="eu")
    code = stage.code() if self_client else stage.consent(organisation)["code"]
    with pytest.raises(NotConnected) as caught:
        app.connect_zoho(organisation, code=code, self_client=self_client)
    assert "data centre" in words(caught.value)
    assert not as_kept(organisation).connected


def test_a_callback_with_a_foreign_accounts_server_sends_nothing_anywhere(stage: Stage) -> None:
    organisation = stage.organisation()
    with pytest.raises(WrongSetting, match="not Zoho's"):
        app.connect_zoho(organisation, code="x", location="us", accounts_server="https://evil.example")
    assert stage.seen == []
    assert organisation.region == "com"


def test_a_failed_connection_leaves_the_data_centre_as_it_was(stage: Stage) -> None:
    organisation = stage.organisation(region="com")
    with pytest.raises(ConnectorError):
        app.connect_zoho(organisation, code="x", location="in")
    assert organisation.region == "com"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"client_id": "1000.WRONG"}, "client ID"),
        ({"client_secret": "wrong-secret"}, "client secret"),
        ({"client_secret": ""}, "client secret"),
        ({"region": "mars"}, "mars"),
    ],
)
def test_a_wrong_application_is_told(stage: Stage, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        app.connect_zoho(stage.organisation(**changes), code=stage.code(), self_client=True)
    assert sentence in words(caught.value)
    assert "wrong-secret" not in words(caught.value)


def test_a_used_code_is_told(stage: Stage) -> None:
    organisation, code = stage.organisation(), stage.code()
    app.connect_zoho(organisation, code=code, self_client=True)
    with pytest.raises(NotConnected) as caught:
        app.connect_zoho(organisation, code=code, self_client=True)
    assert "new code" in words(caught.value)
    assert as_kept(organisation).connected, "the connection that worked still does"


def test_of_several_organisations_one_has_to_be_named(stage: Stage) -> None:
    other = stage.world.zoho.add_organization("Second Organisation")
    organisation = stage.organisation()
    with pytest.raises(WrongSetting) as caught:
        app.connect_zoho(organisation, code=stage.code(), self_client=True)
    for id in (other, stage.world.zoho.organization_id):
        assert id in words(caught.value)
    assert not stage.world.zoho.accounts.tokens.granted_before(), "the grant that nobody keeps was revoked"
    organisation.organization_id = stage.world.zoho.organization_id
    app.connect_zoho(organisation, code=stage.code(), self_client=True)
    assert as_kept(organisation).name == "Sample Organisation"


def test_an_organisation_that_does_not_exist_is_told(stage: Stage) -> None:
    with pytest.raises(WrongSetting) as caught:
        app.connect_zoho(stage.organisation(organization_id="12345"), code=stage.code(), self_client=True)
    assert "12345" in words(caught.value)
    assert stage.world.zoho.organization_id in words(caught.value)


def test_a_new_connection_ends_the_grant_of_the_old_one(stage: Stage) -> None:
    organisation = stage.organisation()
    app.connect_zoho(organisation, code=stage.code(), self_client=True)
    first = organisation.refresh_token
    app.connect_zoho(organisation, code=stage.code(), self_client=True)
    assert organisation.refresh_token != first
    tokens = stage.world.zoho.accounts.tokens
    assert tokens.refresh(first, stage.clock.now()) is None
    assert tokens.refresh(organisation.refresh_token, stage.clock.now()) is not None


# Tokens


def test_a_token_that_died_early_is_renewed_once(stage: Stage) -> None:
    store = connect(stage.world)
    assert store.zoho is not None
    before = stage.world.zoho.token_calls
    stage.world.zoho.expire_tokens()
    assert all(well for _, well, _ in app.check_zoho(store.zoho))
    assert stage.world.zoho.token_calls == before + 1


def test_refresh_brings_a_new_token_although_the_old_one_lives(stage: Stage) -> None:
    organisation = connect(stage.world).zoho
    assert organisation is not None
    old = organisation.access_token
    app.refresh_token(organisation)
    assert as_kept(organisation).access_token not in {"", old}


def test_a_revoked_token_says_to_connect_again_and_the_panel_knows_it(stage: Stage) -> None:
    store = connect(stage.world)
    assert store.zoho is not None
    stage.world.zoho.revoke_everything()
    ((_, well, sentence),) = app.check_zoho(store.zoho)
    assert not well
    assert "connect again" in sentence
    assert "connect again" in as_kept(store.zoho).trouble
    run = sync(store)
    assert run.state == RunState.FAILED
    assert "connect again" in run.message


def test_a_missing_permission_is_told_and_asks_for_no_storm_of_tokens(stage: Stage) -> None:
    organisation = stage.organisation()
    scopes = "ZohoInventory.items.READ,ZohoInventory.settings.READ"
    app.connect_zoho(organisation, code=stage.code(scopes), self_client=True)
    sentences = []
    for _ in range(20):
        *_, (_, well, sentence) = app.check_zoho(organisation)
        assert not well
        sentences.append(sentence)
        stage.clock.sleep(1)
    assert "permission is missing" in sentences[0]
    assert "accept every permission" in sentences[0]
    assert "ten minutes" in sentences[-1]
    assert stage.world.zoho.token_calls <= 11


# Disconnecting


def test_disconnecting_revokes_and_erases(stage: Stage) -> None:
    organisation = connect(stage.world).zoho
    assert organisation is not None
    assert app.disconnect_zoho(organisation) == ""
    kept = as_kept(organisation)
    assert (kept.refresh_token, kept.access_token, kept.connected, kept.connected_at) == ("", "", False, None)
    assert not stage.world.zoho.accounts.tokens.granted_before() or stage.seen[-1][0].path.endswith("/revoke")
    assert stage.seen[-1][1].status == 200
    assert app.disconnect_zoho(organisation) == "", "a second time does nothing"


@pytest.mark.parametrize("fault", ["timeout_before", "error_500_before", "html_200", "reset", "truncated"])
def test_disconnecting_erases_although_zoho_is_down_and_says_what_is_left_to_do(stage: Stage, fault: str) -> None:
    organisation = connect(stage.world).zoho
    assert organisation is not None
    stage.faults.order(fault)
    warning = app.disconnect_zoho(organisation)
    kept = as_kept(organisation)
    assert "Connected Apps" in warning
    assert (kept.refresh_token, kept.access_token, kept.connected) == ("", "", False)


# Budget


@pytest.mark.parametrize("stage", [{"per_minute_limit": 100}], indirect=True)
def test_the_minute_is_waited_for_in_place_and_zoho_never_has_to_refuse(stage: Stage) -> None:
    organisation = connect(stage.world).zoho
    assert organisation is not None
    stage.clock.sleep(120)
    began = stage.clock.now()
    for _ in range(110):
        assert all(well for _, well, _ in app.check_zoho(organisation))
    assert 429 not in stage.statuses()
    assert 120 < stage.clock.now() - began < 300


def test_when_zoho_asks_for_a_pause_the_call_waits_in_place_and_the_lease_is_renewed(stage: Stage) -> None:
    store = connect(stage.world)
    renewed: list[float] = []
    sides = app.sides_for(store, on_wait=lambda: renewed.append(stage.clock.now()))
    stage.faults.order("throttle_429")
    began = stage.clock.now()
    assert sides.zoho.find("no such SKU") == []
    assert renewed
    assert 1 <= stage.clock.now() - began <= 60


def test_without_calls_left_a_run_pauses_and_goes_on_the_next_day(stage: Stage) -> None:
    stage.world.zoho.switches.rate_limit_headers = False
    store = connect(stage.world)
    ZohoOrganisation.objects.update(daily_limit=1)
    run = sync(Store.objects.get())
    assert run.state == RunState.WAITING
    assert run.not_before is not None
    assert run.not_before > app.now()
    assert "calls" in run.message
    assert store.zoho is not None
    assert calls_left(as_kept(store.zoho), app.now()) == 0


@pytest.mark.parametrize("stage", [{"daily_limit": 6}], indirect=True)
def test_when_zoho_says_that_the_day_is_used_up_nobody_asks_again_for_an_hour(stage: Stage) -> None:
    organisation = connect(stage.world).zoho
    assert organisation is not None
    stage.world.zoho.switches.neutral_words = False
    while all(well for _, well, _ in app.check_zoho(organisation)):
        pass
    asked = len(stage.seen)
    assert "maximum" in app.check_zoho(organisation)[-1][2]
    assert len(stage.seen) == asked


def test_calls_are_counted_for_each_side(stage: Stage) -> None:
    sides = app.sides_for(connect(stage.world))
    sides.zoho.find("x")
    assert sides.calls() == {Side.CSCART: 0, Side.ZOHO: 1}


# The store


def test_a_store_connects_and_is_checked(stage: Stage) -> None:
    store = stage.store(url=" https://store.example.com/admin.php ", trouble="old trouble")
    assert app.connect_store(store) == ""
    kept = Store.objects.get()
    assert (kept.url, kept.trouble, kept.connected) == ("https://store.example.com", "", True)
    assert kept.capabilities["edition"] == "ultimate"
    assert [well for _, well, _ in app.check_store(kept)] == [True] * 7


def test_a_wrong_key_is_told_and_kept_for_the_panel(stage: Stage) -> None:
    store = stage.store(api_key="wrong-key-of-the-example")
    with pytest.raises(NotConnected) as caught:
        app.connect_store(store)
    assert "API key" in words(caught.value)
    kept = Store.objects.get()
    assert (kept.trouble, kept.connected) == (caught.value.for_people(), False)
    assert "wrong-key" not in kept.trouble


@pytest.mark.parametrize("changes", [{"url": ""}, {"email": ""}, {"api_key": ""}])
def test_a_store_that_lacks_something_is_told(stage: Stage, changes: dict[str, str]) -> None:
    with pytest.raises(NotConnected) as caught:
        app.connect_store(stage.store(**changes))
    assert "enter address, e-mail and key" in words(caught.value)
    assert stage.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example.com",
        "ftp://store.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user:canary@store.example.com",
        "https://store.example.com:port",
        "https://[::1",
        "https://exa mple.com",
        "https://",
        "::",
    ],
)
def test_an_address_that_may_not_be_called_is_told(stage: Stage, url: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        app.connect_store(stage.store(url=url))
    assert "address" in words(caught.value) or "https" in words(caught.value)
    assert "canary" not in words(caught.value)
    assert stage.seen == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, html="<html><body>Welcome to my blog</body></html>"),
        httpx2.Response(404, html="<html><body>Not found</body></html>"),
        httpx2.Response(200, json={"hello": "world"}),
        httpx2.Response(200, json=[1, 2]),
        httpx2.Response(200, text="no JSON"),
        httpx2.Response(200, content=b""),
        httpx2.Response(301, headers={"location": "https://www.store.example.com"}),
    ],
    ids=["blog", "404", "JSON", "array", "text", "nothing", "moved"],
)
def test_an_address_that_is_not_a_cscart_store_is_told(stage: Stage, answer: httpx2.Response) -> None:
    with app.using_transport(httpx2.MockTransport(lambda request: answer), stage.clock):
        with pytest.raises(WrongSetting) as caught:
            app.connect_store(stage.store())
        assert "address" in words(caught.value)
        ((_, well, sentence),) = app.check_store(Store.objects.get())
    assert (well, sentence) == (False, caught.value.for_people())


def test_a_store_that_does_not_answer_is_told(stage: Stage) -> None:
    with pytest.raises(ConnectorError) as caught:
        app.connect_store(stage.store(url="https://nobody.example.com"))
    assert "address is right" in words(caught.value)


def test_html_in_the_middle_of_a_run_is_told_and_the_next_run_does_the_rest(stage: Stage) -> None:
    store = connect(stage.world)
    stage.faults.order("html_200", 2)
    assert sync(store).state in {RunState.DONE, RunState.ATTENTION}, "that is borne"
    stage.faults.order("html_200", 3)
    run = sync(store)
    assert run.state == RunState.FAILED
    assert "a web page instead of data" in run.message
    assert sync(store).state in {RunState.DONE, RunState.ATTENTION}


# All together


def test_unconnected_sides_are_named(stage: Stage) -> None:
    store = connect(stage.world)
    Store.objects.update(connected_at=None)
    with pytest.raises(NotConnected, match="store"):
        app.sides_for(Store.objects.get())
    Store.objects.update(zoho=None)
    with pytest.raises(NotConnected, match="Zoho"):
        app.sides_for(Store.objects.get())
    assert store.pk


def test_no_secret_is_in_a_log_an_error_or_a_run(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """The whole way through, with every kind of trouble."""
    caplog.set_level(0)
    store, told = connect(stage.world), list[str]()
    organisation = store.zoho
    assert organisation is not None
    secrets = {store.api_key, organisation.client_secret, organisation.refresh_token, organisation.access_token}
    for fault in ("html_200", "truncated", "error_500_before", "reset", "timeout_before", "token_expired"):
        stage.faults.order(fault, 4)
        sync(store)
        for ask in (lambda: app.probe_store(store), lambda: app.refresh_token(organisation)):
            try:
                told.append(repr(ask()))
            except ConnectorError as error:
                told += [repr(error), error.for_people()]
        told += [sentence for _, _, sentence in (*app.check_store(store), *app.check_zoho(organisation))]
        secrets.add(as_kept(organisation).access_token)
        stage.clock.sleep(700)
    told.append(app.disconnect_zoho(organisation))
    told += Run.objects.values_list("message", flat=True)
    told += Step.objects.values_list("message", flat=True)
    told += Store.objects.values_list("trouble", flat=True)
    told += ZohoOrganisation.objects.values_list("trouble", flat=True)
    told += [repr(store), repr(organisation), caplog.text]
    assert "" not in secrets
    assert not [each for each in told for secret in secrets if secret in each]


def test_pages_of_both_admin_panels_are_named(stage: Stage) -> None:
    store = connect(stage.world)
    assert app.admin_url(store, Side.CSCART, "7") == (
        "https://store.example.com/admin.php?dispatch=products.update&product_id=7"
    )
    assert app.admin_url(store, Side.ZOHO, "9") == (
        f"https://inventory.zoho.com/app/{stage.world.zoho.organization_id}#/inventory/items/9"
    )


def test_time_is_that_of_the_simulation(stage: Stage) -> None:
    assert app.now().timestamp() == stage.clock.now()
