"""How a plan looks: every task with its place, and the map of GPUs, in 80 columns."""

import re

import pytest
from sflowc.driver import compile_workflow
from sflowc.ir.plan import Plan
from sflowc.render import plan_text
from sflowc.render.paint import columns
from sflowc.render.plan import duration, ranges


def plan(text: str) -> Plan:
    done = compile_workflow([("f.yaml", f'version: "0.1"\n{text}'.encode())])
    assert done.plan is not None, done.diagnostics
    return done.plan


SERVING = """
backends:
  gpu:
    {type: slurm, nodes: 5, gpus_per_node: 8, account: team, extra_args: ["--comment=a b"]}
workflow:
  name: serving
  timeout: 2h
  tasks:
    - {name: load, script: [x]}
    - name: prefill
      replicas: {count: 2}
      depends_on: [load]
      resources: {gpus: {count: 4}}
      script: [x]
      probes:
        readiness: {tcp_port: {port: 80, on_node: each}, timeout: 90}
        failure: {log_watch: {match_pattern: 'Traceback \\d', match_count: 3}}
    - name: decode
      replicas: {count: 3}
      depends_on: [load]
      resources: {gpus: {count: 1}}
      script: [x]
      probes:
        readiness: {http_get: {url: "http://${{ backends.gpu.nodes[1].ip_address }}:8000/health"}}
        failure: {tcp_port: {port: 81, host: example.org}}
    - name: bench
      depends_on: [prefill, decode, load]
      resources: {nodes: {count: 1}}
      retries: {count: 2, interval: 1}
      timeout: 5400
      script: [x]
      probes: {readiness: {log_watch: {match_pattern: go, logger: load}}}
"""


def test_a_plan_with_everything() -> None:
    assert plan_text(plan(SERVING)) == (
        """\
serving: 7 tasks, at most 2h

slurm backend gpu:
  5 nodes, 8 GPUs each, account team, extra_args '--comment=a b'

   1  load       srun    nodes 0-4
   2  prefill_0  srun    node 0  GPU 0-3
        after load
        ready when port 80 is open on each node, every 5s, within 1m30s
        failed when the log has 'Traceback \\d' 3 times, every 5s
   3  prefill_1  srun    node 0  GPU 4-7
        after load
        ready when port 80 is open on each node, every 5s, within 1m30s
        failed when the log has 'Traceback \\d' 3 times, every 5s
   4  decode_0   srun    node 1  GPU 0
        after load
        ready when GET http://<ip:gpu:1>:8000/health succeeds, every 5s
        failed when port 81 of example.org is open no more, every 5s
   5  decode_1   srun    node 1  GPU 1
        after load
        ready when GET http://<ip:gpu:1>:8000/health succeeds, every 5s
        failed when port 81 of example.org is open no more, every 5s
   6  decode_2   srun    node 1  GPU 2
        after load
        ready when GET http://<ip:gpu:1>:8000/health succeeds, every 5s
        failed when port 81 of example.org is open no more, every 5s
   7  bench      srun    node 0
        after both of prefill, all 3 of decode, load
        at most 1h30m, up to 2 retries
        ready when the log of load has 'go', every 5s

GPUs of gpu, with the names or numbers of their tasks:
              0       1       2       3       4       5       6       7
  node 0     |prefill_0                      |prefill_1                      |
  node 1     |4      |5      |6      |.                                      |
  nodes 2-4  |.                                                              |
"""
    )


@pytest.mark.parametrize("gpus", [1, 2, 4, 8])
def test_it_fits_in_80_columns(gpus: int) -> None:
    names = "\n".join(
        f"    - {{name: {'task' * 6}_{number}, resources: {{gpus: {{count: 1}}}}, script: [x]}}" for number in range(16)
    )
    every = ", ".join(f"{'task' * 6}_{number}" for number in range(16))
    text = plan_text(
        plan(
            f"backends: {{c: {{type: slurm, nodes: 16, gpus_per_node: {gpus}}}}}\nworkflow:\n  name: w\n  tasks:\n"
            f"{names}\n    - {{name: last, depends_on: [{every}], script: [x]}}\n"
        )
    )
    assert max(columns(line) for line in text.splitlines()) <= 80


def test_shared_gpus_name_all_their_tasks() -> None:
    text = plan_text(
        plan(
            "variables: {V: {value: 1, domain: [1, 2, 3]}}\n"
            "backends: {c: {type: slurm, nodes: 1, gpus_per_node: 2}}\nworkflow:\n  name: w\n  tasks:\n"
            "    t: {replicas: {variables: [V], policy: sequential}, resources: {gpus: {count: 2}}, script: [x]}\n"
        )
    )
    assert "  node 0     |1-3                                |\n" in text


def test_many_nodes_are_not_all_shown() -> None:
    text = plan_text(
        plan(
            "backends: {c: {type: slurm, nodes: 100, gpus_per_node: 1}}\nworkflow:\n  name: w\n  tasks:\n"
            "    t: {replicas: {count: 100}, resources: {gpus: {count: 1}}, script: [x]}\n"
        )
    )
    assert "  ... and 36 more nodes\n" in text


def test_without_gpus_there_is_no_map() -> None:
    assert "GPUs" not in plan_text(plan("workflow: {name: w, tasks: {t: {script: [x]}}}"))


def test_what_runs_when_a_limit_is_near_is_told() -> None:
    hook = '{script: ["save\\nlink", upload], lead: 90}'
    text = plan_text(plan(f"workflow: {{name: w, timeout: 1h, on_timeout: {hook}, tasks: [{{name: t, script: [x]}}]}}"))
    assert text.startswith("w: 1 task, at most 1h\n  1m30s before a time limit runs on_timeout, 3 lines\n\n")


def test_colours_change_nothing_else() -> None:
    compiled = plan(SERVING)
    coloured = plan_text(compiled, colour=True)
    assert coloured != plan_text(compiled)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plan_text(compiled)


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([3], "3"), ([0, 1, 2], "0-2"), ([5, 0, 1, 7, 6], "0-1,5-7"), ([0, 2], "0,2")]
)
def test_ranges(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "5s"),
        (0.5, "0.5s"),
        (60, "1m"),
        (90, "1m30s"),
        (7200.0, "2h"),
        (90061, "1d1h1m1s"),
        (0, "0s"),
        (61.5, "61.5s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
