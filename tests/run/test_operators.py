"""Operators that run a script on this host."""

from pathlib import Path

from workflow import Workflow


def test_python_runs_the_script_as_python(tmp_path: Path) -> None:
    text = """
operators: {p: {type: python, python_exec: python3, extra_args: [-X, dev]}}
workflow: {name: w, tasks: [{name: t, operator: p, script: ["import os, sys", "print(os.environ['SFLOW_REPLICA_INDEX'], sys.flags.dev_mode)"]}]}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert run.log("t") == "0 True\n"
