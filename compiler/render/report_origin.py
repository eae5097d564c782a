"""Where a run comes from: versions, sources, host, job, nodes, variables, the script's environment.

In: a Run. Out: Origin; what the run's directory does not say is empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..runs.environment import read_environment
from ..runs.run import Run
from ..runs.secrets import Masker

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run comes from."""

    facts: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    job: tuple[tuple[str, str], ...]
    nodes: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...]
    overrides: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]


def origin(run: Run, masker: Masker) -> Origin:
    """All that is known."""
    facts = run.facts

    def shown(pairs: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((name, masker.shown(str(value))[:_LONGEST]) for name, value in pairs.items())

    about: dict[str, str] = {}
    if facts:
        about = {
            "sflowc": facts.sflowc,
            "script": facts.script,
            "made with": facts.rebuild,
            "sha256 of its body": facts.body,
        }
        host = facts.host
        about |= {
            "host": str(host.get("name", "")),
            "user": str(host.get("user", "")),
            "system": str(host.get("system", "")),
        }
        about |= {"bash": str(host.get("bash", "")), "CPUs": str(host.get("cpus") or "")}
    return Origin(
        facts=shown({name: value for name, value in about.items() if value}),
        sources=facts.sources if facts else (),
        job=shown(dict(facts.slurm)) if facts and facts.slurm else (),
        nodes=tuple((node.name, node.address) for node in facts.nodes) if facts else (),
        variables=shown(dict(facts.variables)) if facts else (),
        overrides=shown(run.state.overrides),
        environment=shown(read_environment(run.path)),
    )
