"""Which runner hands out the runs, and what a wrong choice is told."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from cscart_zoho import settings
from cscart_zoho.jobs.ports import the_runner
from cscart_zoho.jobs.runner import LeaseRunner


def test_the_lease_runner_is_the_default() -> None:
    assert isinstance(the_runner(), LeaseRunner)
    assert settings._runner("lease") == "lease"


def test_procrastinate_without_postgresql_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="needs PostgreSQL: set CSCART_ZOHO_DATABASE"):
        settings._runner("procrastinate")


def test_another_word_is_refused_with_the_right_ones() -> None:
    with pytest.raises(ImproperlyConfigured, match='"lease" or "procrastinate"'):
        settings._runner("celery")


@pytest.mark.parametrize(("chosen", "missing"), [("procrastinate", "procrastinate"), ("lease", "psycopg")])
def test_a_missing_package_is_named_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, chosen: str, missing: str
) -> None:
    monkeypatch.setattr(settings, "_postgresql", True)
    monkeypatch.setattr(settings, "find_spec", lambda package: None if package == missing else object())
    with pytest.raises(ImproperlyConfigured, match=rf"{missing} is missing.*pip install"):
        settings._runner(chosen)
