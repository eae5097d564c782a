"""What stands of a task's command in its setup function."""

from compilation import task, workflow
from sflowc.emit.launch_words import lines


def words(operator: str, variables: str = "") -> list[str]:
    found = task(workflow(f"name: t, operator: o, script: [x]{variables}", head=f"operators: {{o: {operator}}}"))
    return lines(found, lambda atom: f"${{{atom.kind}}}")


def test_ssh_has_its_host_by_itself() -> None:
    assert words("{type: ssh, host: h}") == ["SF_COMMAND=(ssh)", "SF_HOST=h"]
    assert words("{type: ssh, host: h, user: u, port: 22, identity_file: /a b, extra_args: [-o, A=b]}") == [
        "SF_COMMAND=(ssh -p 22 -i '/a b' -o A=b)",
        "SF_HOST=u@h",
    ]


def test_a_host_that_only_the_run_knows() -> None:
    found = words("{type: ssh, host: '${{ backends.local.nodes[0].ip_address }}'}")
    assert found == ["SF_COMMAND=(ssh)", 'SF_HOST="${ip}"']


def test_docker_has_its_image_by_itself_and_no_names() -> None:
    assert words("{type: docker, image: a, mounts: ['/a:/b']}") == [
        "SF_COMMAND=(docker run --rm -v /a:/b)",
        "SF_IMAGE=a",
    ]


def test_docker_passes_nothing_on_when_it_is_told_so() -> None:
    assert words("{type: docker, image: a, pass_envs: false, extra_args: [-e, X]}") == [
        "SF_ENV=() SF_BUILTINS=() # pass_envs: false",
        "SF_COMMAND=(docker run --rm -e X)",
        "SF_IMAGE=a",
    ]


def test_what_runs_here_is_run_from_its_file() -> None:
    assert words("{type: bash}") == []
    assert words("{type: python, extra_args: [-u]}") == ["SF_COMMAND=(python -u)"]
