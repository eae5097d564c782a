"""Runs that really fail, and what diagnose says of them: the layer, the cause, and whose fault it is.

Each case is a workflow that is run to its end. What cannot be had here (a GPU, a network of GPUs) a task prints as the program
would, and says where that text is from.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from diagnosis import diagnose, one, say, told
from requirements import need
from web import closed_port, serving, status
from workflow import Workflow, every

PYTHON = sys.executable


@dataclass(frozen=True)
class Failure:
    """A workflow and what diagnose must say of its run: layer, cause, fault, and a text of the evidence."""

    workflow: str
    says: tuple[str, str, str]
    evidence: str


WORKER = """
backends: {{l: {{type: local, gpus_per_node: 8}}}}
workflow:
  name: w
  tasks:
    - name: prefill
      resources: {{gpus: {{count: 2}}}}
      script: {script}
      probes: {{readiness: {{log_watch: {{match_pattern: serving}}, interval: 0.1, timeout: 20}}}}
    - {{name: bench, depends_on: [prefill], script: [echo measuring]}}
"""


def worker(*script: str) -> str:
    return WORKER.format(script=json.dumps(list(script)))


TPS = "[{pattern: 'Output token throughput: {tps:f} tok/s', metrics: {tps: {min: 1}}}]"

FAILURES = {
    "exit status": Failure(one("echo step 1", "exit 7"), ("orchestration", "exit-status", "application"), "step 1"),
    "python exception": Failure(
        one(f"exec {PYTHON} -c 'raise ValueError(\"the shapes differ\")'"),
        ("orchestration", "python-exception", "application"),
        "ValueError: the shapes differ",
    ),
    "python exception of a worker": Failure(
        worker(f"exec {PYTHON} -c 'raise IndexError(\"layer 12\")'"),
        ("orchestration", "python-exception", "application"),
        "IndexError: layer 12",
    ),
    "memory error": Failure(
        one("ulimit -v 1000000", f"exec {PYTHON} -c 'bytearray(10**11)'"),
        ("allocation", "memory-exhausted", "application"),
        "MemoryError",
    ),
    "result out of bounds": Failure(
        one("echo 'Output token throughput: 0.00 tok/s'", outputs=TPS),
        ("benchmark", "out-of-bounds", "application"),
        "output tps: 0.00 is below min 1 (line 1)",
    ),
    "result missing": Failure(
        one("echo 'all requests done'", outputs=TPS),
        ("benchmark", "out-of-bounds", "application"),
        "nothing in the log matches Output token throughput: {tps:f} tok/s",
    ),
    "result of a service": Failure(
        one(
            "echo up; exec sleep 60",
            outputs="[{pattern: 'served {n:d}', require: true}]",
            probes="{readiness: {log_watch: {match_pattern: up}, interval: 0.1}}",
        ),
        ("benchmark", "out-of-bounds", "application"),
        "output n: nothing in the log matches served {n:d}",
    ),
    "killed": Failure(one("sleep 0.2; kill -KILL $$"), ("allocation", "killed", "application"), "killed by SIGKILL"),
    "crash": Failure(one("kill -SEGV $$"), ("orchestration", "crashed", "application"), "SIGSEGV"),
    "command not found": Failure(
        one("frobnicate --all"), ("orchestration", "command-not-found", "workflow"), "frobnicate: command not found"
    ),
    "command not executable": Failure(
        one("echo true >tool", "./tool", "exit $?"),
        ("orchestration", "permission-denied", "workflow"),
        "./tool: Permission denied",
    ),
    "module not found": Failure(
        one(f"exec {PYTHON} -c 'import no_such_engine'"),
        ("orchestration", "module-not-found", "workflow"),
        "No module named 'no_such_engine'",
    ),
    "wrong arguments": Failure(
        one(f"exec {PYTHON} -m http.server --max-model-length 4096"),
        ("orchestration", "wrong-arguments", "workflow"),
        "--max-model-length",
    ),
    "unbound variable": Failure(
        one("echo $NO_SUCH_MODEL", strict="true"),
        ("orchestration", "script-mistake", "workflow"),
        "NO_SUCH_MODEL: unbound variable",
    ),
    "file not found": Failure(
        one("cat /nowhere/prompts.json"), ("orchestration", "file-not-found", "workflow"), "/nowhere/prompts.json"
    ),
    "model not there": Failure(
        worker(f"exec {PYTHON} -c 'open(\"/models/llama/config.json\")'"),
        ("orchestration", "model-missing", "workflow"),
        "/models/llama/config.json",
    ),
    "host not known": Failure(
        one(f"exec {PYTHON} -c 'import socket; socket.getaddrinfo(\"head.invalid\", 80)'"),
        ("infrastructure", "name-not-resolved", "infrastructure"),
        "gaierror",
    ),
    "too many files": Failure(
        one("ulimit -n 24", f"exec {PYTHON} -c 'kept = [open(\"/dev/null\") for _ in range(50)]'"),
        ("allocation", "too-many-files", "workflow"),
        "Too many open files",
    ),
    "every attempt": Failure(
        one("echo attempt", "exit 9", retries="{count: 1, interval: 0.1}"),
        ("orchestration", "exit-status", "application"),
        "exit status 9",
    ),
    "task time limit": Failure(
        one("echo epoch 3 of 90", "sleep 30", timeout="1"),
        ("orchestration", "task-time-limit", "workflow"),
        "epoch 3 of 90",
    ),
    "workflow time limit": Failure(
        "workflow: {name: w, timeout: 1, tasks: [{name: train, script: [echo epoch 3 of 90, sleep 30]}]}",
        ("orchestration", "workflow-time-limit", "workflow"),
        "epoch 3 of 90",
    ),
    # https://github.com/pytorch/pytorch/issues/16417
    "cuda out of memory": Failure(
        worker(
            say(
                "Traceback (most recent call last):",
                '  File "engine.py", line 8, in load',
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 22.00 MiB. GPU 0 has a total capacity of 23.65 GiB of which 11.06 MiB is free.",
            ),
            "exit 1",
        ),
        ("allocation", "cuda-out-of-memory", "application"),
        "Tried to allocate 22.00 MiB",
    ),
    # https://github.com/vllm-project/vllm/issues/2418
    "no room for the KV cache": Failure(
        worker(
            say(
                "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine."
            ),
            "exit 1",
        ),
        ("allocation", "kv-cache-too-small", "application"),
        "cache blocks",
    ),
    # https://github.com/hiyouga/LlamaFactory/issues/6269; then PyTorch aborts the process
    "nccl timeout": Failure(
        worker(
            say(
                "[rank0]:[E1206 18:44:12.715298746 ProcessGroupNCCL.cpp:607] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=7753, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600061 milliseconds before timing out.",
                "terminate called after throwing an instance of 'c10::DistBackendError'",
            ),
            "kill -ABRT $$",
        ),
        ("infrastructure", "nccl-timeout", "infrastructure"),
        "Watchdog caught collective operation timeout",
    ),
    # https://github.com/marin-community/marin/issues/6940
    "nccl interface": Failure(
        worker(say("node1:1958:1958 [0] NCCL WARN Bootstrap : no socket interface found"), "exit 1"),
        ("infrastructure", "nccl-interface", "workflow"),
        "no socket interface found",
    ),
    # https://github.com/fixie-ai/ultravox/issues/302
    "tokenizer mismatch": Failure(
        worker(say("AssertionError: Model and tokenizer mismatch: 151936 != 151669"), "exit 1"),
        ("orchestration", "tokenizer-mismatch", "workflow"),
        "151936 != 151669",
    ),
    # The words of the kernel (mm/oom_kill.c), which a wrapper of the task may pass on
    "oom killer": Failure(
        one(say("Memory cgroup out of memory: Killed process 4242 (python3) total-vm:1048576kB"), "kill -KILL $$"),
        ("allocation", "kernel-out-of-memory", "application"),
        "Killed process 4242",
    ),
    "service ended": Failure(
        """
