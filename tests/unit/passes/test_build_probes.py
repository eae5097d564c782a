"""When and how often a task is looked at, and by what."""

import pytest
from compilation import SLURM, errors, plan, task, tasks, workflow
from sflowc.ir.expr import display
from sflowc.ir.plan import ExecCheck, HttpRequest, LogWatch, NodeAddress, PlanProbe, TcpPort
from sflowc.targets import default_target

PORT = "tcp_port: {port: 80}"


def probe(fields: str, kind: str = "readiness", head: str = SLURM, more: str = "") -> PlanProbe:
    (found,) = task(workflow(f"name: t, script: [x], probes: {{{kind}: {{{fields}}}}}{more}", head=head)).probes
    return found


def mistakes(fields: str, kind: str = "readiness") -> list[str]:
    return [code for code, _ in errors(workflow(f"name: t, script: [x], probes: {{{kind}: {{{fields}}}}}", head=SLURM))]


def times(found: PlanProbe) -> tuple[float, ...]:
    return (found.delay, found.timeout, found.interval, found.success_threshold, found.failure_threshold)


# ---- Times and thresholds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["readiness", "failure"])
def test_what_is_not_said_has_a_default(kind: str) -> None:
    assert times(probe(PORT, kind)) == (0, 60, 5, 1, 3)


def test_null_says_nothing() -> None:
    found = probe(f"{PORT}, delay: , timeout: , interval: , success_threshold: , failure_threshold: ")
    assert (times(found), found.deadline) == ((0, 60, 5, 1, 3), None)


@pytest.mark.parametrize(
    "said",
    [
        "delay: 3, timeout: 90, interval: 0.5, success_threshold: 2, failure_threshold: 9",
        "delay: '3', timeout: '90', interval: '.5', success_threshold: '2', failure_threshold: '9'",
        "delay: '${{ 3 }}', timeout: '${{ 9 }}0', interval: '${{ 1 / 2 }}', success_threshold: '${{ 2 }}', failure_threshold: 9.0",
    ],
)
def test_what_is_said_may_be_text_or_an_expression(said: str) -> None:
    assert times(probe(f"{PORT}, {said}")) == (3, 90, 0.5, 2, 9)


def test_a_readiness_timeout_that_was_written_is_a_deadline() -> None:
    assert probe(f"{PORT}, timeout: 60").deadline == 60


def test_one_that_was_not_is_none_and_failure_has_no_deadline() -> None:
    assert probe(PORT).deadline is None
    assert probe(f"{PORT}, timeout: 60", "failure").deadline is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("delay: -1", "too-small"),
        ("interval: 0", "too-small"),
        ("timeout: 0", "too-small"),
        ("timeout: 0.01", "too-small"),
        ("success_threshold: 0", "too-small"),
        ("failure_threshold: '${{ 0 }}'", "too-small"),
        ("failure_threshold: '${{ 1.5 }}'", "not-a-number"),
        ("delay: '${{ \"soon\" }}'", "not-a-number"),
        ("delay: 10s", "wrong-type"),
        ("interval: '${{ backends.c.nodes[0].name }}'", "runtime-value"),
        ("period: 3", "unknown-key"),
    ],
)
def test_what_cannot_be_said(said: str, code: str) -> None:
    assert mistakes(f"{PORT}, {said}") == [code]


# ---- Kinds -----------------------------------------------------------------------------------------------------------


def test_a_port_is_looked_for_on_the_tasks_first_node() -> None:
    found = probe(PORT, more=", resources: {nodes: {indices: [2, 1]}}").check
    assert found == TcpPort((NodeAddress("c", 2),), 80, "first")


def test_or_on_each_of_its_nodes() -> None:
    found = probe("tcp_port: {port: 80, on_node: each}", more=", resources: {nodes: {indices: [2, 1]}}").check
    assert found == TcpPort((NodeAddress("c", 2), NodeAddress("c", 1)), 80, "each")


