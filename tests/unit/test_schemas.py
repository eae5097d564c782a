"""What the compiler and its scripts write is what the schemas say."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = sorted((ROOT / "golden" / "cases").rglob("plan.json"))


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_plans(path: Path) -> None:
    validator("plan").validate(json.loads(path.read_text()))


def test_there_are_plans() -> None:
    assert len(GOLDEN) >= 5


@pytest.mark.parametrize(("script", "status"), [("true", 0), ("exit 3", 3), ("exec sleep 60", 124)])
def test_events_and_status(sflowc: Callable, tmp_path: Path, script: str, status: int) -> None:
    text = f"""version: "0.1"
workflow:
  name: "it's \\"w\\""
  tasks:
    - {{name: "a \\"b\\" \\\\", timeout: 2, script: [{script}]}}
    - name: never
      depends_on: ["a \\"b\\" \\\\"]
      script: ['true']
"""
    (tmp_path / "w.yaml").write_text(text)
    sflowc("build", "w.yaml", "-o", "w.sh", cwd=tmp_path)
    done = subprocess.run(["bash", "w.sh"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status, done.stdout
    (run,) = (tmp_path / "sflow_output").iterdir()
    record = json.loads((run / "status.json").read_text())
    validator("status").validate(record)
    validator("run").validate(json.loads((run / "run.json").read_text()))
    assert set(record["tasks"]) == {'a "b" \\', "never"}
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    for event in events:
        validator("event").validate(event)
    assert events[-1]["exit_status"] == status
