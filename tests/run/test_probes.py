"""exec and file probes, and what an HTTP answer must say, with real processes, files and servers."""

import http.server
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from workflow import Workflow, every, processes

SERVE = "exec sleep 60"


def one(probes: str, script: str = SERVE, more: str = "") -> str:
    """A service with these probes, and a client that waits for it."""
    return f"""
workflow:
  name: w
  tasks:
    - name: server
      script: ['{script}']
      probes: {{{probes}}}
{more}
    - {{name: client, depends_on: [server], script: ['echo served']}}
"""


# ---- exec ------------------------------------------------------------------------------------------------------------


def test_a_command_that_succeeds_at_last_makes_the_task_ready(tmp_path: Path) -> None:
    command = """[bash, -c, '[ "$(wc -l <count)" -ge 3 ] || { echo x >>count; exit 4; }']"""
    (tmp_path / "count").touch()
    run = Workflow(tmp_path, one(f"readiness: {{exec: {{command: {command}}}, interval: 0.1}}")).run()
    assert run.status == 0, run.output
    assert (tmp_path / "count").read_text() == "x\nx\nx\n"
    assert run.log("client") == "served\n"


def test_a_command_has_the_variables_of_its_task(tmp_path: Path) -> None:
    text = f"""
variables: {{A: "it's", HIDDEN: global}}
workflow:
  name: w
  tasks:
    - name: t
      replicas: {{count: 2}}
      variables: {{HIDDEN: "a  \\"b\\" $(x)"}}
      script: ['{SERVE}']
      probes:
        readiness:
          interval: 0.1
          exec:
            command:
              - bash
              - -c
              - |
                printf '%s|' "$A" "$HIDDEN" "$SFLOW_REPLICA_INDEX" "$PWD" "$0" >"$SFLOW_TASK_OUTPUT_DIR/seen"
                read -r word && echo "$word" >>"$SFLOW_TASK_OUTPUT_DIR/seen"
                echo loud; echo LOUD >&2
              - "${{{{ variables.A }}}} 0"
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0, run.output
    for index in (0, 1):
        seen = (run.directory / f"t_{index}" / "seen").read_text()
        assert seen == f"it's|a  \"b\" $(x)|{index}|{tmp_path}|it's 0|"
        assert run.log(f"t_{index}") == "", "what a check prints is not the task's"


def test_a_command_that_hangs_is_killed_and_delays_nothing(tmp_path: Path) -> None:
    mark = f"3600.{os.getpid()}"
    probes = f"readiness: {{exec: {{command: [bash, -c, 'sleep {mark} & wait']}}, interval: 0.2, timeout: 2.5}}"
    beside = "    - {name: quick, depends_on: [first], script: ['true']}\n    - {name: first, script: [sleep 0.3]}\n"
    run = Workflow(tmp_path, one(probes, more=beside)).run()
    assert run.status == 1
    assert run.states["server"] == "FAILED"
    assert "not ready within 2.5" in run.record["reason"]
    assert 2.4 < run.seconds < 8
    quick = run.moments("quick")["COMPLETED"] - run.moments("first")["COMPLETED"]
    assert quick < 1.5
    assert processes(mark) == []


def test_commands_that_hang_once_the_service_was_well_are_failures(tmp_path: Path) -> None:
    mark = f"3602.{os.getpid()}"
    command = f"[bash, -c, '[ -e hung ] || {{ touch hung; exit 0; }}; exec sleep {mark}']"
    probes = f"failure: {{exec: {{command: {command}}}, interval: 0.1, timeout: 0.4, failure_threshold: 2}}"
    run = Workflow(tmp_path, one(probes)).run()
    assert run.status == 1
    assert run.states["server"] == "FAILED"
    assert "no answer in time" in run.record["reason"]
    assert 0.8 < run.seconds < 6
    assert processes(mark) == []


def test_a_service_whose_command_fails_later_has_failed(tmp_path: Path) -> None:
    script = "touch alive; sleep 1; rm alive; exec sleep 60"
    probes = "failure: {exec: {command: [test, -e, alive]}, interval: 0.1, failure_threshold: 2}"
    run = Workflow(tmp_path, one(probes, script)).run()
    assert run.status == 1
    assert run.states == {"server": "FAILED", "client": "CANCELLED"}
    assert "exit status 1" in run.record["reason"]
    assert run.seconds < 8


def test_a_command_that_never_succeeded_is_no_failure(tmp_path: Path) -> None:
    probes = "failure: {exec: {command: [no-such-program]}, interval: 0.1, failure_threshold: 1}"
    run = Workflow(tmp_path, one(probes, "sleep 1")).run()
    assert run.status == 0, run.output


def test_what_a_command_leaves_behind_is_gone_with_the_check(tmp_path: Path) -> None:
    mark = f"3601.{os.getpid()}"
    probes = f"readiness: {{exec: {{command: [bash, -c, 'sleep {mark} & [ -e ready ]']}}, interval: 0.1}}"
    text = one(probes, "sleep 0.5; touch ready; exec sleep 60").replace(
        "echo served", "sleep 0.5; touch asked; sleep 1"
    )
    workflow = Workflow(tmp_path, text)
    process = workflow.start()
    for _ in every(0.05, 20):
        if (tmp_path / "asked").exists():
            break
    assert processes(mark) == [], "while the run goes on"
    assert workflow.finish(process).status == 0


# ---- file ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("up", "up"),
        ("$SFLOW_TASK_OUTPUT_DIR/a  b", '"$SFLOW_TASK_OUTPUT_DIR/a  b"'),
        ("${SFLOW_WORKFLOW_OUTPUT_DIR}/up", "$SFLOW_WORKFLOW_OUTPUT_DIR/up"),
        ("$SFLOW_OUTPUT_DIR/up", "$SFLOW_OUTPUT_DIR/up"),
        ("$SFLOW_WORKSPACE_DIR/*", "\\*"),
    ],
)
def test_a_file_that_appears_late(tmp_path: Path, path: str, made: str) -> None:
    probes = f"readiness: {{file: {{path: '{path}'}}, interval: 0.1}}"
    run = Workflow(tmp_path, one(probes, f"sleep 0.7; touch {made}; exec sleep 60")).run()
    assert run.status == 0, run.output
    moments = run.moments("server")
    assert 0.6 < moments["READY"] - moments["RUNNING"] < 2.5


def test_a_file_that_is_not_there_in_time(tmp_path: Path) -> None:
    run = Workflow(tmp_path, one("readiness: {file: {path: up}, interval: 0.1, timeout: 0.5}")).run()
    assert run.status == 1
    assert "not ready within 0.5" in run.record["reason"]


def test_a_file_that_turns_up_is_a_failure_as_it_stands(tmp_path: Path) -> None:
    probes = f"failure: {{file: {{path: {tmp_path}/crashed}}, interval: 0.1, failure_threshold: 1}}"
    run = Workflow(tmp_path, one(probes, "sleep 0.5; touch crashed; exec sleep 60")).run()
    assert run.status == 1
    assert "the file is there" in run.record["reason"]


# ---- expect_body -----------------------------------------------------------------------------------------------------

PAGES: dict[str, bytes] = {
    "/large": b'{"filler": "' + b"x" * 3_000_000 + b'", "status": "ready"}',
    "/lines": b"\r\n".join(b"model-%d loaded" % number for number in range(2000)),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    started = 0.0

    def do_GET(self) -> None:
        body = PAGES.get(self.path) or (b"ready" if time.monotonic() > self.started else b"warming up")
        self.send_response(200)
        if self.path == "/split":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for byte in body:
                self.wfile.write(b"1\r\n%c\r\n" % byte)
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"choices": [{"text": "pong"}]}' if asked == b'{"prompt": "ping"}' else b'{"error": "what?"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    """A server that says `warming up` for a second, and then `ready`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.started = time.monotonic() + 1
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["curl", "bash"])
def programs(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """PATH with curl, or without."""
    if request.param == "curl":
        assert shutil.which("curl")
        return os.environ["PATH"]
    folder = tmp_path / "programs"
    folder.mkdir()
    for place in ("/usr/local/bin", "/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name != "curl" and not link.is_symlink():
                link.symlink_to(program)
    assert shutil.which("curl", path=str(folder)) is None
    return str(folder)


@pytest.mark.parametrize("page", ["/", "/split"])
def test_a_service_is_ready_when_it_says_so(tmp_path: Path, url: str, programs: str, page: str) -> None:
    probes = f"readiness: {{http_get: {{url: '{url}{page}', expect_body: '^ready$'}}, interval: 0.1}}"
    text = one(probes)
    workflow = Workflow(tmp_path, text)
    Handler.started = time.monotonic() + 1.5
    run = workflow.run(PATH=programs)
    assert run.status == 0, run.output
    moments = run.moments("server")
    assert 0.7 < moments["READY"] - moments["RUNNING"] < 4


@pytest.mark.parametrize(
    ("request_", "ready"),
    [
        ("http_get: {url: '{url}/large', expect_body: '\"status\": \"(ready|up)\"'}", True),
        ("http_get: {url: '{url}/large', expect_body: '\"status\": \"ill\"'}", False),
        ("http_get: {url: '{url}/lines', expect_body: '^model-1999 loaded$'}", True),
        ("http_get: {url: '{url}/lines', expect_body: 'model-2000'}", False),
        ("http_get: {url: '{url}/lines', expect_body: '(?i)MODEL-7 L'}", True),
        ("http_get: {url: '{url}/lines', expect_body: 'MODEL-7 L'}", False),
        ('http_post: {url: \'{url}/\', body: \'{"prompt": "ping"}\', expect_body: \'"text":\\s*"pong"\'}', True),
        ("http_post: {url: '{url}/', body: 'ping', expect_body: pong}", False),
    ],
)
def test_what_the_answer_says_counts(tmp_path: Path, url: str, programs: str, request_: str, ready: bool) -> None:
    probes = f"readiness: {{{request_.replace('{url}', url)}, interval: 0.1, timeout: {20 if ready else 1.5}}}"
    run = Workflow(tmp_path, one(probes)).run(PATH=programs)
    assert run.status == (0 if ready else 1), run.output
    assert run.states["server"] == ("COMPLETED" if ready else "FAILED")


def test_a_service_that_answers_something_else_later_has_failed(tmp_path: Path, url: str, programs: str) -> None:
    probes = f"failure: {{http_get: {{url: '{url}/', expect_body: warming}}, interval: 0.1, failure_threshold: 2}}"
    workflow = Workflow(tmp_path, one(probes, "sleep 30"))
    Handler.started = time.monotonic() + 2
    run = workflow.run(PATH=programs)
    assert run.status == 1
    assert "the body is not what is expected" in run.record["reason"]


# ---- log_watch -------------------------------------------------------------------------------------------------------


def test_a_pattern_may_hold_an_address(tmp_path: Path) -> None:
    text = """
backends: {here: {type: local}}
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo "up on $SFLOW_TASK_ASSIGNED_NODE_IPS"; exec sleep 60']
      probes:
        readiness:
          log_watch: {match_pattern: 'up on ${{ backends.here.nodes[0].ip_address }}'}
          interval: 0.1
          timeout: 10
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0, run.output
    assert run.moments("server")["READY"]
