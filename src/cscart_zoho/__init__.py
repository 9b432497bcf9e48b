"""Two-way sync between CS-Cart and Zoho."""

__version__ = "0.1.0"
