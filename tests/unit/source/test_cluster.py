"""Cluster profiles: what a file may hold, and what it says."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from sflowc.diagnostics import Reporter
from sflowc.ir.cluster import Cluster
from sflowc.ir.tree import to_python
from sflowc.source.cluster import read_cluster
from sflowc.source.load import load
from sflowc.source.validate import schema

ROOT = Path(__file__).resolve().parents[3]


def read(text: str) -> Cluster:
    report = Reporter()
    found = read_cluster("/home/me/site.yaml", text.encode(), report)
    assert found is not None, list(report)
    assert not list(report)
    return found


def codes(text: str) -> list[str]:
    report = Reporter()
    assert read_cluster("site.yaml", text.encode(), report) is None
    return [found.code for found in report]


def test_everything_that_a_profile_may_say() -> None:
    found = read(
        "description: ours\naccount: 42\npartition: a\ntime: 01:00:00\nextra_args: [-x a, --exclusive]\n"
        "container_mounts: [/a, '/b:/c', '/d:/e:ro']\npreamble: |\n  module load x\n\n  y\n"
    )
    assert found.defaults == (("account", "42"), ("partition", "a"), ("time", "01:00:00"))
    assert found.extra_args == ("-x a", "--exclusive")
    assert found.container_mounts == ("/a", "/b:/c", "/d:/e:ro")
    assert found.preamble == "module load x\n\ny\n"


def test_only_the_last_part_of_its_path_is_kept() -> None:
    assert read("account: a").name == "site.yaml"


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "account:\npreamble:\nextra_args:\n", "account: ' '", "preamble: []"]
)
def test_a_profile_may_say_nothing(text: str) -> None:
    found = read(text)
    assert (found.defaults, found.extra_args, found.container_mounts, found.preamble) == ((), (), (), "")


def test_a_preamble_in_several_items() -> None:
    assert read("preamble: [a, null, \"b\\n\", 'c #d']").preamble == "a\nb\nc #d\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("acount: a", "unknown-key"),
        ("version: '0.1'", "unknown-key"),
        ("nodes: 1", "unknown-key"),
        ("account: [a]", "wrong-type"),
        ('account: "a\\nb"', "wrong-type"),
        ("account: true", "wrong-type"),
        ("partition: ${{ P }}", "wrong-type"),
        ("extra_args: --exclusive", "wrong-type"),
        ("extra_args: [exclusive]", "wrong-type"),
        ("extra_args: [--nodes=2]", "wrong-type"),
        ("extra_args: [-N2]", "wrong-type"),
        ("extra_args: [-J x]", "wrong-type"),
        ("extra_args: ['--comment=${{ A }}']", "wrong-type"),
        ("container_mounts: ['/a,/b']", "wrong-type"),
        ("container_mounts: ['/a:/b:ro:x']", "wrong-type"),
        ("preamble: {a: 1}", "wrong-type"),
        ('preamble: "a\\n${{ A }}"', "wrong-type"),
        ("[account]", "not-a-mapping"),
        ("account: a\naccount: b", "duplicate-key"),
        ("account: 'a", "yaml-syntax"),
    ],
)
def test_what_is_wrong(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_other_options_may_begin_like_those_of_the_workflow() -> None:
    assert read("extra_args: [--nodelist=a, --nodefile=b, --no-requeue, -n 4]").extra_args[0] == "--nodelist=a"


def test_the_schema_is_one_and_says_the_same() -> None:
    jsonschema.Draft202012Validator.check_schema(schema("cluster"))
    assert schema("cluster") == json.loads((ROOT / "schemas" / "cluster.schema.json").read_text())
    judge = jsonschema.Draft202012Validator(schema("cluster"))
    for text in (
        "account: 1",
        "preamble: [a, null]",
        "extra_args: [-N2]",
        "account: true",
        "x: 1",
        "container_mounts: [',']",
    ):
        report = Reporter()
        root = load("site.yaml", text.encode(), report).root
        assert root is not None
        assert judge.is_valid(to_python(root)) == (read_cluster("site.yaml", text.encode(), report) is not None), text


def test_the_page_shows_a_profile_that_can_be_read() -> None:
    page = (ROOT / "docs" / "clusters.md").read_text()
    shown = re.search(r"```yaml\n(# ~/\.config.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert shown
    assert read(shown[1]).preamble


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("export HF_TOKEN=abc", "export HF_TOKEN=***"),
        ("export HF_TOKEN=abc X=1; y", "export HF_TOKEN=*** X=1; y"),
        ('export API_KEY="a b" X=1', "export API_KEY=*** X=1"),
        ("my_password='a b'c && x", "my_password=*** && x"),
        ("export TOKENIZERS=1 KEYS=2", "export TOKENIZERS=1 KEYS=2"),
    ],
)
def test_secrets_are_not_shown(line: str, shown: str) -> None:
    assert read(json.dumps({"preamble": line})).shown_preamble("***") == (shown,)
