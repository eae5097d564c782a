"""Tasks in containers of a real Docker engine: what they see, how they end, and that no container is left."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from dockerd import IMAGE, Engine, dockerd
from sshd import free_port
from workflow import Workflow, every, processes

HIDDEN = "env -u SFLOW_RUN_ID"
"""Keeps a process from the watchdog, which sees those of containers as it sees others."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with dockerd(tmp_path_factory.mktemp("dockerd")) as found:
        yield found


@pytest.fixture
def engine(served: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The engine, to which every script of the test speaks, and in which the test leaves nothing."""
    monkeypatch.setenv("DOCKER_HOST", served.host)
    assert served.containers() == []
    yield served
    if left := served.containers():
        served.docker("rm", "--force", *[line.split()[0] for line in left])
    assert left == []


def tasks(folder: Path, fields: dict[str, object], *bodies: str, head: str = "") -> Workflow:
    """A workflow of these tasks; the bodies are flow mappings without braces."""
    operator = json.dumps({"type": "docker", "image": IMAGE} | fields)
    lines = "\n".join(f"    - {{{body if 'operator:' in body else f'operator: box, {body}'}}}" for body in bodies)
    return Workflow(folder, f"{head}\noperators: {{box: {operator}}}\nworkflow:\n  name: w\n  tasks:\n{lines}\n")


def test_a_task_runs_in_a_login_shell_in_the_image(engine: Engine, tmp_path: Path) -> None:
    script = "shopt -q login_shell && echo login; pwd; echo $A/$CUDA_VISIBLE_DEVICES; cat; echo err >&2; echo out; ls /etc; env | grep -c HOST_ONLY"
    body = f'name: t, variables: {{A: a b}}, resources: {{gpus: {{count: 2}}}}, script: ["{script}", "ls /proc/self/fd | wc -l"]'
    run = tasks(tmp_path, {}, body, head="backends: {l: {type: local, gpus_per_node: 4}}").run(HOST_ONLY="1")
    assert run.status == 0, run.output
    assert run.log("t").splitlines()[:5] == ["login", "/home", "a b/0,1", "err", "out"]
    assert run.log("t").splitlines()[-2:] == ["0", "4"]
    assert "passwd" in run.log("t")


def test_the_directories_of_the_run_and_the_artifacts_are_there(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "data, more").mkdir()
    (tmp_path / "data, more" / "file").write_text("data\n")
    head = f"""
artifacts:
  DATA: {{uri: "fs://{tmp_path}/data, more"}}
  CONFIG: {{uri: file://etc/c.json, content: "made"}}
"""
    script = 'cat $CONFIG; echo; cat \\"$DATA/file\\"; for d in WORKSPACE OUTPUT WORKFLOW_OUTPUT TASK_OUTPUT; do v=SFLOW_${d}_DIR; [[ -d ${!v} ]] && touch ${!v}/$d; done'
    run = tasks(tmp_path, {}, f'name: t, script: ["{script}"]', head=head).run()
    assert run.status == 0, run.output
    assert run.log("t") == "made\ndata\n"
    assert (tmp_path / "WORKSPACE").exists()
    assert (run.directory.parent / "OUTPUT").exists()
    assert (run.directory / "WORKFLOW_OUTPUT").exists()
    assert (run.directory / "t" / "TASK_OUTPUT").exists()


def test_every_field(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "file").write_text("x\n")
    fields = {
        "image": "${{ variables.I }}:1",
        "workdir": "/w/${{ variables.N }}",
        "mounts": [f"{tmp_path}/x:/w/1:ro", f"{tmp_path}:{tmp_path}:ro"],
        "extra_args": ["--user", "1234:1234", "--device=/dev/null:/dev/other"],
    }
    head = f"variables: {{I: {IMAGE.split(':')[0]}, N: {{value: 1, type: integer}}}}"
    first = 'name: t, script: ["pwd; cat file; id -u; ls /dev/other; touch file 2>/dev/null || echo read-only; touch made || echo closed"]'
    second = "name: u, operator: {name: box, workdir: /tmp, extra_args: [--hostname, there]}, script: [pwd; cat /proc/sys/kernel/hostname; id -u]"
    workflow = tasks(tmp_path, fields, first, second, head=head)
    run = workflow.run()
    assert run.status == 0, run.output
    assert run.log("t").splitlines()[:5] == ["/w/1", "x", "1234", "/dev/other", "read-only"]
    assert run.log("u") == "/tmp\nthere\n1234\n"


def test_without_pass_envs_no_variable_is_there(engine: Engine, tmp_path: Path) -> None:
    run = tasks(
        tmp_path,
        {"pass_envs": False},
        'name: t, script: ["echo ${A-none} ${SFLOW_RUN_ID-none}"]',
        head="variables: {A: 1}",
    ).run()
    assert run.status == 0, run.output
    assert run.log("t") == "none none\n"


def test_variables_do_not_steer_docker_and_stand_in_no_argument(engine: Engine, tmp_path: Path) -> None:
    head = "variables: {DOCKER_HOST: 'tcp://nowhere:1', HTTP_PROXY: 'http://nowhere', PATH: '/bin:/mine', HOME: /mine, PASSWORD: deep-secret}"
    workflow = tasks(
        tmp_path, {}, 'name: t, script: ["echo $DOCKER_HOST $HTTP_PROXY $PATH $HOME ${#PASSWORD}; sleep 1"]', head=head
    )
    process = workflow.start()
    workflow.wait_for("t", "RUNNING")
    for _ in every(0.1, 0.8):
        assert not processes("deep-secret")
    run = workflow.finish(process)
    assert run.status == 0, run.output
    assert run.log("t") == "tcp://nowhere:1 http://nowhere /bin:/mine /mine 11\n"


@pytest.mark.parametrize("status", [7, 125, 127])
def test_the_status_is_the_tasks_own(engine: Engine, tmp_path: Path, status: int) -> None:
    run = tasks(tmp_path, {}, f'name: t, script: ["exit {status}"]').run()
    assert run.status == status
    assert f"t FAILED: exit status {status} after" in run.record["reason"]


def test_what_docker_itself_cannot_do_is_said(engine: Engine, tmp_path: Path) -> None:
    for number, (fields, reason) in enumerate(
        [
            ({"gpus": "all"}, "could not select device driver"),
            ({"image": "localhost:1/nothing"}, "docker: "),
            ({"extra_args": ["--entrypoint", "/nothing"]}, "/nothing"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = tasks(folder, fields, 'name: t, script: ["true"]').run()
        assert run.status in (125, 127)
        assert "t FAILED: docker: " in run.record["reason"]
        assert reason in run.record["reason"]


def test_an_engine_that_does_not_answer_is_told_before_anything_starts(engine: Engine, tmp_path: Path) -> None:
    workflow = tasks(tmp_path, {}, 'name: t, script: ["true"]')
    run = workflow.run(DOCKER_HOST=f"unix://{tmp_path}/nothing")
    assert run.status == 78
    assert "docker: the engine does not answer: " in run.output
    assert not workflow.output.exists()


def test_a_task_is_tried_again_in_a_container_of_its_own(engine: Engine, tmp_path: Path) -> None:
    script = "touch /here 2>/dev/null; mkdir $SFLOW_TASK_OUTPUT_DIR/first 2>/dev/null && exit 3; echo second"
    run = tasks(tmp_path, {}, f'name: t, script: ["{script}"], retries: {{count: 2, interval: 0.1}}').run()
    assert run.status == 0, run.output
    assert run.log("t").endswith("second\n")


def service(folder: Path, client: str, script: str = "while :; do sleep 0.1; done") -> Workflow:
    """A server in a container that listens on this host's loopback interface, and its client."""
    port = free_port()
    operator = json.dumps({"type": "docker", "image": IMAGE, "extra_args": ["--network", "host"]})
    return Workflow(
        folder,
        f"""
operators: {{box: {operator}}}
workflow:
  name: w
  tasks:
    - name: server
      operator: box
      script:
        - "trap 'echo stopped in order; exit 0' TERM"
        - "{HIDDEN} nc -ll -p {port} -e cat & echo up"
        - "{script}"
      probes: {{readiness: {{tcp_port: {{port: {port}}}, interval: 0.2}}}}
    - {{name: client, depends_on: [server], script: ["{client}"]}}
""",
    )


def test_a_service_becomes_ready_and_is_stopped_in_order(engine: Engine, tmp_path: Path) -> None:
    run = service(tmp_path, "true").run()
    assert run.status == 0, run.output
    assert run.log("server").startswith("up\n")
    assert run.log("server").endswith("stopped in order\n")
    assert run.seconds < 10
    assert engine.containers() == []


def test_what_ignores_term_is_killed_after_the_grace(engine: Engine, tmp_path: Path) -> None:
    run = tasks(tmp_path, {}, "name: t, timeout: 4, script: [\"trap '' TERM; while :; do sleep 0.1; done\"]").run()
    assert run.states == {"t": "TIMEOUT"}
    assert run.status == 124
    assert 13 < run.seconds < 20
    assert engine.empty(2)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_no_container_survives_the_script(engine: Engine, tmp_path: Path, name: str) -> None:
    workflow = service(tmp_path, "sleep 30")
    process = workflow.start()
    workflow.wait_for("client", "RUNNING")
    assert len(engine.containers()) == 1
    os.kill(process.pid, getattr(signal, name))
    process.communicate(timeout=20)
    assert engine.empty(5)
    assert workflow.directory.joinpath("server", "server.log").read_text().endswith("stopped in order\n")


def test_no_container_survives_a_script_that_dies_with_a_task_that_ignores_term(engine: Engine, tmp_path: Path) -> None:
    workflow = tasks(tmp_path, {}, "name: t, script: [\"trap '' TERM; echo up; while :; do sleep 0.1; done\"]")
    process = workflow.start()
    for _ in every(0.1, 20):
        if engine.containers() and "up" in workflow.directory.joinpath("t", "t.log").read_text():
            break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert engine.empty(20)


def test_a_container_ends_with_its_docker_command(engine: Engine, tmp_path: Path) -> None:
    workflow = tasks(tmp_path, {}, 'name: t, script: ["echo up; sleep 60"]')
    process = workflow.start()
    for _ in every(0.1, 20):
        if engine.containers() and "up" in workflow.directory.joinpath("t", "t.log").read_text():
            break
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if f"sflow.run={workflow.directory.name}".encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)
    assert workflow.finish(process).status == 137
    assert engine.empty(5)
