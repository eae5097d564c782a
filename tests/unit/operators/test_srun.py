"""The words of an srun command."""

import pytest
from compilation import SLURM, task, workflow
from sflowc.ir.expr import display

DIRECTORIES = [
    "<workspace_dir>:<workspace_dir>:rw",
    "<output_dir>:<output_dir>:rw",
    "<workflow_output_dir>:<workflow_output_dir>:rw",
    "<workflow_output_dir>/t:<workflow_output_dir>/t:rw",
]
USUAL = ["--nodes=1", "--nodelist=<name:c:0>", "--job-name=t", "--unbuffered", "--export=ALL", "--label", "--overlap"]


def command(fields: str = "", head: str = "", more: str = ", resources: {nodes: {indices: [0]}}") -> list[str]:
    """The words between `srun` and the script."""
    operator = f"operators: {{o: {{type: srun, {fields}}}}}"
    found = task(workflow(f"name: t, script: [x], operator: o{more}", head=f"{SLURM}\n{operator}\n{head}"))
    words = [display(word) for word in found.argv]
    assert (words[0], words[-3:]) == ("srun", ["bash", "-c", "<script>"])
    return words[1:-3]


def added(fields: str, head: str = "") -> list[str]:
    return [word for word in command(fields, head) if word not in USUAL]


def mounts(fields: str, head: str = "") -> list[str]:
    (found,) = [word for word in command(fields, head) if word.startswith("--container-mounts")]
    return found.removeprefix("--container-mounts=").split(",")


def test_what_every_step_has() -> None:
    assert command() == USUAL


def test_nodes_are_those_of_the_task_in_its_order() -> None:
    assert command(more=", resources: {nodes: {indices: [2, 0]}}")[:2] == [
        "--nodes=2",
        "--nodelist=<name:c:2>,<name:c:0>",
    ]


def test_nodes_and_nodelist_of_the_operator_come_first() -> None:
    assert command("nodes: 3, nodelist: [h1, h2]")[:2] == ["--nodes=3", "--nodelist=h1,h2"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("job_id: 77", "--jobid=77"),
        ("partition: p", "--partition=p"),
        ("account: 0123", "--account=0123"),
        ("qos: q", "--qos=q"),
        ("reservation: r", "--reservation=r"),
        ("time: 00:10:00", "--time=00:10:00"),
        ("constraint: a&b", "--constraint=a&b"),
        ("exclusive: true", "--exclusive"),
        ("chdir: /x y", "--chdir=/x y"),
        ("ntasks: '4'", "--ntasks=4"),
        ("ntasks_per_node: 2", "--ntasks-per-node=2"),
        ("cpus_per_task: 3", "--cpus-per-task=3"),
        ("gpus: 4", "--gpus=4"),
        ("gpus_per_task: a100:2", "--gpus-per-task=a100:2"),
        ("gres: 'gpu:4'", "--gres=gpu:4"),
        ("mem: 0", "--mem=0"),
        ("mem_per_cpu: 1G", "--mem-per-cpu=1G"),
        ("kill_on_bad_exit: yes", "--kill-on-bad-exit"),
        ("wait: 0", "--wait=0"),
        ("mpi: pmix", "--mpi=pmix"),
        ("extra_args: [-v]", "-v"),
    ],
)
def test_a_field_is_the_option_of_its_name(fields: str, expected: str) -> None:
    assert added(fields) == [expected]


@pytest.mark.parametrize("field", ["partition", "time", "mpi", "ntasks", "exclusive", "extra_args", "container_image"])
def test_null_is_no_option(field: str) -> None:
    assert command(f"{field}: ") == USUAL


@pytest.mark.parametrize("flag", ["label", "unbuffered", "overlap"])
def test_a_flag_can_be_turned_off(flag: str) -> None:
    assert command(f"{flag}: off") == [word for word in USUAL if word != f"--{flag}"]


def test_the_environment_that_is_passed_on_can_be_said() -> None:
    assert "--export=NONE" in command("export: NONE")
    assert not any(word.startswith("--export") for word in command("export: ''"))


# ---- Containers ------------------------------------------------------------------------------------------------------


def test_without_a_container_there_is_nothing_of_containers() -> None:
    fields = (
        "container_mounts: ['/a:/b'], container_workdir: /w, container_remap_root: true, container_mount_home: true"
    )
    assert command(fields) == USUAL


def test_a_container_has_its_usual_options() -> None:
    assert added("container_image: a/b")[:-1] == [
        "--container-image=a/b",
        "--no-container-mount-home",
        "--container-writable",
    ]


def test_what_a_container_can_be_told() -> None:
    fields = "container_mount_home: true, container_writable: false, container_workdir: /w, container_remap_root: true"
    assert [word for word in added(f"container_image: a, {fields}") if "mounts" not in word] == [
        "--container-image=a",
        "--container-mount-home",
        "--container-workdir=/w",
        "--container-remap-root",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        "container_image: a",
        "container_name: n",
        "extra_args: ['--container-image=a']",
        "extra_args: [--container-image, a]",
    ],
)
def test_wherever_the_container_is_named_it_has_the_runs_directories(fields: str) -> None:
    assert mounts(fields) == DIRECTORIES


def test_mounts_come_in_order_and_are_one_option() -> None:
    head = "artifacts: {D: {uri: 'fs:///d'}}"
    fields = "container_image: a, container_mounts: ['/o:/o:ro'], extra_args: ['--container-mounts=/x:/y,/z', --container-mounts, '/p:/q']"
    assert mounts(fields, head) == ["/o:/o:ro", "/d:/d:rw", *DIRECTORIES, "/x:/y", "/z", "/p:/q"]


def test_of_two_mounts_of_one_pair_the_first_stays() -> None:
    head = "artifacts: {D: {uri: 'fs:///d'}}"
    fields = (
        "container_image: a, container_mounts: ['/d:/d:ro', '/d:/e'], extra_args: ['--container-mounts=/d:/e:rw,/d']"
    )
    assert mounts(fields, head) == ["/d:/d:ro", "/d:/e", *DIRECTORIES]


def test_mounts_may_hold_paths_that_only_the_run_knows() -> None:
    head = "artifacts: {D: {uri: 'fs://d'}}"
    fields = "container_image: a, extra_args: ['--container-mounts=${{ artifacts.D.path }}:/m,/x:/y']"
    assert mounts(fields, head)[-2:] == ["<workspace_dir>/d:/m", "/x:/y"]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("fs:///m/llama", ["/m/llama:/m/llama:rw"]),
        ("fs:///m/conf.yaml", ["/m:/m:rw"]),
        ("fs:///conf.yaml", ["/:/:rw"]),
        ("file:///m/.cache", ["/m/.cache:/m/.cache:rw"]),
        ("fs:///i/x.sqsh", []),
        ("fs://m/conf.yaml", ["<workspace_dir>/m:<workspace_dir>/m:rw"]),
        ("s3://b/k", []),
        ("docker://a/b", []),
    ],
)
def test_what_a_container_mounts_for_an_artifact(uri: str, expected: list[str]) -> None:
    assert [
        mount
        for mount in mounts("container_image: a", f"artifacts: {{A: {{uri: '{uri}'}}}}")
        if mount not in DIRECTORIES
    ] == expected
