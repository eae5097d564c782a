"""Small workflows, each about one sentence of the language, and what they must compile to.

manifest.json names the cases: the sentence, the files, the options, and whether a plan or a mistake is expected. CASE.json
holds the part of `sflowc plan --format json` that the sentence is about: what it does not name may be anything.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from sflowc.driver import compile_workflow
from sflowc.ir.dump import plan_to_json
from sflowc.source.compose import Overrides

FOLDER = Path(__file__).parent
MANIFEST: list[dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def differences(want: object, got: object, place: str = "plan") -> list[str]:
    """Where `got` does not hold what is wanted; a mapping may hold more."""
    if isinstance(want, dict) and isinstance(got, dict):
        missing = [f"{place}.{key} is missing" for key in want if key not in got]
        return missing + [
            found for key in want.keys() & got.keys() for found in differences(want[key], got[key], f"{place}.{key}")
        ]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [
            found for n, pair in enumerate(zip(want, got, strict=True)) for found in differences(*pair, f"{place}[{n}]")
        ]
    same = type(want) is type(got) and want == got
    return [] if same else [f"{place}: expected {want!r}, got {got!r}"]


@pytest.mark.parametrize("case", MANIFEST, ids=lambda case: case["case"])
def test_a_sentence_holds(case: dict[str, Any]) -> None:
    overrides = Overrides(*(tuple(case.get(key, ())) for key in ("sets", "artifacts", "missable")))
    done = compile_workflow([(name, (FOLDER / name).read_bytes()) for name in case["files"]], overrides)
    said = {
        severity: [found.code for found in done.diagnostics if found.severity == severity]
        for severity in ("error", "warning", "note")
    }
    if case["expect"] == "error":
        assert set(said["error"]) == set(case["code"].split())
        return
    assert said["error"] == []
    assert case.get("warning") in (*said["warning"], None)
    assert case.get("note") in (*said["note"], None)
    assert done.plan is not None
    got = json.loads(json.dumps(plan_to_json(done.plan)))
    want = json.loads((FOLDER / f"{case['case']}.json").read_text(encoding="utf-8"))
    assert differences(want, got) == []


def test_every_file_belongs_to_a_case() -> None:
    expected = {f"{case['case']}.json" for case in MANIFEST if case["expect"] == "ok"} | {"manifest.json"}
    there = {path.name for path in FOLDER.iterdir() if path.suffix in (".yaml", ".json")}
    assert there == expected | {name for case in MANIFEST for name in case["files"]}


def test_no_two_cases_have_one_name() -> None:
    names = [case["case"] for case in MANIFEST]
    assert sorted(set(names)) == sorted(names)
