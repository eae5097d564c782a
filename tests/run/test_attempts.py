"""Retries, probes and resumed runs."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from workflow import Workflow

FLAKY = "n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; echo attempt $n; exit $((n < {good} ? 5 : 0))"


def one(body: str) -> str:
    return f"workflow:\n  name: w\n  tasks:\n    - name: t\n      {body}\n"


def test_a_task_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    text = one(
        "script: ['cd $SFLOW_TASK_OUTPUT_DIR; "
        + FLAKY.format(good=2)
        + "']\n      retries: {count: 3, interval: 0.5, backoff: 3}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert run.record["tasks"]["t"]["attempt"] == 3
    assert run.log("t").count("attempt ") == 5, "three outputs and two rules"
    starts = [event["time"] for event in run.events if event.get("state") == "RUNNING" and event.get("task") == "t"]
    assert 0.45 < starts[1] - starts[0] < 1.4
    assert 1.45 < starts[2] - starts[1] < 4.4


def test_the_last_failure_counts_when_no_retry_is_left(tmp_path: Path) -> None:
    run = Workflow(tmp_path, one("script: [exit 9]\n      retries: {count: 1, interval: 0}")).run()
    assert run.status == 9
    assert run.record["tasks"]["t"]["attempt"] == 2


def test_a_probe_sees_only_the_current_attempt(tmp_path: Path) -> None:
    script = "cd $SFLOW_TASK_OUTPUT_DIR; if [ -e again ]; then sleep 0.6; else touch again; echo up; exit 1; fi; echo up; exec sleep 60"
    text = one(
        f"script: ['{script}']\n      retries: {{count: 1, interval: 0}}\n"
        "      probes: {readiness: {log_watch: {match_pattern: up}, delay: 0.3, interval: 0.1}}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    moments = [
        event["time"] for event in run.events if event["event"] == "state" and event["state"] in ("RUNNING", "READY")
    ]
    assert moments[-1] - moments[-2] > 0.5


@pytest.mark.parametrize(
    ("watch", "printed", "ready"),
    [
        ("{match_pattern: 'a.b'}", "axb", False),
        ("{match_pattern: 'a.b'}", "a.b", True),
        ("{match_pattern: 're:a.b'}", "axb", True),
        ("{regex_pattern: '^step \\d+ of (?:ten|10)$'}", "step 7 of 10", True),
        ("{match_pattern: x, match_count: 3}", "x x", False),
        ("{match_pattern: x, match_count: 3}", "x xx", True),
        ("{match_pattern: '-e $(x) \"'}", '-e $(x) "', True),
    ],
)
def test_log_watch(tmp_path: Path, watch: str, printed: str, ready: bool) -> None:
    text = (
        f"variables: {{TEXT: {printed!r}}}\n"
        + one('script: [\'printf "%s\\n" "$TEXT"; exec sleep 60\']')
        + f"      probes: {{readiness: {{log_watch: {watch}, interval: 0.1, timeout: 1.5}}}}\n"
    )
    run = Workflow(tmp_path, text).run()
    assert (run.status == 0) == ready, run.output
    assert run.states == {"t": "COMPLETED" if ready else "FAILED"}


def test_a_line_that_comes_in_pieces_and_has_no_end_is_matched(tmp_path: Path) -> None:
    text = one(
        "script: [\"printf 'rea'; sleep 0.5; printf 'dy> '; exec sleep 60\"]\n"
        "      probes: {readiness: {log_watch: {match_pattern: 'ready>'}, interval: 0.1, timeout: 5}}"
    )
    assert Workflow(tmp_path, text).run().status == 0


def test_a_failure_probe_fails_a_running_task(tmp_path: Path) -> None:
    text = one(
        "script: ['sleep 0.3; echo Traceback; exec sleep 60']\n"
        "      probes: {failure: {log_watch: {match_pattern: Traceback}, interval: 0.1, failure_threshold: 2}}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 1
    assert "failure probe" in run.record["reason"]
    assert run.seconds < 5


def test_a_service_that_answers_no_more_has_failed(tmp_path: Path) -> None:
    server = 'import socket, time; s = socket.create_server(("127.0.0.1", 28461)); time.sleep(1.2); s.close(); time.sleep(60)'
    text = one(
        f"script:\n        - |\n          exec python3 -c '{server}'\n      probes: {{readiness: {{tcp_port: {{port: 28461}}, interval: 0.1}},"
        " failure: {tcp_port: {port: 28461}, interval: 0.1, failure_threshold: 2}}\n"
        "    - {name: client, depends_on: [t], script: [exec sleep 60]}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 1
    assert "28461 is closed" in run.record["reason"]
    assert run.moments("t")["READY"] < run.moments("t")["FAILED"]


def test_a_deadline_for_readiness_is_kept(tmp_path: Path) -> None:
    text = one(
        "script: [exec sleep 60]\n      probes: {readiness: {tcp_port: {port: 28462}, interval: 0.1, timeout: 0.5}}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 1
    assert run.record["reason"] == "t FAILED: not ready within 0.5 s: 127.0.0.1:28462 is closed"
    found = [event for event in run.events if event["event"] == "probe"]
    assert [(event["task"], event["probe"], event["found"]) for event in found] == [
        ("t", "readiness", "127.0.0.1:28462 is closed")
    ]


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    """Answers 503 twice, then 204 to a GET of /ok and to a POST of what it is told to expect; keeps the requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            requests.append((self.command, self.path, self.headers.get("X-Word"), body))
            self.send_response(503 if len(requests) < 3 else 204)
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    requests: list[tuple] = []
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.requests = requests  # type: ignore[attr-defined]
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize("curl", [True, False])
@pytest.mark.parametrize("method", ["get", "post"])
def test_http_probes(tmp_path: Path, server: http.server.ThreadingHTTPServer, method: str, curl: bool) -> None:
    body = ", body: '{\"a\": \"it''s\\n\"}'" if method == "post" else ""
    url = f"http://127.0.0.1:{server.server_port}/ok?x=1"
    text = one(
        "script: [exec sleep 60]\n      probes: {readiness: {http_"
        + f"{method}: {{url: '{url}', headers: {{X-Word: 'a \"b\" \\c'}}{body}}}, interval: 0.1, timeout: 10}}}}"
    )
    workflow = Workflow(tmp_path, text)
    if not curl:
        hidden = workflow.script.read_text().replace("command -v curl >", "command -v no-such-curl >")
        workflow.script.write_text(hidden)
    assert workflow.run().status == 0
    found = server.requests[2]  # type: ignore[attr-defined]
    assert found[:3] == (method.upper(), "/ok?x=1", 'a "b" \\c')
    assert found[3] == (b'{"a": "it\'s\\n"}' if method == "post" else b"")


