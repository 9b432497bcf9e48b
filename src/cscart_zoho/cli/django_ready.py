"""Django, set up when a command needs it, and sentences for what is missing."""

import os

from cscart_zoho.errors import ConnectorError, WrongSetting


def set_up_django() -> None:
    """Load the settings and the apps. New files are for the present user only.

    Raises `WrongSetting` when the settings themselves cannot be read.
    """
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cscart_zoho.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise WrongSetting(f"{error}", advice="Correct the environment of this process.") from error


def ready(*, logs: str = "WARNING") -> None:
    """Set Django up for a command that needs the ledger.

    `logs` is how much it logs unless the environment says otherwise: what runs on tells
    more than what a person looks at. Raises `WrongSetting` when there is no key, no database or an old one.
    """
    os.environ.setdefault("CSCART_ZOHO_LOG_LEVEL", logs)
    set_up_django()
    from django.conf import settings

    if not settings.CSCART_ZOHO_SECRET_KEYS:
        raise WrongSetting(
            f"There is no secret key in {settings.DATA_DIR}.",
            advice="Run `cscart-zoho init` first, or set CSCART_ZOHO_DATA to the folder that has one.",
        )
    trouble = database_trouble()
    if trouble is not None:
        raise trouble


def database_trouble() -> ConnectorError | None:
    """Why the database cannot be worked with, or None."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        open_migrations = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return WrongSetting(
            f"The database does not answer: {str(error).splitlines()[0]}.",
            advice="Check CSCART_ZOHO_DATABASE and that the database is up.",
        )
    if not executor.loader.applied_migrations:
        return WrongSetting("The database is empty.", advice="Run `cscart-zoho init` first.")
    if open_migrations:
        return WrongSetting(
            "The database is older than this version.", advice="Stop the service and run `cscart-zoho init` once."
        )
    return None
