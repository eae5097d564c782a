"""Probes whose checks run beside the script, on the first node of a job, of a task that runs on another node."""

from collections.abc import Callable


def test_commands_and_files(submit: Callable) -> None:
    text = """
backends: [{name: c, type: slurm, nodes: 2, time: "5"}]
variables: {WORDS: "a  b"}
workflow:
  name: w
  tasks:
    - name: server
      resources: {nodes: {indices: [1]}}
      script: ['sleep 1; hostname >"$SFLOW_TASK_OUTPUT_DIR/up"; exec sleep 100']
      probes:
        readiness:
          file: {path: $SFLOW_TASK_OUTPUT_DIR/up}
          interval: 0.2
    - name: asked
      resources: {nodes: {indices: [1]}}
      script: [exec sleep 100]
      probes:
        readiness:
          interval: 0.2
          exec:
            command:
              - bash
              - -c
              - printf '%s|' "$WORDS" "$SFLOW_TASK_ASSIGNED_NODE_NAMES" "$(hostname)" "$1" >"$SFLOW_TASK_OUTPUT_DIR/seen"
              - bash
              - ${{ backends.c.nodes[1].name }}
    - name: client
      depends_on: [server, asked]
      resources: {nodes: {indices: [0]}}
      script: ['cat "$SFLOW_WORKFLOW_OUTPUT_DIR"/server/up "$SFLOW_WORKFLOW_OUTPUT_DIR"/asked/seen']
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    node, seen = (line.removeprefix("0: ") for line in job.log("client").splitlines())
    words, assigned, beside, given, _ = seen.split("|")
    assert (words, assigned, given) == ("a  b", node, node)
    assert beside != node
