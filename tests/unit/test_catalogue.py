"""The catalogue has every code that the compiler uses and no other, and what its examples show is so."""

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sflowc import codes
from sflowc.cli import main, shellcheck
from sflowc.diagnostics import Diagnostic
from sflowc.render.explanation import explanation_page, explanation_text

ROOT = Path(__file__).resolve().parents[2]
TELLERS = {"error", "warning", "note", "refuse", "Failure", "NotHere", "Diagnostic", "PatternError", "add_finding"}
BUILT = {
    "unknown-{names.what}": {"unknown-variable", "unknown-artifact", "unknown-backend", "unknown-task", "unknown-name"},
    "unknown-{what}": {"unknown-filter", "unknown-test"},
}
"""Codes that are put together where they are used."""


def codes_of(call: ast.Call) -> set[str]:
    """The code that a call reports with, if it is one that reports."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called not in TELLERS:
        return set()
    for argument in call.args[:2]:
        if isinstance(argument, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", str(argument.value)):
            return {argument.value}
        if isinstance(argument, ast.JoinedStr):
            text = ast.unparse(argument)[2:-1]
            if text in BUILT:
                return BUILT[text]
        if isinstance(argument, ast.IfExp):
            return {str(part.value) for part in (argument.body, argument.orelse) if isinstance(part, ast.Constant)}
    return set()


def used() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "compiler").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= codes_of(node)
            elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["code"]:
                found |= {
                    part.value
                    for part in ast.walk(node.value)
                    if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", str(part.value))
                }
    return found


def test_the_catalogue_has_every_code_and_no_other() -> None:
    assert len(used()) > 70
    assert sorted(used() - set(codes.known())) == []
    assert sorted(set(codes.known()) - used() - {"shellcheck"}) == []


def test_every_code_has_a_golden_case() -> None:
    """But for that of a missing shellcheck, which tests/unit/cli/test_shellcheck.py takes away."""
    cases = {codes.find(path.name.split(".")[0]) for path in (ROOT / "golden" / "errors").glob("*.yaml")}
    assert sorted(set(codes.known()) - cases - {"shellcheck-missing"}) == []


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What `sflowc lint` finds in an example."""
    from sflowc.cli import inputs

    monkeypatch.chdir(tmp_path)
    found: list[Diagnostic] = []
    monkeypatch.setattr(inputs.render, "diagnostics_json", lambda given: found.extend(given) or {})

    def run(example: codes.Example) -> list[Diagnostic]:
        for name, data in example.data().items():
            Path(name).write_bytes(data)
        found.clear()
        done = CliRunner().invoke(main, ["lint", *example.data(), "--format", "json", *example.options])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return list(found)

    return run


@pytest.mark.parametrize("code", codes.known())
def test_the_wrong_example_has_this_mistake_alone(lint, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    entry = codes.entry(code)
    if code == "shellcheck-missing":
        monkeypatch.setattr(shellcheck, "find_shellcheck", lambda: None)
    found = lint(entry.wrong)
    names = {"shellcheck" if codes.SHELLCHECK.fullmatch(one.code) else one.code for one in found}
    assert names == {code}, found
    assert entry.severity in {one.severity for one in found}


@pytest.mark.parametrize("code", codes.known())
def test_the_right_example_has_none(lint, code: str) -> None:
    assert lint(codes.entry(code).right) == []


@pytest.mark.parametrize("code", codes.known())
def test_an_entry_can_be_read(code: str) -> None:
    entry = codes.entry(code)
    assert entry.severity in ("error", "warning", "note")
    assert len(entry.title) <= 90
    assert not entry.title.endswith(".")
    assert len(entry.text.split()) >= 5
    assert entry.wrong.files != entry.right.files or entry.wrong.options != entry.right.options
    page = (ROOT / "catalogue" / f"{code}.md").read_text(encoding="utf-8")
    assert max(map(len, page.splitlines())) <= 120
    lines = explanation_text(entry).splitlines()
    prose = [line for line in lines if not line.startswith("    ")]
    assert max(map(len, prose)) <= 110
    assert "\x1b[" in explanation_text(entry, colour=True)


def test_the_page_is_that_of_the_catalogue() -> None:
    entries = [codes.entry(code) for code in codes.known()]
    assert (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8") == explanation_page(entries)
