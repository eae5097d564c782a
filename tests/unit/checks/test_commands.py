"""Scripts taken apart into statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sflowc.checks.commands import statements


def texts(script: str) -> list[str]:
    return [statement.text(script) for statement in statements(script)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a b\nc; d & e", ["a b", "c", "d", "e"]),
        ("a && b ||\n c\nd", ["a && b ||\n c", "d"]),
        ("a |\n b | c\nd", ["a |\n b | c", "d"]),
        ("a \\\n  b\nc", ["a \\\n  b", "c"]),
        ('a \'x\ny; z\' "q;$(r; s ")" t)" u\nv', ['a \'x\ny; z\' "q;$(r; s ")" t)" u', "v"]),
        ("# x; y\na # b; c\n d", ["a", "d"]),
        ("a#b c", ["a#b c"]),
        ("if a; then b; fi\nc", ["if a; then b; fi", "c"]),
        ("for i in 1 2; do\n  x\ndone | y\nz", ["for i in 1 2; do\n  x\ndone | y", "z"]),
        ("while read -r l; do x; done <f; y", ["while read -r l; do x; done <f", "y"]),
        ("case $x in a) b;; c|d) e;; esac\nf", ["case $x in a) b;; c|d) e;; esac", "f"]),
        ("f() { a; b; }\nf", ["f() { a; b; }", "f"]),
        ("f() {\n  a\n  if b; then c; fi\n}\nf", ["f() {\n  a\n  if b; then c; fi\n}", "f"]),
        ("( a; b )\nc", ["( a; b )", "c"]),
        ("(( x > 1 )) && a\nb", ["(( x > 1 )) && a", "b"]),
        ("a=(1 2\n3)\nb", ["a=(1 2\n3)", "b"]),
        ("cat <<EOF\n x; y\nEOF\na", ["cat <<EOF", "a"]),
        ("cat <<-'E' >f; a\n\tx\n\tE\nb", ["cat <<-'E' >f", "a", "b"]),
        ("a <<<b\nc", ["a <<<b", "c"]),
        ("a 2>&1 >f &>g\nb", ["a 2>&1 >f &>g", "b"]),
        ("a <(b; c) >(d)\ne", ["a <(b; c) >(d)", "e"]),
        ("echo done; echo fi", ["echo done", "echo fi"]),
        ('x "${a:-\'b}" c\nd', ['x "${a:-\'b}" c', "d"]),
        ("x `a; b`\nc", ["x `a; b`", "c"]),
        ("", []),
        ("'", ["'"]),
        ("if a", ["if a"]),
    ],
)
def test_where_statements_begin_and_end(script: str, found: list[str]) -> None:
    assert texts(script) == found


def test_what_a_statement_is_made_of() -> None:
    assignment, pipe, both, back = statements("A=1 b c\nd x | e y\nf && ! g\nh &\n")
    assert (assignment.words, assignment.firsts) == (["A=1", "b", "c"], ["b"])
    assert (pipe.firsts, pipe.operators, pipe.is_compound) == (["d", "e"], ["|"], False)
    assert both.operators == ["&&"]
    assert "g" in both.words
    assert (back.in_background, both.in_background) == (True, False)


@given(st.text("ab ;|&\n(){}<>$'\"`\\#=if fi do done case esac", max_size=60))
def test_any_text_ends(script: str) -> None:
    found = statements(script)
    assert [one.start for one in found] == sorted({one.start for one in found})
    assert all(one.start < one.end <= len(script) for one in found)
