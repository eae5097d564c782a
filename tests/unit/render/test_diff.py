"""The differences of two runs, as text and as JSON."""

import json
from pathlib import Path

import jsonschema
from sflowc.render.diff import diff_json, diff_text
from sflowc.runs.compare import Comparison
from sflowc.runs.difference import Difference
from sflowc.runs.run import Run
from written_runs import add_events, run_event

ROOT = Path(__file__).resolve().parents[3]


def runs(folder: Path) -> tuple[Run, Run]:
    for name, status in (("w-1", 0), ("w-2", 7)):
        state = "FAILED" if status else "COMPLETED"
        add_events(folder / name, run_event("RUNNING"), run_event(state, exit_status=status))
    return Run(folder / "w-1"), Run(folder / "w-2")


FOUND = Comparison(
    inputs=(
        Difference("source", "w.yaml", "a" * 64, "b" * 64),
        Difference("variable", "N", None, "5"),
        Difference("variable", "LONG", "x" * 60, "y\x1b[31m"),
        Difference("run", "sflowc", "0.1.0", "0.2.0"),
        Difference("task", "", "there", None, tuple(f"b_{n}" for n in range(5))),
        Difference("task", "gpus", (), (0, 1), ("bench",)),
        Difference("task", "script", tasks=("bench",), lines=("@@ -1 +1 @@", "-a\x1b[2J", "+b")),
    ),
    outcome=(
        Difference("run", "state", "COMPLETED", "FAILED"),
        Difference("output", "tps", 100, 93.5, ("bench",), -0.065, unit="tok/s"),
        Difference("task", "critical", True, False, ("bench",)),
    ),
    notes=("A goes on",),
    complete=True,
)
TEXT = """\
A  w-1  COMPLETED in 1.00s
B  w-2  FAILED in 1.00s, exit status 7
A goes on

Inputs
  source w.yaml                  aaaaaaaaaaaa -> bbbbbbbbbbbb
  variable N                     (none) -> 5
  variable LONG
      A  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      B  y\\x1b[31m
  sflowc                         0.1.0 -> 0.2.0
  task b_0, b_1, b_2 and 2 more  there -> (none)
  bench: gpus                    (none) -> 0, 1
  bench: script
      @@ -1 +1 @@
      -a\\x1b[2J
      +b

Outcome
  state              COMPLETED -> FAILED
  bench: output tps  100 -> 93.5 tok/s  -6.5 %
  bench: critical    true -> false

7 differences in inputs, 3 in outcome
"""


def test_the_text(tmp_path: Path) -> None:
    assert diff_text(*runs(tmp_path), FOUND) == TEXT


def test_colours_only_add_to_it(tmp_path: Path) -> None:
    import re

    text = diff_text(*runs(tmp_path), FOUND, colour=True)
    assert "\x1b[" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == TEXT


def test_no_differences(tmp_path: Path) -> None:
    a, b = runs(tmp_path)
    assert diff_text(a, b, Comparison((), (), (), True)).endswith("\n\nNo differences.\n")
    text = diff_text(a, b, Comparison((), (), ("A has no run.json",), False))
    assert text.endswith("A has no run.json\n\nNo differences in what can be compared.\n")


def test_long_texts_are_shown_where_they_differ(tmp_path: Path) -> None:
    values = ("x" * 5000 + "one" + "z" * 5000, "x" * 5000 + "two" + "z" * 5000)
    text = diff_text(*runs(tmp_path), Comparison((Difference("variable", "V", *values),), (), (), True))
    assert f"A  …{'x' * 100}onezz" in text
    assert f"B  …{'x' * 100}twozz" in text
    assert len(text) < 1200


def test_the_json_holds_everything(tmp_path: Path) -> None:
    a, b = runs(tmp_path)
    value = json.loads(json.dumps(diff_json(a, b, FOUND)))
    jsonschema.validate(value, json.loads((ROOT / "schemas" / "diff.schema.json").read_text()))
    assert value["same"] is False
    assert value["b"] == {
        "run": str(b.path), "run_id": "w-2", "state": "FAILED", "exit_status": 7, "started": 1000.0, "finished": 1001.0,
    }  # fmt: skip
    assert value["notes"] == ["A goes on"]
    assert value["inputs"][2]["a"] == "x" * 60
    assert value["inputs"][4]["tasks"] == ["b_0", "b_1", "b_2", "b_3", "b_4"]
    assert value["outcome"][1] == {
        "what": "output", "name": "tps", "a": 100, "b": 93.5, "tasks": ["bench"], "change": -0.065, "lines": [], "unit": "tok/s",
    }  # fmt: skip
