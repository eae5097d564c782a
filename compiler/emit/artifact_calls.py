"""What a script does to have the artifacts: functions of its data half, and the units that they call.

In: the artifacts of a plan. Out: `workflow_paths` (what the preflight looks for), `workflow_artifacts` (what is written
and what is downloaded before the first task) and, for each download, a function that is told to `check` or to `get`:

    fetch_0() { "sf_artifact_http_$1" https://example.org/x "${SF_WORKSPACE}/.sflow_cache/artifacts/.../x" ''; }
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..artifacts.paths import mount_of
from ..ir.expr import Atom, RunText, Text
from ..ir.plan import HttpFetch, HubFetch, PlanArtifact
from ..ir.script import Function
from .shell import Speller, quote, word

PATIENCE = 60
"""Seconds without a byte after which a download has failed."""


def fetched(artifacts: Iterable[PlanArtifact]) -> tuple[PlanArtifact, ...]:
    """Those that are downloaded, in the order of their numbers."""
    return tuple(artifact for artifact in artifacts if artifact.fetch is not None)


def written(artifacts: Iterable[PlanArtifact]) -> tuple[PlanArtifact, ...]:
    """Those whose content stands in the script, in the order of their numbers."""
    return tuple(artifact for artifact in artifacts if artifact.content is not None)


def settings(artifacts: Sequence[PlanArtifact]) -> Iterable[str]:
    """Name and shown URI of each download, and how long one may stand still."""
    names = [f"  {quote(artifact.name)} {quote(artifact.shown)}" for artifact in fetched(artifacts)]
    if names:
        yield f"SF_PATIENCE={PATIENCE} # seconds without a byte until a download has failed"
        yield from ("SF_FETCH=( # what is downloaded before the first task", *names, ")")


def units(artifacts: Sequence[PlanArtifact]) -> Iterable[str]:
    """The runtime units that the functions call."""
    if written(artifacts):
        yield "artifact"
    if fetched(artifacts):
        yield "fetch"
    yield from sorted({_unit(artifact) for artifact in fetched(artifacts)})


def _unit(artifact: PlanArtifact) -> str:
    return "artifact_http" if isinstance(artifact.fetch, HttpFetch) else "artifact_hf"


def functions(artifacts: Sequence[PlanArtifact], spell: Speller) -> Iterable[Function]:
    paths = [artifact for artifact in artifacts if artifact.check]
    if paths:
        pairs = [f"  {quote(artifact.name)} {word(artifact.path, spell)}" for artifact in paths]
        yield Function("workflow_paths", "artifacts that must be there", ("SF_PATHS=(", *pairs, ")"))
    lines = [f"sf_artifact_write {i} {word(a.path, spell)} || return" for i, a in enumerate(written(artifacts))]
    downloads = fetched(artifacts)
    if downloads:
        lines.append("sf_fetch_all")
    if lines:
        yield Function("workflow_artifacts", "what must be there before the first task", tuple(lines))
    for index, artifact in enumerate(downloads):
        words = [f'"sf_{_unit(artifact)}_$1"', *_arguments(artifact, spell)]
        line = " ".join(words)
        call = [line] if len(line) <= 116 else " \\\n  ".join(words).split("\n")
        yield Function(f"fetch_{index}", f"<check|get>: {artifact.name}", tuple(call))


def mounts(artifacts: Sequence[PlanArtifact], spell: Speller) -> Iterable[Function]:
    """What containers mount for the artifacts: files and directories, and what the hub's cache has of a repository."""
    places = [place for artifact in artifacts if (place := _mount(artifact)) is not None]
    if places:
        words = [f"  {word(place, spell)}" for place in dict.fromkeys(places)]
        yield Function("workflow_mounts", "where containers see the artifacts", ("SF_PLACES=(", *words, ")"))


def _mount(artifact: PlanArtifact) -> Text | None:
    if isinstance(artifact.fetch, HubFetch):
        return RunText((Atom("artifact_repo", artifact=artifact.name),))
    return mount_of(artifact.path) if artifact.scheme in ("fs", "file") else None


def _arguments(artifact: PlanArtifact, spell: Speller) -> list[str]:
    sha256 = quote(artifact.sha256 or "")
    fetch = artifact.fetch
    assert fetch is not None
    if isinstance(fetch, HttpFetch):
        return [quote(fetch.url), word(artifact.path, spell), sha256]
    return [fetch.type, quote(fetch.repo), quote(fetch.revision), quote(fetch.file), sha256]
