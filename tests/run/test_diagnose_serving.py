"""Serving systems that really fail: etcd, NATS, a frontend in front of workers, benchmarks; and what diagnose says of them."""

import json
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from diagnosis import diagnose, told
from web import closed_port
from workflow import Workflow

PYTHON = sys.executable

# A frontend with the access log of Python's http.server, whose lines are those of uvicorn and nginx.
FRONTEND = """
import http.server, sys
class Frontend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200)
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answers.append(self.path)
        if self.path != "/v1/completions":
            self.answer(404)
        else:
            self.answer(200 if len(answers) <= good else bad)
    def answer(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()
answers, good, bad = [], int(sys.argv[2]), int(sys.argv[3])
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Frontend).serve_forever()
"""

# A benchmark that counts what fails and says so in the words of `vllm bench serve`.
BENCH = """
import sys, urllib.error, urllib.request
failed = 0
for number in range(10):
    try:
        urllib.request.urlopen(urllib.request.Request(sys.argv[1], b"{}"), timeout=10).close()
    except urllib.error.HTTPError as error:
        if "strict" in sys.argv:
            raise
        failed += 1
print("============ Serving Benchmark Result ============")
print(f"Successful requests:                     {10 - failed}")
print(f"Failed requests:                         {failed}")
print(f"Total generated tokens:                  {(10 - failed) * 7}")
"""


def stack(
    good: int = 10,
    bad: int = 503,
    path: str = "/v1/completions",
    more: str = "",
    worker: str = "echo registered; exec sleep 60",
) -> str:
    """A frontend, a worker, a benchmark: the frontend answers `good` requests, and the others with `bad`."""
    port = closed_port()
    return f"""
artifacts:
  FRONTEND: {{uri: file://frontend.py, content: {json.dumps(FRONTEND)}}}
  BENCH: {{uri: file://bench.py, content: {json.dumps(BENCH)}}}
workflow:
  name: w
  tasks:
    - name: frontend
      script: ['exec {PYTHON} "$FRONTEND" {port} {good} {bad}']
      probes: {{readiness: {{http_get: {{url: "http://127.0.0.1:{port}/health"}}, interval: 0.1, timeout: 20}}}}
    - name: worker
      depends_on: [frontend]
      script: [{json.dumps(worker)}]
      probes: {{readiness: {{log_watch: {{match_pattern: registered}}, interval: 0.1, timeout: 20}}}}
    - name: bench
      depends_on: [worker]
      script: ['exec {PYTHON} "$BENCH" http://127.0.0.1:{port}{path} {more}']
"""


def layers(found: dict) -> dict[str, str]:
    return {report["layer"]: report["verdict"] for report in found["layers"]}


def test_all_is_well(tmp_path: Path) -> None:
    run = Workflow(tmp_path, stack()).run()
    assert run.status == 0, run.output
    found = diagnose(run.directory)
    assert (found["verdict"], found["cause"]) == ("none", None)
    assert set(layers(found).values()) == {"OK"}
    assert "frontend answered 10 requests, 0 with an error" in json.dumps(found)


def test_a_failure_frontend_503(tmp_path: Path) -> None:
    run = Workflow(tmp_path, stack(good=4, more="strict")).run()
    assert run.status == 1
    found = diagnose(run.directory)
    assert told(found) == ("routing", "answered-5xx", "application")
    assert "1 of 5 requests" in found["sentence"]
    assert '"POST /v1/completions HTTP/1.1" 503' in found["cause"]["evidence"][0]["text"]
    assert layers(found)["orchestration"] == layers(found)["infrastructure"] == "OK"


def test_a_failure_frontend_404(tmp_path: Path) -> None:
    found = diagnose(Workflow(tmp_path, stack(path="/v1/chat/completion", more="strict")).run().directory)
    assert told(found) == ("routing", "answered-4xx", "workflow")


def test_a_failure_that_the_exit_status_does_not_tell(tmp_path: Path) -> None:
    """The run COMPLETED; the benchmark's own words say that three requests failed."""
    run = Workflow(tmp_path, stack(good=7)).run()
    assert run.status == 0
    found = diagnose(run.directory)
    assert told(found) == ("routing", "answered-5xx", "application")
    assert layers(found)["benchmark"] == "FAIL"
    assert found["layers"][4]["findings"][0]["id"] == "requests-failed"


