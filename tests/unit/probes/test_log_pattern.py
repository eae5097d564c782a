"""Patterns of log_watch: what Python finds, grep finds, GNU's and busybox's; and what grep cannot find is refused at its place."""

from __future__ import annotations

import os
import random
import re
import subprocess
import warnings

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from requirements import need
from sflowc.diagnostics import Reporter, Span
from sflowc.probes.log_pattern import translate


@pytest.fixture(params=["GNU", "busybox"], scope="module")
def grep(request: pytest.FixtureRequest) -> list[str]:
    """How a grep is called."""
    return [need("busybox"), "grep"] if request.param == "busybox" else ["grep"]


def translated(pattern: str) -> tuple[str, bool] | None:
    return translate(pattern, Span("w.yaml", 1, 1, 1, 1 + len(pattern)), Reporter())


def lines_found(grep: list[str], ere: str, ignore_case: bool, lines: list[str]) -> list[str]:
    """The lines that a grep finds, as the prober runs it."""
    options = ["-a", "-n", "-E", *(["-i"] if ignore_case else [])]
    done = subprocess.run(
        [*grep, *options, "-e", ere],
        input="".join(f"{line}\n" for line in lines).encode(),
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        timeout=20,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    return [lines[int(found.split(b":", 1)[0]) - 1] for found in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("pattern", "ere"),
    [
        (r"(?:ready|up) in \d+s", "(ready|up) in [0-9]+s"),
        (r"Uvicorn running on http://[\w.]+:8000", "Uvicorn running on http://[.0-9A-Z_a-z]+:8000"),
        (r"loss=(?P<loss>\d+\.\d{2,4})", r"loss=([0-9]+\.[0-9]{2,4})"),
        (r"\S+\s\W\D", "[^[:space:]]+[[:space:]][^0-9A-Z_a-z][^0-9]"),
        (r"[\s\S]x[^\d\s][\W_]", ".x[^[:space:]0-9][^0-9A-Za-z]"),
        (r"\A\bok\B\Z", r"^\bok\B$"),
        (r"a{x}b{,3}c{2,}d{1}", r"a\{x}b{0,3}c{2,}d"),
        (r"[]^-][\]\[a][\^\-][^]]", "[]^-][]a[][-^][^]]"),
        (r"(a|)b", "((a)?)b"),
        (r"a(?#comment)b(?:)*", "ab"),
        (r"\x41\u00e9\103\t\.\\\/", "AéC\t\\.\\\\/"),
        (r"é+[aé]", "(é)+(a|é)"),
        (r"(?i:Ok) No", "([Oo][Kk]) No"),
        (r"a.*?b", "a[^b]*b"),
        (r"a\d+?", "a[0-9]"),
        (r"a.{2,5}?", "a.{2}"),
        (r"(?s)a.b", "a.b"),
    ],
)
def test_translation(pattern: str, ere: str) -> None:
    assert translated(pattern) == (ere, False)


def test_ignored_case() -> None:
    assert translated("(?i)Ready[a-c]") == ("Ready[ABCabc]", True)
    assert translated("(?i:[^a])x") == ("([^Aa])x", False)
    assert translated("(?i)É") == ("(É|é)", True)


@pytest.mark.parametrize(
    ("pattern", "code", "place"),
    [
        ("ab(?=c)", "regex-unsupported", "(?="),
        ("ab(?!c)", "regex-unsupported", "(?!"),
        ("(?<=c)ab", "regex-unsupported", "(?<="),
        ("(?<!c)ab", "regex-unsupported", "(?<!"),
        (r"(a)b\1", "regex-unsupported", r"\1"),
        ("(?P<n>a)(?P=n)", "regex-unsupported", "(?P="),
        ("(a)(?(1)b|c)", "regex-unsupported", "(?("),
        (r"a\nb", "regex-unsupported", r"\n"),
        (r"a[\n]b", "regex-unsupported", r"[\n]"),
        ("a[^é]", "regex-unsupported", "[^é]"),
        ("[à-é]", "regex-unsupported", "[à-é]"),
        ("ba{256}", "regex-unsupported", "{256}"),
        ("((ba{200}){200})", "regex-unsupported", "{200}"),
        ("(^a|b)*c", "regex-unsupported", "*"),
        ("(?x) a b", "regex-unsupported", "(?x) a b"),
        ("(?i)a(?-i:b)", "regex-unsupported", "(?-i:"),
        ("ab(c", "invalid-regex", "("),
        ("a[b-", "invalid-regex", "["),
        ("ab**", "invalid-regex", "*"),
        ("*a", "invalid-regex", "*"),
        (r"a\1", "invalid-regex", "1"),
        ("a*", "empty-pattern", "a*"),
        ("(a|b?)", "empty-pattern", "(a|b?)"),
        ("^$", "empty-pattern", "^$"),
        (r"\b", "empty-pattern", r"\b"),
    ],
)
def test_refused(pattern: str, code: str, place: str) -> None:
    for before, after in (("", ""), ("'", "'"), ("re:", ""), ("'regex:", "'")):
        report = Reporter()
        written = before + pattern + after
        assert translate(pattern, Span("w.yaml", 3, 5, 3, 5 + len(written)), report) is None
        (found,) = report
        assert found.code == code
        assert found.span is not None
        under = written[found.span.column - 5 : found.span.end_column - 5]
        assert under == (written if code == "empty-pattern" else place)


def test_possessive_and_atomic_are_refused() -> None:
    """Since Python 3.11 they are regular expressions, before they were none."""
    for pattern in ("ba++", "b(?>a)"):
        report = Reporter()
        assert translate(pattern, Span("w.yaml", 1, 1, 1, 5), report) is None
        assert next(iter(report)).code in ("regex-unsupported", "invalid-regex")


def test_as_many_as_python_finds(grep: list[str]) -> None:
    text = "a1b a22b ab axb1b a\n"
    for pattern in (r"a.*?b", r"a\d*?b", r"a\d+?", "a.+?", "a", "a[^ ]?", "b.*?", r"\ba"):
        found = translated(pattern)
        assert found is not None
        done = subprocess.run([*grep, "-aoE", "-e", found[0]], input=text, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == [match[0] for match in re.finditer(pattern, text[:-1])], pattern


_ALPHABET = "abAB1_ -.]["
_RANDOM = random.Random(7)
_POOL = [
    "",
    *("".join(_RANDOM.choices(_ALPHABET, k=_RANDOM.randint(1, 7))) for _ in range(150)),
    "^a$",
    "a\tb",
    "a\\b|c",
    "{1}",
    "(a)*",
]

_ATOMS = st.one_of(
    st.sampled_from(
        [*"abAB1_ -", r"\.", r"\[", r"\]", "]", "}", r"\\", r"\^", r"\$", r"\|", r"\*", r"\{", r"\(", r"\t"]
    ),
    st.sampled_from([".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", "^", "$", r"\b", r"\x61", r"\-", r"\A", r"\Z"]),
    st.sampled_from(
        [
            "[ab]",
            "[^a]",
            "[a-c1-]",
            "[]a]",
            "[^]a]",
            r"[\w-]",
            r"[^\s]",
            r"[\W_]",
            r"[\[\]^]",
            "[-^]",
            "[.[]",
            "[A-b]",
            r"[ -~]",
        ]
    ),
    st.sampled_from(
        [
            r"[\S\s]",
            r"[^\W]",
            r"[\\]",
            "[^ -@]",
            "[$*+?{}()|.]",
            "[[:]",
            r"[\d\]]",
            "[!-.]",
            "[+--]",
            "[X-a]",
            "[^A-b]",
            r"[\Wa]",
        ]
    ),
)
_REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}", "*?", "+?", "??", "{1,3}?"])
_GROUPS = st.sampled_from(["(", "(?:", "(?P<n>", "(?i:"])


def _extended(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.tuples(_GROUPS, inner, _REPEATS).map(lambda parts: f"{parts[0]}{parts[1]}){parts[2]}"),
        st.tuples(_GROUPS, st.lists(inner, min_size=2, max_size=3)).map(
            lambda parts: f"{parts[0]}{'|'.join(parts[1])})"
        ),
        st.lists(inner | st.just(""), min_size=2, max_size=3).map("|".join),
    )


_PATTERNS = st.recursive(st.tuples(_ATOMS, _REPEATS).map("".join), _extended, max_leaves=7)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(_PATTERNS, st.booleans(), st.lists(st.text(_ALPHABET + "\té", max_size=8), max_size=20))
@example("a|^b|$", False, [])
@example("a|^b", False, ["ab", "b", "cb"])
@example("(a|ab)(c|bcd)(d*)", False, ["abcd"])
def test_finds_what_python_finds(grep: list[str], pattern: str, ignore_case: bool, more: list[str]) -> None:
    pattern = f"(?i){pattern}" if ignore_case else pattern
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern, re.ASCII)
        except re.error:
            assert translated(pattern) is None
            return
    found = translated(pattern)
    if found is None:
        report = Reporter()
        translate(pattern, Span("w.yaml", 1, 1, 1, 1), report)
        (mistake,) = report
        assert mistake.code == "empty-pattern" or "a repetition of an anchor" in mistake.message, pattern
        return
    if any(sign in pattern for sign in (".", r"\D", r"\W", r"\S", "[^")):  # these match bytes, of which an é has two
        more = [line.replace("é", "") for line in more]
    lines = _POOL + more
    expected = [line for line in lines if compiled.search(line)]
    assert lines_found(grep, *found, lines) == expected, (grep, pattern, found)
