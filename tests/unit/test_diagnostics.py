"""Which name is suggested for one that is not known."""

import time

import pytest
from sflowc.diagnostics import did_you_mean, nearest

TASK = ["backend", "critical", "depends_on", "description", "name", "operator", "outputs", "probes", "replicas"]
TASK += ["resources", "retries", "script", "strict", "timeout", "variables"]
SRUN = [
    "container_image",
    "container_mounts",
    "container_name",
    "extra_args",
    "gpus",
    "gpus_per_task",
    "mem",
    "mem_per_cpu",
]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("scrpt", TASK, "script"),
        ("sciprt", TASK, "script"),
        ("tpircs", TASK, "script"),
        ("dependson", TASK, "depends_on"),
        ("depends-on", TASK, "depends_on"),
        ("dependsOn", TASK, "depends_on"),
        ("on_depends", TASK, "depends_on"),
        ("depends", TASK, "depends_on"),
        ("dep", TASK, "depends_on"),
        ("dependencies", TASK, "depends_on"),
        ("resource", TASK, "resources"),
        ("desc", TASK, "description"),
        ("re", TASK, None),
        ("env", TASK, None),
        ("image", SRUN, "container_image"),
        ("task_per_gpu", SRUN, "gpus_per_task"),
        ("gpu", SRUN, "gpus"),
        ("args", SRUN, "extra_args"),
        ("container", SRUN, None),
        ("SRIPT", TASK, "script"),
        ("PROT", ["PORT", "PATH"], "PORT"),
        ("prot", ["PORT", "PROTO"], "PORT"),
        ("B", ["A", "C"], None),
        ("b", ["A", "B"], "B"),
        ("AB", ["AC", "XY"], "AC"),
        ("AB", ["XY", "ZW"], None),
        ("trian", ["train", "terrain"], "train"),
        ("tarin", ["train", "taring"], "train"),
        ("serverr", ["server", "serve"], "server"),
        ("decode_10", ["decode_0", "decode_1"], "decode_1"),
        ("worker", ["server", "client"], None),
        ("", ["a", ""], None),
        ("__", ["--", "a"], None),
        ("x" * 5000, ["x", "xy"], None),
    ],
)
def test_what_was_meant(name: str, known: list[str], meant: str | None) -> None:
    assert nearest(name, known) == meant


def test_without_a_near_name_all_are_listed() -> None:
    assert did_you_mean("zzz", ["b", "a"], what="tasks") == "tasks: a, b"
    assert did_you_mean("zzz", map(str, range(14))).endswith("5, 6, 7 and 2 more")
    assert did_you_mean("zzz", []) == ""


@pytest.mark.no_cover  # which would take its time
def test_many_names_take_no_time() -> None:
    known = [f"worker_{i}_of_a_large_sweep" for i in range(3000)]
    began = time.process_time()
    assert nearest("worker_17_of_a_large_swep", known) == "worker_17_of_a_large_sweep"
    assert time.process_time() - began < 2
