"""What probes cost while services run, and how soon they tell.

In: a folder to work in, and how often. Out: rows. CPU time is that of the script's processes without the tasks, which stand in
for services, over some seconds of a run in which nothing else happens.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import build, cost
from rows import Row

SECONDS = 20
TICK = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"(?m)^Pss: +(\d+)")
HEAD = 'version: "0.1"\nworkflow:\n  name: w\n  tasks:\n'

SERVER = """\
import asyncio, sys

async def answer(reader, writer):
    if await reader.read(1):
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    writer.close()

async def serve():
    servers = [await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]) + i) for i in range(40)]
    print("up", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))

asyncio.run(serve())
"""

WRITER = """\
import sys, time
# A log that is long from the start, 200 MB, and goes on as a busy server's does.
line = b"INFO request 0123456789 took 12.5 ms, 128 tokens, status 200 OK\\n"
sys.stdout.buffer.write(line * int(2e8 / len(line)))
while True:
    sys.stdout.buffer.write(line * 32)
    sys.stdout.buffer.flush()
    time.sleep(0.1)
"""


def service_rows(folder: Path, _runs: int) -> Iterable[Row]:
    """50 services that are probed every second, of which 10 have logs of 200 MB that grow by 20 KB a second."""
    first = 21000
    with _server(folder, first):
        writer = folder / "writer.py"
        writer.write_text(WRITER, encoding="utf-8")
        tasks = [_service(f"tcp{i}", "exec sleep 600", f"tcp_port: {{port: {first + i}}}") for i in range(20)]
        tasks += [
            _service(f"http{i}", "exec sleep 600", f'http_get: {{url: "http://127.0.0.1:{first + 20 + i}/"}}')
            for i in range(20)
        ]
        watch = "log_watch: {regex_pattern: 'CUDA (error|failure)'}"
        tasks += [_service(f"log{i}", f"exec {sys.executable} {writer}", watch) for i in range(10)]
        used, grown = _idle(build(folder, "services", HEAD + "".join(tasks)), folder / "services", SECONDS, settle=30)
    what = "50 services probed every second: 20 tcp, 20 http, 10 logs of 200 MB that grow"
    yield Row("probes", what, "one core", 100 * used / SECONDS, "%", 2)
    yield Row("probes-memory", "growth of its memory meanwhile", "", grown, "MB", 1)


def idle_rows(folder: Path, _runs: int, seconds: float = SECONDS) -> Iterable[Row]:
    """50 services and no probe that is due: scaled from some seconds to an hour."""
    tasks = "".join(f"    - {{name: s{i}, script: ['exec sleep 7200']}}\n" for i in range(50))
    used, _ = _idle(build(folder, "idle", HEAD + tasks), folder / "idle", seconds)
    yield Row(
        "idle", "idle hour with 50 services", "sleep 3600", used * 3600 / seconds, "s", 1, f"scaled from {seconds:g} s"
    )


def detection_rows(folder: Path, runs: int) -> Iterable[Row]:
    """From a port's opening to the first instruction of what waits for it, beyond the interval."""
    for interval, target in ((1, 50), (0.1, 0)):
        late = 0.0
        for turn in range(max(runs // 2, 2)):
            late = max(late, _detected(folder / f"port{interval}.{turn}", interval))
        name = "detection" if interval == 1 else "detection-tenth"
        limit = target if interval == 1 else 100
        value = (late - interval) * 1000 if interval == 1 else late * 1000
        what = f"port open to dependents' start, interval {interval:g} s" + (
            ", beyond the interval" if interval == 1 else ""
        )
        yield Row(name, what, "", max(value, 0), "ms", limit)


def _detected(folder: Path, interval: float) -> float:
    folder.mkdir()
    opener = folder / "open.py"
    opener.write_text(
        "import socket, time\ntime.sleep(0.537)\ns = socket.socket()\ns.setsockopt(1, 2, 1)\ns.bind(('127.0.0.1', 21990))\n"
        "s.listen()\nprint(time.time(), flush=True)\ntime.sleep(600)\n",
        encoding="utf-8",
    )
    probe = f"{{readiness: {{tcp_port: {{port: 21990}}, interval: {interval}}}}}"
    tasks = f"    - {{name: s, script: ['exec {sys.executable} {opener}'], probes: {probe}}}\n"
    tasks += "    - {name: c, depends_on: [s], script: ['echo $EPOCHREALTIME']}\n"
    cost(["bash", str(build(folder, "w", HEAD + tasks)), "--output-dir", str(folder / "runs")])
    (run,) = (folder / "runs").iterdir()
    return float((run / "c/c.log").read_text()) - float((run / "s/s.log").read_text())


def _service(name: str, script: str, check: str) -> str:
    return f"    - {{name: {name}, script: ['{script}'], probes: {{failure: {{{check}, interval: 1, failure_threshold: 3}}}}}}\n"


@contextmanager
def _server(folder: Path, port: int) -> Iterator[None]:
    """40 ports that answer."""
    program = folder / "server.py"
    program.write_text(SERVER, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(program), str(port)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield
        finally:
            server.kill()


def _idle(script: Path, output: Path, seconds: float, settle: float = 6) -> tuple[float, float]:
    """CPU seconds that the script's own processes take in so many seconds of a run, and by how many MB they grow.

    `settle`: seconds before the first look; what the logs hold from the start has been read by then.
    """
    process = subprocess.Popen(["bash", str(script), "--output-dir", str(output)], stdout=subprocess.DEVNULL)
    try:
        time.sleep(settle)
        before = _state(process.pid)
        time.sleep(seconds)
        after = _state(process.pid)
    finally:
        process.terminate()
        process.wait()
    return after[0] - before[0], (after[1] - before[1]) / 1024


def _state(root: int) -> tuple[float, int]:
    """CPU seconds and KB of a script's processes: bash that runs the same file, and the children that those have waited for. What
    they share counts once. Of the children's time the kernel tells only clock ticks; one of those is 1.8 s in an hour."""
    used, memory = 0.0, 0
    line = Path(f"/proc/{root}/cmdline").read_bytes()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes() != line:
                continue
            facts = (entry / "stat").read_text().rpartition(") ")[2].split()
            used += int((entry / "schedstat").read_text().split()[0]) / 1e9 + sum(map(int, facts[13:15])) / TICK
            memory += sum(map(int, _PSS.findall((entry / "smaps_rollup").read_text())))
        except OSError:
            continue
    return used, memory


ROWS: dict[str, Callable[[Path, int], Iterable[Row]]] = {
    "probes": service_rows,
    "idle": idle_rows,
    "detection": detection_rows,
}
