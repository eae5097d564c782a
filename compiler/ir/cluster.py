"""A cluster profile: what a cluster wants of every workflow that does not say so itself.

In: read by source/cluster.py. Out: taken by the pass apply_cluster and by the srun operator; a Plan has it, too.

    Cluster("cluster.yaml", "9f86...", defaults=(("account", "proj"),), preamble="module load cuda\n")
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECRET = re.compile(
    r"""(\b\w*(?:TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)=)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|"']+)+""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """`name` is the file's, without its directory, `sha256` that of its bytes. `defaults` are account, partition and time, those
    that are given; `preamble` is text of bash, empty or whole lines."""

    name: str
    sha256: str
    defaults: tuple[tuple[str, str], ...] = ()
    extra_args: tuple[str, ...] = ()
    container_mounts: tuple[str, ...] = ()
    preamble: str = ""

    def shown_preamble(self, mask: str) -> tuple[str, ...]:
        """The preamble's lines for people, without the values of secrets."""
        return tuple(_SECRET.sub(rf"\g<1>{mask}", self.preamble).splitlines())
