"""Tasks on another host, over a real sshd: their variables, how they end, and that nothing of them is left there."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sshd import Server, free_port, sshd
from workflow import Workflow, gone, processes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd")) as found:
        yield found


def tasks(folder: Path, operator: str, *bodies: str, head: str = "") -> Workflow:
    """A workflow of these tasks; the bodies are flow mappings without braces."""
    lines = "\n".join(f"    - {{operator: far, {body}}}" for body in bodies)
    return Workflow(folder, f"{head}\noperators: {{far: {operator}}}\nworkflow:\n  name: w\n  tasks:\n{lines}\n")


HIDDEN = "env -u SFLOW_RUN_ID"
"""Keeps a process from this host's watchdog, as another host would."""


def test_a_task_runs_in_a_login_shell_there_with_its_variables(server: Server, tmp_path: Path) -> None:
    script = "shopt -q login_shell && echo login; pwd; echo $A/$SFLOW_TASK_OUTPUT_DIR/$CUDA_VISIBLE_DEVICES; cat; echo err >&2"
    operator = server.operator(user=os.environ.get("USER", "root"))
    run = tasks(
        tmp_path,
        operator,
        f'name: t, variables: {{A: a b}}, resources: {{gpus: {{count: 2}}}}, script: ["{script}", "ls /proc/self/fd | wc -l"]',
        head="backends: {l: {type: local, gpus_per_node: 4}}",
    ).run()
    assert run.status == 0, run.output
    home = str(Path.home())
    assert run.log("t").splitlines() == ["login", home, f"a b/{run.directory}/t/0,1", "err", "4"]


def test_a_host_for_each_replica_and_a_script_of_any_length(server: Server, tmp_path: Path) -> None:
    long = "x" * 100_000
    run = tasks(
        tmp_path,
        server.operator(host="${{ variables.HOST }}"),
        f'name: t, replicas: {{variables: [HOST]}}, script: ["echo $HOST $LENGTH", "text={long}", "echo ${{#text}}"]',
        head="variables: {HOST: {value: localhost, domain: [127.0.0.1, localhost]}, LENGTH: 5}",
    ).run()
    assert run.status == 0, run.output
    assert run.log("t_127_0_0_1") == "127.0.0.1 5\n100000\n"
    assert run.log("t_localhost") == "localhost 5\n100000\n"


def test_the_status_is_the_tasks_own_also_when_it_is_that_of_ssh(server: Server, tmp_path: Path) -> None:
    for status in (7, 255):
        folder = tmp_path / str(status)
        folder.mkdir()
        run = tasks(folder, server.operator(), f'name: t, script: ["echo out", "exit {status}"]').run()
        assert run.status == status
        assert f"t FAILED: exit status {status} after" in run.record["reason"]
        assert run.log("t") == "out\n"


def test_a_task_is_tried_again(server: Server, tmp_path: Path) -> None:
    script = f"echo try; mkdir {tmp_path}/first 2>/dev/null && exit 3; echo second"
    run = tasks(
        tmp_path, server.operator(), f'name: t, script: ["{script}"], retries: {{count: 2, interval: 0.1}}'
    ).run()
    assert run.status == 0
    assert [event["attempt"] for event in run.events if event.get("state") == "RUNNING" and "task" in event] == [1, 2]
    assert run.log("t").endswith("try\nsecond\n")


def test_a_host_that_cannot_be_reached_is_told_before_anything_starts(server: Server, tmp_path: Path) -> None:
    workflow = tasks(tmp_path, server.operator(port=free_port()), 'name: t, script: ["true"]')
    run = workflow.run()
    assert run.status == 78
    assert "task t: ssh cannot run bash on 127.0.0.1: ssh: connect to host 127.0.0.1 port" in run.output
    assert "Connection refused" in run.output
    assert not workflow.output.exists()
    wrong = tmp_path / "key"
    wrong.write_text("no key")
    wrong.chmod(0o600)
    run = tasks(tmp_path, server.operator(identity_file=str(wrong)), 'name: t, script: ["true"]').run(HOME="/nowhere")
    assert run.status == 78
    assert "Permission denied" in run.output


