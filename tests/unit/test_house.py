"""The tree keeps its own rules: tables are complete, modules and functions small, runtime units define functions only."""

import ast
import functools
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPILER = ROOT / "compiler"
MODULES = sorted(COMPILER.rglob("*.py"))
UNITS = sorted((ROOT / "runtime_sh").glob("*.sh"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())

# Folder -> (module, name) of the table of what is in it, and the modules there that only serve the others.
TABLES = {
    "passes": (
        "sflowc.driver",
        "PASSES",
        {
            "allocation",
            "assemble_plan",
            "constant",
            "draft",
            "fields",
            "meanings",
            "metrics",
            "misfit",
            "parts",
            "scope",
            "variables",
        },
    ),
    "checks": ("sflowc.checks.lint", "CHECKS", {"commands", "lint", "task_scripts", "texts"}),
    "probes": ("sflowc.probes", "PROBES", {"base", "log_pattern", "posix_regex"}),
    "operators": ("sflowc.operators", "OPERATORS", {"base", "images"}),
    "artifacts": ("sflowc.artifacts", "ARTIFACTS", {"base", "masking", "paths"}),
    "targets": ("sflowc.targets", "TARGETS", {"base"}),
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 40
    assert len(UNITS) > 20
    assert TEMPLATES


@pytest.mark.parametrize("folder", TABLES)
def test_every_file_of_a_table_folder_is_in_its_table(folder: str) -> None:
    module, table, support = TABLES[folder]
    entries = getattr(importlib.import_module(module), table)
    values = entries.values() if isinstance(entries, dict) else entries
    listed = {(value if callable(value) else type(value)).__module__.rpartition(".")[2] for value in values}
    there = {path.stem for path in (COMPILER / folder).glob("*.py")} - {"__init__"}
    assert there - support == listed


@pytest.mark.parametrize("path", sorted((COMPILER / "passes").glob("[!_]*.py")), ids=name)
def test_a_pass_is_one_public_function_of_the_files_name(path: Path) -> None:
    if path.stem in TABLES["passes"][2] - {"assemble_plan"}:
        return
    public = [node.name for node in tree(path).body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    assert public == [path.stem]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_modules_name_says_what_it_does(path: Path) -> None:
    assert not re.fullmatch(r"(utils?|helpers?|common|managers?|misc)", path.stem)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_goes_in_and_out(path: Path) -> None:
    docstring = ast.get_docstring(tree(path)) or ""
    assert docstring or not path.read_text(encoding="utf-8").strip(), "no docstring"
    of_a_table = path.parent.name in TABLES and path.stem not in TABLES[path.parent.name][2]
    if path.stem == "__init__" or (of_a_table and path.parent.name != "passes"):  # their base.py says it for all
        return
    assert re.search(r"\b(In|Before): ", docstring), "the docstring does not say what goes in"
    assert re.search(r"\b(Out|After): ", docstring), "the docstring does not say what comes out"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_dataclass_says_what_it_is(path: Path) -> None:
    """Without a docstring Python writes one from the signature whenever the class is imported, which takes a while."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(found) for found in node.decorator_list):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_room_left(path: Path) -> None:
    assert lines(path) <= 500
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_compiler_imports_itself_relatively(path: Path) -> None:
    absolute = {
        imported.split(".")[0]
        for node in ast.walk(tree(path))
        for imported in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and node.level == 0
            else []
        )
    }
    assert not absolute & {"compiler", "sflowc"}


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_a_runtime_unit_is_short_and_says_what_it_needs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert lines(path) <= 120
    assert text.startswith(f"# shellcheck shell=bash\n# {path.stem}: ")
    needed = re.search(r"^# requires:(.*)$", text, re.MULTILINE)
    assert needed, "no line '# requires:'"
    assert set(needed[1].split()) <= {unit.stem for unit in UNITS} - {path.stem}


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_a_runtime_unit_has_tests_of_its_own(path: Path) -> None:
    assert (ROOT / "tests" / "runtime" / f"{path.stem}.bats").is_file()


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_a_runtime_unit_only_defines_functions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    outside = re.sub(r"^\w+\(\) (\{|\() *(#.*)?\n(.*\n)*?^[})]$", "", text, flags=re.MULTILINE)
    outside = re.sub(r"^\w+\(\) \{ .* \}.*$", "", outside, flags=re.MULTILINE)
    assert [line for line in outside.splitlines() if line and not line.startswith("#")] == []


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_a_runtime_function_says_whose_it_is(path: Path) -> None:
    functions = re.findall(r"^(\w+)\(\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert functions
    assert [function for function in functions if not re.match(r"_?sf_[a-z0-9]", function)] == []


def test_no_two_units_define_the_same_function() -> None:
    functions = [
        function
        for path in UNITS
        for function in re.findall(r"^(\w+)\(\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(functions) == sorted(set(functions))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_is_a_skeleton_without_logic(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert lines(path) <= 150
    statements = set(re.findall(r"\{%-?\s*(\w+)", text))
    assert statements <= {"if", "elif", "else", "endif", "for", "endfor", "include"}


@pytest.mark.parametrize("folder", ["compiler", "runtime_sh", "templates", "schemas", "samples", "docs"])
def test_nothing_names_the_machine_that_it_was_made_on(folder: str) -> None:
    """What ships, and so what is emitted, is the same wherever it was built."""
    local = re.compile(re.escape(str(ROOT)) + r"\b|/home/\w+/|/root/|/tmp/[a-z]")
    found = [
        f"{name(path)}: {match[0]}"
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".pyc", ".png")
        for match in local.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_license_and_the_version_are_those_of_the_package() -> None:
    from sflowc import __version__

    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
