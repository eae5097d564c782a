"""Whether JSON is what it should be."""

from pathlib import Path
from typing import Any

import pytest
from sflowc.runs.facts import read_facts
from sflowc.runs.run import Run
from sflowc.runs.shape import MAYBE_NUMBER, NUMBER, fits
from written_runs import add_events, run_event, write_facts, write_status


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        (1, int, True),
        (True, int, False),
        (True, bool, True),
        (1.5, NUMBER, True),
        (float("nan"), NUMBER, False),
        (10**40, int, False),
        (None, MAYBE_NUMBER, True),
        ("x", MAYBE_NUMBER, False),
        ([1, 2], [int], True),
        ([1, "x"], [int], False),
        ({"a": 1, "b": 2}, {"a": int}, True),
        ({"b": 2}, {"a": int}, False),
        ({"a": "x", "b": "y"}, {str: str}, True),
        ({"a": "x", "b": None}, {str: str}, False),
        ([], {"a": int}, False),
    ],
)
def test_shapes(value: Any, shape: Any, expected: bool) -> None:
    assert fits(value, shape) == expected


@pytest.mark.parametrize(
    "damage", [{"workflow": 5}, {"slurm": "x"}, {"started": float("inf")}, {"nodes": [{"name": 1, "address": ""}]}]
)
def test_a_run_json_of_another_form_is_none(damage: dict[str, Any], tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "a"})
    assert read_facts(tmp_path) is not None
    write_facts(tmp_path, {"name": "a"}, **damage)
    assert read_facts(tmp_path) is None


@pytest.mark.parametrize("damage", [{"host": None}, {"pid": "x"}, {"overrides": []}, {"tasks": {"a": 1}}])
def test_a_status_json_of_another_form_is_not_read(damage: dict[str, Any], tmp_path: Path) -> None:
    add_events(tmp_path, run_event("RUNNING"))
    write_status(tmp_path, {}, job_id="7", **{name: value for name, value in damage.items() if name != "tasks"})
    if "tasks" in damage:
        path = tmp_path / "status.json"
        path.write_text(path.read_text().replace('"tasks": {}', '"tasks": {"a": 1}'))
    assert Run(tmp_path).state.job_id is None
    write_status(tmp_path, {}, job_id="7")
    assert Run(tmp_path).state.job_id == "7"


def test_a_time_that_no_calendar_has_is_no_event(tmp_path: Path) -> None:
    add_events(tmp_path, {**run_event("RUNNING"), "time": float("nan")}, {**run_event("RUNNING"), "time": 1e30})
    run = Run(tmp_path)
    assert (run.events, run.bad_lines) == ([], 2)