def test_a_host_may_come_up_while_the_workflow_runs(server: Server, tmp_path: Path) -> None:
    text = f"""
operators: {{far: {server.operator(port=free_port())}}}
workflow:
  name: w
  tasks: [{{name: first, script: ["true"]}}, {{name: t, depends_on: [first], operator: far, script: ["true"]}}]
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 255
    assert "it may be there when the task starts" in run.output
    assert run.states == {"first": "COMPLETED", "t": "FAILED"}
    assert "t FAILED: ssh: connect to host 127.0.0.1 port" in run.record["reason"]


SERVICE = """
operators: {{far: {operator}}}
workflow:
  name: w
  tasks:
    - name: server
      operator: far
      script:
        - "trap 'echo stopped in order; exit 0' TERM"
        - "{hidden} sleep {mark} & {hidden} setsid sleep {mark} & echo up"
        - "while :; do sleep 0.1; done"
      probes: {{readiness: {{log_watch: {{match_pattern: up}}, interval: 0.1}}}}
    - {{name: client, depends_on: [server], script: ["{client}"]}}
"""


def service(tmp_path: Path, server: Server, mark: int, client: str = "true") -> Workflow:
    return Workflow(tmp_path, SERVICE.format(operator=server.operator(), hidden=HIDDEN, mark=mark, client=client))


def test_a_service_is_stopped_in_order_and_what_it_started_too(server: Server, tmp_path: Path) -> None:
    run = service(tmp_path, server, 876501).run()
    assert run.status == 0, run.output
    assert run.log("server").startswith("up\n")
    assert run.log("server").endswith("stopped in order\n")
    assert run.seconds < 8
    assert gone("sleep 876501", timeout=2)


def test_what_ignores_term_is_killed_after_the_grace(server: Server, tmp_path: Path) -> None:
    script = f"trap '' TERM; {HIDDEN} sleep 876502 & while :; do sleep 0.1; done"
    run = tasks(tmp_path, server.operator(), f'name: t, timeout: 4, script: ["{script}"]').run()
    assert run.states == {"t": "TIMEOUT"}
    assert run.status == 124
    assert 13 < run.seconds < 20
    assert gone("sleep 876502", timeout=2)


@pytest.mark.parametrize("whom", ["script", "group"])
def test_nothing_survives_the_scripts_death(server: Server, tmp_path: Path, whom: str) -> None:
    mark = 876503 + len(whom)
    workflow = service(tmp_path, server, mark, "sleep 30")
    process = workflow.start()
    workflow.wait_for("client", "RUNNING")
    assert processes(f"sleep {mark}")
    os.kill(process.pid, signal.SIGKILL) if whom == "script" else os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert gone(f"sleep {mark}", timeout=15)


def test_nothing_survives_the_loss_of_the_connection(server: Server, tmp_path: Path) -> None:
    workflow = service(tmp_path, server, 876504, "sleep 30")
    process = workflow.start()
    workflow.wait_for("client", "RUNNING")
    for session in children_of(server.process.pid):
        os.kill(session, signal.SIGKILL)
    run = workflow.finish(process)
    assert run.status == 255
    assert "server FAILED: ssh: " in run.record["reason"], run.record["reason"]
    assert gone("sleep 876504", timeout=15)


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = entry.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(facts[1]) == pid:
            found.append(int(entry.parent.name))
    return found


def test_variables_of_the_task_do_not_steer_ssh_and_stand_in_no_argument(server: Server, tmp_path: Path) -> None:
    run = tasks(
        tmp_path,
        server.operator(),
        'name: t, script: ["echo $HOME $SSH_AUTH_SOCK", "tr \\\\\\\\0 \' \' </proc/$PPID/cmdline", "sleep 1"]',
        head="variables: {HOME: /mine, SSH_AUTH_SOCK: /sock, PASSWORD: deep-secret}",
    )
    process = run.start()
    run.wait_for("t", "RUNNING")
    assert not processes("deep-secret")
    done = run.finish(process)
    assert done.status == 0
    assert done.log("t").startswith("/mine /sock\n")
    assert "deep-secret" not in done.output + done.log("t")
