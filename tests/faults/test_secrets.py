"""Faults on this host: everybody looks. While a run goes on, the arguments of all processes are read over and over; afterwards
everything that it has written and that it says is searched for the secret.
"""

import base64
import random
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner
from dockerd import IMAGE, dockerd
from faults.stage import Ended, Stage
from faults.table import SECRETS, Fault, attack
from requirements import need
from sflowc.cli import main
from sshd import sshd
from web import Handler, body, path_without, serving, status

MAY_HOLD_IT = {"w.sh", "t.sh", "note", ".overrides"}
"""Files for their owner alone."""


@contextmanager
def onlookers(secret: str) -> Iterator[list[str]]:
    """The command lines that had the secret in them."""
    seen: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.002):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = entry.read_bytes()
                except OSError:
                    continue
                if secret.encode() in words:
                    seen.append(words.replace(b"\0", b" ").decode(errors="replace"))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def secretive(name: str, does: str, given: Any = None, **more: Any) -> Fault:
    return Fault(name, SECRETS, does=does, status=0, state="COMPLETED", given=given, **more)


def run_in_public(stage: Stage, secret: str, document: dict[str, Any], *options: str, **environment: str) -> Ended:
    """Runs it under the eyes of all; then looks at what it left."""
    workflow = stage.workflow(yaml.safe_dump(document))
    with onlookers(secret) as seen:
        unmasked = ["bash", "-c", 'umask 000; exec "$@"', "_"]
        ended = stage.finish(stage.start(workflow, *options, wrap=unmasked, environment=environment))
    assert seen == []
    assert secret not in ended.output
    assert ended.directory is not None
    for file in ended.directory.rglob("*"):
        if file.is_file() and secret.encode() in file.read_bytes():
            assert file.name in MAY_HOLD_IT, file
            assert not stat.S_IMODE(file.stat().st_mode) & 0o077, file
    assert stat.S_IMODE(workflow.script.stat().st_mode) == (0o700 if secret in workflow.script.read_text() else 0o755)
    return ended


def a_secret() -> str:
    return f"s3cr3t{random.SystemRandom().randrange(10**12, 10**13)}"


