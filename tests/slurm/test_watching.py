"""watch and run --tui with jobs of a real Slurm."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from dashboards import Terminal
from jobs import Job
from workflow import SFLOWC

TEXT = """
backends: [{name: c, type: slurm, nodes: 2, gpus_per_node: 8, time: "10"}]
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep 600']
      resources: {gpus: {count: 4}, nodes: {count: 1}}
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: ['echo "on $(hostname)"; sleep 600'], resources: {nodes: {indices: [1]}}}
"""


def test_a_job_from_the_queue_to_its_end(submit: Callable[..., Job]) -> None:
    job = submit(TEXT, "--hold")
    words = [SFLOWC, "watch", job.number, "--output-dir", job.folder / "sflow_output"]
    with Terminal(words, columns=120, lines=36) as terminal:
        terminal.wait_for(f"job {job.number} has no directory in")
        subprocess.run(["scontrol", "release", job.number], check=True)
        terminal.wait_for("▶ client", 120)
        text = terminal.wait_for(lambda text: "client │ 0: on node2" in text, 60)
        assert re.search(r"w  ▶ RUNNING  \d+s  \dm\d\ds left", text)
        assert f"job {job.number}, on node1" in text
        assert re.search(r"server +READY .* node1 +0-3", text)
        assert re.search(r"client +RUNNING .* node2", text)
        assert re.search(r"node1 +\|server +\|", text)
        assert re.search(r"node2 .*\| client", text)
        subprocess.run(["scancel", job.number], check=True)
        terminal.wait_for("■ CANCELLED", 60)
        terminal.type("q")
        assert terminal.end() == 1


def test_run_under_the_dashboard_through_salloc(tmp_path: Path, idle: None) -> None:
    (tmp_path / "w.yaml").write_text(f'version: "0.1"\n{TEXT}')
    with Terminal([SFLOWC, "run", "--tui", "w.yaml"], columns=120, lines=36, cwd=tmp_path) as terminal:
        terminal.wait_for(lambda text: "client │ 0: on node2" in text, 120)
        assert re.search(r"job \d+, on ", terminal.text)
        terminal.type("\x03")
        assert terminal.end(60) == 130
        assert b"w CANCELLED in" in terminal.written.rpartition(b"\x1b[?1049l")[2]
    assert subprocess.run(["squeue", "-h"], capture_output=True, text=True).stdout == ""
    (tmp_path / "w.yaml").write_text(f'version: "0.1"\n{TEXT}'.replace("; sleep 600", "; exit 7"))
    with Terminal([SFLOWC, "run", "--tui", "w.yaml"], columns=120, lines=36, cwd=tmp_path) as terminal:
        assert terminal.end(120) == 7
