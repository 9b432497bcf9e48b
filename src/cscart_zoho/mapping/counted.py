"""How many of something, as sentences for people say it. Pure."""


def so_many(number: int, noun: str) -> str:
    """ "1 order", "1,234 orders"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
