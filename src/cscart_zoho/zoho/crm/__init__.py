"""Zoho CRM, API v8: contacts and accounts."""
