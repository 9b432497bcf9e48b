"""What came of a seed. Knows nothing of Django, so that it travels between processes."""

import hashlib
from dataclasses import dataclass, field


@dataclass
class Told:
    """What came of a seed."""

    seed: int
    failures: list[str] = field(default_factory=list)
    calls: int = 0
    faults: int = 0
    kills: int = 0
    edits: int = 0
    race_window: int = 0
    history: list[str] = field(default_factory=list)
    #: products or customers
    about: str = "products"
    zoho_calls: int = 0
    #: What happened to messages, where they were listened to.
    messages: dict[str, int] = field(default_factory=dict)
    #: Customers at rest: how many values were compared, and what differed and was named, by how.
    named: dict[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.history).encode()).hexdigest()
