"""Servers that a probe should not meet, on loopback: each serves until the test is over.

In: how it misbehaves. Out: its port.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable


def black_hole() -> tuple[int, Callable[[], None]]:
    """A port at which connections are neither taken nor refused: its queue is full."""
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    queued = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        queued.append(client)
    time.sleep(0.1)

    def close() -> None:
        for one in (*queued, server):
            one.close()

    return server.getsockname()[1], close


def server(answer: Callable[[socket.socket], None]) -> tuple[int, Callable[[], None]]:
    """Takes every connection, and does with it what `answer` does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            answer(connection)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()

    def close() -> None:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    return listener.getsockname()[1], close


def never(connection: socket.socket) -> None:
    """Says nothing until the other side has gone."""
    while connection.recv(4096):
        pass


def slowly(connection: socket.socket) -> None:
    """A proper answer, a byte a second."""
    for character in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
        connection.sendall(bytes([character]))
        time.sleep(1)


def endlessly(connection: socket.socket) -> None:
    """A proper beginning, and headers without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Another: header\r\n" * 100)


def nonsense(connection: socket.socket) -> None:
    """No HTTP at all."""
    connection.sendall(bytes(range(256)) * 1000)
