"""The address of a user whose contact has no e-mail: CS-Cart takes no user without one. Pure."""


def placeholder(contact_id: str, domain: str) -> str:
    """Always the same address for the same contact, so that it is found again."""
    return f"zoho-{contact_id}@{domain}".lower()


def is_placeholder(email: str, domain: str) -> bool:
    """Whether an address was made by `placeholder`, whatever the case."""
    name, _, host = email.strip().casefold().rpartition("@")
    return host == domain.casefold() and name.startswith("zoho-") and name.removeprefix("zoho-").isalnum()