def test_resume_runs_only_what_had_not_completed(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['echo a >>$SFLOW_WORKFLOW_OUTPUT_DIR/trace']}
    - name: server
      depends_on: [a]
      script: ['echo server >>$SFLOW_WORKFLOW_OUTPUT_DIR/trace; echo up; exec sleep 60']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: b, depends_on: [server], script: ['echo b >>$SFLOW_WORKFLOW_OUTPUT_DIR/trace; test -e $GATE']}
"""
    workflow = Workflow(tmp_path, text)
    gate = tmp_path / "gate"
    first = workflow.run(GATE=str(gate))
    assert first.status == 1
    gate.touch()
    second = workflow.run("--resume", str(first.directory), GATE=str(gate))
    assert second.status == 0
    assert second.directory == first.directory
    assert second.states == {"a": "SKIPPED", "server": "COMPLETED", "b": "COMPLETED"}
    assert (first.directory / "trace").read_text().split() == ["a", "server", "b", "server", "b"]
    third = workflow.run("--resume", str(first.directory), GATE=str(gate))
    assert third.status == 0
    assert third.states == {"a": "SKIPPED", "server": "SKIPPED", "b": "SKIPPED"}


def test_a_task_that_was_changed_is_run_again(tmp_path: Path) -> None:
    first = Workflow(tmp_path, one("script: [echo one]")).run()
    second = Workflow(tmp_path, one("script: [echo two]")).run("--resume", str(first.directory))
    assert second.states == {"t": "COMPLETED"}
    assert "two" in second.log("t")


def test_chosen_tasks_run_with_what_they_depend_on(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['true']}
    - {name: b, replicas: {count: 2}, depends_on: [a], script: ['true']}
    - {name: c, depends_on: [b], script: ['true']}
"""
    workflow = Workflow(tmp_path, text)
    assert workflow.run("--task", "b_1").states == {
        "a": "COMPLETED",
        "b_0": "SKIPPED",
        "b_1": "COMPLETED",
        "c": "SKIPPED",
    }
    assert workflow.run("--task", "b").states["b_0"] == "COMPLETED"
    assert workflow.run("--task", "c", "--no-deps").states == {
        "a": "SKIPPED",
        "b_0": "SKIPPED",
        "b_1": "SKIPPED",
        "c": "COMPLETED",
    }


