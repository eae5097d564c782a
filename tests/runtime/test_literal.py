"""What `--set` of a script makes of a text is what `--set` of the compiler makes of it, or a refusal; never another value."""

import string
import subprocess
from pathlib import Path

import pytest
from compilation import compiled, workflow
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
TYPES = ("string", "integer", "float", "boolean")
READER = """
source "$1/float.sh" && source "$1/literal.sh"
while IFS= read -r -d '' kind && IFS= read -r -d '' text; do
  if sf_literal_cast "$kind" "$text"; then printf '0%s\\0' "$SF_LITERAL"; else printf '%s\\0' "$?"; fi
done
"""


def read_by_bash(pairs: list[tuple[str, str]]) -> list[str | None]:
    """The value's text by (type, text); None where it was refused."""
    data = "".join(f"{kind}\0{text}\0" for kind, text in pairs)
    done = subprocess.run(
        ["bash", "-c", READER, "reader", ROOT / "runtime_sh"],
        input=data.encode(),
        capture_output=True,
        check=True,
        timeout=60,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == b""
    answers = done.stdout.decode().split("\0")[:-1]
    assert len(answers) == len(pairs)
    return [answer[1:] if answer.startswith("0") else None for answer in answers]


def read_by_compiler(kind: str, text: str) -> str | None:
    source = workflow("name: t, script: [x]", head=f"variables: {{A: {{value: 1, type: {kind}}}}}")
    done = compiled(source, sets=[f"A={text}"])
    if done.plan is None:
        return None
    (variable,) = done.plan.variables
    assert isinstance(variable.text, str)
    return variable.text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "Qwen/Qwen3 8B", "Qwen/Qwen3 8B"),
        ("string", "4.50", "4.5"),
        ("string", "010", "10"),
        ("string", "yes", "True"),
        ("string", "1e3", "1000.0"),
        ("string", "", ""),
        ("string", " x ", " x "),
        ("string", "${{ 1 }", "${{ 1 }"),
        ("integer", "1_000", "1000"),
        ("integer", "-0", "0"),
        ("integer", "8.0", "8"),
        ("integer", "on", "1"),
        ("integer", "four", None),
        ("integer", "4.5", None),
        ("float", "4", "4.0"),
        ("float", ".00001", "1e-05"),
        ("float", "12345678901234567", None),
        ("float", "true", None),
        ("boolean", "Y", "True"),
        ("boolean", "off", "False"),
        ("boolean", "2", None),
        ("string", "[1, 2]", None),
    ],
)
def test_values(kind: str, text: str, value: str | None) -> None:
    assert read_by_bash([(kind, text)]) == [value]


numbers = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**18), 10**18).map(str),
    st.decimals(places=4, allow_nan=False, allow_infinity=False).map(str),
    st.from_regex(r"[+-]?[0-9_]{0,5}(\.[0-9_]{0,5})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
words = st.sampled_from(
    ["yes", "No", "TRUE", "off", "y", "n", "1", "0", "inf", "-Infinity", "nan", "-nan", "[1]", "{}", "{"]
)
texts = st.one_of(numbers, words, st.text(string.ascii_letters + string.digits + " .-_+'\"$\\\n", max_size=12))
padded = st.tuples(st.sampled_from(["", " ", "\n"]), texts, st.sampled_from(["", " ", "\t"])).map("".join)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TYPES), padded), min_size=20, max_size=60))
def test_the_compiler_reads_the_same(pairs: list[tuple[str, str]]) -> None:
    pairs = [(kind, text) for kind, text in pairs if "${{" not in text]
    for (kind, text), value in zip(pairs, read_by_bash(pairs), strict=True):
        if value is not None:
            assert value == read_by_compiler(kind, text), (kind, text)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(allow_nan=False).map(lambda x: float(f"{x:.12g}")), min_size=20, max_size=60))
def test_numbers_of_fifteen_digits_are_not_refused(values: list[float]) -> None:
    values = [value for value in values if 1e-300 < abs(value) < 1e300]
    assert read_by_bash([("float", f"{value:.15g}") for value in values]) == [repr(value) for value in values]
