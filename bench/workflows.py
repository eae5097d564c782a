"""Workflows to measure with, as text.

In: how large. Out: YAML that sflowc compiles; graphs of tasks that do nothing, as workflows, as bash by hand and as Makefiles; a
table of many rows.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Sequence

Graph = Sequence[tuple[str, Sequence[str]]]
"""Tasks that do nothing, each with those that it waits for; those come before it."""


def chain(count: int) -> Graph:
    """Tasks of which each waits for the one before."""
    return [(f"t{i}", [f"t{i - 1}"] if i else []) for i in range(count)]


def fan(count: int) -> Graph:
    """One task, then many at the same time, then one."""
    names = [f"t{i}" for i in range(count)]
    return [("first", []), *((name, ["first"]) for name in names), ("last", names)]


def dag(count: int, edges: int) -> Graph:
    """A random graph, the same every time."""
    dice = random.Random(count)
    before: list[set[str]] = [set() for _ in range(count)]
    while edges:
        later = dice.randrange(1, count)
        earlier = f"t{dice.randrange(later)}"
        if earlier not in before[later]:
            before[later].add(earlier)
            edges -= 1
    return [(f"t{i}", sorted(names)) for i, names in enumerate(before)]


def workflow(name: str, graph: Graph) -> str:
    """The graph as a workflow."""
    return _workflow(name, "".join(_task(task, before) for task, before in graph))


def by_hand(graph: Graph) -> str:
    """The bash script that one would write: what can run at the same time does, with & and wait."""
    tiers: dict[str, int] = {}
    for task, before in graph:
        tiers[task] = max((tiers[name] + 1 for name in before), default=0)
    sizes = Counter(tiers.values())
    lines = ["#!/bin/bash"]
    for tier in sorted(sizes):
        lines += ["bash -c true"] if sizes[tier] == 1 else ["bash -c true &"] * sizes[tier] + ["wait"]
    return "\n".join(lines) + "\n"


def makefile(graph: Graph) -> str:
    """The graph for make, which runs each task in a shell too."""
    rules = [f"{task}: {' '.join(before)}\n\t@bash -c true\n" for task, before in graph]
    names = " ".join(task for task, _ in graph)
    return f".PHONY: all {names}\nall: {names}\n{''.join(rules)}"


def _task(name: str, before: Sequence[str]) -> str:
    wait = f", depends_on: [{', '.join(before)}]" if before else ""
    return f"    - {{name: {name}{wait}, script: ['true']}}\n"


def _workflow(name: str, tasks: str) -> str:
    return f'version: "0.1"\nworkflow:\n  name: {name}\n  tasks:\n{tasks}'


def stubborn(count: int, script: str) -> str:
    """Tasks that run until they are stopped, all with one script."""
    quoted = script.replace("'", "''")
    return _workflow("stop", "".join(f"    - {{name: t{i}, script: ['{quoted}']}}\n" for i in range(count)))


def sweep(count: int) -> str:
    """One task over a variable of so many values."""
    domain = ", ".join(map(str, range(count)))
    task = "    - {name: point, replicas: {variables: [POINT]}, script: ['echo $POINT']}\n"
    return f"variables:\n  POINT: {{type: integer, value: 0, domain: [{domain}]}}\n" + _workflow("sweep", task)


def inference_rows(table: str, count: int) -> str:
    """The rows of a table over and over, until there are so many; every one with numbers of its own."""
    rows = list(csv.DictReader(io.StringIO(table)))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for number in range(count):
        row = rows[number % len(rows)]
        writer.writerow({**row, "ISL": str(int(row["ISL"]) + number // len(rows))})
    return text.getvalue()


def serving(workers: int) -> str:
    """A large job on Slurm: a store, a bus, a frontend, workers in two roles with GPUs and probes, and a sweep."""
    parts = [_SERVING_HEAD.format(nodes=2 * workers + 1)]
    names = [f"{role}_{i}" for role in ("prefill", "decode") for i in range(workers)]
    for number, name in enumerate(names):
        parts.append(_SERVING_WORKER.format(name=name, role=name.split("_")[0], node=number + 1, port=9000 + number))
    parts.append(_SERVING_TAIL.format(names=", ".join(names)))
    return "".join(parts)


_SERVING_HEAD = """\
version: "0.1"

