"""The workflows of the soak: each with the exit status and the time that it takes when nobody disturbs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """A workflow to run and disturb."""

    name: str
    status: int
    seconds: float
    text: str


SERVICES = """
workflow:
  name: w
  tasks:
    - name: store
      script: &service
        - 'trap "exit 0" TERM'
        - 'echo up; sleep TOKEN & while :; do sleep 0.05; done'
      probes: &probes
        readiness: {log_watch: {match_pattern: up}, interval: 0.05, timeout: 20}
        failure: {exec: {command: [test, "!", -e, "/nowhere"]}, interval: 0.1}
    - {name: server, depends_on: [store], script: *service, probes: *probes}
    - {name: client, depends_on: [server], replicas: {count: 4}, script: ['sleep 0.2; echo "took: 12 ms"'], outputs: [{pattern: "took: {ms:d}"}]}
    - {name: sum, depends_on: [client], script: ['cat $SFLOW_WORKFLOW_OUTPUT_DIR/client_*/outputs.json']}
"""

RETRIES = """
workflow:
  name: w
  tasks:
    - name: flaky
      replicas: {count: 5}
      retries: {count: 60, interval: 0.05}
      script: ['cd $SFLOW_TASK_OUTPUT_DIR; echo x >>tries; [ $(wc -l <tries) -ge 5 ]']
    - {name: after, depends_on: [flaky], script: ['sleep 0.1']}
"""

SWEEP = """
variables:
  A: {value: 1, type: integer, domain: [1, 2, 3, 4]}
  B: {value: x, domain: [x, "y y", z]}
workflow:
  name: w
  tasks:
    - {name: one, replicas: {variables: [A, B]}, script: ['sleep 0.1; echo "n: $A of $B"'], outputs: [{pattern: "n: {n:d} of {b}"}]}
    - {name: two, depends_on: [one], replicas: {count: 3, policy: sequential}, script: ['true']}
"""

FLOOD = """
workflow:
  name: w
  tasks:
    - name: flood
      script: ['head -c 30000000 /dev/zero | tr "\\0" x; echo; echo up; yes | head -c 20000000; exec sleep TOKEN']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.05, timeout: 30}}
    - {name: client, depends_on: [flood], script: ['sleep 0.3']}
"""

ESCAPE = """
workflow:
  name: w
  tasks:
    - name: stays
      script: ["trap '' TERM HUP INT; setsid sleep TOKEN & (setsid bash -c 'trap \\"\\" TERM; sleep TOKEN & wait' &) ; echo up; sleep TOKEN"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.05, timeout: 20}}
    - {name: client, depends_on: [stays], script: ['(setsid sleep TOKEN &); sleep 0.3']}
"""

FAILS = """
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep TOKEN']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.05, timeout: 20}}
    - {name: client, depends_on: [server], script: ['sleep 0.3; exit 9']}
    - {name: other, depends_on: [server], script: ['exec sleep TOKEN']}
"""

LIMIT = """
workflow:
  name: w
  timeout: 1
  tasks:
    - {name: a, script: ['sleep 0.3']}
    - {name: b, depends_on: [a], script: ['sleep TOKEN & wait']}
"""

SHAPES = (
    Shape("services", 0, 2.0, SERVICES),
    Shape("retries", 0, 1.2, RETRIES),
    Shape("sweep", 0, 1.0, SWEEP),
    Shape("flood", 0, 1.6, FLOOD),
    Shape("escape", 0, 2.2, ESCAPE),
    Shape("fails", 9, 1.0, FAILS),
    Shape("limit", 124, 1.5, LIMIT),
)

LONG = """
workflow:
  name: w
  timeout: SECONDS
  tasks:
    - name: server
      script: ['echo up; while sleep 0.2; do echo "a line of the log, again and again"; done']
      probes:
        readiness: {log_watch: {match_pattern: up}, interval: 0.1, timeout: 20}
        failure: {log_watch: {match_pattern: fatal}, interval: 0.1}
    - {name: flaky, depends_on: [server], retries: {count: 1000, interval: 4}, replicas: {count: 8}, script: ['exit 1']}
    - name: never
      depends_on: [server]
      script: ['exec sleep TOKEN']
      probes: {readiness: {exec: {command: [bash, -c, 'echo $RANDOM; exit 1']}, interval: 0.2, timeout: 1000000}}
"""
