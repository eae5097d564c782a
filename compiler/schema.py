"""Assembles the JSON Schema of the language from the tables of probes and operators.

In: the tables. Out: the schema as a dict, which `make schema` writes to schemas/workflow.schema.json: the compiler
validates with that file and editors read it. A file may be a part of a workflow, so nothing at the top is required.
It is plain JSON Schema 2020-12, of which it uses what source/validate.py knows.

    workflow_schema()["properties"]["workflow"]
"""

from __future__ import annotations

import json
from typing import Any

from .ir.fields import Schema, body, boolean, integer, number, text, texts
from .operators import OPERATORS
from .probes import PROBES
from .probes.base import KNOBS

EXPRESSION = r"\$\{\{"

_DEFINITIONS: Schema = {
    "expression": {"type": "string", "pattern": EXPRESSION, "description": "an expression, ${{ … }}"},
    "text": {"type": ["string", "number", "boolean", "null"]},
    "word": {"type": ["string", "number", "boolean"]},
    "integer": {
        "anyOf": [
            {"type": ["integer", "null"]},
            {"type": "string", "pattern": r"^\s*[-+]?\d+\s*$", "description": "text that reads as a whole number"},
            {"$ref": "#/$defs/expression"},
        ]
    },
    "number": {
        "anyOf": [
            {"type": ["number", "null"]},
            {
                "type": "string",
                "pattern": r"^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$",
                "description": "text that reads as a number",
            },
            {"$ref": "#/$defs/expression"},
        ]
    },
    "boolean": {
        "anyOf": [
            {"type": ["boolean", "null"]},
            {"enum": [0, 1]},
            {
                "type": "string",
                "pattern": r"^\s*([Tt]rue|TRUE|[Yy]es|YES|[Yy]|[Oo]n|ON|1|[Ff]alse|FALSE|[Nn]o|NO|[Nn]|[Oo]ff|OFF|0)\s*$",
                "description": "text that reads as one of them",
            },
            {"$ref": "#/$defs/expression"},
        ]
    },
    "texts": {"type": ["array", "null"], "items": {"$ref": "#/$defs/text"}},
    "duration": {
        "anyOf": [
            {"type": ["number", "null"]},
            {
                "type": "string",
                "pattern": r"^\s*(\d+(\.\d+)?|(\d+d)?\s*(\d+h)?\s*(\d+m)?\s*(\d+(\.\d+)?s)?)\s*$",
                "description": "seconds, or such as 90s, 30m, 2h, 1h30m, 1d",
            },
            {"$ref": "#/$defs/expression"},
        ]
    },
    "integers": {
        "anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/integer"}},
            {"$ref": "#/$defs/integer"},
        ]
    },
}


def _names(description: str) -> Schema:
    return {
        "anyOf": [{"type": "array", "items": {"$ref": "#/$defs/word"}}, {"$ref": "#/$defs/text"}],
        "description": description,
    }


def _duration(description: str) -> Schema:
    return {"$ref": "#/$defs/duration", "description": description}


def _section(title: str, item: str, *, shorthand: tuple[str, ...] = ()) -> Schema:
    """A named section: a mapping of name to body, or a list of bodies with a name."""
    entry: Schema = {"$ref": f"#/$defs/{item}"}
    if shorthand:
        entry = {"anyOf": [{"type": list(shorthand)}, entry]}
    return {
        "description": title,
        "anyOf": [
            {"type": ["object", "null"], "additionalProperties": entry},
            {"type": "array", "items": {"$ref": f"#/$defs/{item}", "required": ["name"]}},
        ],
    }


_ABOUT: Schema = {"name": text("Its name"), "description": text("For people")}
_SCALARS = ("string", "number", "boolean", "null", "array")

_POOL_FIELDS: Schema = {
    "nodes": integer("How many nodes"),
    "gpus_per_node": integer("How many GPUs a node has; only for planning"),
}
_SLURM_FIELDS: Schema = {
    "account": text("The account that the job is charged to"),
    "partition": text("The partition"),
    "time": text("The time limit, as sbatch --time takes it: minutes, or hours:minutes:seconds ..."),
    "extra_args": texts("Further options of sbatch, a directive each"),
    "job_name": text("The job's name; the workflow's when left out"),
    **{
        name: text(what)
        for name, what in {
            "qos": "Quality of service",
            "reservation": "The reservation",
            "constraint": "Features that the nodes must have",
            "mem": "Memory on each node",
            "signal": "Which signal the job gets before its time limit; B:USR2@60 when left out",
            "comment": "A comment on the job",
            "mail_type": "When Slurm writes mail",
            "mail_user": "To whom",
            "dependency": "Jobs that this one waits for",
        }.items()
    },
    "exclusive": boolean("Whether the nodes are for this job alone", default=False),
    "requeue": boolean("Whether the job may be requeued"),
}


