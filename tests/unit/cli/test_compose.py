"""`sflowc compose`: one file that compiles to what its parts compile to, byte for byte."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sflowc.cli.rows import Files, jobs_of_table
from sflowc.diagnostics import Reporter
from sflowc.driver import NO_OVERRIDES, compile_workflow, compose_workflow
from sflowc.render.workflow_yaml import workflow_yaml
from sflowc.source.bulk import read_table
from sflowc.source.compose import Overrides, without_absent
from sflowc.targets import default_target

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "samples").glob("*.yaml"))
GOLDEN = [tuple(sorted(folder.glob("*.yaml"))) for folder in sorted((ROOT / "golden" / "cases").glob("*/"))]
CASES = json.loads((ROOT / "tests" / "conformance" / "manifest.json").read_text())


def script(files: list[tuple[str, bytes]], overrides: Overrides = NO_OVERRIDES) -> str | None:
    """The script without the lines of its header that name its sources or sign those; None when there are mistakes."""
    plan = compile_workflow(files, overrides).plan
    if plan is None:
        return None
    return re.sub(r"(?m)^#(   from|   rebuild|   header|      +\S).*\n", "", default_target(plan).emit(plan))


def composed(files: list[tuple[str, bytes]], overrides: Overrides = NO_OVERRIDES) -> bytes:
    done = compose_workflow(files, overrides)
    plan = compile_workflow(files, overrides).plan
    assert done.document is not None
    assert plan is not None
    document = without_absent(done.document, {task.name for task in plan.tasks})
    return workflow_yaml(document, ["Composed."]).encode()


@pytest.mark.parametrize(
    "files",
    [(sample,) for sample in SAMPLES] + [files for files in GOLDEN if files],
    ids=lambda files: files[0].parent.name + "-" + files[0].stem,
)
def test_compose_and_build_is_build(files: tuple[Path, ...]) -> None:
    sources = [(path.name, path.read_bytes()) for path in files]
    whole = script(sources)
    assert whole is not None
    assert script([("composed.yaml", composed(sources))]) == whole


@pytest.mark.parametrize("case", [case for case in CASES if case["expect"] == "ok"], ids=lambda case: case["case"])
def test_every_corner_of_the_language_survives(case: dict) -> None:
    folder = ROOT / "tests" / "conformance"
    sources = [(name, (folder / name).read_bytes()) for name in case["files"]]
    overrides = Overrides(
        tuple(case.get("sets", ())), tuple(case.get("artifacts", ())), tuple(case.get("missable", ()))
    )
    assert script([("composed.yaml", composed(sources, overrides))]) == script(sources, overrides)


def test_every_row_of_the_inference_library_survives() -> None:
    files, report = Files(), Reporter()
    name = ROOT / "samples" / "inference" / "sweep.csv"
    table = read_table(str(name), name.read_bytes(), report)
    assert table is not None
    jobs = jobs_of_table(table, [row.number for row in table.rows], NO_OVERRIDES, (), files, report)
    assert len(jobs) == len(table.rows) >= 9
    for job in jobs:
        sources = [(name, files.data[name]) for name in job.files]
        whole = script(sources, job.overrides)
        assert whole is not None
        assert script([("composed.yaml", composed(sources, job.overrides))]) == whole


PARTS = {
    "base.yaml": 'version: "0.1"\nvariables: {COUNT: {value: 2, type: integer}, API_KEY: none}\nworkflow: {name: w, timeout: 5m}\n',
    "tasks.yaml": 'workflow: {tasks: [{name: a, script: ["x ${{ COUNT }}"]}, {name: b, depends_on: [a, gone], script: [z]}]}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in PARTS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_command(sflowc: Callable, folder: Path) -> None:
    done = sflowc(
        "compose", "base.yaml", "tasks.yaml", "-M", "gone", "--set", "COUNT=3", "--set", "API_KEY=secret", cwd=folder
    )
    assert done.stdout == (
        """\
# Composed by sflowc from base.yaml, tasks.yaml
#   -M gone
#   -s COUNT=3
#   -s API_KEY=***
version: "0.1"

