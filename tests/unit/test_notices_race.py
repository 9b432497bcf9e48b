"""Several processes look at the same moment, on a database file of their own: each notice is told once."""

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography.fernet import Fernet

from tests.unit.mail_server import mail_server

PROCESSES, NOTICES = 3, 6
SET_UP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import timedelta
from django.utils import timezone
from cscart_zoho.jobs.notices import change_settings
from cscart_zoho.store.models import Notice, NoticeSettings, Store
import sys
store, now = Store.objects.create(name="Example"), timezone.now()
change_settings(store, emails="anna@example.com", digest_hour=0, webhook=sys.argv[1])
NoticeSettings.objects.update(last_digest_at=now - timedelta(days=1, hours=1))
for n in range(int(sys.argv[2])):
    Notice.objects.create(store=store, key=f"n{n}", text=f"Number {n}.", address="/", grave=True, since=now)
"""
LOOK = """
import django; django.setup()
import sys
from django.utils import timezone
from cscart_zoho.jobs.notices import settings_of
from cscart_zoho.jobs.telling import tell
from cscart_zoho.store.models import Store
told = settings_of(Store.objects.get())
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    tell(told, timezone.now())
"""


def test_of_several_processes_each_notice_is_told_by_one(tmp_path: Path) -> None:
    posted: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            time.sleep(0.1)  # slow enough for the others to come in between
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["key"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with mail_server() as server, ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        Thread(target=receiver.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{receiver.server_port}"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CSCART_ZOHO_")},
            "DJANGO_SETTINGS_MODULE": "cscart_zoho.settings",
            "CSCART_ZOHO_DATA": str(tmp_path),
            "CSCART_ZOHO_SECRET_KEYS": Fernet.generate_key().decode(),
            "CSCART_ZOHO_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "CSCART_ZOHO_SIM_STORE_URL": url,  # the only plain address that may be called
        }
        set_up = [sys.executable, "-c", SET_UP, f"{url}/hook", str(NOTICES)]
        subprocess.run(set_up, env=environment, check=True, timeout=60)
        started = [
            subprocess.Popen(
                [sys.executable, "-c", LOOK],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            process.communicate(timeout=60)
        receiver.shutdown()
    assert [process.returncode for process in started] == [0] * PROCESSES
    assert sorted(posted) == [f"n{n}" for n in range(NOTICES)]
    assert len(server.taken) == 1
    assert "Example: 6 things need you" in server.taken[0][2]
