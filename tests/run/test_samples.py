"""The samples run: compiled with ports of their own, executed with bash, judged by what they leave behind."""

import contextlib
import itertools
import json
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_HERE = {"slurm_services": "tests/slurm"}  # where the others are executed


@pytest.fixture
def run(sflowc: Callable, tmp_path: Path) -> Callable[..., tuple[Path, dict]]:
    """Compiles a sample and runs it: `run("hello", WHO="Ada")` gives the run's directory and its status.json."""

    def compile_and_run(sample: str, folder: Path = ROOT / "samples", **variables: object) -> tuple[Path, dict]:
        script = tmp_path / "script" / f"{sample}.sh"
        sets = [word for name, value in variables.items() for word in ("--set", f"{name}={value}")]
        sflowc("build", f"{sample}.yaml", *sets, "-o", str(script), cwd=folder)
        assert script.stat().st_mode & 0o777 == 0o755
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        done = subprocess.run(
            ["bash", str(script), "--output-dir", str(tmp_path / "runs")],
            cwd=workspace,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        assert list(workspace.iterdir()) == []
        (directory,) = (tmp_path / "runs").iterdir()
        return directory, json.loads((directory / "status.json").read_text())

    return compile_and_run


def log(directory: Path, task: str) -> str:
    return (directory / task / f"{task}.log").read_bytes().decode()


def states(status: dict) -> set[str]:
    return {task["state"] for task in status["tasks"].values()}


def free_ports(count: int) -> list[int]:
    """Ports that nobody listened on a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def events(directory: Path) -> list[dict]:
    return [json.loads(line) for line in (directory / "events.jsonl").read_text().splitlines()]


def left_over(run_id: str) -> list[str]:
    """Processes that carry the run's id in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"SFLOW_RUN_ID={run_id}".encode() in environ.read_bytes():
                found.append(environ.parent.name)
    return found


def test_every_sample_is_executed_somewhere() -> None:
    here = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    for path in sorted((ROOT / "samples").glob("*.yaml")):
        if path.stem in NOT_HERE:
            folder = ROOT / NOT_HERE[path.stem]
            assert any(f"{path.stem}" in test.read_text() for test in folder.rglob("test_*.py"))
        else:
            assert path.stem in here


def test_the_first_workflow_of_the_readme(run: Callable, tmp_path: Path) -> None:
    blocks = re.findall(r"(?ms)^```yaml\b[^\n]*\n(.*?)^```$", (ROOT / "README.md").read_text())
    assert len(blocks) == 1
    (tmp_path / "first.yaml").write_text(blocks[0])
    directory, status = run("first", tmp_path, PORT=free_ports(1)[0])
    assert states(status) == {"COMPLETED"}
    for client in ("client_0", "client_1", "client_2"):
        assert log(directory, client) == "HTTP/1.0 200 OK\r\n"


def test_hello(run: Callable) -> None:
    directory, status = run("hello", WHO="Ada & 'Grace'")
    assert log(directory, "greet") == "Hello, Ada & 'Grace'!\n"
    assert (status["state"], status["exit_status"]) == ("COMPLETED", 0)


def test_dag(run: Callable) -> None:
    directory, status = run("dag", LAST=100, SHARES=4)
    assert set(status["tasks"]) == {"split", "sum_0", "sum_1", "sum_2", "sum_3", "count", "total"}
    assert states(status) == {"COMPLETED"}
    assert log(directory, "total") == "the numbers 1 to 100 add up to 5050, counted in 4 shares\n"
    times = status["tasks"]
    assert times["split"]["finished"] <= min(times[f"sum_{i}"]["started"] for i in range(4))
    assert max(times[f"sum_{i}"]["finished"] for i in range(4)) <= times["total"]["started"]


def test_sweep(run: Callable) -> None:
    directory, status = run("sweep", SIZE_KIB="[16, 32]")
    names = [f"compress_{level}_{size}" for level in (1, 9) for size in (16, 32)]
    assert list(status["tasks"]) == [*names, "report"]
    assert states(status) == {"COMPLETED"}
    for before, after in itertools.pairwise(names):
        assert status["tasks"][before]["finished"] <= status["tasks"][after]["started"]
    assert [log(directory, name).split(" -> ")[0] for name in names] == [
        f"level {level}, {size} KiB" for level in (1, 9) for size in (16, 32)
    ]
    table = (directory / "results.csv").read_text().splitlines()
    assert [line.rsplit(",", 1)[0] for line in table] == ["level,size_kib", "1,16", "1,32", "9,16", "9,32"]
    outputs = [json.loads((directory / name / "outputs.json").read_text()) for name in names]
    assert [line.rsplit(",", 1)[1] for line in table[1:]] == [str(found["packed"]) for found in outputs]
    assert all(0 < found["percent"] < 100 for found in outputs)


def test_load(run: Callable) -> None:
    directory, status = run("load", REQUESTS=5, CLIENTS="[1, 3]", PORT=free_ports(1)[0])
    assert list(status["tasks"]) == ["server", "load_1", "load_3"]
    assert states(status) == {"COMPLETED"}
    for name in ("load_1", "load_3"):
        found = json.loads((directory / name / "outputs.json").read_text())
        assert list(found) == ["throughput", "p50", "p99"]
        assert 5 <= found["p50"] <= found["p99"]
        assert found["throughput"] <= 400, "two workers, 5 ms each"
    facts = json.loads((directory / "run.json").read_text())
    assert facts["tasks"][1]["units"] == {"throughput": "requests/s", "p50": "ms", "p99": "ms"}


def test_services(run: Callable) -> None:
    frontend, prefill, decode = free_ports(3)
    directory, status = run("services", REQUESTS=20, FRONTEND_PORT=frontend, PREFILL_PORT=prefill, DECODE_PORT=decode)
    assert log(directory, "client").startswith("requests: 20, failed: 0, mean latency: ")
    assert states(status) == {"COMPLETED"}
    seen = [(event["task"], event["state"]) for event in events(directory) if event.get("event") == "state"]
    services = ("prefill", "decode", "frontend")
    assert all(seen.index((service, "READY")) < seen.index(("client", "RUNNING")) for service in services)
    stopped = [seen.index((service, "COMPLETED")) for service in services]
    assert seen.index(("client", "COMPLETED")) < min(stopped)
    assert stopped[2] < min(stopped[:2]), "the frontend is stopped before what it depends on"
    assert status["tasks"]["client"]["finished"] - status["started"] < 10
    assert left_over(directory.name) == []


def test_matrix_is_a_job_for_each_row(sflowc: Callable, tmp_path: Path) -> None:
    sflowc("sample", "matrix", cwd=tmp_path)
    folder = tmp_path / "matrix"
    sflowc("lint", "rows.csv", "--strict", cwd=folder)
    sflowc("batch", "--bulk-input", "rows.csv", "-o", "jobs", cwd=folder)
    expected = {"small_001": 3, "large_002": 2, "read_003": 1, "both_004": 2}
    assert {path.stem for path in (folder / "jobs").glob("*.sh")} == set(expected)
    for name, results in expected.items():
        done = subprocess.run(
            ["bash", f"jobs/{name}.sh", "--output-dir", name],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (directory,) = (folder / name).iterdir()
        said = log(directory, "report").splitlines()
        assert len(said) == results, said
        assert all(re.fullmatch(r"(gzip -\d|cksum), \d+ KiB, \d+ bytes", line) for line in said)
