"""What the tests of diagnose share: the command, what it found in a word, and workflows of one task.

told(diagnose(run.directory)) == ("orchestration", "exit-status", "application")
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
from workflow import SFLOWC

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "diagnosis.schema.json").read_text())


def diagnose(*arguments: object, cwd: Path | None = None) -> dict[str, Any]:
    """What `sflowc diagnose --format json` says; its exit status is what the verdict asks for."""
    words = [str(word) for word in arguments]
    done = subprocess.run(
        [SFLOWC, "diagnose", *words, "--format", "json"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    assert done.returncode == {"none": 0, "fault": 1, "unknown": 3}[found["verdict"]]
    return found


def told(found: dict[str, Any]) -> tuple[str, str, str]:
    """Layer, cause and fault; the sentence and the layers agree with them."""
    cause = found["cause"]
    assert cause is not None, found
    broken = [report["layer"] for report in found["layers"] if report["verdict"] == "FAIL"]
    assert broken[0] == cause["layer"], "the lowest broken layer is not the cause's"
    assert cause["cause"].rstrip(".") in found["sentence"]
    assert cause["evidence"], "no evidence"
    assert cause["next"]
    return cause["layer"], cause["id"], cause["fault"]


def one(*script: str, **fields: str) -> str:
    """A workflow of one task."""
    more = "".join(f", {name}: {value}" for name, value in fields.items())
    return f"workflow: {{name: w, tasks: [{{name: train, script: {json.dumps(list(script))}{more}}}]}}"


def say(*lines: str) -> str:
    """A command that prints lines as they are."""
    return "printf '%s\\n' " + " ".join("'" + line.replace("'", "'\\''") + "'" for line in lines) + " >&2"
