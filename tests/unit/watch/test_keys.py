"""What was typed."""

import pytest
from sflowc.watch.keys import Keys


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"jk/q", ["j", "k", "/", "q"]),
        (b"\x1b[A\x1b[B\x1bOC\x1b[D", ["up", "down", "right", "left"]),
        (b"\x1b[5~\x1b[6~\x1b[1~\x1b[4~", ["page up", "page down", "home", "end"]),
        (b"\r\n\x7f\x08\x15\x0c\t", ["enter", "enter", "backspace", "backspace", "clear", "redraw", "tab"]),
        (b"\x1b[200~\x1b[1;5A\x1b[<0;1;1M\x00\x1d", []),  # what means nothing here
        ("ä日".encode(), ["ä", "日"]),
        (b"\xff", ["\N{REPLACEMENT CHARACTER}"]),
        (b"\x1bj", ["escape", "j"]),
    ],
)
def test_keys(data: bytes, keys: list[str]) -> None:
    assert Keys().feed(data) == keys


def test_a_key_that_comes_in_pieces() -> None:
    keys = Keys()
    assert [key for byte in b"\x1b[5~\xc3\xa4" for key in keys.feed(bytes([byte]))] == ["page up", "ä"]
    assert not keys.waiting


def test_an_escape_that_nothing_follows_is_the_key() -> None:
    keys = Keys()
    assert keys.feed(b"a\x1b") == ["a"]
    assert keys.waiting
    assert keys.flush() == ["escape"]
    assert not keys.waiting
    assert keys.feed(b"\x1b[") == []
    assert keys.flush() == ["escape", "["]
