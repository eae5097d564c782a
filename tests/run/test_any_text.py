"""What golden/cases/any_text compiles to is executed: values, scripts and contents arrive byte for byte."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "golden" / "cases" / "any_text"


@pytest.fixture(scope="module")
def directory(sflowc: Callable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's directory, itself with a name that needs quoting."""
    script = tmp_path_factory.mktemp("script") / "any_text.sh"
    sflowc("build", "workflow.yaml", "-o", str(script), cwd=CASE)
    output = tmp_path_factory.mktemp("out") / "it's $HERE & there"
    done = subprocess.run(
        ["bash", str(script), "--output-dir", str(output)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = output.iterdir()
    return run


def log(directory: Path, task: str) -> str:
    return (directory / task / f"{task}.log").read_text(encoding="utf-8")


def test_every_variable_arrives(directory: Path) -> None:
    raw = (directory / "environment" / "environment").read_bytes().decode()
    environment = dict(entry.split("=", 1) for entry in raw.split("\0") if entry)
    variables = yaml.safe_load((CASE / "workflow.yaml").read_text(encoding="utf-8"))["variables"]
    assert len(variables) == 6
    assert {name: environment[name] for name in variables} == variables
    assert environment["HERE"] == "127.0.0.1"
    assert environment["ADDRESSES"] == "127.0.0.1,127.0.0.1"
    assert environment["CONFIG"] == f"{directory}/etc/config file.json"
    assert environment["SFLOW_WORKFLOW_OUTPUT_DIR"] == str(directory)


def test_the_script_is_verbatim_but_for_its_holes(directory: Path) -> None:
    assert log(directory, "print").splitlines() == [
        "a delimiter of our own, and a hole in quotes: 127.0.0.1",
        "0 {% not a statement %} {# not a comment #} @@ %% \\ 'x'",
        """{"hosts": ['localhost', 'localhost-1'], "quote": "'${QUOTES}'"}""",
    ]


def test_replicas_share_a_text(directory: Path) -> None:
    assert [log(directory, f"same_text_twice_{i}") for i in (0, 1)] == ["0 of   both ends  \n", "1 of   both ends  \n"]


def test_strict_is_on_only_where_it_is_asked_for(directory: Path) -> None:
    assert log(directory, "strict").startswith('caught\nit\'s "quoted"')
