"""A table of collected outputs as text, CSV, JSON, Parquet, and as pictures."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from PIL import Image
from pyarrow import parquet
from sflowc.render.collected import table_text
from sflowc.render.collected_files import NoLibrary, table_csv, table_json, table_parquet
from sflowc.render.plot import plot_bytes
from sflowc.runs.plots import picture, read_spec
from sflowc.runs.table import Cell, Raw, Table, table_of

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "schemas" / "collect.schema.json").read_text())


def table(*outputs: dict[str, Cell], **units: str) -> Table:
    raw = [
        Raw(
            "a",
            {"run": f"w-{number}", "task": "a", "state": "COMPLETED" if found else "FAILED"},
            {"TP": str(number), "M": "=llama"},
            found,
            {
                "seconds": 1.5,
                "exit_status": None,
                "reason": "after 1.50 s" if found else "exit status 3",
                "directory": f"/w-{number}",
            },
            units,
        )
        for number, found in enumerate(outputs, 1)
    ]
    columns, rows = table_of(raw, ("TP", "M", "NONE"))
    return Table(columns, rows, ("serve",))


WHOLE = table({"tps": 1234.56789012, "n": (1, 2), "text": "@x\x1b[31m", "ok": True}, {}, tps="tok/s")


def test_text() -> None:
    assert table_text(WHOLE) == (
        "run  task  state      TP  M       tps (tok/s)  n     text        ok     took  reason\n"
        "w-1  a     COMPLETED   1  =llama      1234.57  1, 2  @x\\x1b[31m  true  1.50s\n"
        "w-2  a     FAILED      2  =llama            -  -     -           -     1.50s  exit status 3\n"
        "\n"
        "2 rows of 2 runs: 1 COMPLETED, 1 FAILED\n"
    )
    assert "\x1b[1;31mFAILED   \x1b[0m" in table_text(WHOLE, colour=True)
    assert table_text(table({"n": 1.5})).endswith("1 row of 1 run: 1 COMPLETED\n")


def test_csv_has_no_formulas() -> None:
    lines = list(csv.reader(io.StringIO(table_csv(WHOLE))))
    assert lines[0] == [column.name for column in WHOLE.columns]
    row = dict(zip(*lines[:2], strict=True))
    assert row["M"] == "'=llama"
    assert row["text"].startswith("'@x")
    assert (row["tps"], row["n"], row["ok"], row["NONE"], row["exit_status"]) == (
        "1234.56789012",
        "[1, 2]",
        "true",
        "",
        "",
    )
    assert ",-5," in table_csv(table({"n": -5}))
    assert ",-5.5e3," in table_csv(table({"n": "-5.5e3"}))
    assert ",'-5+1," in table_csv(table({"n": "-5+1"}))
    hostile = 'a,"b"\nc'
    assert hostile in next(iter(list(csv.reader(io.StringIO(table_csv(table({"n": hostile})))))[1:]))


def test_json() -> None:
    value = json.loads(json.dumps(table_json(WHOLE)))
    jsonschema.validate(value, SCHEMA)
    assert value["rows"][0]["n"] == [1, 2]
    assert value["rows"][1]["tps"] is None
    assert {"name": "tps", "kind": "output", "unit": "tok/s"} in value["columns"]


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([True, False], "bool", [True, False]),
        ([True, 1], "string", ["true", "1"]),
        ([1, "x"], "string", ["1", "x"]),
        ([2**70, 1], "double", [float(2**70), 1.0]),
        ([(1, 2), 3], "list<element: int64>", [[1, 2], [3]]),
        ([(1.5, None), None], "list<element: double>", [[1.5, None], None]),
        (["\ud800", None], "string", ["?", None]),
    ],
)
def test_parquet_has_the_narrowest_type(cells: list[Cell], kind: str, read: list[Any]) -> None:
    data = table_parquet(table(*({"x": cell} for cell in cells), x="ms"))
    found = parquet.read_table(io.BytesIO(data))
    assert str(found.schema.field("x").type) == kind
    assert found.column("x").to_pylist() == read
    assert found.schema.field("x").metadata[b"unit"] == b"ms"
    assert str(found.schema.field("exit_status").type) == "int64"


@pytest.mark.parametrize(("name", "extra"), [("pyarrow", "parquet"), ("matplotlib", "plot")])
def test_what_is_not_installed(name: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    whole = importlib.import_module

    def without(module: str, package: str | None = None) -> Any:
        if module.startswith(name):
            raise ModuleNotFoundError(module)
        return whole(module, package)

    monkeypatch.setattr(importlib, "import_module", without)
    drawn = picture(table({"tps": 1}), read_spec("X=TP Y=tps"))
    with pytest.raises(NoLibrary, match=rf"pip install 'sflowc\[{extra}\]'"):
        table_parquet(WHOLE) if extra == "parquet" else plot_bytes(drawn, "png")


def words(data: bytes) -> list[str]:
    return [" ".join(each.itertext()) for each in ElementTree.fromstring(data).iter() if each.tag.endswith("}text")]


def test_a_picture() -> None:
    rows = table({"ttft": 3.0, "tps": 100}, {"ttft": 5.0, "tps": 150}, {}, ttft="ms", tps="$tok/s_{1}$")
    over = picture(rows, read_spec("X=TP Y=tps,ttft TITLE='Two <nodes>' LOG=xy"))
    text = words(plot_bytes(over, "svg"))
    assert {"tps ($tok/s_{1}$)", "ttft (ms)", "TP", "1", "2", "3", "Two <nodes>", "missing", "100"} <= {*text}
    assert "Missing, 1 of 3: TP=3 FAILED." in text
    against = picture(rows, read_spec("X=ttft Y=tps"))
    text = words(plot_bytes(against, "svg"))
    assert "Points are labelled with TP." in text
    assert plot_bytes(over, "svg") == plot_bytes(over, "svg")
    assert plot_bytes(over, "png") == plot_bytes(over, "png")
    image = Image.open(io.BytesIO(plot_bytes(over, "png")))
    assert image.size == (1280, 1216)
    assert len(image.convert("RGB").getcolors(1 << 20)) > 20
    assert plot_bytes(against, "pdf") == plot_bytes(against, "pdf")


def test_a_picture_of_repeated_runs_with_long_names_and_many_that_are_missing() -> None:
    outputs: list[dict[str, Cell]] = [{"tps": (1, 2, 3)}, {"tps": 2}, *({} for _ in range(9))]
    raw = [
        Raw(
            "a",
            {"run": "w", "task": "a", "state": "COMPLETED" if found else "FAILED"},
            {"M": f"a-long-name-of-a-model-{n % 5}"},
            found,
            {},
        )
        for n, found in enumerate(outputs)
    ]
    columns, rows = table_of(
        [
            *raw,
            Raw(
                "a", {"run": "w", "task": "a", "state": "COMPLETED"}, {"M": "a-long-name-of-a-model-1"}, {"tps": 5}, {}
            ),
        ],
        ("M",),
    )
    text = words(plot_bytes(picture(Table(columns, rows), read_spec("X=M Y=tps")), "svg"))
    assert "Large points are the medians of several measurements." in text
    assert "a-long-name-of-a-model-2 FAILED (2 times)" in " ".join(text)


def test_more_curves_than_colours() -> None:
    raw = [
        Raw("a", {"run": "w", "task": "a", "state": "COMPLETED"}, {"N": str(n), "TP": str(tp)}, {"tps": n * tp}, {})
        for n in (1, 2) for tp in range(1, 20)
    ]  # fmt: skip
    raw += [
        Raw("a", {"run": "w", "task": "a", "state": "FAILED"}, {"N": "1", "TP": str(tp)}, {}, {})
        for tp in range(30, 39)
    ]
    columns, rows = table_of(raw, ("N", "TP"))
    data = plot_bytes(picture(Table(columns, rows), read_spec("X=N Y=tps")), "svg")
    look = {line.group(1) for line in re.finditer(r'<path d="[^"]+" clip-path="[^"]+" style="([^"]+)"', data.decode())}
    assert len([style for style in look if "stroke-width: 1.8" in style]) == 19
    assert "and 3 more." in " ".join(words(data))


def test_the_users_own_style_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    drawn = picture(table({"tps": 1}, {"tps": 2}), read_spec("X=TP Y=tps"))
    before = plot_bytes(drawn, "png")
    monkeypatch.setitem(matplotlib.rcParams, "lines.linewidth", 20)
    assert plot_bytes(drawn, "png") == before
    assert matplotlib.rcParams["lines.linewidth"] == 20
