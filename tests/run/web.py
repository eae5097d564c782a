"""HTTP servers on loopback that behave as badly as a test asks them to, and PATHs on which commands are missing."""

import http.server
import os
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Handler = http.server.BaseHTTPRequestHandler
Answer = Callable[[Handler], None]


class Site(http.server.ThreadingHTTPServer):
    """Answers a path (without its query) as `routes` say, 404 without one. `seen` counts requests, `headers` are the last ones."""

    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.routes: dict[str, Answer] = {}
        self.seen: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.methods: list[tuple[str, str]] = []
        site = self

        class OneRequest(Handler):
            def do_GET(self) -> None:  # noqa: N802
                path = self.path.partition("?")[0]
                site.seen[path] += 1
                site.headers[path] = {name.lower(): value for name, value in self.headers.items()}
                site.methods.append((self.command, path))
                site.routes.get(path, status(404))(self)

            do_HEAD = do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        super().__init__((host, 0), OneRequest)

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away in the middle is what tests are about

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server_address[1]}"


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    with Site(host) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()


def body(content: bytes, **headers: str) -> Answer:
    """All of it, as it should be."""

    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    return answer


def cut(content: bytes, claimed: int) -> Answer:
    """Less than was promised; then the connection ends."""

    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(claimed))
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = True

    return answer


def status(code: int, **headers: str) -> Answer:
    """Nothing but a status, such as 404 or a redirection with `Location`."""

    def answer(request: Handler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def hanging(after: bytes = b"", promised: int = 100) -> Answer:
    """Nothing at all, or a beginning, and then silence on an open connection."""

    def answer(request: Handler) -> None:
        if after:
            request.send_response(200)
            request.send_header("Content-Length", str(promised))
            request.end_headers()
            request.wfile.write(after)
            request.wfile.flush()
        request.connection.settimeout(30)
        with suppress(OSError):
            request.connection.recv(1)  # until the client gives up
        request.close_connection = True

    return answer


def slow(content: bytes, seconds: float) -> Answer:
    """All of it, a piece at a time."""

    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        step = max(1, len(content) // 10)
        for start in range(0, len(content), step):
            request.wfile.write(content[start : start + step])
            request.wfile.flush()
            time.sleep(seconds / 10)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """The first request gets the first answer, the last answer is for all that come after."""
    left = list(answers)

    def answer(request: Handler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def path_without(folder: Path, *missing: str, **instead: str) -> str:
    """A PATH that has every command of the present one but some; `instead` gives others of its own."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for command in Path(place).glob("*") if place else ():
            link = folder / command.name
            if command.name not in missing and not link.is_symlink():
                link.symlink_to(command.resolve())
    for name, program in instead.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(shutil.which(program) or program)
    return str(folder)