workflow:
  name: w
  tasks:
    - {name: cache, script: ["echo up; sleep 0.4"], probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}}
    - {name: client, depends_on: [cache], script: [exec sleep 30]}
""",
        ("orchestration", "service-ended", "application"),
        "client still needs it",
    ),
    "failure probe": Failure(
        """
workflow:
  name: w
  tasks:
    - name: cache
      script: ["echo up; sleep 0.4; echo engine lost; exec sleep 30"]
      probes:
        readiness: {log_watch: {match_pattern: up}, interval: 0.1}
        failure: {log_watch: {match_pattern: engine lost}, interval: 0.1, failure_threshold: 1}
    - {name: client, depends_on: [cache], script: [exec sleep 30]}
""",
        ("orchestration", "failure-probe", "application"),
        "engine lost",
    ),
    "log never says it": Failure(
        one(
            "echo Server started",
            "exec sleep 30",
            probes="{readiness: {log_watch: {match_pattern: server is up}, interval: 0.1, timeout: 1}}",
        ),
        ("orchestration", "not-ready-log", "workflow"),
        "Server started",
    ),
    "file never comes": Failure(
        one("exec sleep 30", probes="{readiness: {file: {path: /nowhere/ready}, interval: 0.1, timeout: 1}}"),
        ("orchestration", "not-ready", "workflow"),
        "the file is not there",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure(tmp_path: Path, name: str) -> None:
    case = FAILURES[name]
    run = Workflow(tmp_path, case.workflow).run()
    assert run.status != 0, run.output
    found = diagnose(run.directory)
    assert told(found) == case.says
    assert case.evidence in json.dumps([line["text"] for line in found["cause"]["evidence"]]).replace('\\"', '"')


def test_there_are_enough() -> None:
    here = [name for name in globals() if name.startswith("test_a_failure_")]
    assert len(FAILURES) + len(here) >= 40


def test_a_failure_outputs_unreadable(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").write_text("#!/bin/sh\necho 'awk: cannot allocate memory' >&2; exit 2\n")
    (folder / "awk").chmod(0o755)
    run = Workflow(tmp_path, one("echo 1", outputs=TPS)).run(PATH=f"{folder}:{os.environ['PATH']}")
    found = diagnose(run.directory)
    assert told(found) == ("benchmark", "outputs-unreadable", "infrastructure")
    assert "cannot allocate memory" in found["sentence"]


def test_a_failure_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = f"""
workflow:
  name: w
  tasks:
    - name: server
      script: [exec {PYTHON} -m http.server --bind 127.0.0.1 {port}]
      probes: {{readiness: {{log_watch: {{match_pattern: Serving HTTP}}, interval: 0.1, timeout: 20}}}}
