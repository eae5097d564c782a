"""What the bash target emits, and which target a plan gets."""

import itertools
import re

import pytest
from compilation import plan, workflow
from sflowc.targets import TARGETS, default_target


def emitted(*tasks: str, head: str = "") -> str:
    return TARGETS["bash"].emit(plan(workflow(*tasks, head=head)))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "bash"),
        ("backends: {l: {type: local, nodes: 2}}", "bash"),
        ("backends: {c: {type: slurm}}", "sbatch"),
        ("backends: {l: {type: local, default: true}, c: {type: slurm}}", "sbatch"),
    ],
)
def test_a_plan_with_a_slurm_backend_is_a_job(head: str, expected: str) -> None:
    assert default_target(plan(workflow("name: t, script: [x]", head=head))).name == expected


def test_a_local_script_asks_slurm_for_nothing() -> None:
    assert "\n#SBATCH" not in emitted("name: t, script: [x]")


def test_it_begins_with_bash_and_ends_with_the_call_of_the_runtime() -> None:
    lines = emitted("name: t, script: [x]").splitlines()
    assert (lines[0], lines[-1]) == ("#!/usr/bin/env bash", 'sf_main "$@"')


def test_scripts_stand_in_it_verbatim() -> None:
    text = emitted('name: t, script: ["echo \'a\' \\"$B\\" `c` \\\\d"]')
    assert "\necho 'a' \"$B\" `c` \\d\n" in text


def test_only_the_units_that_are_needed_are_in_it() -> None:
    plain = emitted("name: t, script: [x]")
    probed = emitted("name: t, script: [x], probes: {readiness: {tcp_port: {port: 1}}}")
    assert "sf_probe_tcp" not in plain
    assert re.search(r"^sf_probe_tcp\(\)", probed, re.MULTILINE)


def test_secrets_are_not_in_the_header() -> None:
    text = emitted("name: t, script: [x]", head="variables: {API_KEY: hunter2}")
    header = list(itertools.takewhile(lambda line: line.startswith("#"), text.splitlines()))
    assert len(header) > 5
    assert "hunter2" not in "".join(header)
