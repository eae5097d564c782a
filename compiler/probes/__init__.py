"""The kinds of probes, by the name they have in a workflow."""

from __future__ import annotations

from .base import ProbeKind
from .exec import ExecProbe
from .file import FileProbe
from .http import HttpGetProbe, HttpPostProbe
from .log_watch import LogWatchProbe
from .tcp_port import TcpPortProbe

PROBES: dict[str, ProbeKind] = {
    probe.kind: probe
    for probe in (TcpPortProbe(), HttpGetProbe(), HttpPostProbe(), LogWatchProbe(), ExecProbe(), FileProbe())
}