"""
        run = Workflow(tmp_path, text).run()
    found = diagnose(run.directory)
    assert told(found) == ("orchestration", "port-in-use", "workflow")
    (line, *_) = found["cause"]["evidence"]
    log = (run.directory / line["file"]).read_text().splitlines()
    assert line["text"] == log[line["line"] - 1].strip(), "the evidence stands where it is said to"


def test_a_failure_port_closed(tmp_path: Path) -> None:
    text = one(
        "echo listening elsewhere",
        "exec sleep 30",
        probes=f"{{readiness: {{tcp_port: {{port: {closed_port()}}}, interval: 0.1, timeout: 1}}}}",
    )
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("orchestration", "port-closed", "workflow")
    assert "listening elsewhere" in json.dumps(found["cause"]["evidence"])


def test_a_failure_not_ready_503(tmp_path: Path) -> None:
    with serving() as site:
        site.routes["/health"] = status(503)
        text = one(
            "exec sleep 30",
            probes=f"{{readiness: {{http_get: {{url: '{site.url}/health'}}, interval: 0.1, timeout: 1}}}}",
        )
        found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("orchestration", "not-ready-http", "application")
    assert "HTTP 503" in found["sentence"]


def test_a_failure_no_http_answer(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/health"
    text = one("exec sleep 30", probes=f"{{readiness: {{http_get: {{url: '{url}'}}, interval: 0.1, timeout: 1}}}}")
    assert told(diagnose(Workflow(tmp_path, text).run().directory)) == (
        "orchestration",
        "not-ready-no-http",
        "workflow",
    )


def test_a_failure_artifact_gone(tmp_path: Path) -> None:
    with serving() as site:
        text = f"artifacts: {{DATA: {{uri: '{site.url}/data.bin'}}}}\n" + one("echo $DATA")
        run = Workflow(tmp_path, text).run("--workspace-dir", str(tmp_path))
    assert run.status == 78
    assert told(diagnose(run.directory)) == ("orchestration", "artifact-missing", "workflow")


@pytest.mark.parametrize(("number", "name"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "SIGINT")])
def test_a_failure_stopped_from_outside(tmp_path: Path, number: int, name: str) -> None:
    workflow = Workflow(tmp_path, one("exec sleep 30"))
    process = workflow.start()
    workflow.wait_for("train", "RUNNING")
    process.send_signal(number)
    found = diagnose(workflow.finish(process).directory)
    assert told(found) == ("orchestration", "stopped-from-outside", "infrastructure")
    assert name in found["sentence"]
    assert found["sentence"].startswith("Neither the workflow nor the application")


def test_a_failure_script_killed(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, one("exec sleep 30"))
    process = workflow.start()
    workflow.wait_for("train", "RUNNING")
    process.kill()
    run = workflow.finish(process)
    assert any((run.directory / "status.json").exists() and run.record["state"] == "FAILED" for _ in every(0.1, 10))
    assert told(diagnose(run.directory)) == ("orchestration", "script-killed", "infrastructure")


def test_a_failure_everything_killed_at_once(tmp_path: Path) -> None:
    """As when the host goes down: nobody is left to write down how it ended."""
    workflow = Workflow(tmp_path, one("exec sleep 987201"))
    process = workflow.start()
    workflow.wait_for("train", "RUNNING")
    time.sleep(1.2)  # until there is a status.json
    all_of_it = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if str(workflow.script) in _command(entry)]
    for number in (signal.SIGSTOP, signal.SIGKILL):  # or else the watchdog would notice
        for pid in all_of_it:
            _kill(pid, number)
    for entry in Path("/proc").glob("[0-9]*"):
        if "sleep 987201" in _command(entry):
            _kill(int(entry.name), signal.SIGKILL)
    run = workflow.finish(process)
    assert run.record["state"] == "RUNNING"
    assert told(diagnose(run.directory)) == ("orchestration", "vanished", "infrastructure")


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def test_a_failure_before_anything_starts(tmp_path: Path) -> None:
    """A script that cannot start leaves no run; what it printed is diagnosed instead."""
    text = "artifacts: {MODEL: {uri: 'fs:///models/no-such-llama'}}\n" + one("echo $MODEL")
    run = Workflow(tmp_path, text).run()
    assert run.status == 78
    printed = tmp_path / "printed.txt"
    printed.write_text(run.output)
    found = diagnose(printed)
    assert told(found) == ("orchestration", "artifact-missing", "workflow")
    assert "/models/no-such-llama" in found["sentence"]


def test_a_failure_command_missing_before_anything_starts(tmp_path: Path) -> None:
    operators = "operators: {box: {type: docker, image: busybox}}"
    workflow = Workflow(tmp_path, f"{operators}\n{one('true', operator='box')}")
    run = workflow.run(PATH="/bin:/usr/bin", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert run.status == 78, run.output
    printed = tmp_path / "printed.txt"
    printed.write_text(run.output)
    expected = "preflight-docker" if shutil.which("docker", path="/bin:/usr/bin") else "preflight-command"
    layer, cause, _ = told(diagnose(printed))
    assert (layer, cause) == ("orchestration", expected)


@contextlib.contextmanager
def mounted(place: Path, *options: str) -> Iterator[bool]:
    """Something mounted at a place, if the kernel has it."""
    need("mount")
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, "none", place], capture_output=True, check=False)
    yield done.returncode == 0
    if done.returncode == 0:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=256k") as there:
        assert there
        yield tmp_path / "small"


def test_a_failure_disk_full(tmp_path: Path, small_disk: Path) -> None:
    text = one(f"head -c 1000000 /dev/zero >{small_disk}/weights || exit 1")
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("allocation", "disk-full", "infrastructure")


@pytest.fixture
def little_memory(tmp_path: Path) -> Iterator[Path]:
    """A cgroup with 40 MB, of version 1 or 2, in which the kernel's OOM killer is real."""
    top = tmp_path / "cgroup"
    with mounted(top, "-t", "cgroup", "-o", "memory") as first, contextlib.ExitStack() as stack:
        assert first or stack.enter_context(mounted(top, "-t", "cgroup2"))
        group = top / f"sflowc-test-{os.getpid()}"
        if not first:
            (top / "cgroup.subtree_control").write_text("+memory")
        group.mkdir()
        (group / ("memory.limit_in_bytes" if first else "memory.max")).write_text("40000000")
        yield group
        assert any(not (group / "cgroup.procs").read_text() for _ in every(0.1, 5))
        group.rmdir()


