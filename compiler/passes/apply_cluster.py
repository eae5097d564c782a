"""Gives slurm backends what the cluster profile has and they do not say.

Before: `draft.backends`. After: their account, partition, time and further options; `from_cluster` names those of which the
profile has given at least a part. What the workflow says wins, in a field or in `extra_args`, also what a later component of a
heterogeneous job has from the first one. Without a slurm backend the profile is left out.

    {type: slurm, partition: fast}, profile {account: proj, partition: batch}  ->  account proj, partition fast
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.cluster import Cluster
from ..ir.plan import PlanBackend
from .draft import Draft

_OPTION = re.compile(r"--[\w-]+|-\w")
_SHORT = """
-A account -a array -B extra-node-info -b begin -C constraint -c cpus-per-task -D chdir -d dependency -e error -F nodefile
-G gpus -H hold -i input -J job-name -k no-kill -L licenses -M clusters -m distribution -N nodes -n ntasks -O overcommit
-o output -p partition -Q quiet -q qos -S core-spec -s oversubscribe -t time -v verbose -W wait -w nodelist -x exclude
"""
_LONG = dict(zip(_SHORT.split()[::2], _SHORT.split()[1::2], strict=True))
"""The options of sbatch that have a short name."""
_HANDED_ON = frozenset(
    word
    for line in (
        "account acctg-freq begin cluster-constraint clusters comment deadline delay-boot dependency distribution error exclude",
        "export export-file get-user-env gid hold input mail-type mail-user mcs-label mem nice no-kill no-requeue output priority",
        "profile propagate qos quiet reboot requeue reservation signal time time-min uid verbose wait wait-all-nodes wckey",
    )
    for word in line.split()
)
"""Options of the first component of a heterogeneous job that count for the later ones unless they have their own."""


def apply_cluster(draft: Draft, _report: Reporter) -> Draft:
    cluster = draft.cluster
    slurm = [backend for backend in draft.backends if backend.type == "slurm"]
    if cluster is None or not slurm:
        return replace(draft, cluster=None)
    first = _given(slurm[0]) & _HANDED_ON
    backends = [_completed(b, first, cluster) if b.type == "slurm" else b for b in draft.backends]
    return replace(draft, backends=tuple(backends))


def _completed(backend: PlanBackend, first: frozenset[str], cluster: Cluster) -> PlanBackend:
    options = {name: value for name, value in backend.options if value or name not in dict(cluster.defaults)}
    given = _given(backend) | first
    defaults = {name: value for name, value in cluster.defaults if name not in given}
    extra = tuple(argument for argument in cluster.extra_args if _name(argument) not in given)
    whole = {**options, "extra_args": (*extra, *_extra_args(backend))} if extra else options
    return replace(
        backend,
        options=tuple({**defaults, **whole}.items()),
        from_cluster=(*defaults, *(["extra_args"] if extra else [])),
    )


def _given(backend: PlanBackend) -> frozenset[str]:
    """The long names of the options that the workflow gives: an empty one says nothing, a false one does."""
    fields = {name.replace("_", "-") for name, value in backend.options if value}
    return frozenset((*fields, *map(_name, _extra_args(backend))))


def _extra_args(backend: PlanBackend) -> tuple[str, ...]:
    own = backend.option("extra_args") or ()
    return (own,) if isinstance(own, str) else own


def _name(argument: str) -> str:
    """The long name of an option of sbatch."""
    found = _OPTION.match(argument.strip())
    name = found[0] if found else argument
    return _LONG.get(name, name.lstrip("-"))
