"""An independent client agrees with the simulated CRM: the SDK that Zoho publishes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.acceptance.stage import origin, simulation

CLIENT = Path(__file__).with_name("sdk_client.py")


def test_zohos_own_sdk_logs_in_reads_fields_and_upserts_and_reads_records(tmp_path: Path) -> None:
    before = set(Path.cwd().iterdir())
    with simulation("--products", "1") as sims:
        told = {
            "api_url": origin(sims.zoho["crm_url"]),
            "accounts_url": origin(sims.zoho["accounts_url"]),
            "client_id": sims.zoho["client_id"],
            "client_secret": sims.zoho["client_secret"],
            "refresh_token": sims.zoho["refresh_token"],
            "folder": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(CLIENT)],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=90,
            cwd=tmp_path,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])

    assert found["account"]["code"] == "SUCCESS"
    assert (found["contact"]["action"], found["again"]["action"]) == ("insert", "update")
    assert found["again"]["id"] == found["contact"]["id"]
    assert {"Last_Name", "Email", "Account_Name", "Mailing_City"} <= set(found["fields"])
    assert {"id": found["account"]["id"], "Account_Name": "Example SDK Ltd"} in found["accounts"]
    names = {row["Email"].lower(): row["Last_Name"] for row in found["contacts"] if row["Email"]}
    assert names["sdk@example.com"] == "Renamed"
    assert set(Path.cwd().iterdir()) == before