def test_the_scripts_own_commands(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, "workflow: {name: w, tasks: [{name: t, script: [exit 3]}]}")
    assert "starts after" in workflow.run("plan").output
    assert workflow.run("preflight").output == "ready to run w\n"
    assert workflow.run("status").status == 3
    assert workflow.run().status == 3
    shown = workflow.run("status")
    assert shown.status == 1
    assert "t         FAILED     exit status 3" in shown.output
    assert "Usage: bash w.sh" in workflow.run("--help").output


def test_defaults_hold_for_tasks_that_say_nothing(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  defaults: {retries: {count: 1, interval: 0.1}, strict: true, timeout: 20}
  tasks:
    - {name: flaky, script: ['[ -e tried ] || { touch tried; false; }', 'echo again']}
    - {name: once, depends_on: [flaky], strict: false, retries: {count: 0, interval: 0}, timeout: 1, script: ['false', 'exec sleep 20']}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 124
    assert run.states == {"flaky": "COMPLETED", "once": "TIMEOUT"}
    tasks = run.record["tasks"]
    assert (tasks["flaky"]["attempt"], tasks["once"]["attempt"]) == (2, 1)


CHAIN = """workflow:
  name: w
  tasks:
    - name: server
      script: ['echo {first} up; exec sleep 60']
      probes: {{readiness: {{log_watch: {{match_pattern: up}}, interval: 0.1}}}}
    - {{name: bench, depends_on: [server], script: ['echo bench >>$SFLOW_WORKFLOW_OUTPUT_DIR/trace']}}
    - {{name: other, script: ['echo other >>$SFLOW_WORKFLOW_OUTPUT_DIR/trace']}}
"""


def test_what_was_asked_of_a_server_that_has_changed_is_asked_again(tmp_path: Path) -> None:
    first = Workflow(tmp_path, CHAIN.format(first="one")).run()
    assert first.status == 0
    second = Workflow(tmp_path, CHAIN.format(first="two")).run("--resume", str(first.directory))
    assert (second.status, second.states) == (0, {"server": "COMPLETED", "bench": "COMPLETED", "other": "SKIPPED"})
    assert sorted((first.directory / "trace").read_text().split()) == ["bench", "bench", "other"]


def test_what_ran_again_and_failed_has_not_completed_when_the_change_is_taken_back(tmp_path: Path) -> None:
    good, bad = (
        one("script: ['echo good >$SFLOW_TASK_OUTPUT_DIR/x']"),
        one("script: ['echo bad >$SFLOW_TASK_OUTPUT_DIR/x; exit 3']"),
    )
    first = Workflow(tmp_path, good).run()
    assert first.status == 0
    assert Workflow(tmp_path, bad).run("--resume", str(first.directory)).status == 3
    third = Workflow(tmp_path, good).run("--resume", str(first.directory))
    assert (third.status, third.states) == (0, {"t": "COMPLETED"})
    assert (first.directory / "t" / "x").read_text() == "good\n"


def test_a_task_that_was_not_chosen_stays_completed(tmp_path: Path) -> None:
    made = Workflow(tmp_path, CHAIN.format(first="one"))
    first = made.run()
    second = made.run("--resume", str(first.directory), "--task", "other", "--no-deps")
    assert second.states == {"server": "SKIPPED", "bench": "SKIPPED", "other": "SKIPPED"}
    third = made.run("--resume", str(first.directory))
    assert third.states == {"server": "SKIPPED", "bench": "SKIPPED", "other": "SKIPPED"}


def test_a_folder_that_is_no_run_is_not_resumed(tmp_path: Path) -> None:
    made = Workflow(tmp_path, one("script: [exit 0]"))
    first = made.run()
    refused = made.run("--resume", str(first.directory.parent))
    assert refused.status == 64
    assert "is not the directory of a run" in refused.output
    assert sorted(path.name for path in first.directory.parent.iterdir()) == [first.directory.name]
