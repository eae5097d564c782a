"""tcp_port: succeeds when a TCP connection can be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..diagnostics import Reporter
from ..ir.fields import Schema, integer, text
from ..ir.plan import TcpPort
from .base import Site, text_field


class TcpPortProbe:
    kind = "tcp_port"
    title = "Succeeds when the port accepts a connection"
    fields: dict[str, Schema] = {
        "port": integer("The port, 1 to 65535"),
        "host": text("The host; the task's first node when left out"),
        "on_node": {"enum": ["first", "each"], "default": "first", "description": "Which of the task's nodes"},
    }
    required: tuple[str, ...] = ("port",)

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> TcpPort | None:
        port = fields["port"]
        assert isinstance(port, int)
        if not 1 <= port <= 65535:
            report.error("port-range", f"{port} is no port", site.span_of("port"), help="ports go from 1 to 65535")
            return None
        on_node: Literal["first", "each"] = "each" if fields.get("on_node") == "each" else "first"
        if fields.get("host") is not None:
            return TcpPort((text_field(fields, "host"),), port, on_node)
        return TcpPort(site.nodes if on_node == "each" else site.nodes[:1], port, on_node)