def test_a_port_may_come_from_an_expression() -> None:
    found = probe("tcp_port: {port: '${{ 8000 + 1 }}'}", more=", resources: {nodes: {indices: [0]}}").check
    assert found == TcpPort((NodeAddress("c", 0),), 8001, "first")


def test_a_replicas_probe_has_its_own_values_and_nodes() -> None:
    text = workflow(
        "name: t, script: [x], replicas: {variables: [P]}, resources: {nodes: {count: 1}},"
        " probes: {readiness: {tcp_port: {port: '${{ P }}'}}}",
        head=f"{SLURM}\nvariables: {{P: {{value: 81, domain: [81, 82]}}}}",
    )
    checks = [found.probes[0].check for found in tasks(text).values()]
    assert checks == [TcpPort((NodeAddress("c", 0),), 81, "first"), TcpPort((NodeAddress("c", 1),), 82, "first")]


def test_urls_headers_and_bodies_take_expressions() -> None:
    head = f"{SLURM}\nvariables: {{M: m}}"
    fields = "http_post: {url: 'http://h/${{ M }}', headers: {A: '${{ M }}', B: 5}, body: '{\"m\": \"${{ M }}\"}'}"
    found = probe(fields, head=head).check
    assert found == HttpRequest("POST", "http://h/m", (("A", "m"), ("B", "5")), '{"m": "m"}')


def test_patterns_take_expressions() -> None:
    found = probe("log_watch: {match_pattern: 're:up ${{ 1 + 1 }}', match_count: '${{ 3 }}'}").check
    assert isinstance(found, LogWatch)
    assert (found.pattern, found.is_regex, found.match_count) == ("up 2", True, 3)


def test_a_log_is_the_tasks_own_or_that_of_a_task_a_replica_or_all_replicas() -> None:
    def watched(logger: str) -> tuple[str, ...]:
        text = workflow(
            "name: s, script: [x], replicas: {count: 2}",
            f"name: t, script: [x], probes: {{failure: {{log_watch: {{match_pattern: a{logger}}}}}}}",
        )
        check = tasks(text)["t"].probes[0].check
        assert isinstance(check, LogWatch)
        return check.logger

    assert watched("") == ()
    assert watched(", logger: t") == ("t",)
    assert watched(", logger: s_1") == ("s_1",)
    assert watched(", logger: s") == ("s_0", "s_1")


def test_a_logger_that_is_no_task_is_a_mistake() -> None:
    assert mistakes("log_watch: {match_pattern: a, logger: nope}") == ["unknown-task"]


@pytest.mark.parametrize("logger", ["gone", "s_7"])
def test_a_logger_that_may_be_absent_is_dropped(logger: str) -> None:
    text = workflow(
        "name: s, script: [x], replicas: {count: 2}",
        f"name: t, script: [x], probes: {{readiness: {{log_watch: {{match_pattern: a, logger: {logger}}}}}}}",
    )
    found = tasks(text, missable=("gone", "s_*"))["t"].probes[0].check
    assert found == LogWatch("a", False, "a", 1)


def test_a_task_may_have_both_probes() -> None:
    text = workflow(f"name: t, script: [x], probes: {{failure: {{{PORT}}}, readiness: {{{PORT}}}}}")
    assert sorted(found.type for found in task(text).probes) == ["failure", "readiness"]


