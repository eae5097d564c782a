"""Where artifacts are when tasks run, and what is written there."""

import pytest
from compilation import SLURM, environment, errors, plan, script, task, workflow
from sflowc.ir.expr import display
from sflowc.ir.plan import PlanArtifact

ONE = "name: t, script: [x]"


def artifact(body: str, *given: str, head: str = "") -> PlanArtifact:
    (found,) = plan(workflow(ONE, head=f"{head}\nartifacts: {{A: {{{body}}}}}"), artifacts=given).artifacts
    return found


def path(body: str, *given: str, head: str = "") -> str:
    return display(artifact(body, *given, head=head).path)


def mistakes(body: str, *given: str, head: str = SLURM) -> list[tuple[str, str]]:
    return errors(workflow(ONE, head=f"{head}\nartifacts: {{A: {{{body}}}}}"), artifacts=given)


def test_a_path_may_be_made_of_variables_in_both_spellings_and_of_the_workflows_name() -> None:
    head = "variables: {V: v}"
    assert path("uri: 'fs:///${{ V }}/${{ variables.V }}/${{ workflow.name }}'", head=head) == "/v/v/w"


def test_a_path_may_be_made_of_what_is_known_of_backends() -> None:
    assert path("uri: 'fs:///x/${{ backends.c.nodes | length }}'", head=SLURM) == "/x/4"


def test_content_may_hold_addresses() -> None:
    found = artifact(
        "uri: 'file://x', content: '${{ backends.c.nodes[0].ip_address }} ${{ V }}'",
        head=f"{SLURM}\nvariables: {{V: v}}",
    )
    assert found.content is not None
    assert display(found.content) == "<ip:c:0> v"


def test_content_may_be_empty_or_a_number() -> None:
    assert artifact("uri: 'file://x', content: ''").content == ""
    assert artifact("uri: 'file://x', content: 5").content == "5"


def test_null_content_is_none() -> None:
    assert artifact("uri: 'file://x', content: ").content is None


def test_scripts_name_the_path_and_the_uri() -> None:
    head = "artifacts: {A: {uri: 'fs:///a%20b'}}"
    assert script("${{ artifacts.A.path }} ${{ artifacts.A.uri }}", head=head) == "/a b fs:///a%20b"


def test_tasks_find_the_path_in_their_environment() -> None:
    assert environment(task(workflow(ONE, head="artifacts: {A: {uri: 'fs:///a'}}"))) == {"A": "/a"}


def test_a_path_under_the_run_is_known_only_when_it_runs() -> None:
    text = workflow("name: t, script: ['${{ artifacts.A.path | upper }}']", head="artifacts: {A: {uri: 'fs://a'}}")
    assert [code for code, _ in errors(text)] == ["runtime-value"]


@pytest.mark.parametrize("uri", ["custom:thing", "s3://bucket/key", "gs://b"])
def test_the_path_of_an_unknown_scheme_is_its_uri(uri: str) -> None:
    assert path(f"uri: '{uri}'") == uri


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("uri: /tmp/x", "no-scheme"),
        ("uri: ''", "no-scheme"),
        ("uri: 'fs:///x', content: hi", "content-not-file"),
        ("uri: 's3://b/k', content: hi", "content-not-file"),
        ("uri: 'fs:///${{ artifacts.B.path }}'", "unknown-name"),
        ("uri: 'fs:///${{ backends.c.nodes[0].name }}'", "runtime-value"),
        ("uri: 'file://x', content: '${{ nope }}'", "unknown-name"),
        ("uri: 5", "wrong-type"),
        ("uri: ", "wrong-type"),
        ("content: x", "missing-key"),
        ("uri: 'fs:///x', path: y", "unknown-key"),
    ],
)
def test_what_an_artifact_cannot_be(body: str, code: str) -> None:
    assert [found for found, _ in mistakes(body)] == [code]


def test_variables_of_the_workflow_do_not_exist_yet() -> None:
    head = "artifacts: {A: {uri: 'fs:///${{ variables.W }}'}}"
    assert errors(workflow(ONE, head=head, body="variables: {W: 1}")) == [("unknown-variable", "W")]


# ---- --artifact ------------------------------------------------------------------------------------------------------


def test_another_uri_replaces_the_declared_one() -> None:
    assert path("uri: 'fs:///x'", "A=fs:///y/${{ V }}", head="variables: {V: v}") == "/y/v"


def test_content_stays_with_another_file_and_goes_with_any_other_scheme() -> None:
    declared = "uri: 'file://x', content: hi"
    assert artifact(declared, "A=file:///y").content == "hi"
    assert artifact(declared, "A=fs:///y").content is None


@pytest.mark.parametrize(
    ("given", "code"),
    [("B=fs:///y", "unknown-artifact"), ("A", "artifact-syntax"), ("A=", "artifact-syntax"), ("A=/y", "no-scheme")],
)
def test_what_the_command_line_cannot_say(given: str, code: str) -> None:
    assert mistakes("uri: 'fs:///x'", given) == [(code, "<command line>")]
