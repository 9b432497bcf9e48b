"""The command line on a machine whose clock is wrong: `python -m tests.acceptance.wrong_clock SECONDS WORDS...`.

It is off by so many seconds; with 0 it jumps an hour ahead and an hour back, each second.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from django.utils import timezone

if __name__ == "__main__":
    seconds = int(sys.argv[1])
    off = timedelta(seconds=seconds or 3600)

    def now() -> datetime:
        back = not seconds and int(time.monotonic()) % 2
        return datetime.now(UTC) + (-off if back else off)

    timezone.now = now
    from cscart_zoho.cli import main

    main(sys.argv[2:])
