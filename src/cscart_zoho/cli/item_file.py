"""`items export`: the products that have no item, as files for Zoho's import."""

from pathlib import Path

from cscart_zoho.app.item_file import ItemFile, Told
from cscart_zoho.cli.here import a_store, note
from cscart_zoho.cli.words import answer_json, say
from cscart_zoho.errors import WrongSetting

#: A file has this at the end of its name until all are complete.
UNFINISHED = ".part"


def export(folder: Path, rows: int | None, *, as_json: bool) -> None:
    """Write the files and say what is in them, and what is not and why."""
    file = ItemFile(a_store(), rows=rows)
    told = _written(file, _empty(folder), tell=not as_json)
    note("import file made", f"{told.rows:,} items")
    if as_json:
        answer_json({"ok": True, "folder": str(folder), **vars(told)})
        return
    say(told.in_words().rstrip())
    if told.files:
        say(f"They are in {folder}. Import each in Zoho: Items, More, Import Items; skip duplicates. Then sync.")


def _empty(folder: Path) -> Path:
    """The folder, without files of an earlier export. Raises `WrongSetting`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(f"{folder} cannot be made: {error}.", advice="Choose another folder.") from error
    if any(folder.glob("items-*.csv*")):
        raise WrongSetting(f"{folder} has files of an earlier export.", advice="Choose an empty folder.")
    return folder


def _written(file: ItemFile, folder: Path, *, tell: bool) -> Told:
    said = 0
    for told in file.write(lambda name: (folder / f"{name}{UNFINISHED}").open("wb")):
        if tell and told.rows // 10_000 > said:
            said = told.rows // 10_000
            say(f"{told.rows:,} items ...")
    for each in folder.glob(f"items-*{UNFINISHED}"):
        each.rename(each.with_suffix(""))
    return file.told
