"""The settings of the process under test: pytest-django reads them before any conftest, so they stand here."""

import os
import tempfile

from cryptography.fernet import Fernet

_folder = tempfile.mkdtemp(prefix="cscart-zoho-test-")
os.environ.setdefault("CSCART_ZOHO_DATA", _folder)
os.environ.setdefault("CSCART_ZOHO_DATABASE", f"sqlite:///{_folder}/test.sqlite3")
os.environ.setdefault("CSCART_ZOHO_SECRET_KEYS", Fernet.generate_key().decode())
os.environ.setdefault("CSCART_ZOHO_SIM_STORE_URL", "https://store.example.com")

from cscart_zoho.settings import *  # noqa: E402, F403
