"""Which part of a serving system each task is, by runs/roles.yaml: etcd, nats, frontend, worker, benchmark.

In: the name of a task and the script that it ran, if it has started. Out: its roles, none for other tasks.

    roles_of("nats", "exec nats-server -p 4222") == frozenset({"nats"})
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import yaml

from ... import resources

_COMMAND = (
    r"(?:^|[;&|({{`]|\bexec|\bsudo|\btime|\bthen|\bdo|\belse|\w=\S*)[ \t\"']*(?:[^\s;&|\"']*/)?{name}(?=[\s\"';&|)]|$)"
)
_ARGUMENT = r"(?:^|[\s\"'/=]){name}(?=[\s\"';&|)]|$)"
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Role:
    """What a task is for."""

    name: str
    runs: re.Pattern[str] | None
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Roles:
    """The table: roles, and which metrics of a benchmark say that something is wrong."""

    roles: tuple[Role, ...]
    bad_when_zero: re.Pattern[str]
    bad_when_not_zero: re.Pattern[str]


@functools.cache
def table() -> Roles:
    """runs/roles.yaml, read once."""
    value = yaml.safe_load(resources.read_text("runs", "roles.yaml"))
    roles = tuple(Role(entry["role"], _runs(entry), frozenset(entry.get("words", ()))) for entry in value["roles"])
    metrics = value["metrics"]
    return Roles(roles, re.compile(metrics["bad_when_zero"]), re.compile(metrics["bad_when_not_zero"]))


def _runs(entry: dict[str, list[str]]) -> re.Pattern[str] | None:
    parts = [_COMMAND.format(name=re.escape(name)) for name in entry.get("commands", ())]
    parts += [_ARGUMENT.format(name=re.escape(name)) for name in entry.get("arguments", ())]
    phrases = [r"[ \t]+".join(map(re.escape, phrase.split())) for phrase in entry.get("phrases", ())]
    parts += [_COMMAND.format(name=phrase) for phrase in phrases]
    return re.compile("|".join(parts), re.MULTILINE) if parts else None


def roles_of(name: str, script: str) -> frozenset[str]:
    """What the script runs counts; a script that says nothing leaves it to the name."""
    text = _COMMENT.sub("", script[:_LONGEST]).replace("\\\n", " ")
    roles = table().roles
    found = frozenset(role.name for role in roles if role.runs is not None and role.runs.search(text))
    words = {word.rstrip("0123456789") for word in re.split(r"[^a-z0-9]+", name.lower())}
    return found or frozenset(role.name for role in roles if role.words & words)
