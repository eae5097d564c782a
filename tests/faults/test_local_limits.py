"""Faults on this host: results that are missing or wrong, and scripts for the time limit that do not do as they should."""

from faults.stage import Ended, Stage
from faults.table import EXIT, HANGS, LEFT, PREEMPTION, Fault, attack

RESULT = """
workflow:
  name: w
  tasks:
    - name: bench
      script: ["%s"]
      outputs: [{pattern: "tps: {tps:g}", %s}]
    - {name: after, depends_on: [bench], script: ['true']}
"""
REQUIRED = "require: true"
BOUNDED = "metrics: {tps: {min: 1, max: 1000}}"


@attack(
    Fault(
        "a benchmark without a result",
        EXIT,
        does="A benchmark ends with 0 and has printed no result, which is required.",
        status=1,
        state="FAILED",
        reason="bench FAILED: output tps",
        outcome="what depends on it is not started",
        given=("echo nothing", REQUIRED),
    ),
    Fault(
        "a result out of bounds",
        EXIT,
        does="A benchmark ends with 0; its result is below what is required at least.",
        status=1,
        state="FAILED",
        reason="bench FAILED: output tps: 0 is below min 1",
        given=("echo tps: 0", BOUNDED),
    ),
    Fault(
        "a result that is no number",
        EXIT,
        does="A benchmark ends with 0; its result is nan, where bounds are given.",
        status=1,
        state="FAILED",
        reason="bench FAILED: output tps: not a finite number",
        given=("echo tps: nan", BOUNDED),
    ),
    Fault(
        "one bad result of many",
        EXIT,
        does="A benchmark prints a hundred good results and one bad one.",
        status=1,
        state="FAILED",
        reason="1 of 101 values",
        given=("for i in {1..100}; do echo tps: $i; done; echo tps: 5000", BOUNDED),
    ),
    Fault(
        "a result without a benchmark's success",
        EXIT,
        does="A benchmark prints a good result and fails.",
        status=9,
        state="FAILED",
        reason="bench FAILED: exit status 9",
        given=("echo tps: 5; exit 9", BOUNDED),
    ),
    Fault(
        "a result that code stands in",
        EXIT,
        does="A benchmark prints a command substitution where its result is to be.",
        status=1,
        state="FAILED",
        reason="bench FAILED: output tps",
        outcome="it is not evaluated",
        given=("echo 'tps: $(touch TOKEN)5'", REQUIRED),
    ),
)
def test_a_result_that_decides(stage: Stage, fault: Fault) -> Ended:
    ended = stage.run(RESULT % fault.given)
    assert not (ended.directory is not None and list(ended.directory.glob("after/after.log")))
    return ended


LIMITED = """
workflow:
  name: w
  timeout: 3
  on_timeout: {lead: 2, script: ["%s"]}
  tasks:
    - {name: a, script: ["sleep TOKEN"]}
"""
NEARLY_OVER = "the workflow's time limit of 3 s is nearly over"


@attack(
    Fault(
        "a script for the limit that hangs",
        HANGS,
        does="`on_timeout` sleeps for longer than there is time.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        within=8,
        given="sleep TOKEN",
    ),
    Fault(
        "a script for the limit that ignores signals",
        HANGS,
        does="`on_timeout` ignores SIGTERM, SIGINT and SIGHUP, and goes on for ever.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        within=10,
        given="trap '' TERM INT HUP; while :; do sleep 1TOKEN & wait $!; done",
    ),
    Fault(
        "a script for the limit that fails",
        PREEMPTION,
        does="`on_timeout` fails with status 5.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        outcome="that is said, and changes nothing else",
        given="exit 5",
    ),
    Fault(
        "a script for the limit that leaves processes",
        LEFT,
        does="`on_timeout` starts a process in another session, and ends.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        given="setsid sleep TOKEN & exit 0",
    ),
    Fault(
        "a script for the limit that kills itself",
        PREEMPTION,
        does="`on_timeout` is killed with SIGKILL.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        given="kill -s KILL $$",
    ),
    Fault(
        "a script for the limit that floods its log",
        HANGS,
        does="`on_timeout` prints as fast as it can until it is ended.",
        status=124,
        state="TIMEOUT",
        reason=NEARLY_OVER,
        within=10,
        given="head -c 200000000 /dev/zero; exec sleep TOKEN",
    ),
)
def test_a_script_for_the_limit(stage: Stage, fault: Fault) -> Ended:
    return stage.run(LIMITED % fault.given)
