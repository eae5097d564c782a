"""Finds out where the artifacts are.

Before: variables and backends. After: `draft.artifacts`, what containers mount for them, and `artifacts.A.path` and `.uri`
in the scope. The disk is not looked at: the script's preflight does that where it counts.
"""

from __future__ import annotations

import re

from ..artifacts import ARTIFACTS
from ..artifacts.base import Located
from ..artifacts.masking import masked
from ..diagnostics import Reporter
from ..expr.evaluate import evaluate_text
from ..ir.change import replace
from ..ir.expr import RunText, Text, display
from ..ir.plan import Fetch, HubFetch, PlanArtifact
from ..ir.workflow import Artifact
from .draft import Draft
from .scope import BROKEN, Names


def resolve_artifacts(draft: Draft, report: Reporter) -> Draft:
    artifacts: list[PlanArtifact] = []
    mounts: list[Text] = []
    repositories: dict[tuple[str, str], Text] = {}
    for declared in draft.workflow.artifacts:
        found = _resolve(declared, draft, report)
        if found is None:
            continue
        artifact, located = found
        artifacts.append(artifact)
        mount = located.mount
        if mount is not None and isinstance(located.fetch, HubFetch):  # several can be of one repository
            mount = repositories.setdefault((located.fetch.type, located.fetch.repo), mount)
        if mount is not None:
            mounts.append(RunText.of(mount, ":", mount, ":rw"))
    values: dict[str, object] = {declared.name: BROKEN for declared in draft.workflow.artifacts}
    values |= {artifact.name: {"path": artifact.path, "uri": artifact.uri} for artifact in artifacts}
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
    shown = masked(uri)
    if ":" not in uri:
        report.error(
            "no-scheme",
            f"the URI of artifact '{declared.name}' has no scheme: {uri}",
            declared.uri.span,
            help=f"for a local path write fs://{uri}",
        )
        return None
    scheme_name = uri.partition(":")[0].lower()
    scheme = ARTIFACTS.get(scheme_name)
    if content is not None and not (scheme and scheme.content):
        report.error(
            "content-not-file", f"artifact '{declared.name}' has content, but is no file:// artifact", declared.uri.span
        )
        return None
    located: Located | None = Located(uri)
    if scheme is not None:
        located = scheme.locate(uri, content is not None, declared.name, declared.uri.span, report)
    if located is None:
        return None
    if shown != uri:
        report.warning(
            "secret-in-uri",
            f"the URI of artifact '{declared.name}' seems to hold a secret, which the script will hold too: {shown}",
            declared.uri.span,
            help="put a user's password into ~/.netrc, and the hub's token into HF_TOKEN, where the job runs",
        )
    artifact = PlanArtifact(
        name=declared.name,
        scheme=scheme_name,
        uri=uri,
        shown=shown,
        path=located.path,
        content=content,
        sha256=_sha256(declared, located.fetch, draft, report),
        check=located.check,
        fetch=located.fetch,
        span=declared.uri.span,
    )
    return artifact, located


def _sha256(declared: Artifact, fetch: Fetch | None, draft: Draft, report: Reporter) -> str | None:
    """What the download must hash to, in lower case."""
    if declared.sha256 is None:
        return None
    value = evaluate_text(declared.sha256, draft.scope, report)
    if value is None:
        return None
    if fetch is None or (isinstance(fetch, HubFetch) and not fetch.file):
        report.error(
            "unchecked-sha256",
            f"artifact '{declared.name}' has a sha256, but is not a file that is downloaded",
            declared.sha256.span,
            help="leave it out; http://, https:// and single files of hf:// have one",
        )
        return None
    text = display(value).strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        report.error(
            "bad-sha256",
            f"the sha256 of artifact '{declared.name}' is no SHA-256: {len(text)} characters, not 64 hexadecimal digits",
            declared.sha256.span,
            help="write what sha256sum prints for the file, in quotes",
        )
        return None
    return text
