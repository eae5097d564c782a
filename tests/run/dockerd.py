"""A real Docker engine of the tests' own, without a network, and an image of busybox and bash.

with dockerd(folder) as engine:
    engine.docker("ps")
"""

import io
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from requirements import need
from workflow import every

IMAGE = "sflowc-test:1"
COMMANDS = "cat chmod cut echo env false grep head id ls mkdir nc od pwd rm sed setsid sh sleep tail touch tr true wc"


@dataclass(frozen=True)
class Engine:
    """Where it listens: what DOCKER_HOST must be."""

    host: str

    def docker(self, *arguments: str, **options: object) -> str:
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, "DOCKER_HOST": self.host},
            capture_output=True,
            check=False,
            timeout=60,
            **options,  # type: ignore[call-overload]
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def containers(self) -> list[str]:
        """All that there are, running or not."""
        return self.docker("ps", "--all", "--format", "{{.Names}} {{.Status}}").splitlines()

    def empty(self, timeout: float) -> bool:
        """Whether all containers are gone in time."""
        return any(not self.containers() for _ in every(0.2, timeout))


@contextmanager
def dockerd(folder: Path) -> Iterator[Engine]:
    """The engine, while the block runs."""
    program = need("docker")
    socket = folder / "sock"
    options = ["--storage-driver=overlay2", "--bridge=none", "--iptables=false", f"--host=unix://{socket}"]
    places = [f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid"]
    with (folder / "log").open("wb") as log:
        # What it mounts, and does not unmount at its end, goes with its namespace: the folder could not be removed otherwise.
        command = ["unshare", "--mount", "--propagation=private", program, *options, *places]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        for _ in every(0.1, 60):
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            if "API listen on" in (folder / "log").read_text():
                break
        engine = Engine(f"unix://{socket}")
        engine.docker("import", "--change", "WORKDIR /home", "-", IMAGE, input=root_file_system())
        yield engine
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def root_file_system() -> bytes:
    """A tar file: busybox, bash with its libraries, and the directories that programs look for."""
    bash = "/bin/bash"
    listed = subprocess.run(["ldd", bash], capture_output=True, text=True, check=True, timeout=20).stdout
    libraries = [word for word in listed.split() if word.startswith("/")]
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for directory in ("bin", "etc", "home", "root", "tmp", "usr", "usr/bin"):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(entry)
        for path in dict.fromkeys([need("busybox"), bash, *libraries]):
            name = "bin/busybox" if path.endswith("/busybox") else path.lstrip("/")
            tar.add(Path(path).resolve(), arcname=name)
        for command in COMMANDS.split():
            link = tarfile.TarInfo(f"bin/{command}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name, text in (("etc/passwd", "root:x:0:0::/root:/bin/bash\nworker:x:1234:1234::/home:/bin/bash\n"),):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return held.getvalue()