def document(secret: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    variables = {"API_KEY": {"value": secret}, "URL": {"value": "http://h/?k=${{ variables.API_KEY }}"}}
    return {"variables": variables, "workflow": {"name": "w", "tasks": list(tasks)}, **more}


def authorized(secret: str, seen: list[bool]) -> Any:
    def answer(request: Handler) -> None:
        told = request.headers.get("Authorization", "")
        seen.append(told in (f"Bearer {secret}", f"Basic {base64.b64encode(f'me:{secret}'.encode()).decode()}"))
        (body(b"hello\n") if seen[-1] else status(401, WWW_Authenticate='Basic realm="x"'))(request)

    return answer


@attack(
    secretive("a token in everything with curl", "A task, its script, an artifact, a probe's header and its command hold a token.", True),
    secretive("a token in everything without curl", "The same without curl.", False),
)  # fmt: skip
def test_a_token_in_everything(stage: Stage, fault: Fault) -> Ended:
    secret, asked = a_secret(), []
    if fault.given:
        need("curl")
    with serving() as site:
        site.routes["/x"] = authorized(secret, asked)
        headers = {"Authorization": "Bearer ${{ variables.API_KEY }}"}
        made = document(
            secret,
            {
                "name": "t",
                "script": ["[ ${{ variables.API_KEY }} = \"$API_KEY\" ] || exit 9; exec sleep TOKEN"],
                "probes": {"readiness": {"http_get": {"url": f"{site.url}/x", "headers": headers}, "interval": 0.1, "timeout": 20}},
            },
            {"name": "u", "script": ["sleep 0.3"], "depends_on": ["t"]},
            artifacts={"NOTE": {"uri": "file://note", "content": "of ${{ variables.API_KEY }}"}},
        )  # fmt: skip
        environment = {} if fault.given else {"PATH": path_without(stage.folder / "bin", "curl")}
        ended = run_in_public(stage, secret, made, **environment)
    assert asked[0]
    told(stage, secret, ended)
    return ended


def told(stage: Stage, secret: str, ended: Ended) -> None:
    """What the script and sflowc say and draw does not have it."""
    for word in ("plan", "status", "--help"):
        words = ["bash", str(stage.folder / "w.sh"), word, "--output-dir", str(stage.output)]
        assert secret not in subprocess.run(words, capture_output=True, text=True, check=False).stdout, word
    run, source = str(ended.directory), str(stage.folder / "w.yaml")
    page = str(stage.folder / "page.html")
    for words in (
        ("plan", source),
        ("plan", source, "--format", "json"),
        ("lint", source),
        *(("visualize", source, "--show-variables", "--format", form) for form in ("mermaid", "dot", "ascii", "html")),
        ("status", run),
        ("status", run, "--format", "json"),
        ("diagnose", run),
        ("diff", run, run),
        ("report", run, "-o", page),
    ):
        done = CliRunner().invoke(main, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exception)
        assert secret not in done.output, words
    assert secret not in Path(page).read_text()


@attack(
    secretive("a token that is given later", "`--set` gives a token to the script: the script's own arguments are the user's to choose, "
              "but no other process has it in its arguments."),
)  # fmt: skip
def test_a_token_that_is_given_later(stage: Stage, fault: Fault) -> Ended:
    secret = a_secret()
    made = document("none", {"name": "t", "script": ['[ "$API_KEY" != none ] || exit 9; sleep 0.3']})
    del made["variables"]["URL"]  # so that the key can be given later
    workflow = stage.workflow(yaml.safe_dump(made))
    with onlookers(secret) as seen:
        ended = stage.finish(stage.start(workflow, "run", f"--set=API_KEY={secret}"))
    assert [command for command in seen if "w.sh" not in command] == []
    for file in (
        file for file in ended.directory.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()
    ):
        assert file.name == ".overrides"
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077
    return ended


@attack(
    *(
        secretive(
            f"a password in a URL by {tool}", f"An artifact's URL has a password; {tool} downloads it.", tool, within=40
        )
        for tool in ("curl", "wget")
    )
)
def test_a_password_in_a_url(stage: Stage, fault: Fault) -> Ended:
    need(fault.given)
    secret, asked = a_secret(), []
    with serving() as site:
        site.routes["/x"] = authorized(secret, asked)
        url = site.url.replace("http://", f"http://me:{secret}@")
        made = document("none", {"name": "t", "script": ['cat "$D"']}, artifacts={"D": {"uri": f"{url}/x"}})
        path = path_without(stage.folder / "bin", "curl" if fault.given == "wget" else "wget")
        ended = run_in_public(stage, secret, made, PATH=path)
    assert any(asked), ended.output
    return ended


@attack(secretive("a token on another host", "A task on another host, by ssh, has a token.", backend="ssh", within=60))
def test_a_token_on_another_host(stage: Stage, fault: Fault) -> Ended:
    secret = a_secret()
    with sshd(stage.folder) as server:
        made = document(secret, {"name": "t", "operator": "far", "script": ['[ -n "$API_KEY" ] || exit 9; sleep 0.5']})
        made["operators"] = {"far": yaml.safe_load(server.operator())}
        return run_in_public(stage, secret, made)


@attack(
    secretive("a token in a container", "A task in a container of Docker has a token.", backend="docker", within=90)
)
def test_a_token_in_a_container(stage: Stage, fault: Fault) -> Ended:
    secret = a_secret()
    made = document(secret, {"name": "t", "operator": "box", "script": ['[ -n "$API_KEY" ] || exit 9; sleep 0.5']})
    made["operators"] = {"box": {"type": "docker", "image": IMAGE}}
    with tempfile.TemporaryDirectory() as short, dockerd(Path(short)) as engine:  # a socket's path has a limit
        return run_in_public(stage, secret, made, DOCKER_HOST=engine.host)