def _probe(description: str) -> Schema:
    kinds = {kind: {"$ref": f"#/$defs/probe_{kind}"} for kind in PROBES}
    exactly_one = [{"required": [kind], "properties": {kind: {"type": "object"}}} for kind in sorted(PROBES)]
    probe = body(description, {**kinds, **KNOBS}, oneOf=exactly_one)
    return {"description": description, "anyOf": [{"type": "null"}, probe]}


def _resources() -> Schema:
    resources = {
        "nodes": body(
            "Which nodes",
            {
                "indices": {"$ref": "#/$defs/integers", "description": "Positions in the pool"},
                "count": integer("How many nodes"),
                "exclude": {"$ref": "#/$defs/integers", "description": "Indices that are left out of the pool"},
            },
            type=["object", "null"],
        ),
        "accelerator": text("The kind of accelerator; without a backend the first one that offers it is taken"),
        "gpus": body("How many GPUs", {"count": integer("GPUs of each replica")}, type=["object", "null"]),
    }
    return body("What it needs", resources, type=["object", "null"])


def _retries(description: str) -> Schema:
    fields = {
        "count": integer("How many further attempts"),
        "interval": number("Seconds before the next attempt"),
        "backoff": number("What the interval is multiplied with each time", default=1),
    }
    return body(description, fields, ("count", "interval"), type=["object", "null"])


def _on_timeout() -> Schema:
    lines = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/word"},
        "description": "Lines of bash, joined and run together",
    }
    what = "What runs when a time limit is near, before tasks are stopped"
    fields = {
        "script": lines,
        "lead": _duration("How long before the limit it begins; a minute, or half of a short limit, when left out"),
    }
    return {"description": what, "anyOf": [lines, body(what, fields, ("script",), type=["object", "null"])]}


def _defaults() -> Schema:
    return body(
        "What holds for every task that does not say otherwise",
        {
            "timeout": _duration("How long a task may run"),
            "retries": _retries("Further attempts"),
            "strict": boolean("Whether the scripts run under set -euo pipefail"),
            "probes": body("How probes are made", KNOBS, type=["object", "null"]),
        },
        type=["object", "null"],
    )


def _metrics() -> Schema:
    """Names, or a section whose bodies may have keys that mean nothing here."""
    fields = {
        "name": text("The field's name"),
        "unit": text("Its unit"),
        "min": number("The least that a value may be: one below fails the task"),
        "max": number("The most that a value may be"),
        "description": text("For people"),
    }
    metric = body("A measurement", fields, additionalProperties=True)
    named = {"anyOf": [{"$ref": "#/$defs/text"}, metric, {"type": "array"}]}
    return {
        "description": "The fields that are measurements: their names, or a section with the unit and bounds of each",
        "anyOf": [
            {"type": ["object", "null"], "additionalProperties": named},
            {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/text"}, metric]}},
        ],
    }


def _output() -> Schema:
    fields = {
        "name": text("A name for people"),
        "pattern": text("A pattern in the format of Python's parse library"),
        "source": text("Where the lines come from; the task's log"),
        "metrics": _metrics(),
        "require": boolean(
            "Whether the task fails when nothing is found; true where a metric has bounds", default=False
        ),
    }
    return body("Values read from the log", fields, ("pattern",))


def _task() -> Schema:
    replicas = {
        "count": integer("How many replicas"),
        "policy": text("parallel or sequential", default="parallel"),
        "variables": texts("Variables over whose domains the replicas go"),
    }
    name = {"$ref": "#/$defs/word", "description": "The operator's name"}
    overrides = {
        "title": "An operator, with other values for this task",
        "type": "object",
        "properties": {"name": name},
        "required": ["name"],
    }
    use = {"anyOf": [{"type": ["string", "null"]}, overrides]}
    return body(
        "A task",
        {
            "name": text("The task's name, and that of its directory"),
            "script": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/$defs/word"},
                "description": "Lines of bash, joined and run together",
            },
            "depends_on": {
                "type": ["array", "null"],
                "items": {"$ref": "#/$defs/word"},
                "description": "Tasks that come first",
            },
            "operator": {**use, "description": "How it runs: an operator's name, or a mapping of name and overrides"},
            "backend": {"type": ["string", "null"], "description": "Where it runs: a backend's name"},
            "replicas": body("Several instances of the task", replicas, type=["object", "null"]),
            "resources": _resources(),
            "probes": body(
                "How to know that it is ready, or has failed",
                {"readiness": _probe("When is it ready?"), "failure": _probe("When has it failed?")},
                type=["object", "null"],
            ),
            "retries": _retries("Further attempts"),
            "outputs": {
                "type": ["array", "null"],
                "items": _output(),
                "description": "Values read from the log when the task has completed",
            },
            "timeout": _duration("How long it may run"),
            "variables": _section("Variables of this task alone", "variable", shorthand=_SCALARS),
            "strict": boolean("Whether the script runs under set -euo pipefail"),
            "critical": boolean("Whether its end while others need it fails the run", default=True),
            "description": text("For people"),
        },
        ("script",),
    )


