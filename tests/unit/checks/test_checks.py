"""What the checks warn of, and what they let pass."""

import json

import pytest
from sflowc.diagnostics import Diagnostic
from sflowc.driver import compile_workflow


def lint(document: dict) -> list[Diagnostic]:
    workflow = {"version": "0.1", **document}
    done = compile_workflow([("w.yaml", json.dumps(workflow).encode())], lint=lambda draft: [])
    assert done.plan is not None, done.diagnostics
    return list(done.diagnostics)


def of_tasks(code: str, tasks: dict, **more: object) -> list[str]:
    found = lint({"workflow": {"name": "w", "tasks": tasks}, **more})
    return [one.message for one in found if one.code == code]


def of_script(code: str, *script: str, **task: object) -> list[str]:
    return of_tasks(code, {"t": {"script": list(script), **task}, "dep": {"script": ["true"]}})


@pytest.mark.parametrize(
    ("script", "command"),
    [
        (["make", "./run"], "make"),
        (["echo a", "cd /x", "./run"], "cd /x"),
        (["X=$(make)", "./run"], "X=$(make)"),
        (["echo a && make", "./run"], "echo a && make"),
        (["make; ./run"], "make"),
        (["echo $(( 1 + 1 ))", "make | tee log", "./run"], "make | tee log"),
        (["./run | tee log"], "./run"),
        (["set -u", "make", "./run"], "make"),
    ],
)
def test_a_failure_that_is_lost(script: list[str], command: str) -> None:
    (message,) = of_script("lost-failure", *script)
    assert f"'{command}'" in message


@pytest.mark.parametrize(
    "script",
    [
        ["make"],
        ["make || exit", "./run"],
        ["set -e", "make", "./run"],
        ["set -euo pipefail\nmake | tee x\n./run | tee y"],
        ["set -o errexit", "make", "./run"],
        ["export X=1", "Y=$((2 * 3))", "mkdir -p d", "exec ./run"],
        ["make &", "wait", "./run"],
        ["make", "status=$?", "exit $status"],
        ["if make; then ./a; fi", "./run"],
        ["set -o pipefail", "./run | tee log"],
        ["echo x | tee log"],
    ],
)
def test_a_failure_that_counts_or_does_not_matter(script: list[str]) -> None:
    assert of_script("lost-failure", *script) == []


def test_strict_scripts_lose_nothing() -> None:
    assert of_script("lost-failure", "make", "./run", strict=True) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (["sleep 5", "./run"], 1),
        (["echo waiting; sleep 5; ./run"], 1),
        (["until curl -s x; do sleep 1; done", "./run"], 1),
        (["while ! nc -z h 80; do\n sleep 1\ndone", "./run"], 1),
        (["./run", "sleep 5", "./more"], 0),
        (["sleep 5"], 0),
        (["for i in 1 2; do sleep 1; echo; done"], 0),
        (["while read -r x; do sleep 1; done"], 0),
    ],
)
def test_sleeping_until_something_is_there(script: list[str], found: int) -> None:
    assert len(of_script("sleep-as-wait", *script, depends_on=["dep"])) == found


def test_a_task_that_waits_for_nobody_may_sleep() -> None:
    assert of_script("sleep-as-wait", "sleep 5", "./run") == []


PROBE = {"readiness": {"tcp_port": {"port": 80}}}


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("python3 -m http.server 80", 1),
        ("exec /usr/sbin/nginx -g 'daemon off;'", 1),
        ("vllm serve model --port 80", 1),
        ("python -u -m sglang.launch_server --x", 1),
        ("while true; do date; done", 1),
        ("etcd --name a", 1),
        ("etcdctl get x", 0),
        ("nginx", 0),
        ("python3 -m http.server 80 &", 0),
        ("while true; do break; done", 0),
        ("./run", 0),
    ],
)
def test_services_that_others_wait_for(last: str, found: int) -> None:
    tasks = {"s": {"script": ["echo", last]}, "c": {"script": ["true"], "depends_on": ["s"]}}
    assert len(of_tasks("service-without-readiness", tasks)) == found
    assert of_tasks("service-without-readiness", {"s": {**tasks["s"], "probes": PROBE}, "c": tasks["c"]}) == []
    assert of_tasks("service-without-readiness", {"s": tasks["s"]}) == []


CLUSTER = {"c": {"type": "slurm", "nodes": 2}}


