"""Which rows and columns a table of runs has, and what is in them, whatever the runs' files look like."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sflowc.runs.batches import BatchRow, NoBatch, is_batch, read_batch, row_of
from sflowc.runs.collect import MISSING, Source, Wanted, collect
from sflowc.runs.run import Run
from sflowc.runs.secrets import Masker
from sflowc.runs.standing import LOST, Standing, standing
from sflowc.runs.table import Table
from written_runs import add_events, run_event, task_event, write_facts, write_status

BODY = "c" * 64


def a_run(folder: Path, name: str, *tasks: dict[str, Any], outputs: dict[str, str] | None = None, **more: Any) -> Path:
    """A run that has ended, with what each task left in outputs.json."""
    directory = folder / name
    write_facts(directory, *({"outputs": True, **task} for task in tasks), **more)
    add_events(directory, run_event("RUNNING", pid=1))
    for task in tasks:
        text = (outputs or {}).get(task["name"])
        state = "FAILED" if text is None else "COMPLETED"
        add_events(
            directory,
            task_event(task["name"], "RUNNING"),
            task_event(task["name"], state, exit_status=int(text is None)),
        )
        if text is not None:
            (directory / task["name"]).mkdir()
            (directory / task["name"] / "outputs.json").write_text(text)
    add_events(directory, run_event("COMPLETED", exit_status=0))
    return directory


def table(*directories: Path, columns: tuple[str, ...] = (), rows: tuple[BatchRow, ...] = (), **wanted: Any) -> Table:
    sources = []
    for directory in directories:
        run = Run(directory)
        sources.append(Source(run, standing(run, ask=lambda _: None), Masker.of(run)))
    return collect(sources, columns, rows, Wanted(**wanted))


def cells(found: Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.cells.get(name) for name in names) for row in found.rows]


def a_row(number: int = 1, **more: Any) -> BatchRow:
    return BatchRow(
        **{"number": number, "job_name": "", "script": f"w_{number}.sh", "job_id": "", "error": "", "body": "", **more}
    )


def test_replicas_are_rows_and_sweeps_are_columns(tmp_path: Path) -> None:
    swept = [{"name": f"b_{n}", "base": "b", "sweep": {"N": str(n)}, "units": {"tps": "tok/s"}} for n in (1, 16, 2)]
    directory = a_run(
        tmp_path,
        "w-1",
        *swept,
        {"name": "plain", "outputs": False},
        outputs={"b_1": '{"tps": 1.50}', "b_2": '{"tps": 3}'},
    )
    found = table(directory)
    assert cells(found, "run", "task", "state", "N", "tps") == [
        ("w-1", "b_1", "COMPLETED", 1, 1.5),
        ("w-1", "b_16", "FAILED", 16, None),
        ("w-1", "b_2", "COMPLETED", 2, 3),
    ]
    assert [(column.name, column.unit) for column in found.columns[3:6]] == [
        ("N", ""),
        ("tps", "tok/s"),
        ("seconds", "s"),
    ]
    assert found.workflows == ("w",)
    assert cells(found, "seconds", "exit_status", "run_seconds")[1] == (1.0, 1, 9.0)


def test_the_columns_are_always_the_same(tmp_path: Path) -> None:
    more = ["seconds", "ready_seconds", "attempts", "exit_status", "reason", "started", "finished", "workflow"]
    more += ["run_state", "run_seconds", "job_id", "host", "batch_row", "script", "directory"]
    (tmp_path / "empty").mkdir()
    add_events(tmp_path / "empty")
    for found in (
        table(a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": '{"x": 1}'})),
        table(tmp_path / "empty"),
        table(rows=(a_row(),)),
    ):
        assert [column.name for column in found.columns if column.kind == "more"] == more
        assert [column.name for column in found.columns if column.kind == "row"] == ["run", "task", "state"]


def test_what_differs_between_runs_is_a_column(tmp_path: Path) -> None:
    runs = []
    for number, tp in enumerate(("1", "2")):
        paths = {"HERE": f"/x/w-{number}/file", "SAME": "a", "TP": tp, "N": "0", "MY_TOKEN": f"***{tp}"}
        runs.append(
            a_run(
                tmp_path,
                f"w-{number}",
                {"name": "a", "sweep": {"N": "7"}},
                {"name": "b"},
                outputs={"a": "{}"},
                variables=paths,
            )
        )
    found = table(*runs)
    assert cells(found, "task", "TP", "N")[:2] == [("a", 1, 7), ("b", 1, None)]
    assert [column.name for column in found.of_kind("variable")] == ["TP", "MY_TOKEN", "N"]
    more = table(*runs, variables=("SAME", "NONE"))
    assert cells(more, "SAME", "NONE")[0] == ("a", None)


def test_overrides(tmp_path: Path) -> None:
    directory = a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": "{}"}, variables={"V": "1.10"})
    write_status(directory, {}, overrides={"V": "1.10"})
    assert cells(table(directory), "V") == [("1.10",)]


def test_a_task_is_named_or_all_are_taken_where_none_has_outputs(tmp_path: Path) -> None:
    first = a_run(tmp_path, "w-1", {"name": "a", "outputs": False}, {"name": "b_0", "base": "b", "outputs": False})
    other = a_run(tmp_path, "w-2", {"name": "c", "outputs": False})
    assert cells(table(first), "task") == [("a",), ("b_0",)]
    assert cells(table(first, other, tasks=("b",)), "task") == [("b_0",)]
    assert cells(table(first, other, tasks=("[ac]",)), "task") == [("a",), ("c",)]


def test_outputs_of_any_kind(tmp_path: Path) -> None:
    value = {
        "n": [1, 2.5, None],
        "p": {"q": {"r": "x"}},
        "t": "=1+1",
        "b": True,
        "no": None,
        "mixed": [[1], {}],
        "huge": 10**400,
    }
    text = json.dumps(value)[:-1] + ', "nan": NaN, "inf": [Infinity], "deep": ' + '{"a": ' * 12 + "1" + "}" * 13
    found = table(a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": text}))
    names = [column.name for column in found.of_kind("output")]
    assert names[:8] == ["n", "p[q][r]", "t", "b", "no", "mixed", "huge", "nan"]
    row = found.rows[0].cells
    assert row["n"] == (1, 2.5, None)
    assert (row["p[q][r]"], row["b"], row["no"], row["nan"], row["inf"]) == ("x", True, None, None, (None,))
    assert row["mixed"] == "[[1], {}]"
    assert row["huge"] == "1" + "0" * 400
    assert names[-1] == "deep" + "[a]" * 8
    assert json.loads(str(row[names[-1]])) == {"a": {"a": {"a": {"a": 1}}}}


def test_lists(tmp_path: Path) -> None:
    text = '{"n": [3, 1, 2], "one": 4, "words": ["a", "b"], "gaps": [1, null]}'
    found = table(a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": text}))
    results = {
        how: cells(found.with_lists(how), "n", "one", "words", "gaps")[0]
        for how in ("all", "first", "last", "mean", "max")
    }
    assert results == {
        "all": ((3, 1, 2), 4, ("a", "b"), (1, None)),
        "first": (3, 4, "a", 1),
        "last": (2, 4, "b", None),
        "mean": (2, 4, None, 1),
        "max": (3, 4, None, 1),
    }


def test_names_that_two_columns_would_have(tmp_path: Path) -> None:
    task = {"name": "a", "sweep": {"state": "x", "N": "1"}, "units": {"state": "s"}}
    found = table(a_run(tmp_path, "w-1", task, outputs={"a": '{"state": 5, "N": 2, "seconds": 3, "free": 4}'}))
    assert cells(found, "state", "variable.state", "N", "output.state", "output.N", "output.seconds", "free") == [
        ("COMPLETED", "x", 1, 5, 2, 3, 4)
    ]
    assert found.column("output.state").unit == "s"  # type: ignore[union-attr]


def test_units_that_differ(tmp_path: Path) -> None:
    runs = [
        a_run(tmp_path, f"w-{unit}", {"name": "a", "units": {"t": unit}}, outputs={"a": '{"t": 1}'})
        for unit in ("s", "ms")
    ]
    assert table(*runs).column("t").unit == "ms or s"  # type: ignore[union-attr]


def test_a_lost_run(tmp_path: Path) -> None:
    directory = tmp_path / "w-1"
    write_facts(
        directory, {"name": "a", "outputs": True}, {"name": "b", "outputs": True}, {"name": "c", "outputs": True}
    )
    add_events(directory, run_event("RUNNING"), task_event("a", "COMPLETED"), task_event("b", "RUNNING"))
    run = Run(directory)
    found = collect([Source(run, Standing(LOST, "gone"), Masker([]))], (), (), Wanted())
    assert cells(found, "state", "run_state", "reason") == [
        ("COMPLETED", LOST, None),
        (LOST, LOST, "gone"),
        (LOST, LOST, "gone"),
    ]


def test_secrets_are_masked(tmp_path: Path) -> None:
    directory = a_run(
        tmp_path,
        "w-1",
        {"name": "a", "sweep": {"V": "hunter2222"}},
        outputs={"a": '{"x": "is hunter2222", "y": ["hunter2222"]}'},
    )
    run = Run(directory)
    found = collect([Source(run, standing(run), Masker(["hunter2222"]))], (), (), Wanted())
    assert cells(found, "V", "x", "y") == [("***", "is ***", ("***",))]


@pytest.mark.parametrize("name", ["run.json", "status.json", "events.jsonl", "a/outputs.json"])
def test_damaged_files(tmp_path: Path, name: str) -> None:
    whole = a_run(tmp_path, "w-1", {"name": "a", "sweep": {"N": "1"}}, outputs={"a": '{"x": [1, 2], "y": "text"}'})
    write_status(whole, {"a": {"state": "COMPLETED"}}, state="COMPLETED", finished=2.0)
    data = (whole / name).read_bytes()
    damages = [data[: len(data) * part // 7] for part in range(7)]
    damages += [
        b"\xff" * 20,
        b"[" * 100_000,
        b"null",
        b'{"x": ' * 3000,
        data + data,
        data.replace(b"1", b"1e999"),
        data.replace(b'"a"', b"[]"),
    ]
    for number, damage in enumerate(damages):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(whole, copy)
        (copy / name).write_bytes(damage)
        found = table(copy)
        assert len(found.rows) >= 1
        assert found.rows[0].cells["run"] == copy.name


def test_what_could_steer_a_terminal_is_left_out(tmp_path: Path) -> None:
    text = json.dumps({"model": "\x1b[32mllama\x1b[0m\x07", "\x1b]0;x\x07y": 1})
    found = table(a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": text}))
    assert cells(found, "model", "y") == [("llama\\x07", 1)]


def test_a_task_that_is_called_like_a_path(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text('{"x": 1}')
    found = table(a_run(tmp_path, "w-1", {"name": "../"}))
    assert cells(found, "task", "x") == [("../", None)]


def results(folder: Path, *rows: dict[str, str]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    folder.mkdir(exist_ok=True)
    (folder / "results.csv").write_text(text.getvalue())
    return folder / "results.csv"


def test_results_of_a_batch(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "w_001.sh").write_text(f"#!/bin/bash\n#   body     sha256:{BODY} (all)\n")
    row = {
        "row": "1",
        "job_name": "j",
        "script": "w_001.sh",
        "workflow": "w_001.yaml",
        "job_id": "",
        "error": "",
        "TP": "2",
        "M": "",
    }
    path = results(tmp_path / "jobs", row, {**row, "row": "2", "script": "\0", "M": "a,b\nc"}, {**row, "row": "two"})
    columns, rows = read_batch(path)
    assert columns == ("TP", "M")
    assert rows == (
        a_row(1, job_name="j", script="w_001.sh", body=BODY, cells={"TP": "2"}),
        a_row(2, job_name="j", script="\0", cells={"TP": "2", "M": "a,b\nc"}),
    )
    assert is_batch(path)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "row,scripts\n1,x\n"])
def test_what_is_no_batch(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.csv"
    assert not is_batch(path)
    path.write_text(text)
    with pytest.raises(NoBatch, match=r"is no results\.csv of"):
        read_batch(path)


def test_a_table_that_no_reader_takes(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("row,script\n1," + "x" * 200_000 + "\n")
    with pytest.raises(NoBatch, match="is no table: field larger"):
        read_batch(path)


def test_which_row_a_run_is_of(tmp_path: Path) -> None:
    job = {"job_id": "70", "array_job_id": "7", "array_task_id": "2"}
    run = Run(a_run(tmp_path, "w-1", {"name": "a"}, slurm=job, rebuild="sflowc batch --bulk-input t.csv --row 2"))
    one, two, three = (a_row(n, body=BODY) for n in (1, 2, 3))
    assert row_of(run, [one]) is one
    assert row_of(run, [one, two, three]) is two
    assert row_of(run, [three, one]) is three
    assert row_of(run, [a_row(2)]) == a_row(2)
    assert row_of(run, [a_row(2), a_row(2)]) is None
    assert row_of(run, [a_row(3)]) is None
    assert row_of(run, [a_row(2, body="d" * 64)]) is None
    assert row_of(run, [two, a_row(5, job_id="7_2")]) == a_row(5, job_id="7_2")
    assert row_of(run, [a_row(5, job_id="70")]) == a_row(5, job_id="70")


def test_a_run_without_facts_is_known_by_its_job(tmp_path: Path) -> None:
    write_status(tmp_path / "w-1", {}, job_id="70")
    run = Run(tmp_path / "w-1")
    assert row_of(run, [a_row(1), a_row(2, job_id="70")]) == a_row(2, job_id="70")
    assert row_of(run, [a_row(1)]) is None
    found = table(
        tmp_path / "w-1", columns=("TP", "N"), rows=(a_row(2, job_id="70", cells={"TP": "4", "N": "[1, 2]"}),)
    )
    assert cells(found, "task", "state", "TP", "N", "batch_row") == [(None, "RUNNING", 4, None, 2)]


def test_rows_that_nobody_has_run(tmp_path: Path) -> None:
    rows = (
        a_row(1, cells={"TP": "1", "N": "[1, 8]"}, error="sbatch: no"),
        a_row(2, cells={"TP": "2", "N": "4"}, body=BODY),
        a_row(3, cells={"TP": "4", "N": "[oh"}, job_id="9"),
        a_row(4, cells={"TP": "8", "N": json.dumps(list(range(2000)))}),
    )
    run = a_run(tmp_path, "w-1", {"name": "a"}, outputs={"a": '{"x": 1}'}, variables={"TP": "2", "N": "4"})
    found = table(run, columns=("TP", "N"), rows=rows)
    assert cells(found, "state", "TP", "N", "x", "reason")[:-1] == [
        (MISSING, 1, "1", None, "sbatch: no"),
        (MISSING, 1, "8", None, "sbatch: no"),
        ("COMPLETED", 2, "4", 1, None),
        (MISSING, 4, "[oh", None, "job 9 has left no run here"),
    ]
    assert cells(found, "TP", "reason")[-1] == (8, "it has no run here")


def test_only_the_latest(tmp_path: Path) -> None:
    first, again = (a_run(tmp_path, name, {"name": "a"}, outputs={"a": "{}"}) for name in ("w-1", "w-2"))
    other = a_run(tmp_path, "w-3", {"name": "a"}, outputs={"a": "{}"})
    write_status(other, {}, overrides={"V": "2"})
    assert cells(table(first, again, other, only_latest=True), "run") == [("w-2",), ("w-3",)]
    row = a_row(1, body=BODY)
    assert cells(table(first, again, other, only_latest=True, rows=(row,)), "run") == [("w-3",)]
