"""Secrets in scripts and logs."""

from pathlib import Path

import pytest
from sflowc.driver import compile_workflow
from sflowc.runs.run import Run
from sflowc.runs.secrets import Masker
from sflowc.targets.bash import BashTarget
from written_runs import write_facts

NOTHING = Masker([])
AWKWARD = [
    "hunter2",
    "a b'c\"d",
    "do$lar",
    "`tick`",
    "back\\slash",
    "two\nlines-of-it",
    "car\rriage",
    "ünï",
    "x=y;z",
    "\\$",
]


def script_with(*values: str) -> str:
    import json

    variables = {f"V{number}_TOKEN": value for number, value in enumerate(values)} | {"PLAIN": "visible"}
    text = json.dumps(
        {
            "version": "0.1",
            "variables": variables,
            "workflow": {
                "name": "w",
                "tasks": [{"name": "t", "script": ["true"], "variables": {"OWN_SECRET": "of-the-task"}}],
            },
        }
    )
    plan = compile_workflow([("w.yaml", text.encode())]).plan
    assert plan is not None
    return BashTarget().emit(plan)


@pytest.mark.parametrize("value", AWKWARD, ids=ascii)
def test_the_values_of_secret_variables_are_found_in_the_script(value: str, tmp_path: Path) -> None:
    write_facts(tmp_path, {"name": "t"})
    (tmp_path / "w.sh").write_bytes(script_with(value).encode())
    masker = Masker.of(Run(tmp_path))
    assert masker.masked("visible of-the-task") == "visible ***"
    if len(value) >= 4:
        assert masker.masked(f"it is ({value}).") == "it is (***)."


def test_without_run_json_the_script_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "any.sh").write_text(script_with("hunter2"))
    assert Masker.of(Run(tmp_path)).masked("hunter2") == "***"


def test_short_values_are_only_masked_as_words() -> None:
    masker = Masker(["none", "ab", "long-enough"])
    assert masker.masked("none, nonetheless ab xlong-enoughx") == "***, nonetheless ab x***x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export HF_TOKEN=abc123 X=1", "export HF_TOKEN=*** X=1"),
        ('AWS_SECRET="abc 1"', 'AWS_SECRET="*** 1"'),
        ("--api-key sk-1 --token=zzz", "--api-key *** --token=***"),
        ("Authorization: Bearer abc.def-ghi'", "Authorization: Bearer ***'"),
        ("https://user:pass@host/x", "https://user:***@host/x"),
        ("downloaded with hf_abcdefghijklmnopqrst", "downloaded with ***"),
        ("id AKIAABCDEFGHIJKLMNOP, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.abcdefgh", "id ***, ***"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
    ],
)
def test_what_looks_like_a_secret(text: str, shown: str) -> None:
    assert NOTHING.masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Mean time per output token: 12.5 ms",
        "eos_token='</s>' max_tokens=128 num_keys=3",
        'curl -H "Authorization: Bearer $TOKEN" --api-key "$API_KEY" --token $T',
        "API_KEY=$(cat file)",
        "basic tests of a bearer of news",
        "http://localhost:8000/a@b",
        "tokenizer loaded; key value cache 80%",
    ],
)
def test_what_only_sounds_like_one_stays(text: str) -> None:
    assert NOTHING.masked(text) == text


def test_secrets_of_an_environment(tmp_path: Path) -> None:
    environment = {"HF_TOKEN": "not-of-a-known-kind", "SSH_KEY": "test", "PATH": "/usr/bin/visible"}
    masker = Masker.of(Run(tmp_path), environment)
    assert masker.masked("a test with not-of-a-known-kind in /usr/bin/visible") == "a test with *** in /usr/bin/visible"
