"""Requests made up by schemathesis from the server's own OpenAPI document, valid ones and others. For torture only."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import BenchmarkError

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
OPERATIONS = 15
SECONDS_EACH = 3.0
LAST_LINES = 120


def send_made_up(port: int, count: int, seed: int, folder: Path) -> str:
    """At least `count` requests. Raises `BenchmarkError` with schemathesis' own words when one was answered wrongly."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"http://127.0.0.1:{port}/openapi.json"),
        *("--checks", CHECKS, "--max-examples", str(-(-count // OPERATIONS)), "--seed", str(seed)),
        # One at a time: WORKAROUND CPython#106905, ast.parse in several threads ends in a SystemError now and then.
        *("--workers", "1", "--continue-on-failure", "--warnings", "off", "--request-timeout", "60"),
        *("--suppress-health-check", "all", "--phases", "examples,coverage,fuzzing"),
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=600 + count * SECONDS_EACH
    )
    made = re.search(r"([\d,]+) generated", done.stdout)
    if done.returncode != 0 or made is None:
        raise BenchmarkError("schemathesis:\n" + "\n".join(done.stdout.splitlines()[-LAST_LINES:]) + done.stderr)
    if int(made[1].replace(",", "")) < count:
        raise BenchmarkError(f"schemathesis made only {made[1]} requests, not {count:,}.")
    return f"{made[1]} made-up requests; each answered as the document says, none with 5xx"
