"""Values are taken out of text in whatever spelling they stand there, and nothing else is."""

import pytest
from sflowc.ir.secrets import hide

VALUE = 'p"w<d>\\é & more'


@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("GET /?key=hunter2&x=1", ["hunter2"], "GET /?key=***&x=1"),
        ("a hunter22 is no hunter2", ["hunter2"], "a hunter22 is no ***"),
        ("xlong-secret-valuex", ["long-secret-value"], "x***x"),
        ("abc abc", ["abc"], "abc abc"),
        ("one-line-of-it here", ["one-line-of-it\nand-another-one"], "*** here"),
        (VALUE, [VALUE], "***"),
        ('"p\\"w<d>\\\\é & more"', [VALUE], '"***"'),
        ('"p\\"w<d>\\\\\\u00e9 & more"', [VALUE], '"***"'),
        ("<pre>p&quot;w&lt;d&gt;\\é &amp; more</pre>", [VALUE], "<pre>***</pre>"),
        ("nothing", [], "nothing"),
    ],
)
def test_what_is_hidden(text: str, values: list[str], shown: str) -> None:
    assert hide(text, values) == shown
