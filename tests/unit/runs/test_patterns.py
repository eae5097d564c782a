"""The patterns of diagnose: each finds its examples, the first that finds one is the right one, and all are quick."""

import json
import time
from pathlib import Path

import jsonschema
import pytest
import yaml
from sflowc.diagnostics import Reporter, Span
from sflowc.probes.log_pattern import parse_pattern
from sflowc.runs.diagnose import Pattern, load_patterns, own_patterns
from sflowc.runs.diagnose.pattern_cost import cost, required_texts
from sflowc.runs.diagnose.scan import WINDOW

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = [(pattern, line) for pattern in own_patterns() for line in pattern.examples]

HEALTHY = """\
INFO:     127.0.0.1:41416 - "POST /v1/chat/completions HTTP/1.1" 200 OK
Successful requests:                     1000
Failed requests:                         0
Total generated tokens:                  255726
Output token throughput (tok/s):         10777.64
requests: 50, failed: 0, mean latency: 0.9 ms
requests: 20, tokens: 320, mean time to first token: 1.0 ms
{"level":"info","msg":"ready to serve client requests"}
[1] 2026/11/24 03:38:04.123456 [INF] Server is ready
node1:13571:13571 [0] NCCL INFO NET/Plugin : Plugin load (libnccl-net.so) returned 2
Loading safetensors checkpoint shards: 100% Completed | 4/4 [00:02<00:00, 1.9it/s]
INFO 11-24 03:38:04 [gpu_worker.py:298] Available KV cache memory: 60.12 GiB
errors: 0
generated tokens: 0.5
"""


def spec(**more: object) -> bytes:
    entry = {
        "id": "licence-gone",
        "layer": "task",
        "fault": "infrastructure",
        "regex": "licence server .{1,60} down",
        "cause": "no licence for {task}",
        "next": "ask for one",
        "examples": ["licence server x is down"],
    }
    return yaml.safe_dump(
        {"patterns": [{key: value for key, value in {**entry, **more}.items() if value is not None}]}
    ).encode()


def mistakes(**more: object) -> list[str]:
    report = Reporter()
    load_patterns("mine.yaml", spec(**more), report)
    return [one.code for one in report]


def test_there_are_many() -> None:
    assert len(own_patterns()) > 60
    ids = [pattern.id for pattern in own_patterns()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("pattern", "line"), EXAMPLES, ids=[f"{pattern.id}-{line[:20]}" for pattern, line in EXAMPLES])
def test_an_example_is_found_by_its_own_pattern_first(pattern: Pattern, line: str) -> None:
    assert pattern.search(line)
    rivals = [
        one
        for one in own_patterns()
        if one.where & pattern.where and one.search(line) and one.role in (None, pattern.role)
    ]
    sure = [one for one in rivals if not one.general] or rivals
    assert sure[0].id == pattern.id


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda pattern: pattern.id)
def test_the_lines_of_a_pattern_are_found_by_its_texts(pattern: Pattern) -> None:
    for line in pattern.examples:
        assert any(text in line.lower().encode() for text in pattern.texts), (line, pattern.texts)


@pytest.mark.parametrize("line", HEALTHY.splitlines())
def test_a_healthy_line_is_found_by_none(line: str) -> None:
    assert [pattern.id for pattern in own_patterns() if "log" in pattern.where and pattern.search(line)] == []


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda pattern: pattern.id)
def test_a_pattern_is_quick_on_lines_that_are_made_to_be_slow(pattern: Pattern) -> None:
    """Each text of the pattern with what its repetitions like, as long as a line that is looked at can be."""
    for text in [text.decode() for text in pattern.texts] + list(pattern.examples):
        for filler in (text, "a", " ", "0", "x: ", "'", text[:-1]):
            line = (text[:-1] + filler * (2 * WINDOW))[: 2 * WINDOW]
            began = time.process_time()
            pattern.search(line)
            assert time.process_time() - began < 0.5, (pattern.id, filler)


def test_the_files_are_what_the_schema_says() -> None:
    schema = json.loads((ROOT / "schemas" / "patterns.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((ROOT / "compiler" / "runs" / "patterns.yaml").read_text()), schema)


def test_a_file_of_ones_own() -> None:
    report = Reporter()
    (pattern,) = load_patterns("mine.yaml", spec(where=["log", "console"], general=True), report)
    assert not len(report)
    assert (pattern.id, pattern.layer, pattern.general, pattern.where) == (
        "licence-gone",
        None,
        True,
        {"log", "console"},
    )
    assert pattern.search("0: the licence server lic7 is down")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"regex": "("}, "invalid-regex"),
        ({"regex": r"(a)\1 licence"}, "regex-unsupported"),
        ({"regex": "licence (?=server)"}, "regex-unsupported"),
        ({"regex": "(?:licence .*)* .* down"}, "regex-unsupported"),
        ({"regex": "licence .* server .* is .* down"}, "regex-unsupported"),
        ({"regex": "[a-z]+"}, "regex-unsupported"),
        ({"regex": "licence|[0-9]{3}"}, "regex-unsupported"),
        ({"regex": "x*"}, "empty-pattern"),
        ({"layer": "network"}, "unknown-value"),
        ({"fault": "user"}, "unknown-value"),
        ({"cause": None}, "missing-key"),
        ({"colour": "red"}, "unknown-key"),
        ({"general": "maybe"}, "wrong-type"),
    ],
)
def test_a_mistake_in_a_file_of_ones_own(more: dict[str, object], code: str) -> None:
    assert mistakes(**more) == [code]


def tree(pattern: str):
    report = Reporter()
    found = parse_pattern(pattern, Span("x", 1, 1, 1, 1), report)
    assert found is not None, [one.message for one in report]
    return found.tree


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        ("abc", 1),
        ("a|b", 1),
        ("a{1,3}b", 4),
        (".{1,3}b", 3),
        (".*b.*c", 1_002_001),
        ("(?:a{1,3}b)c", 4),
        ("x[0-9]*", 1002),
    ],
)
def test_what_a_pattern_costs(pattern: str, ways: int) -> None:
    assert cost(tree(pattern)) == ways


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("abc", {"abc"}),
        ("(?i:AbC)", {"abc"}),
        ("abc|de", {"abc", "de"}),
        ("abc|[0-9]", set()),
        ("(?:no|one) server [a-z]{1,3}", {" server "}),
        ("(?:long words)?ab", {"ab"}),
        ("(?:no|more)x", {"no", "more"}),
        ("[Aa]b.{1,4}longest", {"longest"}),
    ],
)
def test_which_texts_a_pattern_needs(pattern: str, texts: set[str]) -> None:
    assert required_texts(tree(pattern)) == texts
