"""`sflowc collect` over runs of real scripts: a sweep of twenty with two that fail, runs that go on, values in lists."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from PIL import Image
from pyarrow import parquet
from workflow import SFLOWC, Workflow

FLOW = """version: "0.1"
variables:
  TP: {type: integer, value: 1}
  CONCURRENCY: {type: integer, value: 1}
  API_TOKEN: hunter2-s3cret
workflow:
  name: serve
  tasks:
    - name: bench
      script:
        - 'if [ "$TP-$CONCURRENCY" = 8-64 ]; then echo out of memory; exit 7; fi'
        - 'if [ "$TP-$CONCURRENCY" = 1-64 ]; then sleep 60; fi'
        - echo "TTFT $((CONCURRENCY * 8 / TP)).5 ms, throughput $((CONCURRENCY * TP * 10)) tok/s, token $API_TOKEN"
      timeout: 6
      outputs:
        - pattern: "TTFT {ttft:f} ms, throughput {tps:d} tok/s, token {token}"
          metrics: {ttft: ms, tps: {unit: tok/s}}
"""
SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas" / "collect.schema.json").read_text())
TPS, CONCURRENCIES = (1, 2, 4, 8), (1, 4, 8, 16, 64)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty runs, made by `sflowc batch`; each of its script's exit statuses is that of its task, but for two 0."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "serve.yaml").write_text(FLOW)
    values = [f"TP={','.join(map(str, TPS))}", f"CONCURRENCY={','.join(map(str, CONCURRENCIES))}"]
    subprocess.run(
        [SFLOWC, "batch", "-f", "serve.yaml", "--sweep", values[0], "--sweep", values[1], "-o", "jobs"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    scripts = sorted((folder / "jobs").glob("*.sh"))
    assert len(scripts) == 20
    ended = [
        subprocess.run(["bash", script], cwd=folder, capture_output=True, check=False, timeout=60) for script in scripts
    ]
    assert sorted({done.returncode for done in ended}) == [0, 7, 124]
    return folder


def collect(folder: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [SFLOWC, "collect", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if not status else done.stderr


def expected() -> list[dict[str, object]]:
    """The table, row by row, but for times."""
    rows = []
    for tp in TPS:
        for concurrency in CONCURRENCIES:
            bad = {(8, 64): ("FAILED", 7), (1, 64): ("TIMEOUT", 143)}.get((tp, concurrency))
            rows.append(
                {
                    "state": bad[0] if bad else "COMPLETED",
                    "exit_status": bad[1] if bad else 0,
                    "TP": tp,
                    "CONCURRENCY": concurrency,
                    "ttft": None if bad else concurrency * 8 // tp + 0.5,
                    "tps": None if bad else concurrency * tp * 10,
                    "token": None if bad else "***",
                    "batch_row": len(rows) + 1,
                    "task": "bench",
                    "attempts": 1,
                    "run_state": bad[0] if bad else "COMPLETED",
                }
            )
    return rows


def test_twenty_runs_with_two_that_failed(sweep: Path) -> None:
    table = json.loads(collect(sweep, "sflow_output", "jobs/results.csv", "--json"))
    jsonschema.validate(table, SCHEMA)
    rows = table["rows"]
    for row, right in zip(rows, expected(), strict=True):
        right["run_state"] = row["run_state"] if right["state"] != "COMPLETED" else "COMPLETED"
        assert {name: row[name] for name in right} == right
        assert row["run_state"] in ("COMPLETED", "FAILED", "TIMEOUT")
        assert 0 < row["seconds"] <= row["run_seconds"] < 30
        assert row["finished"] - row["started"] == pytest.approx(row["seconds"], abs=0.002)
        assert (sweep / row["directory"]).name == row["run"]
    units = {column["name"]: column["unit"] for column in table["columns"] if column["kind"] == "output"}
    assert units == {"ttft": "ms", "tps": "tok/s", "token": ""}
    text = collect(sweep, "sflow_output")
    assert text.splitlines()[-1] == "20 rows of 20 runs: 18 COMPLETED, 1 TIMEOUT, 1 FAILED"
    assert re.search(r"bench +FAILED +64 +8 +- +- +- +\S+ +exit status 7", text)
    assert "hunter2" not in text + json.dumps(table)


def test_the_same_table_in_every_format(sweep: Path) -> None:
    table = json.loads(collect(sweep, "sflow_output", "jobs", "--format", "json"))
    names = [column["name"] for column in table["columns"]]
    lines = list(csv.reader(io.StringIO(collect(sweep, "sflow_output", "jobs", "--csv"))))
    assert lines[0] == names
    shown = [["" if row[name] is None else str(row[name]) for name in names] for row in table["rows"]]
    assert lines[1:] == shown
    collect(sweep, "sflow_output", "jobs", "-o", "out/table.parquet")
    arrow = parquet.read_table(sweep / "out" / "table.parquet")
    assert arrow.to_pylist() == table["rows"]
    types = {field.name: str(field.type) for field in arrow.schema}
    assert {
        "TP": "int64",
        "tps": "int64",
        "ttft": "double",
        "state": "string",
        "ready_seconds": "double",
    }.items() <= types.items()
    assert arrow.schema.field("ttft").metadata == {b"kind": b"output", b"unit": b"ms"}


def test_pictures(sweep: Path) -> None:
    plots = ("--plot", "X=CONCURRENCY", "Y=tps,ttft", "SERIES=TP", "LOG=x", "--plot", "X=ttft", "Y=tps", "TO=curve.svg")
    arguments = ("sflow_output", *plots, "--plot", "X=TP", "Y=tps", "TO=a.pdf")
    collect(sweep, *arguments)
    names = ("tps-ttft-by-CONCURRENCY.png", "curve.svg", "a.pdf")
    first = [(sweep / name).read_bytes() for name in names]
    assert first[0].startswith(b"\x89PNG\r\n\x1a\n")
    assert first[2].startswith(b"%PDF-")
    width, height = (int.from_bytes(first[0][i : i + 4], "big") for i in (16, 20))
    assert (width, height) == (1280, 1216)
    Image.open(sweep / names[0]).verify()
    text = [
        " ".join(element.itertext())
        for element in ElementTree.fromstring(first[1]).iter()
        if element.tag.endswith("}text")
    ]
    assert {"ttft (ms)", "tps (tok/s)", "serve", "TP", *map(str, TPS), *map(str, CONCURRENCIES)} <= set(text)
    assert any(line.startswith("Missing, 2 of 20: ") and "CONCURRENCY=64 TP=8 FAILED" in line for line in text)
    collect(sweep, *arguments)
    assert [(sweep / name).read_bytes() for name in names] == first


def test_what_has_not_been_run_and_what_was_run_again(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(FLOW)
    table = 'sflow_config_file,job_name,TP,CONCURRENCY\nw.yaml,one,2,4\nw.yaml,two,4,"4"\n'
    (tmp_path / "rows.csv").write_text(table)
    subprocess.run([SFLOWC, "batch", "--bulk-input", "rows.csv"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    for _ in range(2):
        subprocess.run(["bash", "rows/one_001.sh"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    found = json.loads(collect(tmp_path, "sflow_output", "rows", "--json"))["rows"]
    assert [(row["state"], row["TP"], row["batch_row"], row["script"]) for row in found] == [
        ("COMPLETED", 2, 1, "one_001.sh"),
        ("COMPLETED", 2, 1, "one_001.sh"),
        ("MISSING", 4, 2, "two_002.sh"),
    ]
    assert found[2]["reason"] == "it has no run here"
    latest = json.loads(collect(tmp_path, "sflow_output", "rows", "--latest", "--json"))["rows"]
    assert [row["run"] for row in latest] == [found[1]["run"], None]


def test_values_that_are_not_as_required_are_shown_and_not_drawn(tmp_path: Path) -> None:
    flow = Workflow(
        tmp_path,
        """
