"""Faults on this host: values, files and answers of servers that try to be code. A canary is a file that appears when they succeed."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from faults.stage import Ended, Stage
from faults.table import HOSTILE, Fault, attack
from requirements import need
from web import Handler, body, path_without, serving, status

CODE = "x\ntouch canary\n#"


def hostile(name: str, does: str, given: Any, **expected: Any) -> Fault:
    return Fault(name, HOSTILE, does=does, given=given, **({"status": 0, "state": "COMPLETED"} | expected))


def no_canary(stage: Stage, ended: Ended) -> Ended:
    assert not list(stage.folder.rglob("canary")), ended.output
    return ended


# ---- Values in a script --------------------------------------------------------------------------------------------------

TASK = {"name": "t", "script": ["printf '%s' \"$V\" >v; exit 3"]}


def document(**parts: Any) -> dict[str, Any]:
    return {"variables": {"V": {"value": "v"}}, "workflow": {"name": "w", "tasks": [TASK]}} | parts


@attack(
    *(
        hostile(name, does, (document(**parts), options), status=3, state="FAILED", reason="t FAILED: exit status 3")
        for name, does, parts, options in [
            ("a line of --set", "`--set` gives a variable a value with a line that is a command.", {}, ["--set", f"V={CODE}"]),
            ("a line of --artifact", "`--artifact` gives a URI with such a line.",
             {"artifacts": {"A": {"uri": "file://a", "content": "c"}}}, ["-a", f"A=file://{CODE}"]),
            ("a line of --missable-tasks", "`--missable-tasks` has such a line.", {}, ["-M", CODE]),
            ("a line of a backend", "The name of a backend has such a line.", {"backends": {CODE: {"type": "local", "nodes": 1}}}, []),
            ("a line of an artifact", "The name of an artifact has such a line.",
             {"artifacts": {CODE: {"uri": "file://a", "content": "c"}}}, []),
            ("a variable named like a command", "A variable is called `x; touch canary;`.",
             {"variables": {"V": {"value": "v"}, "x; touch canary;": {"value": "1"}}}, []),
            ("a value like a script", "A value has a line such as those that begin the tasks' scripts in the file.",
             {"variables": {"V": {"value": "x\ntask_script 9 <<'NEVER'\n"}}}, []),
            ("a value like a heading", "A value has a line such as those that part the file.",
             {"variables": {"V": {"value": "x\n# ---- Scripts --\n#   body     sha256:0\n"}}}, []),
            ("a substitution", "A value is `$(touch canary)`, in backquotes, and as a subscript of an array.",
             {"variables": {"V": {"value": "$(touch canary) `touch canary` a[$(touch canary)]"}}}, []),
            ("a value like a placeholder", "A value is spelt like the placeholders of the file.",
             {"variables": {"V": {"value": "@@ip:local:0@@ @@workspace_dir@@"}}}, []),
        ]
    )
)  # fmt: skip
def test_a_value_that_looks_like_code(stage: Stage, fault: Fault) -> Ended:
    made, options = fault.given
    ended = stage.finish(stage.start(stage.workflow(yaml.safe_dump(made), *options)))
    value = CODE if options[:1] == ["--set"] else made["variables"]["V"]["value"]
    assert (stage.folder / "v").read_text() == value
    return no_canary(stage, ended)


# ---- Files of the run, and what servers answer -----------------------------------------------------------------------------


@attack(
    hostile("groups that are code", "A task writes `+1 a[$(touch canary)]` into the run's own list of process groups; then it is ended.",
            None, status=124, state="TIMEOUT", reason="t TIMEOUT"),
)  # fmt: skip
def test_a_task_that_writes_the_list_of_groups(stage: Stage, fault: Fault) -> Ended:
    writes = """printf '%s\\n' '+1 a[$(touch canary)]' '+a[$(touch canary)]' '-b[$(touch canary)] 0' >>../.groups; exec sleep TOKEN"""
    task = {"name": "t", "script": [f"cd $SFLOW_TASK_OUTPUT_DIR; {writes}"], "timeout": 1}
    return no_canary(stage, stage.run(yaml.safe_dump({"workflow": {"name": "w", "tasks": [task]}})))


def downloading(url: str) -> str:
    return yaml.safe_dump({
        "artifacts": {"D": {"uri": url}},
        "workflow": {"name": "w", "tasks": [{"name": "t", "script": ['cat "$D"; exec sleep TOKEN']}]},
    })  # fmt: skip


def tools(stage: Stage, downloader: str) -> dict[str, str]:
    """The environment in which there is nothing else to download with."""
    need(downloader)
    more = {"wget": "busybox"} if downloader == "busybox" else {}
    missing = ("curl",) if downloader != "curl" else ("wget",)
    return {"PATH": path_without(stage.folder / "bin", *missing, **more)}


@attack(
    *(
        hostile(f"a redirection to {what} by {tool}", f"An artifact's server redirects {tool} to `{url}`.", (tool, url),
                status=78, state="FAILED", reason="another protocol", within=40)
        for tool in ("curl", "wget", "busybox")
        for what, url in (("a file", "file:///etc/passwd"), ("ftp", "ftp://127.0.0.1:PORT/x"))
    )
)  # fmt: skip
def test_a_redirection_to_another_protocol(stage: Stage, fault: Fault) -> Ended:
    tool, url = fault.given
    with serving() as site, listening() as (port, callers):
        site.routes["/x"] = status(302, Location=url.replace("PORT", str(port)))
        ended = stage.run(downloading(f"{site.url}/x"), environment=tools(stage, tool))
        assert not callers or tool == "busybox", "somebody asked there"
    return ended


@contextmanager
def listening(answer: bytes = b"") -> Iterator[tuple[int, list[str]]]:
    """A port at which everybody gets the same answer, and who came."""
    callers: list[str] = []

    class Once(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            callers.append(str(self.client_address))
            if answer:
                self.request.recv(4096)
                self.request.sendall(answer)

    class Server(socketserver.ThreadingTCPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that goes away

    with Server(("127.0.0.1", 0), Once) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1], callers
        finally:
            server.shutdown()
            thread.join()


@attack(
    *(
        hostile(f"a length that is code for {tool}", f"An artifact's server answers {tool} `Content-Length: a[$(touch${{IFS}}canary)]`.", tool,
                status=78, state="FAILED", reason="artifact D", within=60)
        for tool in ("wget", "busybox")
    )
)  # fmt: skip
def test_a_length_that_is_code(stage: Stage, fault: Fault) -> Ended:
    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", f"a[$(touch${{IFS}}{stage.folder}/canary)]")
        request.end_headers()
        request.wfile.write(b"content")

    with serving() as site:
        site.routes["/x"] = answer
        return no_canary(stage, stage.run(downloading(f"{site.url}/x"), environment=tools(stage, fault.given)))


def probing(**fields: Any) -> str:
    kind = "http_post" if "body" in fields else "http_get"
    task = {
        "name": "t",
        "script": ["exec sleep TOKEN"],
        "probes": {"readiness": {kind: fields, "interval": 0.1, "timeout": 3}},
    }
    return yaml.safe_dump({"workflow": {"name": "w", "tasks": [task]}})


@attack(
    hostile(
        "a body that names a file with curl",
        "A probe posts `@/etc/passwd`, which curl would take for the name of a file.",
        True,
    ),
    hostile("a body that names a file without curl", "The same by bash's own client.", False),
)
def test_a_body_that_names_a_file(stage: Stage, fault: Fault) -> Ended:
    if fault.given:
        need("curl")
    posted: list[bytes] = []
    with serving() as site:
        site.routes["/x"] = receive(posted)
        environment = {} if fault.given else {"PATH": path_without(stage.folder / "bin", "curl")}
        text = probing(url=f"{site.url}/x?{{a,b}}=[1-3]", body="@/etc/passwd\n")
        ended = stage.run(text, environment=environment)
    assert posted[:1] == [b"@/etc/passwd\n"]
    assert len(posted) == 1
    return ended


def receive(posted: list[bytes]) -> Callable[[Handler], None]:
    def answer(request: Handler) -> None:
        posted.append(request.rfile.read(int(request.headers["Content-Length"])))
        body(b"thanks")(request)

    return answer


@attack(
    hostile("a status that is code", "A service answers a probe with a status of 200 kB that would be words for the prober.", None,
            status=1, state="FAILED", reason="not ready within"),
)  # fmt: skip
def test_a_status_that_is_code(stage: Stage, fault: Fault) -> Ended:
    words = "start\t0\ta[$(touch${IFS}" + str(stage.folder) + "/canary)]\t0"
    line = b"HTTP/1.1 " + (words + "x" * 4096).encode() * 50

    with listening(line + b" OK\r\n\r\n") as (port, callers):
        environment = {"PATH": path_without(stage.folder / "bin", "curl")}
        ended = stage.run(probing(url=f"http://127.0.0.1:{port}/"), environment=environment)
    assert callers
    for event in (ended.directory / "events.jsonl").read_text().splitlines():
        json.loads(event)
    return no_canary(stage, ended)
