"""What makes a task another task to a resumed run, and what does not."""

from compilation import plan
from sflowc.emit.fingerprints import fingerprints

BASE = """version: "0.1"
variables:
  N: {value: 1, type: integer, domain: [1, 2]}
  A: 1
artifacts:
  CONFIG: {uri: "file://config.yaml", content: "a: 1"}
workflow:
  name: w
  tasks:
    - {name: prepare, script: [echo prepare]}
    - name: server
      depends_on: [prepare]
      script: [exec ./server]
      probes: {readiness: {tcp_port: {port: 8000}}}
    - {name: bench, depends_on: [server], replicas: {variables: [N], policy: sequential}, script: [./bench.sh]}
    - {name: report, depends_on: [bench], script: [./report.sh]}
    - {name: other, script: [./other.sh]}
"""


def changed(old: str, new: str, text: str = BASE) -> set[str]:
    """The tasks that are others once the text is changed; those that come or go are not meant."""
    assert old in text
    before, after = fingerprints(plan(text)), fingerprints(plan(text.replace(old, new)))
    return {name for name in before.keys() & after.keys() if before[name] != after[name]}


def test_a_change_reaches_who_comes_after() -> None:
    assert changed("echo prepare", "echo prepared") == {"prepare", "server", "bench_1", "bench_2", "report"}
    assert changed("exec ./server", "exec ./server --fast") == {"server", "bench_1", "bench_2", "report"}
    assert changed("./bench.sh", "./bench2.sh") == {"bench_1", "bench_2", "report"}
    assert changed("./report.sh", "./report2.sh") == {"report"}
    assert changed("./other.sh", "./other2.sh") == {"other"}


def test_more_values_of_a_sweep_leave_those_that_are_done() -> None:
    assert changed("domain: [1, 2]", "domain: [1, 2, 4]") == {"report"}


def test_what_all_tasks_see_changes_them_all() -> None:
    everything = {"prepare", "server", "bench_1", "bench_2", "report", "other"}
    assert changed("A: 1", "A: 2") == everything
    assert changed('content: "a: 1"', 'content: "a: 2"') == everything
    assert changed("name: w\n", "name: w\n  strict: yes\n") == everything


def test_how_long_and_how_often_shapes_nothing() -> None:
    assert changed("port: 8000", "port: 8001") == set()
    assert changed("[./report.sh]", "[./report.sh], timeout: 5, retries: {count: 1, interval: 1}") == set()
    assert changed("[./report.sh]", "[./report.sh], outputs: [{pattern: '{a:d}'}]") == set()
    assert changed("name: w\n", "name: w\n  timeout: 90\n") == set()
