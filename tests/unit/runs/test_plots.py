"""What a plot of a table shows: its curves, what its points are called, what is missing."""

from typing import Any

import pytest
from sflowc.runs.plots import NoPlot, Picture, Point, Spec, picture, read_spec
from sflowc.runs.table import Raw, Table, table_of


def table(*rows: dict[str, Any], base: str = "bench", units: dict[str, str] | None = None) -> Table:
    """Rows of variables, which are in capitals, and outputs; `state` is COMPLETED unless said."""
    raw = []
    for number, row in enumerate(rows):
        variables = {name: str(value) for name, value in row.items() if name.isupper() and value is not None}
        outputs = {name: value for name, value in row.items() if name.islower() and name not in ("state", "base")}
        shown = {"run": f"w-{number}", "task": row.get("base", base), "state": row.get("state", "COMPLETED")}
        raw.append(Raw(row.get("base", base), shown, variables, outputs, {"reason": None}, units or {}))
    columns, found = table_of(raw, dict.fromkeys(name for row in rows for name in row if name.isupper()))
    return Table(columns, found, ("serve",))


def drawn(found: Table, text: str) -> Picture:
    return picture(found, read_spec(text))


def curves(found: Picture, panel: int = 0) -> dict[str, list[tuple[float, float]]]:
    return {curve.name: [(point.x, point.y) for point in curve.line] for curve in found.panels[panel].curves}


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("X=C Y=a", Spec("C", ("a",))),
        ("Y=a,b,a X=C SERIES=", Spec("C", ("a", "b"), ())),
        ("X=C Y=a SERIES=TP,M LABEL=N LOG=y,x", Spec("C", ("a",), ("TP", "M"), "N", frozenset("xy"))),
        ("X=C Y=a TITLE='Two nodes' 'TO=a b.SVG'", Spec("C", ("a",), title="Two nodes", to="a b.SVG")),
    ],
)
def test_specs(text: str, spec: Spec) -> None:
    assert read_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("X=C", "Y=COLUMN is missing"),
        ("X= Y=a", "X=COLUMN is missing"),
        ("X=C X=D Y=a", "X is there twice"),
        ("X=C Y=a SERIE=b", "'SERIE' is nothing that a plot has; did you mean 'SERIES'"),
        ("X=C Y=a SERIES", "'SERIES' is nothing"),
        ("X=C Y=a LOG=z", "LOG is x, y or xy"),
        ("X=C Y=a TO=a.gif", "a.gif ends with none of .png, .svg, .pdf"),
        ("X=C Y=a 'TITLE=x", "a quote has no end"),
    ],
)
def test_what_is_no_spec(text: str, problem: str) -> None:
    with pytest.raises(NoPlot, match=problem):
        read_spec(text)


def test_the_file() -> None:
    assert read_spec("X=C Y=a,b").file == "a-b-by-C.png"
    assert read_spec("X=latency[p99] Y=a/b").file == "a_b-by-latency_p99_.png"
    assert read_spec("X=C Y=a TO=x/y.pdf").file == "x/y.pdf"


SWEEP = [{"TP": tp, "C": c, "tps": tp * c, "ttft": c / tp} for tp in (2, 1) for c in (16, 1, 4)]


def test_a_curve_for_each_value_of_what_differs() -> None:
    found = drawn(table(*SWEEP, units={"tps": "tok/s"}), "X=C Y=tps,ttft")
    assert curves(found) == {"1": [(1, 1), (4, 4), (16, 16)], "2": [(1, 2), (4, 8), (16, 32)]}
    assert curves(found, 1)["2"] == [(1, 0.5), (4, 2), (16, 8)]
    assert (found.legend, found.label, found.title, found.x.name) == ("TP", "", "serve", "C")
    assert found.ticks == ((1.0, "1"), (4.0, "4"), (16.0, "16"))
    assert (found.missing, found.measured) == ((), 6)
    assert [panel.y.unit for panel in found.panels] == ["tok/s", ""]


