"""Comments that silence warnings: what they reach, and what is no comment."""

import pytest
from sflowc.diagnostics import Diagnostic, Reporter, Span
from sflowc.source.ignores import read_ignores, silence
from sflowc.source.load import load


def silenced(text: str, code: str = "lost-failure", severity: str = "warning") -> list[int]:
    """The lines on which a diagnostic of the code would not be told."""
    loaded = load("f.yaml", text.encode(), Reporter())
    ignores, wrong = read_ignores("f.yaml", text.encode(), loaded.root)
    assert wrong == []
    lines = range(1, len(text.splitlines()) + 1)
    found = [Diagnostic(severity, code, "m", Span("f.yaml", line, 1)) for line in lines]  # type: ignore[arg-type]
    kept = {one.span.line for one in silence(found, ignores) if one.span}
    return [line for line in lines if line not in kept]


def wrong(text: str) -> list[tuple[str, str, int]]:
    loaded = load("f.yaml", text.encode(), Reporter())
    return [
        (one.code, one.help, one.span.column)
        for one in read_ignores("f.yaml", text.encode(), loaded.root)[1]
        if one.span
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1 # sflowc: ignore[lost-failure]\nb: 2\n", [1]),
        ("a: 1\n# sflowc: ignore[lost-failure]\nb: 2\nc: 3\n", [3]),
        ("# sflowc: ignore[lost-failure]\n# and why\n\nb: 2\nc: 3\n", [4]),
        ("a: 1\n#sflowc:ignore[ unknown-key ,lost-failure ]\nb: 2\n", [3]),
        ("a: 1 #sflowc: ignore[unknown-key]\n", []),
        ("a: 'x # sflowc: ignore[lost-failure]'\n", []),
        ('a: "x # sflowc: ignore[lost-failure]"\n', []),
        ("a: x# sflowc: ignore[lost-failure]\n", []),
        ("'# sflowc: ignore[lost-failure]': 1\n", []),
        ("a: |\n  # sflowc: ignore[lost-failure]\n  x\nb: 1\n", []),
        ("a: >-\n  x\n\n  # sflowc: ignore[lost-failure]\nb: 1\n", []),
        ("a: 'x\n  # sflowc: ignore[lost-failure]\n  y'\nb: 1\n", []),
        ("a: |  # sflowc: ignore[lost-failure]\n  x\n  y\nb: 1\n", [1, 2, 3]),
        ("a:\n  - | # sflowc: ignore[lost-failure]\n    x\n    y\n  - z\n", [2, 3, 4]),
        ("a:\n  - |\n    x\n  # sflowc: ignore[lost-failure]\n  - |\n    y\n    z\n  - w\n", [5, 6, 7]),
        ("a: # sflowc: ignore[lost-failure]\n  - x\n  - |\n    y\n  # end\nb: 1\n", [1, 2, 3, 4]),
        ("t:\n  a: # sflowc: ignore[lost-failure]\n    - x\n    - y\n  # more\n  b: 1\n", [2, 3, 4]),
        ("a: # sflowc: ignore[lost-failure]\n  b: 1\n  c: 2\n", [1]),
        ("a: [x, # sflowc: ignore[lost-failure]\n  y,\n  z]\nb: 1\n", [1, 2, 3]),
        ("a: x # sflowc: ignore[lost-failure]\n  \nb: *c\n", []),
        ("a: 'é # x' # sflowc: ignore[lost-failure]\nb: 1\n", [1]),
        ("a: it's # sflowc: ignore[lost-failure]\n", [1]),
        ("a: 1\n# sflowc: ignore[lost-failure]\n", [2]),
    ],
)
def test_what_a_comment_reaches(text: str, lines: list[int]) -> None:
    assert silenced(text) == lines


def test_errors_are_told_all_the_same() -> None:
    assert silenced("a: 1 # sflowc: ignore[lost-failure]\n", severity="error") == []
    assert silenced("a: 1 # sflowc: ignore[lost-failure]\n", severity="note") == [1]


def test_one_code_or_all_of_shellcheck() -> None:
    assert silenced("a: 1 # sflowc: ignore[SC2086]\n", code="SC2086") == [1]
    assert silenced("a: 1 # sflowc: ignore[SC2086]\n", code="SC2087") == []
    assert silenced("a: 1 # sflowc: ignore[shellcheck]\n", code="SC2087") == [1]
    assert silenced("a: 1 # sflowc: ignore[shellcheck]\n") == []


def test_what_is_wrong_with_a_comment() -> None:
    assert wrong("a: 1 # sflowc: ignore[lost-failrue]\n") == [("unknown-code", "did you mean 'lost-failure'?", 23)]
    advice = "write `# sflowc: ignore[code]`, or several codes"
    assert wrong("a: 1 # sflowc: ignore\n") == [("ignore-syntax", advice, 6)]
    assert wrong("a: 1 # sflowc: silence[x]\nb: 'x # sflowc: y'\n") == [("ignore-syntax", advice, 6)]
    assert wrong("a: 1 # about sflowc: ignore[x]\n") == []


def test_what_silences_nothing() -> None:
    text = b"# sflowc: ignore[lost-failure, unknown-key, sleep-as-wait]\na: 1\n"
    ignores, _ = read_ignores("f.yaml", text, load("f.yaml", text, Reporter()).root)
    found = Diagnostic("warning", "lost-failure", "m", Span("f.yaml", 2, 1))
    kept = silence([found], ignores, unused=True)
    assert [(one.code, one.message, one.help) for one in kept] == [
        ("unused-ignore", "there is no 'unknown-key' here to silence", "errors cannot be silenced"),
        ("unused-ignore", "there is no 'sleep-as-wait' here to silence", "take the comment out"),
    ]
