"""Finds out where the artifacts are.

Before: variables and backends. After: `draft.artifacts`, what containers mount for them, and `artifacts.A.path` and `.uri`
in the scope. The disk is not looked at: the script's preflight does that where it counts.
"""

from __future__ import annotations

from dataclasses import replace

from ..artifacts import ARTIFACTS
from ..artifacts.base import Located
from ..diagnostics import Reporter
from ..expr.evaluate import evaluate_text
from ..ir.expr import RunText, Text, display
from ..ir.plan import PlanArtifact
from ..ir.workflow import Artifact
from .draft import Draft
from .scope import Names


def resolve_artifacts(draft: Draft, report: Reporter) -> Draft:
    artifacts: list[PlanArtifact] = []
    mounts: list[Text] = []
    for declared in draft.workflow.artifacts:
        found = _resolve(declared, draft, report)
        if found is None:
            continue
        artifact, located = found
        artifacts.append(artifact)
        if located.mount is not None:
            mounts.append(RunText.of(located.mount, ":", located.mount, ":rw"))
    report.raise_if_errors()
    values = {artifact.name: {"path": artifact.path, "uri": artifact.uri} for artifact in artifacts}
    scope = draft.scope.extended(artifacts=Names("artifact", values))
    return replace(draft, artifacts=tuple(artifacts), mounts=tuple(_plain(mount) for mount in mounts), scope=scope)


def _plain(text: Text) -> Text:
    return display(text) if isinstance(text, RunText) and text.is_constant else text


def _resolve(declared: Artifact, draft: Draft, report: Reporter) -> tuple[PlanArtifact, Located] | None:
    uri = evaluate_text(declared.uri, draft.scope, report)
    content = None if declared.content is None else evaluate_text(declared.content, draft.scope, report)
    if uri is None or (declared.content is not None and content is None):
        return None
    if isinstance(uri, RunText):
        message = f"the URI of '{declared.name}' is {display(uri)}, which is known only when the job runs"
        report.error("runtime-value", message, declared.uri.span)
        return None
    scheme_name = uri.partition(":")[0].lower()
    if ":" not in uri:
        report.error(
            "no-scheme",
            f"the URI of artifact '{declared.name}' has no scheme: {uri}",
            declared.uri.span,
            help=f"for a local path write fs://{uri}",
        )
        return None
    scheme = ARTIFACTS.get(scheme_name) if "://" in uri else None
    if content is not None and not (scheme and scheme.content):
        report.error(
            "content-not-file", f"artifact '{declared.name}' has content, but is no file:// artifact", declared.uri.span
        )
        return None
    located = (
        scheme.locate(uri, content is not None, declared.name, declared.uri.span, report) if scheme else Located(uri)
    )
    if located is None:
        return None
    if scheme_name in ("http", "https", "hf", "huggingface"):
        report.warning(
            "artifact-not-fetched",
            f"artifact '{declared.name}' is not downloaded: its path is the URI",
            declared.uri.span,
            help="download it in a task that the others depend on",
        )
    artifact = PlanArtifact(
        declared.name,
        scheme_name,
        uri,
        located.path,
        content,
        declared.sha256.text if declared.sha256 else None,
        located.check,
        declared.uri.span,
    )
    return artifact, located
