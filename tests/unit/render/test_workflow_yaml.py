"""A composed workflow loads to the very document that it was made of."""

from math import inf

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sflowc.diagnostics import Reporter, Span
from sflowc.driver import compose_workflow
from sflowc.ir.tree import Entry, Mapping, Node, Scalar, Sequence, to_python
from sflowc.render.workflow_yaml import workflow_yaml
from sflowc.source.compose import EMPTY, Document, Overrides
from sflowc.source.load import load
from sflowc.source.overrides import Option

_WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "on",
        "y",
        "N",
        "00:30:00",
        "010",
        "0o10",
        "1_000",
        "1e3",
        "0.1",
        "~",
        "null",
        "=",
        "<<",
        "- a",
        "a: b",
        "#",
        "a #b",
    ]
)
_TEXTS = st.one_of(
    _WORDS,
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff\ufffe\uffff"), max_size=20),
    st.text("ab \n\t\"'\\$#:-|>{}[]&*!%@`", max_size=30),
).filter(
    lambda text: not any((ord(c) < 32 and c not in "\t\n\r") or (0x7F <= ord(c) < 0xA0 and c != "\x85") for c in text)
)


def text_node(text: str) -> Scalar:
    return Scalar(text, text, EMPTY, "'")


def document(**bodies: Node) -> Document:
    """A document whose variables these are."""
    task = Mapping({"script": Entry(EMPTY, Sequence((text_node("x"),), EMPTY))}, EMPTY)
    return Document(
        EMPTY,
        sections={"variables": {name: Entry(EMPTY, body) for name, body in bodies.items()}},
        workflow_name=text_node("w"),
        tasks={"t": Entry(EMPTY, task)},
    )


def loaded(text: str) -> dict:
    report = Reporter()
    root = load("composed.yaml", text.encode(), report).root
    assert root is not None, [found.message for found in report]
    return to_python(root)  # type: ignore[return-value]


@settings(max_examples=300, deadline=None)
@given(_TEXTS, _TEXTS)
@example("two\nlines\n\n", "a")
@example("\n", "\n\n")
@example(" leading\n  more", "tab\there\n")
@example("carriage\rreturn\n", "next\x85line\u2028\n")
def test_any_text_arrives(one: str, two: str) -> None:
    node = Mapping(
        {"value": Entry(EMPTY, text_node(one)), "domain": Entry(EMPTY, Sequence((text_node(two),), EMPTY))}, EMPTY
    )
    text = workflow_yaml(document(A=node, B=text_node(two), C=text_node(one)))
    variables = loaded(text)["variables"]
    assert variables == {"A": {"value": one, "domain": [two]}, "B": two, "C": one}
    assert yaml.safe_load(text)["variables"] == variables  # YAML 1.1 reads the same


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()))
@example(float("inf"))
@example(float("-inf"))
def test_other_values_stay_what_they_are(value: object) -> None:
    spelt = (
        {True: "true", False: "false", None: "null"} if not isinstance(value, float) else {inf: ".inf", -inf: "-.inf"}
    )
    shown = spelt.get(value, str(value))  # type: ignore[call-overload]
    text = workflow_yaml(document(A=Scalar(value, shown, EMPTY)))  # type: ignore[arg-type]
    assert loaded(text)["variables"] == {"A": value}


def composed(*texts: str) -> str:
    done = compose_workflow([(f"{number}.yaml", text.encode()) for number, text in enumerate(texts)])
    assert done.document is not None
    return workflow_yaml(done.document, ["Composed."])


def test_the_usual_order_and_shape() -> None:
    first = """\
# a comment
workflow:
  tasks:
    - script: [one, "two\\nlines\\n"]
      depends_on: []
      name: a
  name: w
operators: [{type: bash, name: o}]
variables: {B: {value: 1, type: integer}, A: "yes"}
version: "0.1"
"""
    second = "workflow: {timeout: 5m, variables: {V: x}, tasks: {b: {probes: {readiness: {delay: 1, tcp_port: {port: 80}}}, script: [x]}}}"
    assert (
        composed(first, second)
        == """\
# Composed.
version: "0.1"

variables:
  B:
    type: integer
    value: 1
  A: 'yes'

operators:
  o:
    type: bash

workflow:
  name: w
  timeout: 5m
  variables:
    V: x
  tasks:
    - name: a
      depends_on: []
      script:
      - one
      - |
        two
        lines

    - name: b
      script:
      - x
      probes:
        readiness:
          delay: 1
          tcp_port:
            port: 80
"""
    )


def test_what_is_no_number_stays_so() -> None:
    text = workflow_yaml(document(A=Scalar(float("nan"), "nan", EMPTY)))
    assert str(loaded(text)["variables"]) == "{'A': nan}"


def test_values_that_are_nearly_alike_are_written_each_in_its_own_way() -> None:
    values = ["[]", "{}", "1", "'1'", "1.0", "true", "'true'", "[1]", "['1']", "[[1]]", "{a: 1}", "[{a: 1}]", "[a, 1]"]
    for value in (*values, *reversed(values)):
        text = f"version: '0.1'\nvariables: {{V: {{value: {value}}}}}\nworkflow: {{name: w, tasks: [{{name: t, script: [x]}}]}}"
        document = compose_workflow([("a.yaml", text.encode())]).document
        assert document is not None
        found = yaml.safe_load(workflow_yaml(document))["variables"]["V"]["value"]
        assert repr(found) == repr(yaml.safe_load(value))


def test_a_value_that_several_rows_give_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    emit = yaml.emit

    def watched(events: list[yaml.Event], **options: object) -> str:
        written.extend(event.value for event in events if isinstance(event, yaml.ScalarEvent))
        return emit(events, **options)

    monkeypatch.setattr(yaml, "emit", watched)
    text = b"{version: '0.1', variables: {V: 1}, workflow: {name: w, tasks: [{name: t, script: [x]}]}}"
    for line in (2, 3, 4):
        cell = Option("--set", "V=only in this table", Span("rows.csv", line, 1))
        document = compose_workflow([("a.yaml", text)], Overrides(row=(cell,))).document
        assert document is not None
        assert "only in this table" in workflow_yaml(document)
    assert written.count("only in this table") == 1
