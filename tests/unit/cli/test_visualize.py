"""`sflowc visualize`: formats, files, what is missing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DAG = ROOT / "samples" / "dag.yaml"


def test_the_ending_says_the_format(sflowc: Callable, tmp_path: Path) -> None:
    sflowc("visualize", DAG, "-o", tmp_path / "x.dot")
    assert (tmp_path / "x.dot").read_text().startswith("digraph")
    sflowc("visualize", DAG, "-o", tmp_path / "x.dot", "--format", "mermaid")
    assert (tmp_path / "x.dot").read_text().startswith("flowchart LR\n")
    sflowc("visualize", DAG, "--format", "ascii", "-o", f"{tmp_path}/new/")
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".txt"]


def test_it_takes_what_the_other_commands_take(sflowc: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        'version: "0.1"\nvariables: {N: {value: 1, type: integer}}\nworkflow: {name: w, tasks: [{name: a, script: ["true"], depends_on: [gone]}]}\n'
    )
    (tmp_path / "b.yaml").write_text(
        'version: "0.1"\nworkflow: {tasks: [{name: b, script: ["true"], depends_on: [a], replicas: {count: "${{ N }}"}}]}\n'
    )
    words = ("visualize", "-f", "a.yaml", "-f", "b.yaml", "--set", "N=3", "--missable-tasks", "gone")
    assert 'g0["b, 3 replicas"]' in sflowc(*words, cwd=tmp_path).stdout


def test_a_mistake_is_a_diagnostic(sflowc: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        'version: "0.1"\nworkflow: {name: w, tasks: [{name: a, script: [], depends_on: [b]}]}\n'
    )
    done = sflowc("visualize", "a.yaml", "--format", "dot", cwd=tmp_path, status=1)
    assert done.stdout == ""
    assert "error[" in done.stderr


@pytest.mark.parametrize(("form", "head"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_graphviz_draws(form: str, head: bytes, sflowc: Callable, require: Callable, tmp_path: Path) -> None:
    require("graphviz")
    sflowc("visualize", DAG, "-o", tmp_path / f"x.{form}")
    assert (tmp_path / f"x.{form}").read_bytes().startswith(head)


def test_without_graphviz_it_says_what_to_install(sflowc: Callable, tmp_path: Path) -> None:
    done = sflowc("visualize", DAG, "--format", "svg", env={"PATH": str(tmp_path)}, status=1)
    assert "apt install graphviz" in done.stderr


def test_a_graphviz_that_fails_is_told(sflowc: Callable, tmp_path: Path) -> None:
    (tmp_path / "dot").write_text("#!/bin/sh\necho out of ink >&2\nexit 3\n")
    (tmp_path / "dot").chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = sflowc("visualize", DAG, "--format", "svg", "-o", tmp_path / "x.svg", env=env, status=1)
    assert done.stderr.strip() == "sflowc: Graphviz failed with status 3: out of ink"
    assert not (tmp_path / "x.svg").exists()


def test_every_format_is_the_same_anywhere(sflowc: Callable, tmp_path: Path) -> None:
    for form in ("mermaid", "dot", "ascii"):
        texts = {
            sflowc("visualize", DAG, "--format", form, cwd=folder, env={"PYTHONHASHSEED": seed}).stdout
            for folder, seed in ((ROOT, "1"), (tmp_path, "2"))
        }
        assert len(texts) == 1


def test_a_page_needs_no_graphviz(sflowc: Callable, require: Callable, tmp_path: Path) -> None:
    sflowc("visualize", DAG, "-o", tmp_path / "plain.html", env={"PATH": str(tmp_path)})
    plain = (tmp_path / "plain.html").read_text()
    assert "<svg" not in plain
    assert '<ol class="steps">' in plain
    require("graphviz")
    sflowc("visualize", DAG, "-o", tmp_path / "drawn.html")
    assert "<svg" in (tmp_path / "drawn.html").read_text()
