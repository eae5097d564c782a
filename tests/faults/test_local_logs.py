"""Faults on this host: logs that are endless, binary, rotated, truncated, or flooded."""

import itertools
import statistics

from faults.stage import Ended, Stage
from faults.table import HANGS, Fault, attack

WATCHED = """
workflow:
  name: w
  tasks:
    - name: server
      script: ['%s', 'exec sleep TOKEN']
      probes: {readiness: {log_watch: {match_pattern: "up", match_count: %d}, interval: 0.1, timeout: %d}}
    - {name: client, depends_on: [server], script: ['true']}
"""
LOG = "$SFLOW_TASK_OUTPUT_DIR/server.log"
GOOD = {"status": 0, "state": "COMPLETED"}
NOT_READY = {"status": 1, "state": "FAILED", "reason": "server FAILED: not ready within 2 s"}


@attack(
    Fault(
        "a log without a line",
        HANGS,
        does="A log of 300 MB has no newline, and what is looked for at its end; no process may have more than 150 MB of memory.",
        outcome="the pattern is found",
        given=(f"truncate -s 300M {LOG}; printf up", 1, 30, ["prlimit", "--as=150000000"]),
        **GOOD,  # type: ignore[arg-type]
    ),
    Fault(
        "a binary log",
        HANGS,
        does="A service prints 20 MB of random bytes and then the pattern.",
        outcome="the pattern is found",
        given=("head -c 20000000 /dev/urandom | tr -d u; echo up", 1, 30, []),
        **GOOD,  # type: ignore[arg-type]
    ),
    Fault(
        "a binary line without an end",
        HANGS,
        does="A service prints the pattern once, and NUL behind it, on a line that does not end.",
        outcome="it is not counted twice",
        given=('printf "up\\\\0\\\\0"', 2, 2, []),
        **NOT_READY,  # type: ignore[arg-type]
    ),
    Fault(
        "a pattern in two halves",
        HANGS,
        does="A service prints the two halves of the pattern a second apart.",
        outcome="the pattern is found",
        given=("printf u; sleep 1; printf p", 1, 30, []),
        **GOOD,  # type: ignore[arg-type]
    ),
    Fault(
        "a log that is truncated",
        HANGS,
        does="A log of a megabyte is truncated under the probe, and the pattern printed then.",
        outcome="the pattern is found",
        given=(f"head -c 1000000 /dev/zero; sleep 0.5; : >{LOG}; sleep 0.5; echo up", 1, 30, []),
        **GOOD,  # type: ignore[arg-type]
    ),
    Fault(
        "a log that is rotated",
        HANGS,
        does="A log is renamed and a new one begun, in which the pattern is.",
        outcome="the pattern is found",
        given=(f"seq 10000; sleep 0.5; mv {LOG} {LOG}.1; exec >>{LOG}; echo up", 1, 30, []),
        **GOOD,  # type: ignore[arg-type]
    ),
    Fault(
        "a log that is removed",
        HANGS,
        does="A service removes its own log: nothing can be found in it any more.",
        outcome="the deadline is kept",
        given=(f"rm {LOG}; echo up", 1, 2, []),
        **NOT_READY,  # type: ignore[arg-type]
    ),
    Fault(
        "a log of empty lines",
        HANGS,
        does="A service prints twenty million empty lines and then the pattern.",
        outcome="the pattern is found",
        given=('yes "" | head -n 20000000; echo up', 1, 30, []),
        **GOOD,  # type: ignore[arg-type]
    ),
)
def test_a_log_that_is_watched(stage: Stage, fault: Fault) -> Ended:
    script, count, seconds, wrap = fault.given
    return stage.run(WATCHED % (script, count, seconds), wrap=wrap)


@attack(
    Fault(
        "outputs of a log without a line",
        HANGS,
        does="The outputs of a task are looked for in a log of 30 MB that is one line.",
        status=0,
        state="COMPLETED",
        within=60,
    )
)
def test_outputs_of_a_log_without_a_line(stage: Stage, fault: Fault) -> Ended:
    return stage.run(
        "workflow: {name: w, tasks: [{name: t, script: ['head -c 30000000 /dev/zero | tr \"\\\\0\" x'], outputs: [{pattern: 'took: {ms:d}'}]}]}"
    )


@attack(
    Fault(
        "a task that floods its log",
        HANGS,
        does="A task prints as fast as it can, beside a probe that looks at its log and a chain of sixty tasks.",
        status=0,
        state="COMPLETED",
        outcome="half of the sixty start within 100 ms of the end of the one before",
        within=60,
    )
)
def test_a_flood(stage: Stage, fault: Fault) -> Ended:
    last = 59
    chain = "".join(
        f"\n    - {{name: c{number}, depends_on: [{f'c{number - 1}' if number else 'gate'}], script: ['date +%s.%N']}}"
        for number in range(last + 1)
    )
    ended = stage.run(f"""
workflow:
  name: w
  tasks:
    - name: flood
      script:
        - trap 'exit 0' TERM
        - while [ ! -e $SFLOW_WORKFLOW_OUTPUT_DIR/c{last}/c{last}.log ]; do
        - "head -c 20000000 /dev/zero | tr '\\\\0' x; : >$SFLOW_TASK_OUTPUT_DIR/flood.log"
        - done
      probes: {{failure: {{log_watch: {{match_pattern: fatal}}, interval: 0.2}}}}
    - {{name: gate, script: [sleep 0.5]}}{chain}
""")
    times = [float(ended.log(f"c{number}")) for number in range(last + 1)]
    assert statistics.median(later - earlier for earlier, later in itertools.pairwise(times)) < 0.1
    return ended
