"""Stores whose first syncs a person has started: from then on schedule, cron and messages do their part."""

#: What `Store.first_syncs` holds of them.
BEGUN = {kind: {"at": "2026-01-01T12:00:00+00:00", "by": "ann"} for kind in ("products", "customers", "orders")}
