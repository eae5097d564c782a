"""Words of bash: whatever is put in comes out of a real bash, and what needs no quotes has none."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.emit.shell import assignment, comment, quote, quote_on_one_line, word, wrap
from sflowc.ir.expr import Atom, RunText, Text

IP = Atom("ip", "c", 0)
TEXTS = st.text(st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12)
NASTY = st.text("'\"\\$`!*?[]{}()#&|;<>~= \t\n-a1", max_size=12)


def spell(atom: Atom) -> str:
    return f"${{{atom.kind}}}"


def expanded(words: list[str], before: str = "") -> list[str]:
    """What bash makes of words, `ip` being an address with all that could confuse it."""
    bash = shutil.which("bash")
    assert bash
    script = "ip='1 *$x'\n" + before + "printf '%s\\0' " + " ".join(words) + "\n"
    done = subprocess.run([bash], input=script.encode(), capture_output=True, check=True, timeout=20)
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | NASTY, min_size=1, max_size=20))
def test_any_text_is_one_word(texts: list[str]) -> None:
    assert expanded([quote(text) for text in texts]) == texts


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(TEXTS | NASTY | st.just(IP), max_size=4), min_size=1, max_size=10))
def test_text_with_holes_is_one_word_that_bash_completes(pieces: list[list[str | Atom]]) -> None:
    texts: list[Text] = [RunText.of(*parts) for parts in pieces]
    expected = ["".join("1 *$x" if isinstance(part, Atom) else part for part in parts) for parts in pieces]
    assert expanded([word(text, spell) for text in texts]) == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | NASTY | st.just("é\x85\u2028\n"), min_size=1, max_size=20))
def test_any_text_can_be_a_word_on_one_line(texts: list[str]) -> None:
    words = [quote_on_one_line(text) for text in texts]
    assert all(len(written.splitlines()) <= 1 for written in words)
    assert expanded(words) == texts


@pytest.mark.parametrize(
    "line", ["task_script 0 <<'END'", "# ---- Scripts ", "#   body     sha256:", "SF_PROBE_TASK[0]=1"]
)
def test_no_line_of_a_value_looks_like_one_of_the_script(line: str) -> None:
    text = f"a\n{line}\n"
    assert f"\n{line}" not in quote(text)
    assert expanded([quote(text)]) == [text]


def test_a_comment_is_one_line() -> None:
    assert comment("it's\nrm -rf\r\u2028é\x1b") == "it's\\x0arm -rf\\x0d\\x2028é\\x1b"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("\x01\x7f '$\n", min_size=1, max_size=6), min_size=1, max_size=10))
def test_an_array_holds_what_was_put_in(texts: list[str]) -> None:
    words = [quote(text) for text in texts]
    holes = [word(RunText.of(text, IP), spell) for text in texts]
    script = f"A=({' '.join(words)})\nA+=({' '.join(holes)})\n"
    assert expanded(['"${A[@]}"'], script) == texts + [f"{text}1 *$x" for text in texts]


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | NASTY, min_size=1, max_size=10))
def test_an_assignment_is_one_word(texts: list[str]) -> None:
    assert expanded([assignment("A", text, spell) for text in texts]) == [f"A={text}" for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/b-1.2:3@x,y+z%=", "a/b-1.2:3@x,y+z%="),
        ("", "''"),
        ("two words", "'two words'"),
        ("=x", "'=x'"),
        ("~", "'~'"),
        ('say "x"', "'say \"x\"'"),
        ("it's", '"it\'s"'),
        ("$HOME", '"\\$HOME"'),
        ("`x`", '"\\`x\\`"'),
    ],
)
def test_quotes_are_the_most_readable_that_do(text: str, expected: str) -> None:
    assert quote(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        (RunText(("constant",)), "constant"),
        (RunText((IP,)), '"${ip}"'),
        (RunText(("http://", IP, ":80")), '"http://${ip}:80"'),
        (RunText(("$", IP)), '"\\$${ip}"'),
    ],
)
def test_holes_stand_in_double_quotes(text: Text, expected: str) -> None:
    assert word(text, spell) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x", "A=x"), ("a b", "A='a b'"), ("it's", '"A=it\'s"'), (RunText((IP,)), '"A=${ip}"')],
)
def test_an_assignment_has_its_name_in_the_quotes(text: Text, expected: str) -> None:
    assert assignment("A", text, spell) == expected


def test_words_that_fit_stand_on_one_line() -> None:
    assert wrap(["a", "b"], first="x=(", last=")") == ["x=(a b)"]


def test_words_that_do_not_fit_stand_on_lines_of_their_own() -> None:
    assert wrap(["aaaa", "bbbb", "cccc"], first="x=(", last=")", width=15) == ["x=(", "  aaaa bbbb", "  cccc", ")"]


def test_a_word_of_two_lines_is_not_put_between_the_brackets() -> None:
    assert wrap(["'a\nb'"], first="x=(", last=")") == ["x=(", "  'a\nb'", ")"]


def test_a_carriage_return_is_spelt_out() -> None:
    """sbatch takes no script that has one before a line feed."""
    assert quote("a\r\nb") == '"a"$\'\\015\'"\nb"'
