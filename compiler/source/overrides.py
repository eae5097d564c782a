"""What --set and --artifact change in a merged document.

In: NAME=VALUE as typed, and the section that declares the name. Out: the section with another value. Text is read as
Python's int() and float() would, as a boolean, as a JSON list or object, else it stays text; a list sets the domain.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..diagnostics import COMMAND_LINE, Label, Reporter, Span, did_you_mean
from ..ir.tree import Entry, Mapping, Node, Scalar, ScalarValue, Sequence

_BOOLEANS: dict[str, bool] = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}


MAX_DEPTH = 100
_DOWNLOADED = ("http", "https", "hf", "huggingface")


@dataclass(frozen=True, slots=True)
class Option:
    """What assigns: `--set NAME=VALUE` or `--artifact NAME=URI` on the command line, or a cell of a table, which has a `place`."""

    name: str
    text: str
    place: Span | None = None

    def __str__(self) -> str:
        """The option in one line, as diagnostics show it."""
        return f"{self.name} {self.text}".replace("\r", " ").replace("\n", " ")

    def parts(self) -> tuple[str, str | None]:
        """What is assigned to, and what; None without an equals sign."""
        name, equals, value = self.text.partition("=")
        return name, value if equals else None

    def span(self, line: int, start: int, length: int) -> Span:
        """The place of text[start:start + length]; of a cell, the whole of it."""
        if self.place is not None:
            return self.place
        column = len(self.name) + 2 + start
        return Span(COMMAND_LINE, line, column, line, column + max(length, 1))


def set_variable(
    option: Option, line: int, variables: dict[str, Entry], workflow_variables: dict[str, Entry], report: Reporter
) -> None:
    """Applies `--set NAME=VALUE` to a declared global variable."""
    name, value = option.parts()
    if value is None:
        span = option.span(line, 0, len(option.text))
        report.error("set-syntax", "this has no '='", span, help="write --set NAME=VALUE")
        return
    if name not in variables:
        labels = []
        advice = did_you_mean(name, variables, what="global variables")
        if name in workflow_variables:
            labels = [Label(workflow_variables[name].key_span, "it is a workflow variable")]
            advice = "move it to the global variables to let --set reach it"
        message = f"no global variable is called '{name}'"
        report.error("unknown-variable", message, option.span(line, 0, len(name)), labels=labels, help=advice)
        return
    parsed = read_value(value)
    span = option.span(line, len(name) + 1, len(value))
    node = to_node(parsed, value, span)
    old = variables[name]
    body = dict(old.value.entries) if isinstance(old.value, Mapping) else {"value": Entry(old.key_span, old.value)}
    if isinstance(parsed, list):
        body["domain"] = Entry(span, node)
        if parsed:
            body["value"] = Entry(span, to_node(parsed[0], _spelling(parsed[0]), span))
    else:
        body["value"] = Entry(span, node)
    variables[name] = Entry(old.key_span, Mapping(body, old.value.span))


def set_artifact(option: Option, line: int, artifacts: dict[str, Entry], report: Reporter) -> None:
    """Applies `--artifact NAME=URI`; content stays only with a file:// URI, sha256 only with what is downloaded."""
    name, uri = option.parts()
    if not uri:
        span = option.span(line, 0, len(option.text))
        report.error("artifact-syntax", "this has no URI", span, help="write --artifact NAME=URI")
        return
    if name not in artifacts:
        advice = did_you_mean(name, artifacts, what="artifacts")
        span = option.span(line, 0, len(name))
        report.error("unknown-artifact", f"no artifact is called '{name}'", span, help=advice)
        return
    old = artifacts[name]
    span = option.span(line, len(name) + 1, len(uri))
    body = dict(old.value.entries) if isinstance(old.value, Mapping) else {}
    body["uri"] = Entry(span, Scalar(uri, uri, span))
    scheme = uri.partition(":")[0].lower()
    if scheme != "file":
        body.pop("content", None)
    if scheme not in _DOWNLOADED:
        body.pop("sha256", None)
    artifacts[name] = Entry(old.key_span, Mapping(body, old.value.span))


_JOB = {
    "--nodes": "nodes",
    "--gpus-per-node": "gpus_per_node",
    "--job-name": "job_name",
    "--partition": "partition",
    "--account": "account",
    "--time": "time",
    "--directive": "extra_args",
}
"""What an option of a job says of a slurm backend."""
_OF_ONE = ("--nodes", "--gpus-per-node", "--job-name")
"""Of several backends these mean the default one; what is to be paid for, and how long, is said of all."""


def set_job(option: Option, line: int, backends: dict[str, Entry], report: Reporter) -> None:
    """Applies an option of a job, such as `--partition gpu`, to the slurm backends."""
    span = option.span(line, 0, len(option.text))
    slurm = [name for name, entry in backends.items() if _says(entry.value, "type", "slurm")]
    if option.name in _OF_ONE and len(slurm) > 1:
        slurm = [name for name in slurm if _says(backends[name].value, "default", True)] or slurm[:1]
    if not slurm and option.place is not None:
        return  # of a table: there the name is also that of the script
    if not slurm:
        report.error(
            "unknown-backend",
            f"{option.name} is about a slurm backend, and there is none",
            span,
            help="add one to `backends`",
        )
    for name in slurm:
        old = backends[name]
        assert isinstance(old.value, Mapping)
        key, body = _JOB[option.name], dict(old.value.entries)
        node: Node = to_node(read_value(option.text), option.text, span)
        if key == "extra_args":
            given = body[key].value if key in body else None
            items = (
                given.items
                if isinstance(given, Sequence)
                else (given,)
                if isinstance(given, Scalar) and given.text
                else ()
            )
            node = Sequence((*items, Scalar(option.text, option.text, span)), span)
        body[key] = Entry(span, node)
        backends[name] = Entry(old.key_span, Mapping(body, old.value.span))


def _says(body: Node, key: str, value: ScalarValue) -> bool:
    found = body.get(key) if isinstance(body, Mapping) else None
    return isinstance(found, Scalar) and found.value == value


def read_value(text: str) -> object:
    """A value from the command line or a CSV cell."""
    stripped = text.strip()
    number = _number(stripped)
    if number is not None:
        return number
    if stripped.lower() in _BOOLEANS:
        return _BOOLEANS[stripped.lower()]
    if stripped[:1] in ("[", "{"):
        try:
            parsed = json.loads(stripped)
        except (ValueError, RecursionError):
            return text
        return parsed if _is_shallow(parsed, MAX_DEPTH) else text
    return text


def _is_shallow(value: object, levels: int) -> bool:
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in inner)


def _number(text: str) -> int | float | None:
    """What Python's int() or float() reads, None for what neither does."""
    if len(text) > 4000:  # more digits than int() converts
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def to_node(value: object, text: str, span: Span) -> Node:
    """A plain value as a tree whose every node lies at `span`."""
    if isinstance(value, list):
        return Sequence(tuple(to_node(item, _spelling(item), span) for item in value), span)
    if isinstance(value, dict):
        entries = {str(key): Entry(span, to_node(item, _spelling(item), span)) for key, item in value.items()}
        return Mapping(entries, span)
    scalar: ScalarValue = value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
    return Scalar(scalar, text, span)


def _spelling(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
