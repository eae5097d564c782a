"""How diagnostics look: excerpts and carets, colours, JSON, annotations."""

import pytest
from sflowc.diagnostics import COMMAND_LINE, Diagnostic, Label, Span
from sflowc.render import diagnostics_github, diagnostics_json, diagnostics_text


def shown(diagnostic: Diagnostic, **sources: str) -> list[str]:
    files = {name.replace("_", "."): text.encode() for name, text in sources.items()}
    return diagnostics_text([diagnostic], files).splitlines()


def error(span: Span | None, *labels: Label, **more: str) -> Diagnostic:
    return Diagnostic("error", "a-code", "a message", span, labels, **more)  # type: ignore[arg-type]


def test_everything_that_a_diagnostic_can_have() -> None:
    found = error(
        Span("a.yaml", 12, 3, 12, 5),
        Label(Span("a.yaml", 10, 1, 10, 2), "first"),
        Label(Span("b.yaml", 1, 2, 1, 4), "there"),
        note="one\ntwo",
        help="do",
    )
    assert shown(found, a_yaml="\n" * 9 + "x: 1\n# y\n  zz: 3\n", b_yaml=" kk") == [
        "error[a-code]: a message",
        "  --> a.yaml:12:3",
        "    |",
        " 10 | x: 1",
        "    | - first",
        "    | ...",
        " 12 |   zz: 3",
        "    |   ^^",
        "  ::: b.yaml:1:2",
        "    |",
        "  1 |  kk",
        "    |  -- there",
        "    = note: one",
        "            two",
        "    = help: do",
        "",
        "1 error; more: sflowc explain a-code",
    ]


def test_neighbouring_lines_stand_together() -> None:
    found = error(Span("a.yaml", 1, 1, 1, 2), Label(Span("a.yaml", 2, 1, 2, 2), "other"))
    assert shown(found, a_yaml="a\nb")[2:7] == ["    |", "  1 | a", "    | ^", "  2 | b", "    | - other"]


@pytest.mark.parametrize(
    ("line", "span", "underline"),
    [
        ("abc def", Span("a.yaml", 1, 5, 1, 8), "    ^^^"),
        ("abc def", Span("a.yaml", 1, 5), "    ^"),
        ("abc def  ", Span("a.yaml", 1, 5, 3, 1), "    ^^^"),
        ("abc", Span("a.yaml", 1, 4, 1, 5), "   ^"),
        ("abc", Span("a.yaml", 1, 9, 1, 9), "   ^"),
        ("日本 x", Span("a.yaml", 1, 4, 1, 5), "     ^"),
        ("日本 x", Span("a.yaml", 1, 1, 1, 3), "^^^^"),
        ("e\u0301 x", Span("a.yaml", 1, 4, 1, 5), "  ^"),
        ("\tx", Span("a.yaml", 1, 2, 1, 3), "    ^"),
        ("\x1b[1mx", Span("a.yaml", 1, 5, 1, 6), "       ^"),
    ],
)
def test_the_caret_stands_under_what_is_meant(line: str, span: Span, underline: str) -> None:
    assert shown(error(span), a_yaml=line)[4] == f"    | {underline}"


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line = "x" * 500 + "here" + "y" * 500
    text = shown(error(Span("a.yaml", 1, 501, 1, 505)), a_yaml=line)
    column = text[4].index("^")
    assert text[3][column : column + 4] == "here"
    assert text[4].count("^") == 4
    assert max(map(len, text)) < 130


def test_a_place_that_is_not_in_the_sources() -> None:
    assert shown(error(Span("a.yaml", 9, 1)), a_yaml="a")[1:-2] == ["  --> a.yaml:9:1"]
    assert shown(error(Span("gone.yaml", 1, 1)))[1:-2] == ["  --> gone.yaml:1:1"]
    assert shown(error(None))[1:-2] == []


def test_an_option_has_no_line_number() -> None:
    source = {COMMAND_LINE: b"--set A=1"}
    text = diagnostics_text([error(Span(COMMAND_LINE, 1, 7, 1, 8))], source).splitlines()
    assert text[1:5] == ["  --> <command line>", "    |", "    | --set A=1", "    |       ^"]


def test_text_from_a_file_does_not_steer_the_terminal() -> None:
    found = Diagnostic("error", "a-code", "bad \x1b[31m\r name", Span("a.yaml", 1, 1), (), "\x07", "\x9b")
    text = diagnostics_text([found], {"a.yaml": b"\x1b[2J"})
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in text)
    assert "\\x1b" in text


def test_bytes_that_are_no_text_are_shown_somehow() -> None:
    assert "\ufffd" in diagnostics_text([error(Span("a.yaml", 1, 1))], {"a.yaml": b"\xff"})


@pytest.mark.parametrize(
    ("severities", "summary"),
    [
        (["error"], "1 error"),
        (["error", "error", "warning"], "2 errors and 1 warning"),
        (["warning", "warning", "note"], "2 warnings"),
    ],
)
def test_the_last_line_counts(severities: list[str], summary: str) -> None:
    found = [Diagnostic(severity, "c", "m") for severity in severities]  # type: ignore[arg-type]
    assert diagnostics_text(found, {}).splitlines()[-1] == f"{summary}; more: sflowc explain c"
    more = diagnostics_text([*found, Diagnostic("error", "d", "m")], {})
    assert more.endswith("; more: sflowc explain CODE\n")


def test_notes_alone_are_not_counted() -> None:
    assert diagnostics_text([Diagnostic("note", "c", "m")], {}) == "note[c]: m\n"
    assert diagnostics_text([], {}) == ""


def test_colours_change_nothing_else() -> None:
    import re

    found = [error(Span("a.yaml", 1, 1, 1, 2), Label(Span("a.yaml", 2, 1, 2, 2), "x"), note="n", help="h")]
    sources = {"a.yaml": b"a\nb"}
    coloured = diagnostics_text(found, sources, colour=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == diagnostics_text(found, sources)


def test_json() -> None:
    found = error(Span("a.yaml", 1, 2, 1, 4), Label(Span("b.yaml", 3, 4), "l"), note="n", help="h")
    assert diagnostics_json([found, error(None)])["diagnostics"] == [
        {
            "severity": "error",
            "code": "a-code",
            "message": "a message",
            "note": "n",
            "help": "h",
            "file": "a.yaml",
            "line": 1,
            "column": 2,
            "end_line": 1,
            "end_column": 4,
            "labels": [{"text": "l", "file": "b.yaml", "line": 3, "column": 4, "end_line": 3, "end_column": 5}],
        },
        {
            "severity": "error",
            "code": "a-code",
            "message": "a message",
            "note": "",
            "help": "",
            **dict.fromkeys(("file", "line", "column", "end_line", "end_column")),
            "labels": [],
        },
    ]


@pytest.mark.parametrize(
    ("diagnostic", "line"),
    [
        (
            error(Span("a.yaml", 1, 2), help="h"),
            "::error file=a.yaml,line=1,endLine=1,col=2,endColumn=3,title=a-code::a message%0Ah\n",
        ),
        (Diagnostic("note", "c", "100%\r\nof"), "::notice title=c::100%25%0D%0Aof\n"),
        (
            error(Span("a,b:c%.yaml", 1, 2)),
            "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=2,endColumn=3,title=a-code::a message\n",
        ),
        (error(Span(COMMAND_LINE, 1, 2)), "::error title=a-code::a message\n"),
    ],
)
def test_annotations(diagnostic: Diagnostic, line: str) -> None:
    assert diagnostics_github([diagnostic]) == line
