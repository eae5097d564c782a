"""The words of the two simplest operators."""

import pytest
from compilation import errors, task, workflow


def command(fields: str) -> tuple[object, ...]:
    return task(workflow("name: t, script: [x], operator: o", head=f"operators: {{o: {{{fields}}}}}")).argv


def test_bash_runs_the_script() -> None:
    assert command("type: bash") == ("bash", "-c", "<script>")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", ("python", "-c", "<script>")),
        ("python_exec: ", ("python", "-c", "<script>")),
        ("python_exec: /opt/py 3/bin/python", ("/opt/py 3/bin/python", "-c", "<script>")),
        ("python_exec: py, extra_args: [-u, -X, dev]", ("py", "-u", "-X", "dev", "-c", "<script>")),
    ],
)
def test_python_takes_the_script_as_its_program(fields: str, expected: tuple[str, ...]) -> None:
    assert command(f"type: python, {fields}") == expected


@pytest.mark.parametrize("fields", ["type: bash, extra_args: [-x]", "type: python, image: a"])
def test_keys_of_other_operators_are_unknown(fields: str) -> None:
    head = f"operators: {{o: {{{fields}}}}}"
    assert [code for code, _ in errors(workflow("name: t, script: [x], operator: o", head=head))] == ["unknown-key"]
