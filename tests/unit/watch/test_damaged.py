"""Whatever a run directory holds and whatever is typed, there is a screen of the right size, and no exception."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from frames import Watcher
from written_runs import probe_event, run_event, task_event, write_facts, write_status

WEIRD = (
    "",
    "\x1b[2J",
    "日本" * 9,
    "a/b",
    "..",
    "\n",
    "x" * 500,
    "\u202e",
    "e\u0301" * 50,
    "READY",
    None,
    True,
    -1,
    10**9,
    -1e14,
    [],
    {},
)
KEYS = (*"jkfgmaw[]/?x hlG", "up", "page down", "home", "end", "enter", "escape", "backspace", "tab")
STATES = ("RUNNING", "READY", "FAILED", "COMPLETED", "INITIATED", "SKIPPED", "CANCELLED", "TIMEOUT", "ODD")


def damaged(value: Any, rng: random.Random) -> Any:
    """The same, with here and there something else."""
    if rng.random() < 0.03:
        return rng.choice(WEIRD)
    if isinstance(value, dict):
        return {key: damaged(inner, rng) for key, inner in value.items() if rng.random() > 0.01}
    if isinstance(value, list):
        return [damaged(inner, rng) for inner in value if rng.random() > 0.01]
    return value


def a_run(directory: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What its run.json and status.json hold."""
    tasks = [{"name": f"t_{n}", "base": "t", "nodes": [n % 2], "gpus": [n % 4], "after": ["first"]} for n in range(30)]
    write_facts(directory, {"name": "first"}, *tasks, deadline=1100.0)
    write_status(directory, {"first": {}, "t_1": {"state": "FAILED"}}, host="elsewhere")
    (directory / "first").mkdir()
    return json.loads((directory / "run.json").read_text()), json.loads((directory / "status.json").read_text())


@pytest.mark.parametrize("seed", range(12))
def test_a_run_that_is_damaged_as_one_watches(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    facts, status = a_run(tmp_path)
    watcher = Watcher(tmp_path)
    for _ in range(12):
        what = rng.choice(("run.json", "status.json", "events.jsonl", "first.log"))
        if what == "events.jsonl":
            name = rng.choice(("first", "t_3", "new"))
            event = rng.choice(
                (task_event(name, rng.choice(STATES)), probe_event(name, "HTTP 503"), run_event("RUNNING"))
            )
            line = json.dumps(damaged({"time": 1000.0 + rng.randrange(99), **event}, rng)).encode()
            with (tmp_path / what).open("ab") as file:
                file.write(line + rng.choice((b"\n", b"\n", b"", b'\n{"time": 10', b"\0\0", b"\n\xff\n")))
        elif what == "first.log":
            with (tmp_path / "first" / what).open(rng.choice(("ab", "wb"))) as file:
                file.write(rng.randbytes(rng.randrange(3000)))
        else:
            text = json.dumps(damaged(facts if what == "run.json" else status, rng))
            (tmp_path / what).write_text(text if rng.random() < 0.8 else text[: rng.randrange(len(text) + 1)])
        watcher.press(*rng.choices(KEYS, k=3))
        watcher.text(rng.choice((20, 37, 80, 100, 120, 200)), rng.choice((6, 10, 24, 50)))
