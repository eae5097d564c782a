"""The srun operator: the script runs as a step of the Slurm job, in a container (Pyxis) when the operator names one.

Every field is the srun(1) option of its name, always written `--key=value`. Container options are those of the Pyxis
plugin; they are left out of a step that has no container.
"""

from __future__ import annotations

import itertools

from ..diagnostics import Reporter
from ..ir.expr import RunText, Text, display, join
from ..ir.fields import Schema, boolean, integer, text, texts
from ..ir.memo import by_identity
from ..ir.plan import SCRIPT
from .base import Command, Fields, FieldValue, Placement, items, text_of
from .images import check_image

_OPTIONS_BEFORE_NODES = ("partition", "account", "qos", "reservation", "time", "constraint", "exclusive", "chdir")
_OPTIONS_AFTER_NODES = (
    "ntasks",
    "ntasks_per_node",
    "cpus_per_task",
    "gpus",
    "gpus_per_task",
    "gres",
    "mem",
    "mem_per_cpu",
)
_FLAGS_BY_DEFAULT = {"label": True, "unbuffered": True, "overlap": True, "exclusive": False, "kill_on_bad_exit": False}

_DESCRIPTIONS = {
    "partition": "Partition of the step's job",
    "account": "Account that the step is charged to",
    "qos": "Quality of service",
    "reservation": "Reservation to take the nodes from",
    "time": "Time limit of the step",
    "constraint": "Features that the nodes must have",
    "chdir": "Working directory of the step",
    "gpus": "GPUs of the step",
    "gpus_per_task": "GPUs of each process",
    "gres": "Generic resources, such as gpu:4",
    "mem": "Memory on each node",
    "mem_per_cpu": "Memory for each CPU",
    "export": "Which variables srun passes on",
    "mpi": "The MPI plugin, such as pmix",
    "job_id": "The job to run in",
    "container_image": "Image of the container: a registry reference or a .sqsh file",
    "container_name": "Name of a container that lasts as long as the job",
    "container_workdir": "Working directory in the container",
}
_INTEGERS = {
    "nodes": "Nodes of the step; the task's own when left out",
    "ntasks": "Processes of the step",
    "ntasks_per_node": "Processes on each node",
    "cpus_per_task": "CPUs of each process",
    "wait": "Seconds to wait for the others after the first process has ended",
}
_BOOLEANS = {
    "exclusive": ("Whether the step has its CPUs for itself", False),
    "label": ("Whether every line of output begins with the number of its process", True),
    "unbuffered": ("Whether output comes as it is written", True),
    "kill_on_bad_exit": ("Whether the step ends when one process fails", False),
    "overlap": ("Whether the step shares its resources with other steps", True),
    "container_mount_home": ("Whether the home directory is mounted", False),
    "container_writable": ("Whether the container's file system can be written", True),
    "container_remap_root": ("Whether the user is root in the container", False),
}


class SrunOperator:
    type = "srun"
    title = "Runs the script as a step of the Slurm job"
    fields: dict[str, Schema] = {
        **{name: text(what) for name, what in _DESCRIPTIONS.items()},
        **{name: integer(what) for name, what in _INTEGERS.items()},
        **{name: boolean(what, default=default) for name, (what, default) in _BOOLEANS.items()},
        "nodelist": texts("Nodes of the step; the task's own when left out"),
        "container_mounts": texts("Mounts of the container: SOURCE:TARGET[:FLAGS]"),
        "extra_args": texts("Further options of srun"),
    }
    required: tuple[str, ...] = ()

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        extra = items(fields.get("extra_args"))
        argv: list[Text] = ["srun"]
        argv += _option("jobid", fields.get("job_id"))
        argv += _het_group(fields, extra, placement, report)
        for name in _OPTIONS_BEFORE_NODES:
            argv += _flag(name, fields) if name == "exclusive" else _option(name, fields.get(name))
        argv += _nodes(fields, placement)
        for name in _OPTIONS_AFTER_NODES:
            argv += _option(name, fields.get(name))
        argv.append(f"--job-name={placement.task}")
        argv += _flag("unbuffered", fields)
        argv += _option("export", "ALL" if fields.get("export") is None else fields["export"])
        for name in ("label", "kill_on_bad_exit", "overlap"):
            argv += _flag(name, fields)
        argv += _option("wait", fields.get("wait"))
        argv += _option("mpi", fields.get("mpi"))
        container, mounts = _container(fields, extra, placement, report)
        argv += container
        argv += _split_mounts(extra)[0]
        return Command((*argv, "bash", "-c", SCRIPT), mounts)


def _het_group(fields: Fields, extra: tuple[Text, ...], placement: Placement, report: Reporter) -> list[Text]:
    """In which component of a heterogeneous job the step runs; a step of another job is not in this one's."""
    if placement.component is None or text_of(fields.get("job_id")):
        return []
    if any(display(argument).startswith(("--het-group", "--pack-group")) for argument in extra):
        report.error(
            "het-group-given",
            f"task '{placement.task}' has a --het-group already: its backend says which component it runs in",
            placement.span,
            help="drop the option from extra_args; `backend: NAME` on the task picks the component",
        )
    return [f"--het-group={placement.component}"]


