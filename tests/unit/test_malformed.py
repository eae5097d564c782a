"""Whatever a file holds, the answer is a plan or diagnostics: never a traceback, never more than a second.

The files are those of the samples and goldens with random edits. SFLOWC_EDITS says how many of each kind are tried.
"""

import copy
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sflowc.checks.task_scripts import task_scripts
from sflowc.diagnostics import Diagnostic, Reporter
from sflowc.driver import compile_workflow
from sflowc.ir.dump import plan_to_json
from sflowc.ir.tree import to_python
from sflowc.passes.draft import Draft
from sflowc.render import diagnostics_json, diagnostics_text, plan_text
from sflowc.source.load import load
from sflowc.targets import default_target

ROOT = Path(__file__).resolve().parents[2]
FILES = [path.read_bytes() for folder in ("samples", "golden") for path in sorted((ROOT / folder).rglob("*.yaml"))]
WORDS = [word for file in FILES for word in file.split()]
EDITS = int(os.environ.get("SFLOWC_EDITS", "1000"))
PIECES = b"\t|\n|: |- |{|}|[|]|'|\"|#|&a |*a|!x |${{ | }}|>|<<|# sflowc: ignore[|]|<<X|$(|~|null|-1|1e999|\x00|\xf0\x9f\x98\x80|\xed\xa0\x80|(|${{ task }}".split(
    b"|"
)
VALUES: list[Any] = [
    *(None, "", "x", "7", "-1", "true", "1h", "é", "..", "/", "-x", "a\nb", "local", "slurm", "re:(", "re:\\d", "${{", "}}"),
    *("${{ x }}", "${{ backends }}", "${{ variables }}", "${{ [1, 2] }}", "${{ none }}", "${{ 1 / 3 }}", "${{ task }}"),
    *("${{ 'a' * 100000 }}", "${{ 10 ** 100 }}", "${{ backends.local.nodes[0].name }}"),
    *(0, 1, 3, -1, 2.0, 1.5, 1e300, 10**30, True, False, [], ["x"], [1, 2], [{}], [None], {}, {"name": "x"}, {"value": 1}),
]  # fmt: skip


def task_diagnostics(draft: Draft) -> list[Diagnostic]:
    """What a shellcheck would find that complains of the beginning and the end of each script."""
    found: list[Diagnostic] = []
    for script in task_scripts(draft):
        lines = script.script.text.split("\n")
        last = {
            "line": len(lines),
            "column": len(lines[-1]) + 1,
            "endLine": len(lines),
            "endColumn": len(lines[-1]) + 1,
        }
        for place in ({"line": 1, "column": 1, "endLine": 1, "endColumn": 2}, last):
            found += script.diagnostics([{"code": 2045, "level": "warning", "message": "m", **place}])
    return found


def check(text: bytes) -> None:
    began = time.process_time()
    done = compile_workflow([("f.yaml", text)])
    assert done.plan is not None or any(found.severity == "error" for found in done.diagnostics)
    lines = len(text.splitlines()) + 1
    for found in done.diagnostics:
        assert found.code
        assert found.span is None or 1 <= found.span.line <= lines
    json.dumps(diagnostics_json(done.diagnostics))
    diagnostics_text(done.diagnostics, {"f.yaml": text}).encode()
    if done.plan is not None:
        json.dumps(plan_to_json(done.plan))
        plan_text(done.plan)
        if sum(backend.type == "slurm" for backend in done.plan.backends) < 2:
            default_target(done.plan).emit(done.plan)
    assert time.process_time() - began < 1


def edited_bytes(file: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(file) + 1)
    to = min(len(file), at + dice.choice([1, 2, 5, 20]))
    lines = file.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    swapped = [*lines]
    swapped[one], swapped[other] = lines[other], lines[one]
    return dice.choice(
        [
            file[:at] + file[to:],
            file[:at] + bytes([dice.randrange(256)]) + file[at:],
            file[:at] + dice.choice(PIECES) + file[at:],
            file.replace(dice.choice(file.split()), dice.choice(WORDS), 1),
            b"\n".join(swapped),
            b"\n".join([*lines[:one], lines[other], *lines[one:]]),
            b"\n".join([*lines[:one], *lines[one + 1 :]]),
        ]
    )


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from places(value, (*path, key))


def at_place(part: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        part = part[key]
    return part


def documents() -> list[Any]:
    roots = [load("f.yaml", file, Reporter()).root for file in FILES]
    return [to_python(root) for root in roots if root is not None]


def edited_tree(document: Any, others: list[Any], dice: random.Random) -> Any:
    document = copy.deepcopy(document)
    *path, key = dice.choice(list(places(document)))
    parent, other = at_place(document, tuple(path)), dice.choice(others)
    piece = at_place(other, dice.choice(list(places(other))))
    kind = dice.randrange(4)
    if kind == 0:
        del parent[key]
    elif kind == 1 and isinstance(parent, dict):
        parent[dice.choice(["name", "value", "type", "script", "nodes", "variables"])] = copy.deepcopy(piece)
    else:
        parent[key] = copy.deepcopy(piece if kind == 2 else dice.choice(VALUES))
    return document


@pytest.mark.parametrize("seed", range(4))
def test_edited_bytes(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(EDITS // 4):
        file = edited_bytes(dice.choice(FILES), dice)
        check(file if dice.random() < 0.6 or not file.strip() else edited_bytes(file, dice))


@pytest.mark.parametrize("seed", range(4))
def test_edited_trees(seed: int) -> None:
    dice = random.Random(seed)
    known = documents()
    for _ in range(EDITS // 4):
        tree = edited_tree(dice.choice(known), known, dice)
        check(json.dumps(tree, ensure_ascii=False).encode())
