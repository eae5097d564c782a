"""Faults on this host: what the script prints to, or reads from, is closed, full, or goes away."""

import os

from faults.stage import Ended, Stage
from faults.table import EXIT, Fault, attack

TEXT = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; exec sleep TOKEN"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: ['sleep 0.5; cat; echo "took: 1 ms"'], outputs: [{pattern: "took: {ms:d}"}]}
    - {name: last, depends_on: [client], script: ['yes | head -n 1']}
"""


def closed(*streams: str) -> list[str]:
    return ["bash", "-c", f'exec "$@" {" ".join(streams)}', "_"]


@attack(
    Fault(
        "stdin is closed",
        EXIT,
        does="The script is started with standard input closed.",
        status=0,
        state="COMPLETED",
        given="<&-",
    ),
    Fault(
        "stdout is closed",
        EXIT,
        does="The script is started with standard output closed.",
        status=0,
        state="COMPLETED",
        given=">&-",
    ),
    Fault(
        "stderr is closed",
        EXIT,
        does="The script is started with standard error closed.",
        status=0,
        state="COMPLETED",
        given="2>&-",
    ),
    Fault(
        "everything is closed",
        EXIT,
        does="The script is started with all three streams closed.",
        status=0,
        state="COMPLETED",
        given="<&- >&- 2>&-",
    ),
    Fault(
        "stdout is full",
        EXIT,
        does="Standard output and standard error are /dev/full.",
        status=0,
        state="COMPLETED",
        given=">/dev/full 2>&1",
    ),
    Fault(
        "stdin never ends",
        EXIT,
        does="Standard input is a terminal that nobody types at, or an endless stream: no task reads it.",
        status=0,
        state="COMPLETED",
        given="</dev/zero",
    ),
)
def test_a_stream_that_is_no_use(stage: Stage, fault: Fault) -> Ended:
    ended = stage.run(TEXT, wrap=closed(fault.given))
    assert ended.log("client") == "took: 1 ms\n"
    assert ended.log("last") == "y\n"
    assert ended.directory is not None
    assert (ended.directory / "client" / "outputs.json").exists()
    return ended


@attack(
    Fault(
        "the reader of stdout goes away",
        EXIT,
        does="Who reads standard output and standard error, as in `bash w.sh 2>&1 | head -n 1`, ends after the first line.",
        status=0,
        state="COMPLETED",
        outcome="tasks get SIGPIPE as ever: `yes | head` ends in silence",
    )
)
def test_a_reader_that_goes_away(stage: Stage, fault: Fault) -> Ended:
    read, write = os.pipe()
    run = stage.start(stage.workflow(TEXT), stdout=write, stderr=write)
    os.close(write)
    os.read(read, 1)
    os.close(read)
    ended = stage.finish(run)
    assert ended.log("last") == "y\n"
    return ended


@attack(
    Fault(
        "the terminal goes away under nohup",
        EXIT,
        does="SIGHUP to a script that was started with `nohup`: it goes on.",
        status=0,
        state="COMPLETED",
    )
)
def test_nohup(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(stage.workflow(TEXT), wrap=["nohup"])
    stage.wait_for("client", "RUNNING")
    run.signal("HUP")
    return stage.finish(run)
