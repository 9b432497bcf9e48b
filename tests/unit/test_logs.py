"""Lines of the log: what they carry, and what never stands in one."""

import json
import logging
from typing import Any

import pytest

from cscart_zoho import errors, logs
from cscart_zoho.logs import JsonLines, TextLines, about, ids, keep_out, one_line

SHORT, LONG = "canary-6612", "canary-6612-and-more"
FORMS = [TextLines, JsonLines]


@pytest.fixture(autouse=True)
def _no_secrets_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_always", {})
    monkeypatch.setattr(logs, "_remembered", {})


def line(
    form: type[logging.Formatter], message: str, *args: Any, name: str = "cscart_zoho.example", **more: Any
) -> str:
    record = logging.LogRecord(name, logging.INFO, "example.py", 1, message, args, None)
    record.created = 1_772_625_600.25
    record.__dict__.update(more)
    return form().format(record)


def failing(form: type[logging.Formatter], error: Exception) -> str:
    try:
        raise error
    except Exception as caught:
        raised = (type(caught), caught, caught.__traceback__)
    record = logging.LogRecord("cscart_zoho.example", logging.ERROR, "example.py", 1, "It failed: %s", (error,), raised)
    return form().format(record)


def test_a_line_for_people_has_the_time_in_utc_and_says_what_it_is_about() -> None:
    with about(run=12, store=3, entity="products"), about(cscart_id="77", zoho_id=""):
        said = line(TextLines, "refused: %s", "The name is taken.")
    assert said == (
        "2026-03-04T12:00:00.250Z INFO cscart_zoho.example: refused: The name is taken. "
        "[run=12 store=3 entity=products cscart_id=77]"
    )


def test_a_line_for_machines_is_one_object_with_the_same() -> None:
    with about(run=12, store=3, entity="products"):
        said = json.loads(line(JsonLines, "refused", calls=4))
    assert said == {
        "time": "2026-03-04T12:00:00.250Z",
        "level": "INFO",
        "logger": "cscart_zoho.example",
        "message": "refused",
        "run": 12,
        "store": 3,
        "entity": "products",
        "calls": 4,
    }


def test_figures_stand_together() -> None:
    counts = {"writes": 3, "name": 1, "by": "whom"}
    assert "[counts.writes=3 counts.name=1]" in line(TextLines, "done", counts=counts)
    assert json.loads(line(JsonLines, "done", counts=counts))["counts"] == {"writes": 3, "name": 1}


def test_a_block_that_has_ended_leaves_nothing_behind() -> None:
    with pytest.raises(ValueError, match="out of it"), about(run=1):
        raise ValueError("out of it")
    assert "run=" not in line(TextLines, "later")


def test_many_records_are_named_by_the_first_ones() -> None:
    assert ids(["1", "", "2"]) == "1,2"
    assert ids([str(n) for n in range(112)]) == "0,1,2,3,4,5,6,7,8,9 and 102 more"


# Secrets


@pytest.mark.parametrize("form", FORMS)
def test_of_two_secrets_the_longer_one_goes_first(form: type[logging.Formatter]) -> None:
    keep_out(SHORT)
    keep_out(LONG)
    said = line(form, f"{SHORT} and {LONG}.")
    assert "*** and ***." in said
    assert "and-more" not in said


def every_error() -> list[type[errors.ConnectorError]]:
    found, waiting = [], [errors.ConnectorError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [*every_error(), ValueError, KeyError, OSError, UnicodeError])
def test_no_error_brings_a_secret_into_the_log(kind: type[Exception], form: type[logging.Formatter]) -> None:
    keep_out(LONG)
    error = kind(f"The remote said: {LONG}")
    error.__cause__ = RuntimeError(f"and before that {LONG}")
    said = failing(form, error)
    assert "canary" not in said
    assert "RuntimeError" in said


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_its_other_spellings(form: type[logging.Formatter]) -> None:
    keep_out('canary "7/8" ü')
    for spelling in ('canary "7/8" ü', "canary%20%227%2F8%22%20%C3%BC", 'canary \\"7/8\\" \\u00fc'):
        assert "canary" not in line(form, "said %s", spelling)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "words",
    [
        "Authorization: Zoho-oauthtoken 1000.canary.canary",
        "Authorization: Basic Y2FuYXJ5OmNhbmFyeQcanary",
        '{"refresh_token": "canary-unknown"}',
        "POST /token?client_secret=canary-unknown&x=1",
        f"the code 1000.{'c' * 32}.{'a' * 32} is used up",
    ],
)
def test_what_looks_like_a_secret_is_struck_out_unknown_as_it_is(words: str, form: type[logging.Formatter]) -> None:
    said = line(form, words)
    assert "***" in said
    assert "canary" not in said
    assert "c" * 32 not in said


def test_ordinary_words_and_ids_stay() -> None:
    words = "Refused (code 57): You are not authorized; item 460000000012345 keeps the token: expired."
    assert words in line(TextLines, words)


def test_old_secrets_make_room_and_those_of_the_process_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "REMEMBERED", 3)
    keep_out("of-the-process", always=True)
    for number in range(5):
        keep_out(f"secret-number-{number}")
    said = line(TextLines, "of-the-process secret-number-0 secret-number-4")
    assert said.endswith("*** secret-number-0 ***")


def test_an_address_that_django_refuses_is_told_without_its_secret() -> None:
    path = "/cron/products/Zm9yLWV4YW1wbGUtMTIzNDU2Nzg5MA/"
    said = line(TextLines, "Not Found: %s", path, name="django.request", status_code=404, request=object())
    assert "Not Found: /cron/products/***/ [status_code=404]" in said
    assert "?***" in line(TextLines, "Not Found: /x/?key=abc", name="django.request")


# Forged lines

FORGED = "ok\n2026-03-04T12:00:00.000Z INFO cscart_zoho: all is well\r\x1b[31mred\x1b[0m\u2028\u202egnp"


def test_what_a_remote_says_stays_in_its_line() -> None:
    said = line(TextLines, "refused: %s", FORGED)
    assert said.isprintable()
    assert r"ok\n2026-03-04T12:00:00.000Z" in said
    with about(cscart_id="7\n8"):
        assert r"[cscart_id=7\n8]" in line(TextLines, "refused")


def test_a_traceback_cannot_begin_a_line() -> None:
    first, *others = failing(TextLines, ValueError(FORGED)).split("\n")
    assert first.isprintable()
    assert any("all is well" in other for other in others)
    assert all(other.startswith("    ") and other.isprintable() for other in others)


def test_an_object_for_machines_is_one_line_whatever_it_holds() -> None:
    said = failing(JsonLines, ValueError(FORGED))
    assert said.isprintable()
    assert FORGED in json.loads(said)["exc_info"]


def test_control_characters_become_visible() -> None:
    assert one_line("a\tb\x00c\u202e") == r"a\tb\x00c\u202e"
