"""samples/dynamo_mocker: NVIDIA Dynamo itself, with workers that only pretend, asked over HTTP."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from test_samples import free_ports, left_over, log

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "dynamo_mocker"
KINDS = {"agg": ("agg",), "disagg": ("prefill", "decode")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_answered(kind: str, sflowc: Callable, require: Callable[[str], str], tmp_path: Path) -> None:
    require("dynamo")
    absent = [word for role in ("agg", "prefill", "decode") if role not in KINDS[kind] for word in ("-M", role)]
    names = ("HTTP_PORT", "ETCD_PORT", "NATS_PORT")
    sets: dict[str, object] = dict(zip(names, free_ports(len(names)), strict=True))
    sets |= {"REQUESTS": 5, "VENV": ROOT / "build" / "dynamo"}
    words = [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]
    script = tmp_path / "mocker.sh"
    sflowc("build", "base.yaml", f"{kind}.yaml", *absent, *words, "-o", str(script), cwd=SAMPLE)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    command = ["bash", str(script), "--output-dir", str(tmp_path / "runs")]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (directory,) = (tmp_path / "runs").iterdir()
    status = json.loads((directory / "status.json").read_text())
    assert set(status["tasks"]) == {"install", "etcd", "nats", "frontend", "client", *KINDS[kind]}
    assert {task["state"] for task in status["tasks"].values()} == {"COMPLETED"}
    answered = json.loads((directory / "client" / "outputs.json").read_text())
    assert (answered["requests"], answered["tokens"]) == (5, 5 * 16)
    assert answered["ttft_ms"] > 0
    for worker in KINDS[kind]:
        assert "Traceback" not in log(directory, worker)
    assert list(workspace.iterdir()) == []
    assert left_over(directory.name) == []