variables: {N: {type: integer, value: 1, domain: [1, 2, 0]}}
workflow:
  name: w
  tasks:
    - name: bench
      replicas: {variables: [N], policy: sequential}
      script: ['echo "rate $N.5"']
      outputs: [{pattern: "rate {rate:f}", metrics: {rate: {unit: 1/s, min: 1}}}]
""",
    )
    assert flow.run().status == 1
    rows = _rows(tmp_path)
    assert [(row["N"], row["state"], row["rate"]) for row in rows] == [
        (1, "COMPLETED", 1.5),
        (2, "COMPLETED", 2.5),
        (0, "FAILED", 0.5),
    ]
    assert "rate: 0.5 is below min 1" in str(rows[2]["reason"])
    collect(tmp_path, "out", "--plot", "X=N", "Y=rate", "TO=a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert "rate (1/s)" in text
    assert "Missing, 1 of 3: N=0 FAILED." in text


def test_overrides_of_a_script(tmp_path: Path) -> None:
    flow = Workflow(tmp_path, FLOW)
    for concurrency in (1, 8):
        assert flow.run("--set", f"CONCURRENCY={concurrency}").status == 0
    rows = json.loads(collect(tmp_path, "out", "--json"))["rows"]
    assert [(row["CONCURRENCY"], row["tps"]) for row in rows] == [(1, 10), (8, 80)]
    assert "TP" not in rows[0]
    assert json.loads(collect(tmp_path, "out", "--json", "--variable", "TP"))["rows"][0]["TP"] == 1


def test_a_sweep_inside_a_run_while_it_goes_on(tmp_path: Path) -> None:
    flow = Workflow(
        tmp_path,
        """
variables: {N: {type: integer, value: 1, domain: [1, 2]}}
workflow:
  name: w
  tasks:
    - name: step
      replicas: {variables: [N], policy: sequential}
      script: ['for i in 1 2 3; do echo "loss $((i * N)).25"; done; [ $N = 1 ] || exec sleep 60']
      outputs: [{pattern: "loss {loss:f}"}]
    - {name: other, script: ["true"]}
""",
    )
    script = flow.start()
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and "RUNNING" not in [row["state"] for row in _rows(tmp_path)][1:]:
            time.sleep(0.1)
        rows = _rows(tmp_path)
        assert [(row["task"], row["state"], row["loss"]) for row in rows] == [
            ("step_1", "COMPLETED", [1.25, 2.25, 3.25]),
            ("step_2", "RUNNING", None),
        ]
        assert [row["loss"] for row in _rows(tmp_path, "--lists", "mean")] == [2.25, None]
    finally:
        os.kill(script.pid, signal.SIGTERM)
        script.communicate(timeout=30)
    assert [row["state"] for row in _rows(tmp_path)] == ["COMPLETED", "CANCELLED"]
    assert [row["task"] for row in _rows(tmp_path, "--task", "other")] == ["other"]


def _rows(folder: Path, *arguments: str) -> list[dict[str, object]]:
    if not any((folder / "out").glob("*/status.json")):
        return []
    rows: list[dict[str, object]] = json.loads(collect(folder, "out", "--json", *arguments))["rows"]
    return rows
