"""docs/howto/first-load.md, its commands tried as they stand there, with real processes and a served simulation."""

import re
import shlex
from pathlib import Path

import pytest

from tests.acceptance.stage import Installation, simulation

pytestmark = pytest.mark.timeout(300)
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "howto" / "first-load.md"


def commands() -> list[list[str]]:
    """The command lines of the page, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


@pytest.mark.long
def test_the_commands_lead_to_paired_items_without_a_creation(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    files = tmp_path / "first-load"
    with simulation("--products", "30") as sims:
        product = Installation(tmp_path / "data", sims)
        product.init()
        product.connect()
        before = len(sims.edit("items", side="zoho"))
        told = [[str(files) if word == "first-load" else word for word in words] for words in commands()]
        look, off, make, on, run = told
        for words in (look, off, make):
            product.well(*words)
        texts = [each.read_text("utf-8") for each in sorted(files.glob("items-*.csv"))]
        imports = [sims.edit("import_items", side="zoho", file=text) for text in texts]
        rows = sum(each["imported"] for each in imports)
        assert rows > 10
        assert all(each["skipped"] == each["unmapped"] == [] for each in imports)
        product.well(*on)
        product.run(*run)  # first contacts of items that were there before are asked about: its exit code may be 1

        items = sims.edit("items", side="zoho")
        assert len(items) == before + rows
        assert not [item for item in items if item["source"] == "api"]
        again = product.told("sync", "products")
        assert again["counts"].get("writes", 0) == 0
