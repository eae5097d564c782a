"""Which names an expression mentions, and where."""

import pytest
from sflowc.diagnostics import Span
from sflowc.expr.mentions import mentions
from sflowc.ir.tree import Scalar


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no expression, A", []),
        ("${{ A }}", [(4, "A")]),
        ("${{ variables.A }} and ${{ B }}", [(4, "A"), (27, "B")]),
        ("${{ variables['A'] + A.b[C] }}", [(4, "A"), (21, "A"), (25, "C")]),
        ("${{ variables[A] }}", [(4, "variables"), (14, "A")]),
        ("${{ variables | length }}", [(4, "variables")]),
        (
            "${{ x | default(y) if z is divisibleby(w) else not -v }}",
            [(4, "x"), (16, "y"), (22, "z"), (39, "w"), (52, "v")],
        ),
        (
            "${{ {a: [b, (c,)]}[d:e:f] ~ g(h=i, *j) }}",
            [(n, c) for n, c in zip((5, 9, 13, 19, 21, 23, 28, 32, 36), "abcdefgij", strict=True)],
        ),
        ("${{ 'A' }}", []),
        ("${{ broken", []),
        ("{% A %}", []),
    ],
)
def test_mentions(text: str, found: list[tuple[int, str]]) -> None:
    assert list(mentions(Scalar(text, text, Span("w.yaml", 1, 1)))) == found