variables:
  SLURM_ACCOUNT: research
  SLURM_PARTITION: gpu
  MODEL: /models/large
  IMAGE: /images/server.sqsh
  NODES: {{type: integer, value: {nodes}}}
  GPUS: {{type: integer, value: 8}}
  CONCURRENCY: {{type: integer, value: 1, domain: [1, 2, 4, 8, 16, 32, 64, 128]}}
  TOKENS: {{type: integer, value: 1024, domain: [1024, 8192]}}
  STEPS: "${{{{ variables.CONCURRENCY * 10 }}}}"

artifacts:
  MODEL_DIR: {{uri: "fs://${{{{ variables.MODEL }}}}"}}
  CONFIG:
    uri: file://server.json
    content: |
      {{"store": "${{{{ backends.cluster.nodes[0].ip_address }}}}:2379", "gpus": ${{{{ variables.GPUS }}}}}}

backends:
  cluster:
    type: slurm
    account: ${{{{ variables.SLURM_ACCOUNT }}}}
    partition: ${{{{ variables.SLURM_PARTITION }}}}
    time: 04:00:00
    nodes: ${{{{ variables.NODES }}}}
    gpus_per_node: ${{{{ variables.GPUS }}}}
    extra_args: ["--gpus-per-node=8", "--exclusive"]

operators:
  server:
    type: srun
    container_image: ${{{{ variables.IMAGE }}}}
    mpi: pmix
    ntasks_per_node: 1
    extra_args: ["--no-container-entrypoint"]

workflow:
  name: serving
  timeout: 4h
  variables:
    HEAD: ${{{{ backends.cluster.nodes[0].ip_address }}}}
  tasks:
    - name: store
      resources: {{nodes: {{indices: [0]}}}}
      script:
        - store --listen http://0.0.0.0:2379 --advertise "http://${{{{ variables.HEAD }}}}:2379"
      probes:
        readiness: {{tcp_port: {{port: 2379}}, interval: 2, timeout: 120}}
    - name: bus
      resources: {{nodes: {{indices: [0]}}}}
      script:
        - bus --port 4222 --jetstream
      probes:
        readiness: {{tcp_port: {{port: 4222}}, interval: 2, timeout: 120}}
    - name: frontend
      depends_on: [store, bus]
      operator: server
      resources: {{nodes: {{indices: [0]}}}}
      script:
        - export STORE="http://${{{{ variables.HEAD }}}}:2379" BUS="bus://${{{{ variables.HEAD }}}}:4222"
        - serve frontend --port 8000 --model "$MODEL_DIR"
      probes:
        readiness:
          http_get: {{url: "http://${{{{ variables.HEAD }}}}:8000/health"}}
          interval: 5
          timeout: 600
"""

_SERVING_WORKER = """\
    - name: {name}
      depends_on: [frontend]
      operator: {{name: server, extra_args: ["--cpu-bind=none"]}}
      resources: {{nodes: {{indices: [{node}]}}, gpus: {{count: "${{{{ variables.GPUS }}}}"}}}}
      retries: {{count: 1, interval: 10, backoff: 2}}
      script:
        - echo "{name} on $SFLOW_TASK_ASSIGNED_NODE_NAMES, GPUs $CUDA_VISIBLE_DEVICES, store ${{{{ variables.HEAD }}}}"
        - |
          for attempt in 1 2 3; do
            if serve check --config "$CONFIG"; then break; fi
          done
        - serve {role} --model "$MODEL_DIR" --port {port} --node ${{{{ backends.cluster.nodes[{node}].name }}}}
      probes:
        readiness:
          log_watch: {{regex_pattern: '(?i){role} worker \\d+ (is )?ready'}}
          interval: 5
          timeout: 1800
        failure:
          log_watch: {{match_pattern: "CUDA error"}}
          failure_threshold: 1
"""

_SERVING_TAIL = """\
    - name: benchmark
      depends_on: [frontend, {names}]
      operator: server
      replicas: {{variables: [CONCURRENCY, TOKENS], policy: sequential}}
      resources: {{nodes: {{indices: [0]}}}}
      script:
        - load --url "http://${{{{ variables.HEAD }}}}:8000" --concurrency "$CONCURRENCY" --tokens "$TOKENS"
      outputs:
        - pattern: "throughput: {{throughput:f}} tokens/s"
"""