def test_throughput_against_latency_is_joined_in_the_order_of_the_sweep() -> None:
    rows = [{"TP": tp, "C": c, "tps": tp * 100 // (c + 1), "ttft": -c} for tp in (1, 2) for c in (16, 1, 4)]
    found = drawn(table(*rows), "X=ttft Y=tps")
    assert curves(found) == {"1": [(-1, 50), (-4, 20), (-16, 5)], "2": [(-1, 100), (-4, 40), (-16, 11)]}
    assert [point.label for point in found.panels[0].curves[0].line] == ["1", "4", "16"]
    assert (found.label, found.legend, found.ticks) == ("C", "TP", ())
    other = drawn(table(*rows), "X=ttft Y=tps LABEL=TP")
    assert (other.label, other.legend) == ("TP", "C")
    alone = drawn(table(*rows), "X=ttft Y=tps SERIES=")
    assert (alone.label, alone.legend, len(alone.panels[0].curves)) == ("C", "", 1)


def test_words_name_points_when_there_are_no_numbers() -> None:
    rows = [{"M": model, "tps": n, "ttft": n} for n, model in enumerate(("b", "a"))]
    found = drawn(table(*rows), "X=ttft Y=tps")
    assert found.panels[0].curves[0].line == (Point(1, 1, "a"), Point(0, 0, "b"))
    assert drawn(table({"tps": 1, "ttft": 2}), "X=ttft Y=tps").panels[0].curves[0].line == (Point(2, 1),)


def test_words_go_side_by_side_in_the_order_in_which_they_come() -> None:
    rows = [{"M": model, "tps": n} for n, model in enumerate(("b", "a", "b"))]
    found = drawn(table(*rows), "X=m Y=tps LOG=x")
    assert found.ticks == ((0.0, "b"), (1.0, "a"))
    assert curves(found) == {"": [(0, 1), (1, 1)]}
    assert found.log == frozenset()
    assert not found.joined


def test_what_is_missing() -> None:
    rows = [
        {"TP": 1, "C": 1, "tps": 5},
        {"TP": 1, "C": 4, "state": "FAILED", "tps": 0},
        {"TP": 2, "C": 4, "state": "TIMEOUT", "tps": None},
        {"TP": 4, "C": None, "state": "MISSING", "base": ""},
        {"TP": None, "C": None, "state": "LOST", "base": ""},
        {"TP": 8, "C": 1, "other": 5, "base": "server"},
    ]
    found = drawn(table(*rows), "X=C Y=tps SERIES=TP")
    assert [(curve.name, curve.gaps, len(curve.points)) for curve in found.panels[0].curves] == [
        ("1", (4.0,), 1),
        ("2", (4.0,), 0),
    ]
    assert found.missing == ("TP=1 C=4 FAILED", "TP=2 C=4 TIMEOUT", "TP=4 MISSING", "w-4 LOST")
    assert found.measured == 1


def test_the_same_loss_several_times_is_told_once() -> None:
    found = drawn(table({"C": 1, "tps": 1}, *({"C": 2, "state": "FAILED"} for _ in range(3))), "X=C Y=tps")
    assert (found.missing, found.measured, found.lost) == (("C=2 FAILED (3 times)",), 1, 3)
    assert found.panels[0].curves[0].gaps == (2,)


def test_what_ended_well_and_gave_nothing() -> None:
    assert drawn(table({"C": 1, "tps": 1}, {"C": 2}), "X=C Y=tps").missing == ("C=2 without a value",)


def test_measurements_that_were_repeated_have_a_median() -> None:
    rows = [{"C": 1, "tps": value} for value in (1, 2, 9)] + [{"C": 2, "tps": (4, 5, 8)}, {"C": 2, "tps": ("x",)}]
    (curve,) = drawn(table(*rows), "X=C Y=tps").panels[0].curves
    assert [(point.x, point.y) for point in curve.line] == [(1, 2), (2, 5)]
    assert len(curve.points) == 4
    assert curve.gaps == ()
    lists = drawn(table({"a": (1, 2, 3), "b": (4,)}), "X=a Y=b")
    assert curves(lists) == {"": [(2, 4)]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("X=CC Y=tps", "there is no column CC; did you mean 'C'"),
        ("X=C Y=zzzzzzzz", "there is no column zzzzzzzz; there are: "),
        ("X=C Y=state", "no row has numbers for C and state"),
        ("X=C Y=tps LOG=y", "LOG=y needs numbers above zero, and there is 0"),
        ("X=C Y=tps SERIES=TPS2", "there is no column TPS2"),
        ("X=C Y=tps LABEL=nope", "there is no column nope"),
    ],
)
def test_what_cannot_be_drawn(text: str, problem: str) -> None:
    with pytest.raises(NoPlot, match=problem):
        drawn(table({"C": 1, "tps": 0}, {"C": 2, "tps": 3}), text)


def test_numbers_that_were_read_as_text() -> None:
    with pytest.raises(NoPlot, match=r"tps is text: with a type in its pattern, as in \{tps:g\}"):
        drawn(table({"C": 1, "tps": "12.5"}), "X=C Y=tps")


def test_a_long_scale_has_no_ticks_of_its_own() -> None:
    assert drawn(table(*({"C": n, "tps": n} for n in range(1, 20))), "X=C Y=tps").ticks == ()
