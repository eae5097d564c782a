"""A part that no expression shapes is read once, and what is wrong with it is told as often as somebody asks."""

from sflowc.diagnostics import Reporter, Span
from sflowc.expr.evaluate import evaluate_text
from sflowc.ir.tree import Scalar
from sflowc.passes.constant import once_if_constant
from sflowc.passes.scope import Names

PLACE = Span("a.yaml", 1, 1)


def scalar(text: str) -> Scalar:
    return Scalar(text, text, PLACE)


def test_a_constant_is_read_once() -> None:
    read: list[str] = []

    @once_if_constant
    def text(part: Scalar, _scope: Names, _report: Reporter) -> int:
        read.append(part.text)
        return len(read)

    one, other = scalar("a"), scalar("a")
    found = [text(part, Names("name", {"X": number}), Reporter()) for number, part in enumerate((one, one, other, one))]
    assert found == [1, 1, 2, 1]


def test_an_expression_is_read_in_each_scope() -> None:
    text = once_if_constant(evaluate_text)
    part = scalar("${{ X }}")
    assert [text(part, Names("name", {"X": value}), Reporter()) for value in ("a", "b", "a")] == ["a", "b", "a"]


def test_what_is_wrong_is_told_each_time() -> None:
    @once_if_constant
    def wrong(part: Scalar, _scope: Names, report: Reporter) -> None:
        report.error("no-good", "this is no good", part.span)
        report.warning("odd", "this is odd", part.span)

    part = scalar("a")
    for _ in range(2):
        report = Reporter()
        wrong(part, Names("name", {}), report)
        assert [(found.severity, found.code) for found in report] == [("error", "no-good"), ("warning", "odd")]
        assert report.error_count == 1
