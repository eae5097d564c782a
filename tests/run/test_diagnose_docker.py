"""Containers that a real Docker engine cannot start, and what diagnose says of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from diagnosis import diagnose, told
from dockerd import IMAGE, Engine, dockerd
from web import Answer, Handler, serving, status
from workflow import Workflow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with dockerd(tmp_path_factory.mktemp("dockerd")) as found:
        yield found


@pytest.fixture(autouse=True)
def engine(served: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("DOCKER_HOST", served.host)
    return served


def task(folder: Path, image: str, script: str = "true", **fields: object) -> Workflow:
    operator = json.dumps({"type": "docker", "image": image, **fields})
    return Workflow(
        folder,
        f"operators: {{box: {operator}}}\nworkflow: {{name: w, tasks: [{{name: t, operator: box, script: [{json.dumps(script)}]}}]}}",
    )


def refusal(code: int, word: str, message: str) -> Answer:
    """As registries answer (https://distribution.github.io/distribution/spec/api/#errors-2)."""
    said = json.dumps({"errors": [{"code": word, "message": message}]}).encode()

    def answer(request: Handler) -> None:
        request.send_response(code)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(said)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(said)

    return answer


@pytest.mark.parametrize(
    "refused",
    [
        (401, "UNAUTHORIZED", "authentication required"),
        (403, "DENIED", "requested access to the resource is denied"),
        (404, "MANIFEST_UNKNOWN", "manifest unknown"),
        (404, "NAME_UNKNOWN", "repository name not known to registry"),
    ],
    ids=lambda refused: refused[1],
)
def test_an_image_that_a_registry_denies(tmp_path: Path, refused: tuple[int, str, str]) -> None:
    with serving() as registry:
        registry.routes["/v2/"] = status(200)
        registry.routes["/v2/team/engine/manifests/1"] = refusal(*refused)
        run = task(tmp_path, f"{registry.url.removeprefix('http://')}/team/engine:1").run()
    assert run.status == 125, run.output
    found = diagnose(run.directory)
    assert told(found) == ("orchestration", "image-pull-denied", "workflow"), run.log("t")


def test_a_registry_that_cannot_be_reached(tmp_path: Path) -> None:
    run = task(tmp_path, "registry.invalid/team/engine:1").run()
    assert run.status == 125, run.output
    assert told(diagnose(run.directory)) == ("orchestration", "image-pull-failed", "infrastructure"), run.log("t")


def test_a_mount_that_docker_refuses(tmp_path: Path) -> None:
    run = task(tmp_path, IMAGE, extra_args=["--memory=1k"]).run()
    assert run.status == 125, run.output
    assert told(diagnose(run.directory))[:2] == ("orchestration", "docker-failed"), run.log("t")


def test_a_command_that_the_image_has_not(tmp_path: Path) -> None:
    run = task(tmp_path, IMAGE, "exec vllm serve model").run()
    assert run.status == 127, run.output
    assert told(diagnose(run.directory)) == ("orchestration", "command-not-found", "workflow"), run.log("t")