def test_a_failure_of_a_worker_is_below_that_of_the_benchmark(tmp_path: Path) -> None:
    """The worker prints what PyTorch does and lives on, as engines do (https://github.com/pytorch/pytorch/issues/16417)."""
    worker = "echo registered; sleep 0.2; echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.'; exec sleep 60"
    text = (
        stack(good=0, more="strict", worker=worker)
        .replace('exec {PYTHON} "$BENCH"', "x")
        .replace("script: ['exec " + PYTHON + ' "$BENCH"', "script: ['sleep 1; exec " + PYTHON + ' "$BENCH"')
    )
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("allocation", "cuda-out-of-memory", "application")
    assert found["cause"]["task"] == "worker"
    assert (layers(found)["routing"], layers(found)["benchmark"]) == ("FAIL", "FAIL")


def bench(*script: str, outputs: str = "") -> str:
    return f"workflow: {{name: w, tasks: [{{name: bench_8, script: {json.dumps(list(script))}{outputs}}}]}}"


def test_a_failure_zero_tokens(tmp_path: Path) -> None:
    """The words of `vllm bench serve` (https://github.com/vllm-project/vllm/pull/26478) when answers are empty."""
    run = Workflow(
        tmp_path,
        bench(
            "echo 'Successful requests:                     100'",
            "echo 'Total generated tokens:                  0         '",
        ),
    ).run()
    assert run.status == 0
    assert told(diagnose(run.directory)) == ("benchmark", "zero-tokens", "application")


def test_a_failure_zero_in_the_outputs(tmp_path: Path) -> None:
    run = Workflow(
        tmp_path, bench("echo 'rate 0.0 tok/s'", outputs=", outputs: [{pattern: 'rate {tokens_per_second:f} tok/s'}]")
    ).run()
    assert run.status == 0
    assert told(diagnose(run.directory)) == ("benchmark", "zero-result", "application")


def test_a_failure_no_outputs(tmp_path: Path) -> None:
    run = Workflow(
        tmp_path, bench("echo done", outputs=", outputs: [{pattern: 'rate {tokens_per_second:f} tok/s'}]")
    ).run()
    assert run.status == 0
    assert told(diagnose(run.directory)) == ("benchmark", "no-outputs", "application")


@pytest.mark.parametrize("content", ["", "[]", "{}\\n"])
def test_a_failure_empty_result(tmp_path: Path, content: str) -> None:
    run = Workflow(tmp_path, bench(f"printf '{content}' >$SFLOW_TASK_OUTPUT_DIR/concurrency_8.json")).run()
    assert run.status == 0
    found = diagnose(run.directory)
    assert told(found) == ("benchmark", "empty-result", "application")
    assert "concurrency_8.json" in found["sentence"]


def etcd(port: int, folder: str = "data") -> str:
    url = f"http://127.0.0.1:{port}"
    return (
        f'exec etcd --data-dir "$SFLOW_TASK_OUTPUT_DIR/{folder}" --listen-client-urls {url} --advertise-client-urls {url} '
        f"--listen-peer-urls http://127.0.0.1:{closed_port()} --log-level warn"
    )


def test_a_failure_etcd_port_in_use(tmp_path: Path, require: Callable[[str], str]) -> None:
    require("etcd")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = f"""
workflow:
  name: w
  tasks:
    - name: etcd
      script: [{json.dumps(etcd(port))}]
      probes: {{readiness: {{http_get: {{url: "http://127.0.0.1:{port}/health"}}, interval: 0.2, timeout: 20}}}}
    - {{name: worker, depends_on: [etcd], script: ['true']}}
"""
        found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("infrastructure", "port-in-use", "workflow")
    assert layers(found)["orchestration"] == "OK"


def test_a_failure_etcd_refused(tmp_path: Path, require: Callable[[str], str]) -> None:
    """A worker that asks for etcd where it is not; the client is etcd's own."""
    require("etcd")
    text = f"""
workflow:
  name: w
  tasks:
    - name: worker
      script: [exec etcdctl --endpoints http://127.0.0.1:{closed_port()} --dial-timeout 1s --command-timeout 2s get model]
"""
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("infrastructure", "etcd-refused", "workflow")