def test_a_port_of_two_services() -> None:
    one = {"script": ["./a"], "probes": PROBE, "resources": {"nodes": {"indices": [0]}}}
    other = {**one, "resources": {"nodes": {"indices": [1]}}}
    elsewhere = {**one, "probes": {"readiness": {"tcp_port": {"port": 80, "host": "h"}}}}
    failure = {**one, "probes": {"failure": {"tcp_port": {"port": 80}}}}
    assert len(of_tasks("shared-port", {"a": one, "b": one}, backends=CLUSTER)) == 1
    assert len(of_tasks("shared-port", {"a": {**one, "replicas": {"count": 2}}}, backends=CLUSTER)) == 1
    for others in ({"b": other}, {"b": elsewhere}, {"b": failure}):
        assert of_tasks("shared-port", {"a": one, **others}, backends=CLUSTER) == []
    sequential = {**one, "replicas": {"count": 2, "policy": "sequential"}}
    assert len(of_tasks("shared-port", {"a": sequential}, backends=CLUSTER)) == 1


def test_local_nodes_are_one_machine() -> None:
    one = {"script": ["./a"], "probes": PROBE, "resources": {"nodes": {"indices": [0]}}}
    other = {**one, "resources": {"nodes": {"indices": [1]}}}
    assert len(of_tasks("shared-port", {"a": one, "b": other}, backends={"l": {"type": "local", "nodes": 2}})) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{% if x %}a{% endif %}", 1),
        ("{%- for i in l -%}", 1),
        ("${x%.*} {%s} ${#a[@]}", 0),
        ("printf '{%d}'", 0),
        ("{{ x }}", 0),
    ],
)
def test_statements_of_jinja(text: str, found: int) -> None:
    assert len(of_script("jinja-statement", text)) == found


def unused(script: str, **document: object) -> list[str]:
    found = lint({"workflow": {"name": "w", "tasks": {"t": {"script": [script]}}}, **document})
    return [one.message for one in found if one.code.startswith("unused-")]


@pytest.mark.parametrize(
    ("script", "variables", "found"),
    [
        ("ls", {"A": 1}, ["nothing uses the variable 'A'"]),
        ("ls $A", {"A": 1}, []),
        ("ls ${A:-2}", {"A": 1}, []),
        ("ls ${{ A }}", {"A": 1}, []),
        ("ls ${{ variables['a-b'] }}", {"a-b": 1}, []),
        ("ls $B", {"A": 1, "B": "${{ variables.A }}"}, []),
        ("ls $AB", {"A": 1, "AB": 1}, ["nothing uses the variable 'A'"]),
        ("./run.sh", {"A": 1}, []),
        ("bash run.sh", {"A": 1}, []),
        ("/opt/x", {"A": 1}, []),
        ("python3 -m pkg", {"A": 1}, []),
        ("ls", {"NCCL_DEBUG": "INFO", "HF_TOKEN": "x", "TZ": "UTC", "OMP_NUM_THREADS": 1}, []),
    ],
)
def test_variables_that_nothing_uses(script: str, variables: dict, found: list[str]) -> None:
    assert unused(script, variables=variables) == found


def test_artifacts_that_nothing_uses() -> None:
    assert unused("ls", artifacts={"D": {"uri": "fs:///d"}}) == ["nothing uses the artifact 'D'"]
    assert unused("ls $D", artifacts={"D": {"uri": "fs:///d"}}) == []
    assert unused("ls", artifacts={"D": {"uri": "fs:///d"}}, backends=CLUSTER) == []  # mounted into containers


def test_operators_that_nothing_uses() -> None:
    assert unused("./x", operators={"o": {"type": "bash"}}) == ["nothing uses the operator 'o'"]


def test_a_file_without_tasks_is_a_collection() -> None:
    parts = b'version: "0.1"\nvariables: {A: 1}\noperators: {o: {type: bash}}\n'
    tasks = b"workflow: {name: w, tasks: {t: {script: [ls]}}}\n"
    done = compile_workflow([("a.yaml", parts), ("b.yaml", tasks)], lint=lambda draft: [])
    assert done.diagnostics == ()


def test_build_tells_less_than_lint() -> None:
    document = {"version": "0.1", "workflow": {"name": "w", "tasks": {"t": {"script": ["make", "{% if x %}"]}}}}
    files = [("w.yaml", json.dumps(document).encode())]
    assert [one.code for one in compile_workflow(files).diagnostics] == ["jinja-statement"]
    assert [one.code for one in compile_workflow(files, lint=lambda _: []).diagnostics] == [
        "lost-failure",
        "jinja-statement",
    ]
