"""`sflowc collect` as a command: what it takes for runs, where the table goes, and what it says to mistakes."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sflowc.cli import main
from written_runs import add_events, run_event, task_event, write_facts

Sflowc = Callable[..., subprocess.CompletedProcess[str]]


def a_run(directory: Path, concurrency: int = 1) -> Path:
    task = {"name": "bench", "outputs": True, "sweep": {"C": str(concurrency)}, "units": {"tps": "tok/s"}}
    write_facts(directory, task, rebuild="sflowc batch --row 1")
    add_events(
        directory, run_event("RUNNING"), task_event("bench", "RUNNING"), task_event("bench", "COMPLETED", exit_status=0)
    )
    (directory / "bench").mkdir()
    (directory / "bench" / "outputs.json").write_text(json.dumps({"tps": concurrency * 10}))
    add_events(directory, run_event("COMPLETED", exit_status=0))
    return directory


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs in sflow_output, a third elsewhere, and a batch with two rows."""
    a_run(tmp_path / "sflow_output" / "w-1", 1)
    a_run(tmp_path / "sflow_output" / "w-2", 8)
    a_run(tmp_path / "other" / "deep" / "w-3", 64)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "results.csv").write_text("row,script,job_id\n1,a.sh,\n2,b.sh,\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def collect(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["collect", *words])
    assert done.exit_code == status, done.output
    return done.output


def rows(*words: str) -> list[str | None]:
    return [row["run"] for row in json.loads(collect(*words, "--json"))["rows"]]


def test_what_is_collected(runs: Path) -> None:
    assert rows() == ["w-1", "w-2"]
    assert rows("w-2", "sflow_output") == ["w-2", "w-1"]
    assert rows("latest", "--output-dir", "other/deep") == ["w-3"]
    assert rows("other", "sflow_output/w-1") == ["w-3", "w-1"]
    assert rows("jobs") == [None, None]
    assert rows("w-1", "jobs/results.csv") == ["w-1", None]


@pytest.mark.parametrize(
    ("words", "status", "problem"),
    [
        (("--output-dir", "none"), 3, "No run in none. Name a run directory"),
        (("sflow_output", "w-9"), 3, "No run 'w-9' in sflow_output"),
        (("other/deep/w-3/bench",), 3, "No run in other/deep/w-3/bench."),
        (("x" * 300,), 3, "in sflow_output. There are: w-1, w-2."),
        (("sflow_output/w-1/run.json",), 2, "run.json is no results.csv of `sflowc batch`"),
        (("--csv", "--format", "json"), 2, "--format json and --csv exclude each other"),
        (("--format", "cvs"), 2, "Did you mean 'csv'?"),
        (("--plot", "X=C"), 2, "Y=COLUMN is missing"),
        (("--plot", "X=C", "Y=tsp"), 2, "did you mean 'tps'"),
        (("--plot", "X=C", "Y=tps", "--plot", "X=C", "Y=tps", "SERIES="), 2, "Two plots go to the same file"),
    ],
)
def test_mistakes(runs: Path, words: tuple[str, ...], status: int, problem: str) -> None:
    assert problem in collect(*words, status=status)


def test_where_the_table_goes(runs: Path) -> None:
    text = collect()
    for name in ("t.txt", "t.csv", "t.json", "t.parquet"):
        assert collect("-o", name) == ""
    assert (runs / "t.txt").read_text() == text
    assert (runs / "t.csv").read_text() == collect("--csv") == collect("--format", "csv", "-o", "-")
    assert (runs / "t.json").read_text() == collect("--json")
    assert (runs / "t.parquet").read_bytes()[:4] == b"PAR1"
    assert collect("-o", "t.csv", "--json") == ""
    assert json.loads((runs / "t.csv").read_text())


@pytest.mark.parametrize(
    "words",
    [
        ("w-1", "--plot", "X=C", "Y=tps", "TO=a.svg", "w-2"),
        ("w-1", "w-2", "--plot", "X=C Y=tps TO=a.svg"),
        ("w-1", "w-2", "--plot=X=C", "Y=tps", "TO=a.svg"),
        ("w-1", "--plot=X=C Y=tps TO=a.svg", "--", "w-2"),
    ],
)
def test_how_plots_are_spelt(runs: Path, words: tuple[str, ...]) -> None:
    text = collect(*words)
    assert "2 rows of 2 runs" in text
    assert "wrote a.svg" in text
    assert "tps (tok/s)" in (runs / "a.svg").read_text()


def test_a_title_with_spaces_and_several_plots(runs: Path) -> None:
    collect("--plot", "X=C", "Y=tps", "TITLE=it's 1 'X=b'", "TO=a.svg", "--plot", "X=tps", "Y=tps")
    assert "it's 1 'X=b'" in (runs / "a.svg").read_text()
    assert (runs / "tps-by-tps.png").is_file()


def test_without_the_library(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "Plots need matplotlib: pip install 'sflowc[plot]'" in collect("--plot", "X=C", "Y=tps", status=1)
    assert "Parquet needs pyarrow: pip install 'sflowc[parquet]'" in collect("--parquet", "-o", "x", status=1)


def test_parquet_is_nothing_for_a_terminal(runs: Path) -> None:
    other, side = pty.openpty()
    done = subprocess.run(
        [Path(sys.executable).with_name("sflowc"), "collect", "--parquet"],
        stdout=side,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(side)
    os.close(other)
    assert done.returncode == 2
    assert "name a file with --output" in done.stderr


def test_the_command_as_it_is_installed(runs: Path, sflowc: Sflowc) -> None:
    assert sflowc("collect", cwd=runs).stdout == collect()
    assert "matplotlib" not in sflowc("collect", "--csv", cwd=runs, env={"PYTHONPROFILEIMPORTTIME": "1"}).stderr