def test_a_failure_killed_by_the_kernel(tmp_path: Path, little_memory: Path) -> None:
    text = one(
        f"echo $$ >{little_memory}/cgroup.procs", f"exec {PYTHON} -c 'kept = bytearray(200_000_000); print(len(kept))'"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 137, run.output
    counted = [little_memory / name for name in ("memory.events", "memory.oom_control")]
    assert "oom_kill 1" in "".join(path.read_text() for path in counted if path.exists())
    assert told(diagnose(run.directory)) == ("allocation", "killed", "application")


UNPLANNED = """
backends: {l: {type: local}}
workflow:
  name: w
  tasks:
    - name: prefill
      resources: {gpus: {count: 2}}
      script: [echo serving; exec sleep 30]
      probes: {readiness: {log_watch: {match_pattern: serving}, interval: 0.1}}
    - name: decode
      resources: {gpus: {count: 2}}
      depends_on: [prefill]
      script: ["sleep 0.3; echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.' >&2; exit 1"]
"""


def test_a_failure_gpus_given_twice(tmp_path: Path) -> None:
    found = diagnose(Workflow(tmp_path, UNPLANNED).run().directory)
    assert told(found) == ("allocation", "gpus-shared", "workflow")
    assert "prefill" in found["sentence"]
    assert "decode" in found["sentence"]
    assert "CUDA out of memory" in json.dumps(found["cause"]["evidence"])


def test_a_failure_gpus_taken_without_asking(tmp_path: Path) -> None:
    text = UNPLANNED.replace("{l: {type: local}}", "{l: {type: local, gpus_per_node: 8}}")
    text = text.replace('["sleep 0.3;', '["export CUDA_VISIBLE_DEVICES=1,2\\nsleep 0.3;')
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("allocation", "gpus-shared", "workflow")
    assert {line["file"] for line in found["cause"]["evidence"]} >= {"decode/decode.sh", "run.json"}


def test_gpus_of_their_own_are_not_shared(tmp_path: Path) -> None:
    text = UNPLANNED.replace("{l: {type: local}}", "{l: {type: local, gpus_per_node: 8}}")
    found = diagnose(Workflow(tmp_path, text).run().directory)
    assert told(found) == ("allocation", "cuda-out-of-memory", "application")