def _option(name: str, value: FieldValue) -> list[Text]:
    text = "" if value is None else text_of(value)
    return [join([f"--{name.replace('_', '-')}=", text])] if text != "" else []


def _flag(name: str, fields: Fields) -> list[Text]:
    value = fields.get(name)
    on = _FLAGS_BY_DEFAULT[name] if value is None else bool(value)
    return [f"--{name.replace('_', '-')}"] if on else []


def _nodes(fields: Fields, placement: Placement) -> list[Text]:
    own = items(fields.get("nodelist"))
    names = own or placement.node_names
    listed = join([piece for name in names for piece in (",", name)][1:])
    nodes = fields.get("nodes")
    count = text_of(nodes) if nodes is not None else str(len(placement.node_names))
    return [f"--nodes={display(count)}", join(["--nodelist=", listed])]


def _container(
    fields: Fields, extra: tuple[Text, ...], placement: Placement, report: Reporter
) -> tuple[list[Text], tuple[Text, ...]]:
    """The Pyxis options, in the order of srun --help, and the mounts among them."""
    image, name = text_of(fields.get("container_image")), text_of(fields.get("container_name"))
    given = [display(argument) for argument in extra]
    if image and name:
        report.error(
            "container-twice",
            "container_image and container_name exclude each other",
            placement.span,
            help="name the image in extra_args: --container-image=…, or drop container_name",
        )
    for reference in (image, *_images(extra)):
        check_image(reference, placement.span, report)
    if not image and not name and not any(a.startswith(("--container-image", "--container-name")) for a in given):
        return [], ()
    mounts = merge_mounts(items(fields.get("container_mounts")), placement, _split_mounts(extra)[1])
    argv: list[Text] = [*_option("container_image", image)]
    argv.append("--container-mount-home" if fields.get("container_mount_home") else "--no-container-mount-home")
    argv += _option("container_name", name)
    if fields.get("container_writable") is not False:
        argv.append("--container-writable")
    argv.append(join(["--container-mounts=", *[piece for mount in mounts for piece in (",", mount)][1:]]))
    argv += _option("container_workdir", fields.get("container_workdir"))
    if fields.get("container_remap_root"):
        argv.append("--container-remap-root")
    return argv, mounts


def _images(extra: tuple[Text, ...]) -> list[Text]:
    """The images among further options, `--container-image=IMAGE` or in two words."""
    option = "--container-image="
    found = [_without_prefix(word, len(option)) for word in extra if display(word).startswith(option)]
    return found + [image for word, image in itertools.pairwise(extra) if display(word) == "--container-image"]


def _split_mounts(extra: tuple[Text, ...]) -> tuple[list[Text], list[Text]]:
    """extra_args without their --container-mounts, and the mounts that these name."""
    rest: list[Text] = []
    mounts: list[Text] = []
    take_next = False
    for argument in extra:
        shown = display(argument)
        if take_next:
            mounts += _split_commas(argument)
            take_next = False
        elif shown == "--container-mounts":
            take_next = True
        elif shown.startswith("--container-mounts="):
            mounts += _split_commas(_without_prefix(argument, len("--container-mounts=")))
        else:
            rest.append(argument)
    return rest, mounts


def _without_prefix(text: Text, length: int) -> Text:
    if isinstance(text, str):
        return text[length:]
    first = text.parts[0]
    assert isinstance(first, str)
    return join([first[length:], *text.parts[1:]])


def _split_commas(text: Text) -> list[Text]:
    """The items of a list with commas; a comma can only stand in constant text."""
    found: list[list[Text]] = [[]]
    for part in text.parts if isinstance(text, RunText) else (text,):
        if isinstance(part, str):
            pieces = part.split(",")
            found[-1].append(pieces[0])
            found += [[piece] for piece in pieces[1:]]
        else:
            found[-1].append(RunText((part,)))
    return [join(pieces) for pieces in found if pieces != [""]]


def merge_mounts(own: tuple[Text, ...], placement: Placement, extra: list[Text]) -> tuple[Text, ...]:
    """All mounts, one for each source and target: the operator's, the automatic ones, then those of extra_args. Before them
    come those of the cluster profile, unless another one has their target: a directory hides what was mounted below it before."""
    others: dict[tuple[str, str], Text] = {}
    for mount in (*own, *placement.artifact_mounts, *placement.run_mounts, *extra):
        others.setdefault(_ends(mount), mount)
    taken = {target for _, target in others}
    merged: dict[tuple[str, str], Text] = {}
    for mount in placement.cluster_mounts:
        if _ends(mount)[1] not in taken:
            merged.setdefault(_ends(mount), mount)
    return (*merged.values(), *others.values())


@by_identity
def _ends(mount: Text) -> tuple[str, str]:
    """A mount's source and target."""
    source, _, rest = display(mount).partition(":")
    return source, rest.split(":")[0] or source
