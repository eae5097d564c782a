"""Operators that run a script on this host, and those of which a script cannot be built."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow import Workflow


def test_python_runs_the_script_as_python(tmp_path: Path) -> None:
    text = """
operators: {p: {type: python, python_exec: python3, extra_args: [-X, dev]}}
workflow: {name: w, tasks: [{name: t, operator: p, script: ["import os, sys", "print(os.environ['SFLOW_REPLICA_INDEX'], sys.flags.dev_mode)"]}]}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert run.log("t") == "0 True\n"


@pytest.mark.parametrize("operator", ["{type: docker, image: a}"])
def test_what_cannot_be_built_is_said(
    sflowc: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, operator: str
) -> None:
    text = f'version: "0.1"\noperators: {{o: {operator}}}\nworkflow: {{name: w, tasks: [{{name: t, operator: o, script: [x]}}]}}\n'
    (tmp_path / "w.yaml").write_text(text)
    done = sflowc("build", "w.yaml", cwd=tmp_path, status=1)
    assert "task 't' has one" in done.stderr