def _entries() -> Schema:
    """What stands in the named sections, but for operators and tasks."""
    definitions: Schema = {}
    definitions["variable"] = body(
        "A variable",
        {
            **_ABOUT,
            "value": {"description": "Its value"},
            "type": {
                "enum": ["string", "integer", "float", "boolean", "list", "dict", None],
                "description": "string when left out",
            },
            "domain": {
                "type": ["array", "string", "null"],
                "description": "The values it may have; a sweep goes over them",
            },
        },
        ("value",),
    )
    definitions["artifact"] = body(
        "An artifact",
        {
            **_ABOUT,
            "uri": {"type": "string", "description": "Where it is: fs://, file://, http(s)://, hf://, docker://"},
            "content": {
                "type": ["string", "number", "boolean", "null"],
                "description": "The content of a file:// that the run writes",
            },
            "sha256": text("What a download must hash to"),
        },
        ("uri",),
    )
    definitions |= _by_type("backend", "A backend: where tasks run", _backends())
    return definitions


def _backends() -> dict[str, Schema]:
    """Each type of backend: its title and fields."""
    fields = {
        "default": boolean("Whether tasks without a backend go here"),
        "accelerator": _names("The kinds of accelerator that it offers, such as h100; tasks ask for them"),
        **_POOL_FIELDS,
    }
    return {
        "local": body("The host where the script is started", fields),
        "slurm": body("Nodes of a Slurm cluster", {**fields, **_SLURM_FIELDS}),
    }


def _by_type(name: str, title: str, bodies: dict[str, Schema]) -> Schema:
    """The definitions of what has a `type` that says which further keys it has."""
    types: Schema = {"enum": list(bodies), "description": "What it is"}
    rules = [
        {
            "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/{name}_{kind}"},
        }
        for kind in bodies
    ]
    whole: Schema = {
        "title": title,
        "type": "object",
        "properties": {**_ABOUT, "type": types},
        "required": ["type"],
        "allOf": rules,
    }
    own = {
        f"{name}_{kind}": {**found, "properties": {**_ABOUT, "type": types, **found["properties"]}}
        for kind, found in bodies.items()
    }
    return {name: whole, **own}


def _definitions() -> Schema:
    definitions = {**_DEFINITIONS, **_entries()}
    operators = {name: body(operator.title, operator.fields) for name, operator in OPERATORS.items()}
    definitions |= _by_type("operator", "An operator: how a task's script is started", operators)
    for kind, probe in PROBES.items():
        definitions[f"probe_{kind}"] = body(probe.title, probe.fields, probe.required, type=["object", "null"])
    definitions["task"] = _task()
    return definitions


def workflow_schema() -> dict[str, Any]:
    """The whole schema."""
    workflow = body(
        "The workflow",
        {
            **_ABOUT,
            "timeout": _duration("How long the whole may run"),
            "on_timeout": _on_timeout(),
            "strict": boolean("Whether all scripts run under set -euo pipefail", default=False),
            "defaults": _defaults(),
            "variables": _section(
                "Variables resolved last; they may use nodes' addresses", "variable", shorthand=_SCALARS
            ),
            "tasks": _section("The tasks", "task"),
        },
        type=["object", "null"],
    )
    root = body(
        "A workflow of sflowc, or a part of one",
        {
            "version": {"enum": ["0.1"], "description": "The version of the language, in quotes"},
            "variables": _section("Global variables", "variable", shorthand=_SCALARS),
            "artifacts": _section("Files and models", "artifact"),
            "backends": _section("Where tasks run", "backend"),
            "operators": _section("How tasks run", "operator"),
            "workflow": workflow,
        },
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "workflow.schema.json",
        **root,
        "$defs": _definitions(),
    }


def workflow_schema_text() -> str:
    """The text of schemas/workflow.schema.json."""
    return json.dumps(workflow_schema(), indent=2, ensure_ascii=False) + "\n"
