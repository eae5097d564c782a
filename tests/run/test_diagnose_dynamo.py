"""NVIDIA Dynamo itself, in runs that fail and in one that does not, and what diagnose says of them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from diagnosis import diagnose, told
from requirements import need
from test_samples import free_ports
from web import closed_port

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "dynamo_mocker"


@pytest.fixture
def mocker(sflowc: Callable, tmp_path: Path) -> Callable[..., dict]:
    """Runs the sample with something in its script replaced, and diagnoses it."""
    need("dynamo")

    def run(status: int, *changes: tuple[str, str]) -> dict:
        sets: dict[str, object] = dict(zip(("HTTP_PORT", "ETCD_PORT", "NATS_PORT"), free_ports(3), strict=True))
        sets |= {"REQUESTS": 5, "VENV": ROOT / "build" / "dynamo"}
        words = [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]
        script = tmp_path / "mocker.sh"
        sflowc("build", "base.yaml", "agg.yaml", "-M", "prefill", "-M", "decode", *words, "-o", str(script), cwd=SAMPLE)
        text = script.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        script.write_text(text)
        output = tmp_path / "runs"
        done = subprocess.run(
            ["bash", script, "--output-dir", output],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return diagnose("--output-dir", output)

    return run


def test_a_healthy_deployment(mocker: Callable[..., dict]) -> None:
    found = mocker(0)
    assert (found["verdict"], found["cause"]) == ("none", None)
    assert {report["verdict"] for report in found["layers"]} == {"OK"}


def test_the_client_asks_for_another_model(mocker: Callable[..., dict]) -> None:
    found = mocker(1, ('"model": os.environ["MODEL_NAME"]', '"model": "another"'))
    assert told(found) == ("routing", "model-name-unknown", "workflow")


@pytest.mark.parametrize(("variable", "scheme"), [("NATS_SERVER", "nats"), ("ETCD_ENDPOINTS", "http")])
def test_the_frontend_does_not_reach(mocker: Callable[..., dict], variable: str, scheme: str) -> None:
    start = 'exec "$SFLOW_WORKFLOW_OUTPUT_DIR/venv/bin/python" -m dynamo.frontend'
    elsewhere = f"export {variable}={scheme}://127.0.0.1:{closed_port()}\n{start}"
    found = mocker(1, (start, elsewhere), ("SF_READY_WITHIN[3]=120", "SF_READY_WITHIN[3]=8"))
    cause = {"NATS_SERVER": "nats-refused", "ETCD_ENDPOINTS": "etcd-refused"}[variable]
    assert told(found) == ("infrastructure", cause, "workflow")
