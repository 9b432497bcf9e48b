"""The command line: one entry point, `main`.

`entry` holds the commands and their options and nothing heavy, so that `--help`
answers at once; what a command does stands in the module it names.
"""

from cscart_zoho.cli.entry import main

__all__ = ["main"]
