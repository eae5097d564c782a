"""shellcheck over the tasks' scripts: what is told, where, and what happens without it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from requirements import need
from sflowc.cli import main, shellcheck

Found = list[tuple[str, str, int, int]]


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Found]:
    """The findings of shellcheck in a workflow of these tasks: code, severity, line, column."""
    monkeypatch.chdir(tmp_path)

    def run(tasks: str, *options: str, head: str = "") -> Found:
        text = f'version: "0.1"\n{head}workflow:\n  name: w\n  tasks:\n{tasks}'
        Path("w.yaml").write_text(text, encoding="utf-8")
        done = CliRunner().invoke(main, ["lint", "w.yaml", "--format", "json", *options])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        found = json.loads(done.stdout)["diagnostics"]
        return [
            (one["code"], one["severity"], one["line"], one["column"]) for one in found if "SC" in one["code"].upper()
        ]

    return run


@pytest.fixture(autouse=True)
def _needs_shellcheck() -> None:
    need("shellcheck")


LOOP = 'for f in $(ls); do cat "$f"; done'


@pytest.mark.parametrize(
    ("script", "line", "column"),
    [
        (f"[ls, '{LOOP}']", 6, 30),
        (f"\n      - ls\n      - {LOOP}", 8, 18),
        (f"\n      - |\n        ls\n        {LOOP}", 9, 18),
        (f"\n      - >-\n        ls;\n        {LOOP}", 9, 18),
        (f"\n      - ls ${{{{ 1 +\n         2 }}}}; {LOOP}", 8, 25),
        ('\n      - "ls;\\\n         for f in $(ls); do cat $f; done"', 8, 19),
        (f"\n      - ls ${{{{ 'a' }}}}\n      - |\n        ls ${{{{ 'b' }}}}\n\n      - '{LOOP}'", 11, 19),
    ],
)
def test_a_finding_stands_where_it_was_written(lint, script: str, line: int, column: int) -> None:
    assert lint(f"    t:\n      script: {script}\n") == [("SC2045", "warning", line, column)]


@pytest.mark.parametrize(
    "line",
    [
        "echo '${{ variables.A }}'",
        'for i in {1..${{ variables.A }}}; do echo "$i"; done',
        "ls ${{ variables.A }}/x",
        "test ${{ variables.A }} = 1",
        'echo "$lower"',
        "cd ${{ variables.A }}",
        "source ./conf.sh",
    ],
)
def test_what_is_true_of_variables_only(lint, line: str) -> None:
    head = "variables: {A: 4, lower: x}\n"
    assert lint(f"    t:\n      script:\n      - |\n        {line}\n", "--shellcheck", "style", head=head) == []


def test_a_variable_that_nobody_sets(lint) -> None:
    assert lint("    t: {script: ['echo \"$lower\"']}\n") == [("SC2154", "warning", 5, 25)]
    assert lint("    t: {script: ['echo \"$lower\"'], variables: {lower: x}}\n") == []


def test_severities(lint) -> None:
    task = "    t: {script: ['echo $A']}\n"
    assert lint(task) == []
    assert lint(task, "--shellcheck", "info") == [("SC2086", "note", 5, 24)]
    assert lint(task, "--shellcheck", "off") == []
    assert lint("    t: {script: ['echo \"x']}\n") == [("SC1073", "error", 5, 24)]
    assert lint(f"    t: {{script: ['{LOOP}']}}\n", "--strict") == [("SC2045", "error", 5, 28)]


def test_scripts_of_python_are_none_of_its_business(lint) -> None:
    head = "operators: {py: {type: python}, sh: {type: bash}}\n"
    assert lint("    t: {operator: py, script: ['print(\"x\" if 1 else 2)']}\n", head=head) == []
    override = "    t: {operator: {name: sh, type: python}, script: ['print(\"x\" if 1 else 2)']}\n"
    assert lint(override, head=head) == []


def test_silenced_in_the_workflow_or_in_the_script(lint) -> None:
    loop = f"      - {LOOP}"
    assert lint(f"    t:\n      script:\n{loop} # sflowc: ignore[SC2045]\n") == []
    assert lint(f"    t:\n      script: # sflowc: ignore[shellcheck]\n{loop}\n") == []
    assert lint(f"    t:\n      script:\n      - '# shellcheck disable=SC2045'\n{loop}\n") == []


@pytest.mark.parametrize("program", [None, "/no/such/program", "/bin/true"])
def test_without_shellcheck_a_note_says_how_to_get_it(
    lint, monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    monkeypatch.setattr(shellcheck, "find_shellcheck", lambda: program)
    task = f"    t: {{script: ['{LOOP}']}}\n"
    lint(task)
    done = CliRunner().invoke(main, ["lint", "w.yaml", "--strict"])
    assert done.exit_code == 0
    assert "note[shellcheck-missing]: the tasks' scripts were not checked: " in done.stderr
    assert "pip install 'sflowc[lint]'" in done.stderr
    assert lint(task, "--shellcheck", "off") == []


def test_the_script_for_the_time_limit_is_checked_too(lint) -> None:
    head = "variables: {kept: {value: 1}}\n"
    hook = f"  timeout: 60\n  on_timeout:\n    - echo $kept $lost >x\n    - {LOOP}\n"
    found = lint(f"    t: {{script: [ls]}}\n{hook}", head=head)
    assert found == [("SC2154", "warning", 9, 18), ("SC2045", "warning", 10, 16)]


def test_a_script_for_the_time_limit_that_bash_cannot_read_is_an_error(lint) -> None:
    (found,) = lint("    t: {script: [ls]}\n  timeout: 60\n  on_timeout: ['if x; then']\n")
    assert found[1] == "error"
