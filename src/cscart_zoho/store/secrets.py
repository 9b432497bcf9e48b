"""Secrets at rest: a text column that only this installation can read.

The keys come from `CSCART_ZOHO_SECRET_KEYS` (newest first, comma separated) or
from the file `secret.keys` in the data folder; they are never in the database.
The first key writes, all of them read, so a key is changed by putting a new one
in front.
"""

import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from cscart_zoho.logs import keep_out


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal: how a secret that is part of an address is looked up, whatever it is made of."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def vault() -> MultiFernet:
    """The cipher of this installation.

    Raises `ImproperlyConfigured` when there is no usable key: there is no plain
    text to fall back to.
    """
    try:
        keys = [Fernet(key) for key in settings.CSCART_ZOHO_SECRET_KEYS]
    except ValueError as error:
        raise ImproperlyConfigured("A key in secret.keys is not a valid Fernet key.") from error
    if not keys:
        raise ImproperlyConfigured("There is no secret key. Run `cscart-zoho init` first.")
    return MultiFernet(keys)


class SecretField(models.TextField):  # type: ignore[type-arg]
    """Text that is stored encrypted and read back in plain. Empty text stays empty.

    What a process has once had in its hands never stands in a line of its log.
    """

    def get_prep_value(self, value: Any) -> Any:
        keep_out(str(value or ""))
        return vault().encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(self, value: str | None, *_: Any) -> str:
        if not value:
            return ""
        try:
            plain = vault().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A stored secret cannot be read with the present keys. Put the key it was written with "
                "back into secret.keys, or connect again."
            ) from error
        keep_out(plain)
        return plain