variables:
  COUNT:
    type: integer
    value: 3
  API_KEY:
    value: secret

workflow:
  name: w
  timeout: 5m
  tasks:
    - name: a
      script:
      - x ${{ COUNT }}

    - name: b
      depends_on: [a]
      script:
      - z
"""
    )
    assert "gone" in done.stderr


def test_resolve(sflowc: Callable, folder: Path) -> None:
    out = sflowc("compose", "-r", "base.yaml", "tasks.yaml", "-M", "gone", cwd=folder).stdout
    assert "- x 2\n" in out
    assert "COUNT:" not in out
    assert "API_KEY: none" in out


def test_output_is_a_file_or_is_named_after_the_workflow(sflowc: Callable, folder: Path) -> None:
    arguments = ("compose", "base.yaml", "tasks.yaml", "-M", "gone")
    text = sflowc(*arguments, cwd=folder).stdout
    assert sflowc(*arguments, "-o", "new/one.yaml", cwd=folder).stdout == ""
    sflowc(*arguments, "-o", "new/", cwd=folder)
    assert (folder / "new" / "one.yaml").read_text() == (folder / "new" / "w.yaml").read_text() == text
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["one.yaml", "w.yaml"]


def test_mistakes_end_it(sflowc: Callable, folder: Path) -> None:
    done = sflowc("compose", "base.yaml", "tasks.yaml", cwd=folder, status=0)
    assert "gone" in done.stdout  # merging finds no mistake: what a name means is not looked at
    done = sflowc("compose", "base.yaml", "tasks.yaml", "--validate", cwd=folder, status=1)
    assert done.stdout == ""
    assert "unknown-task" in done.stderr
    done = sflowc("compose", "base.yaml", "tasks.yaml", "--validate", "--format", "json", cwd=folder, status=1)
    assert json.loads(done.stdout)["diagnostics"][0]["code"] == "unknown-task"


@pytest.fixture
def table(folder: Path) -> Path:
    rows = "base.yaml tasks.yaml,,3,gone\nbase.yaml tasks.yaml,big,4,gone\n"
    (folder / "t.csv").write_text(f"sflow_config_file,job_name,COUNT,missable_tasks\n{rows}")
    return folder


def test_a_table_becomes_a_file_for_each_row(sflowc: Callable, table: Path) -> None:
    done = sflowc("compose", "--bulk-input", "t.csv", cwd=table)
    assert done.stdout.split() == ["t/w_001.yaml", "t/big_002.yaml"]
    sflowc("batch", "--bulk-input", "t.csv", "-o", "batch", cwd=table)
    for name in ("w_001.yaml", "big_002.yaml"):
        composed, batch = ((table / place / name).read_text().splitlines()[2:] for place in ("t", "batch"))
        assert composed == batch
    assert "- x 4\n" in sflowc("compose", "-r", "--bulk-input", "t.csv", "--row", "2", cwd=table).stdout


def test_one_row_goes_where_it_is_wanted(sflowc: Callable, table: Path) -> None:
    assert "value: 3" in sflowc("compose", "--bulk-input", "t.csv", "--row", "1", cwd=table).stdout
    sflowc("compose", "--bulk-input", "t.csv", "--row", "1", "-o", "one.yaml", cwd=table)
    assert "value: 3" in (table / "one.yaml").read_text()
    assert "no row 3" in sflowc("compose", "--bulk-input", "t.csv", "--row", "3", cwd=table, status=2).stderr
    assert "--row needs" in sflowc("compose", "base.yaml", "--row", "3", cwd=table, status=2).stderr
    assert "at least one" in sflowc("compose", cwd=table, status=2).stderr


def test_a_bad_row_and_nothing_is_written(sflowc: Callable, table: Path) -> None:
    text = (table / "t.csv").read_text()
    (table / "t.csv").write_text(text.replace(",4,", ",x,"))
    done = sflowc("compose", "--bulk-input", "t.csv", cwd=table, status=1)
    assert "t.csv:3:" in done.stderr
    assert not (table / "t").exists()
