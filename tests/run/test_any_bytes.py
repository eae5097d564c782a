"""Any bytes but NUL, in any variable, arrive unchanged in tasks on this host, in a container and on another host.

Each example costs three starts, so that one holds many values: some stand in the workflow, others are given to the script.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from dockerd import IMAGE, Engine, dockerd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sshd import Server, sshd
from texts import VALUES
from workflow import Workflow

BYTES = st.binary(max_size=30).map(lambda raw: b"=" + raw.replace(b"\0", b"\1"))
"""What `--set` would not read as a number, a boolean or JSON."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with dockerd(tmp_path_factory.mktemp("dockerd")) as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd")) as found:
        yield found


def workflow(folder: Path, server: Server, texts: list[str], given_later: int) -> Workflow:
    names = [f"V{number}" for number in range(len(texts) + given_later)]
    variables = {name: {"value": text} for name, text in zip(names, [*texts, *[""] * given_later], strict=True)}
    script = "".join(f'printf "%s\\0" "${name}"; ' for name in names)
    tasks = [
        {"name": name, "operator": name, "script": [f"{{ {script}}} >$SFLOW_TASK_OUTPUT_DIR/values"]}
        for name in ("here", "box", "far")
    ]
    operators = {
        "here": {"type": "bash"},
        "box": {"type": "docker", "image": IMAGE},
        "far": json.loads(server.operator()),
    }
    document = {
        "version": "0.1",
        "variables": variables,
        "operators": operators,
        "workflow": {"name": "w", "tasks": tasks},
    }
    return Workflow(
        folder, "version: '0.1'\n" + yaml.safe_dump({**document, "version": "0.1"}).replace("version: '0.1'\n", "")
    )


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=15, max_size=40), st.lists(BYTES, min_size=15, max_size=40))
def test_any_bytes_arrive(
    engine: Engine,
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    later: list[bytes],
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    compiled = workflow(folder, server, texts, len(later))
    sets = [f"--set=V{len(texts) + number}=".encode() + value for number, value in enumerate(later)]
    run = compiled.run("run", *sets, DOCKER_HOST=engine.host)  # type: ignore[arg-type]
    assert run.status == 0, run.output
    expected = [text.encode() for text in texts] + later
    for task in ("here", "box", "far"):
        assert (run.directory / task / "values").read_bytes().split(b"\0")[:-1] == expected, task