def nats(port: int, client: str) -> str:
    return f"""
workflow:
  name: w
  tasks:
    - name: nats
      script: ['echo $$ >"$SFLOW_TASK_OUTPUT_DIR/pid"; exec nats-server -a 127.0.0.1 -p {port}']
      probes: {{readiness: {{tcp_port: {{port: {port}}}, interval: 0.1, timeout: 20}}}}
    - {{name: worker, depends_on: [nats], script: [{json.dumps(client)}]}}
"""


@pytest.mark.parametrize(("number", "cause"), [(signal.SIGKILL, "killed"), (signal.SIGTERM, "service-ended")])
def test_a_failure_nats_died(tmp_path: Path, require: Callable[[str], str], number: int, cause: str) -> None:
    require("nats")
    client = f'sleep 0.3; kill -{number.value} "$(cat "$SFLOW_WORKFLOW_OUTPUT_DIR/nats/pid")"; exec sleep 30'
    found = diagnose(Workflow(tmp_path, nats(closed_port(), client)).run().directory)
    layer, found_cause, _ = told(found)
    assert (layer, found["cause"]["task"]) == ("infrastructure", "nats")
    assert found_cause in (cause, "exit-status")
    assert "nats FAILED after it was ready" in json.dumps(found)


def test_a_failure_nats_refused(tmp_path: Path) -> None:
    """The words of the NATS client for Python (nats-py, nats/errors.py)."""
    text = "workflow: {name: w, tasks: [{name: worker, script: [\"echo 'nats.errors.NoServersError: nats: no servers available for connection' >&2; exit 1\"]}]}"
    assert told(diagnose(Workflow(tmp_path, text).run().directory)) == ("infrastructure", "nats-refused", "workflow")


def test_a_failure_the_client_is_refused(tmp_path: Path) -> None:
    text = bench(f"exec {PYTHON} -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:{closed_port()}/v1\")'")
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("infrastructure", "connection-refused", "workflow")


def test_a_failure_frontend_never_ready(tmp_path: Path) -> None:
    text = f"""
workflow:
  name: w
  tasks:
    - name: frontend
      script: [echo loading; exec sleep 30]
      probes: {{readiness: {{http_get: {{url: "http://127.0.0.1:{closed_port()}/health"}}, interval: 0.1, timeout: 1}}}}
"""
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("infrastructure", "not-ready-no-http", "workflow")
    assert "frontend" in found["sentence"]


@pytest.mark.parametrize("role", ["script", "name"])
def test_a_role_is_told_by_what_runs_else_by_the_name(tmp_path: Path, role: str, require: Callable[[str], str]) -> None:
    """`messages` is NATS by what it runs; `etcd` that runs something else is none by its name alone when the script says more."""
    require("nats")
    name = "messages" if role == "script" else "nats"
    run = "exec nats-server -a 127.0.0.1 -p 99999" if role == "script" else "exit 3"
    text = f"workflow: {{name: w, tasks: [{{name: {name}, script: [{run}]}}]}}"
    assert told(diagnose(Workflow(tmp_path, text).run().directory))[0] == "infrastructure"


def test_a_failure_a_probe_that_asks_for_another_path(tmp_path: Path) -> None:
    """The 404 are answers to the probe: no request was lost."""
    port = closed_port()
    text = f"""
workflow:
  name: w
  tasks:
    - name: frontend
      script: [exec {PYTHON} -m http.server --bind 127.0.0.1 {port}]
      probes: {{readiness: {{http_get: {{url: "http://127.0.0.1:{port}/helth"}}, interval: 0.2, timeout: 2}}}}
    - {{name: bench, depends_on: [frontend], script: [echo measuring]}}
"""
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("infrastructure", "not-ready-http-request", "workflow")
    assert layers(found)["routing"] != "FAIL"


def test_a_failure_curl_is_refused(tmp_path: Path, require: Callable[[str], str]) -> None:
    require("curl")
    found = diagnose(Workflow(tmp_path, bench(f"exec curl -f http://127.0.0.1:{closed_port()}/v1")).run().directory)
    assert told(found) == ("infrastructure", "connection-refused", "workflow")
