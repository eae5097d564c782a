"""What the rows of a table have in common is made once, and a row's own values reach all that is made of them, whatever rows
came before."""

import pytest
from sflowc.driver import Compilation, compile_sources, read_source
from sflowc.ir.expr import display
from sflowc.ir.plan import HttpRequest, PlanTask, TcpPort
from sflowc.passes.meanings import Level, Variables, meant
from sflowc.passes.parts import Part
from sflowc.source.compose import Overrides
from sflowc.targets import default_target

WORKFLOW = b"""\
version: "0.1"
variables:
  IMAGE: {value: "a:1"}
  PORT: {type: integer, value: 80}
  WAIT: {type: integer, value: 60}
  NODES: {type: integer, value: 1}
  WRITABLE: {type: boolean, value: true}
  RESULT: "score {score:d}"
  WHERE: /data
  CONTAINER: ""
artifacts:
  DATA: {uri: "fs://${{ WHERE }}"}
backends:
  c: {type: slurm, default: true, nodes: "${{ NODES }}", gpus_per_node: 4}
  d: {type: slurm, nodes: 1, gpus_per_node: 4}
operators:
  o: {type: srun, container_image: "${{ IMAGE }}", container_name: "${{ CONTAINER }}", container_writable: "${{ WRITABLE }}"}
workflow:
  name: w
  tasks:
    - name: server
      operator: {name: o, ntasks: 1}
      script: [serve]
      probes:
        readiness: {http_get: {url: "http://localhost:${{ PORT }}/"}, timeout: "${{ WAIT }}"}
        failure: {log_watch: {match_pattern: bad}, failure_threshold: 1}
    - {name: client, operator: o, script: [ask], outputs: [{pattern: "${{ RESULT }}"}]}
    - {name: other, backend: d, script: [x], probes: {readiness: {tcp_port: {port: 22}}}}
    - {name: asks, backend: d, script: ["${{ task.other.nodes[0].name }} ${{ task.server.nodes | length }}"]}
"""
SOURCES = [read_source("w.yaml", WORKFLOW)]


def row(*sets: str) -> Compilation:
    """The row of a table that sets this."""
    return compile_sources(SOURCES, Overrides(sets=sets))


def tasks(*sets: str) -> dict[str, PlanTask]:
    plan = row(*sets).plan
    assert plan is not None
    return {task.name: task for task in plan.tasks}


def script(*sets: str) -> str:
    plan = row(*sets).plan
    assert plan is not None
    return default_target(plan).emit(plan)


def option(task: PlanTask, name: str) -> list[str]:
    return [word for word in map(display, task.argv) if word.startswith(name)]


def test_rows_have_the_same_commands_when_nothing_of_theirs_reaches_them() -> None:
    one, other = tasks("PORT=1"), tasks("PORT=2")
    assert all(one[name].argv is other[name].argv for name in one)


def test_a_rows_own_value_reaches_an_operator() -> None:
    images = [option(tasks(*sets)["client"], "--container-image") for sets in ((), ("IMAGE=b:2",), ())]
    assert images == [["--container-image=a:1"], ["--container-image=b:2"], ["--container-image=a:1"]]
    writable = [option(tasks(*sets)["server"], "--container-w") for sets in ((), ("WRITABLE=false",), ())]
    assert writable == [["--container-writable"], [], ["--container-writable"]]


def test_a_rows_own_value_reaches_the_mounts_and_nodes_of_a_command() -> None:
    for sets, mount, count in (((), "/data", "1"), (("WHERE=/other",), "/other", "1"), (("NODES=2",), "/data", "2")):
        found = tasks(*sets)["server"]
        assert f"{mount}:{mount}:rw" in option(found, "--container-mounts")[0]
        assert option(found, "--nodes=") == [f"--nodes={count}"]


def test_a_rows_own_value_reaches_a_probe() -> None:
    for sets, port, wait in (((), 80, 60), (("PORT=81",), 81, 60), (("WAIT=5",), 80, 5), ((), 80, 60)):
        ready, failed = tasks(*sets)["server"].probes
        assert isinstance(ready.check, HttpRequest)
        assert (ready.check.url, ready.deadline) == (f"http://localhost:{port}/", wait)
        assert failed.failure_threshold == 1
        (open_port,) = tasks(*sets)["other"].probes
        assert isinstance(open_port.check, TcpPort)


def test_a_rows_own_value_reaches_an_output() -> None:
    patterns = [tasks(*sets)["client"].outputs[0].pattern for sets in ((), ("RESULT=n {n:d}",), ())]
    assert patterns == ["score {score:d}", "n {n:d}", "score {score:d}"]


def test_the_same_command_is_spelt_as_the_nodes_are_numbered() -> None:
    """The only node of the second backend comes after all nodes of the first."""
    for sets, number in (((), 1), (("NODES=3",), 3), ((), 1)):
        setup = script(*sets).partition("setup_2() {")[2].partition("}\n")[0]
        assert f"--nodelist=${{SF_NODE_NAME[{number}]}}" in setup


def test_a_script_knows_the_tasks_of_its_own_row() -> None:
    for sets, count in (((), 1), (("NODES=3",), 3), ((), 1)):
        assert display(tasks(*sets)["asks"].script[0]) == f"<name:d:0> {count}"


def test_what_a_row_shapes_is_what_its_expressions_mention() -> None:
    """`IMAGE` is made of `WHERE` in one row only."""
    for sets, shaped in (((), False), (("IMAGE=${{ WHERE }}",), True), ((), False)):
        plan = row(*sets).plan
        assert plan is not None
        (where,) = [variable for variable in plan.variables if variable.name == "WHERE"]
        assert ("the value of variable IMAGE" in where.shaped) == shaped


def test_a_mistake_is_told_of_each_row_that_makes_it() -> None:
    for _ in range(2):
        assert [found.code for found in row("CONTAINER=x").diagnostics] == ["container-twice"] * 2
        assert [found.code for found in row("PORT=x").diagnostics] == ["wrong-type"]
        assert [found.code for found in row("WAIT=-1").diagnostics] == ["too-small"]
        assert not row().diagnostics


def test_what_a_task_mentions_is_looked_up_once_for_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    row("PORT=1")
    looked_up: list[str] = []

    def watched(name: str, part: Part, names: Variables) -> list[tuple[Level, str]]:
        looked_up.append(name)
        return meant(name, part, names)

    monkeypatch.setattr("sflowc.passes.trace_variables.meant", watched)
    row("PORT=${{ WAIT }}")
    assert looked_up == ["WAIT"]