@pytest.mark.parametrize("nothing", ["", "{}", "{readiness: , failure: ~}"])
def test_a_task_may_have_none(nothing: str) -> None:
    assert task(workflow(f"name: t, script: [x], probes: {nothing}")).probes == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("delay: 1", "probe-kind"),
        ("tcp_port: ", "probe-kind"),
        (f"{PORT}, http_get: {{url: 'http://h'}}", "probe-kind"),
        ("tcp_port: {}", "missing-key"),
        ("tcp_port: {port: 0}", "port-range"),
        ("tcp_port: {port: '${{ 70000 }}'}", "port-range"),
        ("tcp_port: {port: abc}", "wrong-type"),
        ("tcp_port: {port: 1, on_node: all}", "unknown-value"),
        ("http_get: {url: 'ftp://h'}", "url-scheme"),
        ("http_get: {}", "missing-key"),
        ("http_get: {url: 'http://h', headers: [a]}", "wrong-type"),
        ("log_watch: {}", "log-watch-pattern"),
        ("log_watch: {match_pattern: a, regex_pattern: b}", "log-watch-pattern"),
        ("log_watch: {match_pattern: ''}", "empty-pattern"),
        ("log_watch: {match_pattern: 're:'}", "empty-pattern"),
        ("log_watch: {match_pattern: 're:(a'}", "invalid-regex"),
        ("log_watch: {match_pattern: 're:(?=a)b'}", "regex-unsupported"),
        ("log_watch: {match_pattern: a, match_count: 0}", "not-positive"),
    ],
)
def test_what_cannot_be_looked_at(fields: str, code: str) -> None:
    assert mistakes(fields) == [code]


def test_a_null_kind_beside_another_is_none() -> None:
    assert probe(f"{PORT}, log_watch: ~").kind == "tcp_port"


def test_times_stay_whole_in_a_plan() -> None:
    found = plan(workflow(f"name: t, script: [x], probes: {{readiness: {{{PORT}, delay: 3}}}}")).tasks[0].probes[0]
    assert type(found.delay) is int


# ---- Commands and files ----------------------------------------------------------------------------------------------


def test_the_words_of_a_command_may_be_expressions() -> None:
    words = "[bash, -c, 'x $A', '${{ A }}', 7, true, '', '${{ backends.c.nodes[1].name }}:1']"
    found = probe(f"exec: {{command: {words}}}", head=f"variables: {{A: 'a  b'}}\n{SLURM}").check
    assert isinstance(found, ExecCheck)
    assert found.command[:-1] == ("bash", "-c", "x $A", "a  b", "7", "true", "")
    assert display(found.command[-1]) == "<name:c:1>:1"


def test_the_path_of_a_file_is_that_of_each_replica() -> None:
    found = tasks(
        workflow(
            "name: t, script: [x], replicas: {count: 2},"
            " probes: {readiness: {file: {path: $SFLOW_TASK_OUTPUT_DIR/up}}, failure: {file: {path: '/x'}}}"
        )
    )
    paths = [display(each.check.path) for one in found.values() for each in one.probes]  # type: ignore[union-attr]
    assert paths == ["<workflow_output_dir>/t_0/up", "/x", "<workflow_output_dir>/t_1/up", "/x"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("exec: {command: x}", "wrong-type"),
        ("exec: {command: []}", "empty-list"),
        ("exec: {command: null}", "wrong-type"),
        ("exec: {command: [[x]]}", "wrong-type"),
        ("exec: {command: [null]}", "wrong-type"),
        ("exec: {}", "missing-key"),
        ("exec: {command: ['${{ nope }}']}", "unknown-name"),
        ("exec: {command: [x], shell: true}", "unknown-key"),
        ("file: {path: [x]}", "wrong-type"),
        ("file: {}", "missing-key"),
        ("file: {path: x}, exec: {command: [x]}", "probe-kind"),
        ("tcp_port: {port: 1, expect_body: x}", "unknown-key"),
    ],
)
def test_what_is_wrong_with_a_command_or_a_file(said: str, code: str) -> None:
    assert mistakes(said) == [code]


def test_only_the_units_of_what_is_there_are_in_the_script() -> None:
    def units(fields: str) -> set[str]:
        found = plan(workflow(f"name: t, script: [x], probes: {{readiness: {{{fields}}}}}"))
        script = default_target(found).emit(found)
        return {name for name in ("body", "exec", "file", "http", "log", "tcp") if f"\n# probe_{name}: " in script}

    assert units("exec: {command: [x]}") == {"exec"}
    assert units("file: {path: x}") == {"file"}
    assert units("http_get: {url: 'http://h'}") == {"http"}
    assert units("http_get: {url: 'http://h', expect_body: x}") == {"http", "body"}
