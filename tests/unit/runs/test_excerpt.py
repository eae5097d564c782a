"""The beginning and the end of logs, as text that is safe to show."""

import os
from pathlib import Path

import pytest
from sflowc.runs.excerpt import Excerpt, excerpt, readable


def of(path: Path, data: bytes, *, lines: int = 8, most: int = 1000) -> Excerpt:
    path.write_bytes(data)
    found = excerpt(path, lines=lines, most=most)
    assert found is not None
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def test_a_short_one_is_whole(log: Path) -> None:
    assert of(log, b"a\nb\n") == Excerpt(("a", "b"), (), 0, 4)
    assert of(log, b"a\n\nb") == Excerpt(("a", "", "b"), (), 0, 4)
    assert of(log, b"") == Excerpt((), (), 0, 0)
    assert of(log, b"".join(b"%d\n" % n for n in range(8))).tail == ()


def test_too_many_lines(log: Path) -> None:
    found = of(log, b"".join(b"%02d\n" % n for n in range(20)))
    assert found == Excerpt(("00", "01"), tuple(f"{n}" for n in range(14, 20)), 12 * 3, 60)


@pytest.mark.parametrize("last", [b"", b"\n"])
def test_too_many_bytes(last: bytes, log: Path) -> None:
    data = b"\n".join(b"%04d" % n for n in range(1000)) + last
    found = of(log, data, lines=1000, most=400)
    assert found.head == tuple(f"{n:04}" for n in range(20))
    assert found.tail[-1] == "0999"
    assert all(len(line) == 4 for line in found.tail), "a line that is cut is left out"
    assert 50 <= len(found.tail) <= 60
    shown = 5 * (len(found.head) + len(found.tail)) - (not last)
    assert found.omitted == len(data) - shown


def test_one_endless_line(log: Path) -> None:
    found = of(log, b"x" * 5_000_000, most=8000)
    assert found.head == ()
    assert found.tail == (f"{'x' * 1000} … 5000 more characters",)
    assert found.omitted == 5_000_000 - 6000


def test_no_lines_at_all(log: Path) -> None:
    assert of(log, b"a\nb\n", lines=0) == Excerpt((), (), 4, 4)


def test_no_file(tmp_path: Path) -> None:
    assert excerpt(tmp_path / "none", lines=5, most=100) is None
    assert excerpt(tmp_path, lines=5, most=100) is None
    os.mkfifo(tmp_path / "pipe")
    assert excerpt(tmp_path / "pipe", lines=5, most=100) is None


def test_a_secret_is_masked_before_its_line_is_cut(log: Path) -> None:
    log.write_text("x" * 998 + "hunter2")
    found = excerpt(log, lines=5, most=5000, mask=lambda line: line.replace("hunter2", "***"))
    assert found is not None
    assert found.head == ("x" * 998 + "** … 1 more characters",)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m \x1b[38;5;12mblue\x1b[m", "red blue"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "link"),
        ("10%\r50%\r100%", "100%"),
        ("windows\r", "windows"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b\x07\x00", "\\x1b\\x07\\x00"),
        ("a\u202eb", "a\\u202eb"),
        ("日本 é", "日本 é"),
    ],
)
def test_what_steers_a_terminal_does_not_get_through(line: str, shown: str) -> None:
    assert readable(line) == shown


def test_bytes_that_are_no_text(log: Path) -> None:
    assert of(log, b"\xff\xfe ok\n").head == ("\ufffd\ufffd ok",)
