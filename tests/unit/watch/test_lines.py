"""Lines of logs are harmless, coloured and without secrets."""

import pytest
from rich.segment import Segment
from sflowc.runs.secrets import Masker
from sflowc.watch.lines import harmless, shown


def text(line: bytes) -> str:
    return "".join(segment.text for segment in shown(line, str))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"plain\r", "plain"),
        (b"", ""),
        (b" 10%\r 50%\r100%", "100%"),
        (b"a\x1b[2Jb\x1b]0;title\x07c\x1b[10;10Hd\x1b(0e", "abcde"),
        (b"a\tb\x00c\x08d\x9be", "a    b\\x00c\\x08d\N{REPLACEMENT CHARACTER}e"),
        ("\u202eevil\u2066 a\u200db\u00a0c\u0085d".encode(), "\\u202eevil\\u2066 ab c\\x85d"),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}" * 2),
        ("日本 e\u0301".encode(), "日本 e\u0301"),
        (b"\x1b[31mred\x1b[0m \x1b[38;5;300m\x1b[;;;mx", "red x"),
        (b"\x1b[31", "\\x1b[31"),
        (b"\x1bPq#0\x1b\\x", "\\x1bPq#0\\x1b\\x"),
    ],
)
def test_nothing_steers_the_terminal(line: bytes, says: str) -> None:
    found = text(line)
    assert found == says
    assert found.isprintable()


def test_colours_stay() -> None:
    (red, rest) = shown(b"\x1b[1;31mred\x1b[0m rest", str)
    assert (red.text, str(red.style), rest.text) == ("red", "bold color(1)", " rest")


def test_secrets_do_not_and_colours_do_not_hide_them() -> None:
    masker = Masker(["hunter2hunter2"])
    assert shown(b"pass \x1b[31mhunter2\x1b[32mhunter2\x1b[0m", masker.masked) == [Segment("pass ***")]
    assert shown(b"token=hf_" + b"a" * 30, masker.masked) == [Segment("token=***")]


def test_a_long_line_is_cut() -> None:
    assert len(text(b"x" * 100_000)) == 1000
    assert len(text(b"\x1b[31m" + b"x" * 100_000)) == 1000


def test_names_too() -> None:
    assert harmless("a\nb\ud800\U000e0001\ue000") == "a\\u000ab\\ud800\\ue000"
