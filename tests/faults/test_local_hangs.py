"""Faults on this host: services and checks that hang, and what must not wait for them."""

from pathlib import Path

from faults import servers
from faults.stage import Ended, Stage
from faults.table import HANGS, Fault, attack

CHAIN = "".join(
    f"\n    - {{name: c{number}, script: ['true']" + (f", depends_on: [c{number - 1}]}}" if number else "}")
    for number in range(30)
)

PROBED = """
workflow:
  name: w
  tasks:
    - name: server
      script: [exec sleep TOKEN]
      probes: {readiness: {%s, interval: 0.2, timeout: 3}}
    - {name: client, depends_on: [server], script: ['true']}"""

TCP = "tcp_port: {port: %d, host: 127.0.0.1}"
GET = 'http_get: {url: "http://127.0.0.1:%d/"}'
BODY = 'http_get: {url: "http://127.0.0.1:%d/", expect_body: up}'
POST = 'http_post: {url: "http://127.0.0.1:%d/", body: "{}"}'

NOT_READY = {"status": 1, "state": "FAILED", "reason": "server FAILED: not ready within 3 s", "within": 12}

SERVERS = (
    ("a black hole for tcp", "A port at which connections are neither taken nor refused", TCP, None),
    (
        "a black hole for http",
        "An HTTP probe meets a port at which connections are neither taken nor refused",
        GET,
        None,
    ),
    ("a server that never answers", "A server takes the connection and never says a word", GET, servers.never),
    ("a server that never answers a post", "A server takes a POST and never says a word", POST, servers.never),
    ("a server that sends a byte a second", "A server sends its answer a byte a second", GET, servers.slowly),
    ("a server whose headers never end", "A server sends headers without an end", BODY, servers.endlessly),
    ("a server that talks nonsense", "A server sends binary nonsense", GET, servers.nonsense),
)


def without_curl(stage: Stage) -> dict[str, str]:
    """A PATH with everything but curl."""
    folder = stage.folder / "bin"
    folder.mkdir()
    for place in ("/usr/bin", "/usr/sbin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name not in ("curl", "wget") and not link.exists():
                link.symlink_to(program)
    return {"PATH": str(folder)}


@attack(
    *(
        Fault(
            f"{name}{how}",
            HANGS,
            does=f"{does}{words}.",
            outcome="a chain of thirty tasks beside it goes its way",
            given=(probe, answer, how),
            **NOT_READY,  # type: ignore[arg-type]
        )
        for name, does, probe, answer in SERVERS
        for how, words in (("", ""), (" without curl", ", on a host without curl"))
        if "http" in probe or not how
    )
)
def test_a_server_that_a_probe_waits_for(stage: Stage, fault: Fault) -> Ended:
    probe, answer, how = fault.given
    port, close = servers.server(answer) if answer else servers.black_hole()
    stage.undo(close)
    environment = without_curl(stage) if how else {}
    ended = stage.run(PROBED % (probe % port) + CHAIN, environment=environment)
    events = [event for event in stage.events() if event.get("state") == "COMPLETED"]
    assert [event["task"] for event in events] == [f"c{number}" for number in range(30)]
    assert events[-1]["time"] - events[0]["time"] < 2.5
    return ended


@attack(
    Fault(
        "a check that never ends",
        HANGS,
        does="The command of an exec probe never ends, ignores SIGTERM and has children.",
        given="exec: {command: [bash, -c, \"trap '' TERM; sleep TOKEN & sleep TOKEN\"]}",
        **NOT_READY,  # type: ignore[arg-type]
    ),
    Fault(
        "a check that leaves a daemon",
        HANGS,
        does="The command of an exec probe leaves a process in a session of its own behind, each time.",
        given='exec: {command: [bash, -c, "setsid sleep TOKEN & exit 1"]}',
        **NOT_READY,  # type: ignore[arg-type]
    ),
    Fault(
        "a check that floods its output",
        HANGS,
        does="The command of an exec probe prints without an end.",
        given="exec: {command: [yes, TOKEN]}",
        **NOT_READY,  # type: ignore[arg-type]
    ),
    Fault(
        "a file that is a pipe",
        HANGS,
        does="What a log_watch looks at is a service's log that the service has replaced by a named pipe.",
        given="log_watch: {match_pattern: up}",
        **NOT_READY,  # type: ignore[arg-type]
    ),
)
def test_a_check_that_hangs(stage: Stage, fault: Fault) -> Ended:
    text = PROBED % fault.given
    if fault.name == "a file that is a pipe":
        log = "$SFLOW_TASK_OUTPUT_DIR/server.log"
        text = text.replace("exec sleep", f"mv {log} {log}.1; mkfifo {log}.p; mv {log}.p {log}; exec sleep")
        stage.undo(lambda: [path.unlink() for path in stage.output.glob("*/server/server.log")])
    ended = stage.run(text + CHAIN)
    for path in stage.output.glob("*/server/server.log"):
        if path.is_fifo():
            path.unlink()
    return ended
