"""Field maps as a file that people keep, compare and carry to another installation. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.fields import FieldRow, Module

#: The first two keys of a file say what it is.
KIND, VERSION = "cscart-zoho field map", 1
#: More is no field map: 300 fields in three modules take a fifth of it.
LARGEST = 1_000_000

Maps = Mapping[Module, Mapping[str, FieldRow]]


class MapFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file's shape: by module and Zoho field the row."""

    kind: str
    version: int
    maps: dict[Module, dict[str, FieldRow]]


def to_file(maps: Maps) -> str:
    """The maps as readable JSON, the fields in the order of the alphabet."""
    told: dict[str, Any] = {
        "kind": KIND,
        "version": VERSION,
        "maps": {
            module.value: {name: msgspec.to_builtins(rows[name]) for name in sorted(rows)}
            for module, rows in maps.items()
        },
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"


def from_file(content: bytes) -> dict[Module, dict[str, FieldRow]]:
    """The maps of a file. Raises `WrongSetting` with what is wrong; what the fields mean is checked elsewhere."""
    if len(content) > LARGEST:
        raise WrongSetting("The file is too large for a field map.", advice="Choose a file that was exported here.")
    try:
        told = msgspec.json.decode(content, type=MapFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongSetting(
            f"The file is no field map: {error}.", advice="Choose a file that was exported here."
        ) from error
    if told.kind != KIND or told.version != VERSION:
        raise WrongSetting(
            f'The file is "{told.kind[:60]}", version {told.version}; this release reads "{KIND}", version {VERSION}.',
            advice="Export it again with this release.",
        )
    return told.maps
