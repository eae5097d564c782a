"""The command that makes the same script again, as the script's header names it.

In: what the command line said. Out: the words of a command, in one spelling, the values of secrets masked.
"""

from __future__ import annotations

from ..artifacts.masking import masked
from ..ir.plan import SECRET
from ..ir.secrets import MASK
from .cluster import shown_path
from .inputs import Inputs


def _masked(assignment: str) -> str:
    """NAME=VALUE without the value when the name says that it is a secret: it stands in the header of a script."""
    name, equals, _ = assignment.partition("=")
    return f"{name}={MASK}" if equals and SECRET.search(name) else assignment


def _masked_uri(assignment: str) -> str:
    """NAME=URI without the secrets that the URI holds."""
    name, equals, uri = assignment.partition("=")
    return f"{name}{equals}{masked(uri)}"


def masked_words(inputs: Inputs) -> list[tuple[str, str]]:
    """The options that change what the files say, with their values; a value that looks like a secret is masked."""
    return [
        *(("-M", pattern) for pattern in inputs.missable),
        *(("-a", _masked_uri(assignment)) for assignment in inputs.artifacts),
        *(("-s", _masked(assignment)) for assignment in inputs.sets),
    ]


def rebuild_command(inputs: Inputs, *more: str) -> tuple[str, ...]:
    """The command that makes the same script again, in one spelling."""
    words = ["sflowc", "build"]
    for option, value in (*(("-f", name) for name in inputs.files), *masked_words(inputs)):
        words += [option, value]
    if inputs.cluster is not None:
        words += ["--cluster", shown_path(inputs.cluster)]
    if inputs.no_cluster:
        words.append("--no-cluster")
    return (*words, *more)
