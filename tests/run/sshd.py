"""A real sshd on the loopback interface, with keys and a port of its own.

with sshd(folder) as server:
    text = f"operators: {{far: {server.operator()}}}"
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from requirements import need
from workflow import every


@dataclass(frozen=True)
class Server:
    """Where it listens, the key that it lets in, and its process."""

    port: int
    key: Path
    process: subprocess.Popen[bytes]

    def operator(self, **fields: object) -> str:
        """An ssh operator that reaches it, as YAML on one line."""
        extra = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.key}.hosts"]
        own = {
            "type": "ssh",
            "host": "127.0.0.1",
            "port": self.port,
            "identity_file": str(self.key),
            "extra_args": extra,
        }
        return json.dumps(own | fields)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def sshd(folder: Path) -> Iterator[Server]:
    """The server, while the block runs."""
    program = need("sshd")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True, timeout=20)
    shutil.copy(folder / "user.pub", folder / "authorized")
    (folder / "home").mkdir()  # a login shell reads what the user has in theirs, and some of that speaks
    port = free_port()
    (folder / "config").write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
SetEnv HOME={folder}/home
""")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", folder / "config"], stderr=log)
    try:
        for _ in every(0.05, 10):
            assert process.poll() is None, (folder / "log").read_text()
            if "Server listening" in (folder / "log").read_text():
                break
        yield Server(port, folder / "user", process)
    finally:
        process.terminate()
        process.wait(10)
