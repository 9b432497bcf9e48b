"""The command line on a machine whose clock is wrong: `python -m tests.acceptance.wrong_clock SECONDS WORDS...`."""

import sys
from datetime import UTC, datetime, timedelta

from django.utils import timezone

if __name__ == "__main__":
    off = timedelta(seconds=int(sys.argv[1]))
    timezone.now = lambda: datetime.now(UTC) + off
    from cscart_zoho.cli import main

    main(sys.argv[2:])
