"""Container options of srun on a cluster whose srun knows them: a plugin of the tests' own stands in for Pyxis (pyxis.c).

A task in a container sees what is mounted and nothing else of the node's files but its system directories.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jobs import Job, command
from requirements import need

STATE = Path("/var/tmp/sflowc-slurm")


@pytest.fixture(scope="module", autouse=True)
def pyxis(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The plugin, compiled and in use by srun and slurmstepd."""
    need("spank")
    plugin = tmp_path_factory.mktemp("pyxis") / "pyxis.so"
    flags = ("-Wall", "-Wextra", "-Werror", "-fPIC", "-shared")
    subprocess.run(["gcc", *flags, "-o", plugin, Path(__file__).with_name("pyxis.c")], check=True, timeout=60)
    (STATE / "plugstack.conf").write_text(f"required {plugin}\n")
    yield
    (STATE / "plugstack.conf").unlink()


def workflow(operator: str, script: str, more: str = "") -> str:
    return f"""{more}
backends: [{{name: c, type: slurm, nodes: 1, time: "5"}}]
operators: [{{name: box, type: srun, label: false, {operator}}}]
workflow: {{name: w, tasks: [{{name: t, operator: box, script: [{script}]}}]}}
"""


ASKED = "env | grep ^PYXIS_"


def asked(job: Job) -> dict[str, str]:
    """What the plugin was asked for, by the task's own log."""
    assert job.wait() == "COMPLETED", job.output + job.log("t")
    return dict(re.findall(r"^PYXIS_(\w+)=(.*)$", job.log("t"), re.MULTILINE))


def own_mounts(job: Job) -> list[str]:
    """What every container gets: workspace, output directory, run directory, task's directory."""
    places = (job.folder, job.folder / "sflow_output", job.directory, job.directory / "t")
    return [f"{place}:{place}:rw" for place in places]


def test_the_plugin_refuses_what_pyxis_refuses() -> None:
    for options, reason in (
        (("--container-image=a", "--container-image=b"), "--container-image is given twice"),
        (("--container-writable",), "without --container-image"),
        (("--container-image=a", "--container-mount-home", "--no-container-mount-home"), "exclude each other"),
    ):
        done = subprocess.run(["srun", *options, "true"], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode != 0
        assert reason in done.stderr


def test_a_container_has_nothing_that_is_not_mounted(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    look = f"[ -e {tmp_path}/file ] && echo there || echo hidden"
    assert command("srun", "--container-image=a", "bash", "-c", look) == "hidden\n"
    mount = f"--container-mounts={tmp_path}:{tmp_path}"
    assert command("srun", "--container-image=a", mount, "bash", "-c", look) == "there\n"


def test_an_image_with_what_every_container_gets(submit: Callable) -> None:
    script = f"{ASKED}, 'echo here >$SFLOW_WORKFLOW_OUTPUT_DIR/made', 'echo writable >/anywhere', pwd"
    job = submit(workflow("container_image: nvcr.io/nvidia/pytorch:24.05-py3", script))
    assert asked(job) == {
        "IMAGE": "nvcr.io/nvidia/pytorch:24.05-py3",
        "FLAGS": "--no-container-mount-home --container-writable",
        "MOUNTS": ",".join(own_mounts(job)),
    }
    assert (job.directory / "made").read_text() == "here\n"
    assert job.log("t").endswith("\n/\n")


def test_mounts_come_from_everywhere_and_only_once(submit: Callable, tmp_path: Path) -> None:
    for folder in ("model", "tokens", "data", "more", "last"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file.txt").write_text(f"{folder}\n")
    artifacts = f"""
artifacts:
  MODEL: {{uri: fs://{tmp_path}/model}}
  TOKENS: {{uri: file://{tmp_path}/tokens/file.txt}}
  IMAGE: {{uri: fs://{tmp_path}/image.sqsh}}
"""
    (tmp_path / "image.sqsh").touch()
    operator = f"""container_image: '${{{{ artifacts.IMAGE.path }}}}',
        container_mounts: ["{tmp_path}/data:/data:ro", "{tmp_path}/more:/more"], container_workdir: /more,
        extra_args: ["--container-mounts={tmp_path}/last:/last,{tmp_path}/more:/more", --cpu-bind=none]"""
    script = f"{ASKED}, 'cat /data/file.txt file.txt /last/file.txt $MODEL/file.txt $TOKENS', 'touch /data/x || echo read-only'"
    job = submit(workflow(operator, script, artifacts))
    found = asked(job)
    assert found["IMAGE"] == f"{tmp_path}/image.sqsh"
    assert found["WORKDIR"] == "/more"
    assert found["MOUNTS"].split(",") == [
        f"{tmp_path}/data:/data:ro",
        f"{tmp_path}/more:/more",
        f"{tmp_path}/model:{tmp_path}/model:rw",
        f"{tmp_path}/tokens:{tmp_path}/tokens:rw",
        *own_mounts(job),
        f"{tmp_path}/last:/last",
    ]
    lines = job.log("t").splitlines()
    assert [line for line in lines if line in ("data", "more", "last", "model", "tokens", "read-only")] == [
        "data",
        "more",
        "last",
        "model",
        "tokens",
        "read-only",
    ]


def test_a_named_container_with_every_flag_the_other_way(submit: Callable) -> None:
    operator = "container_name: kept, container_mount_home: true, container_writable: false, container_remap_root: true"
    job = submit(workflow(operator, f"{ASKED}, 'ls -d $HOME', 'touch /anywhere && echo writable || echo closed'"))
    assert asked(job) == {
        "NAME": "kept",
        "FLAGS": "--container-mount-home --container-remap-root",
        "MOUNTS": ",".join(own_mounts(job)),
    }
    lines = job.log("t").splitlines()
    assert [line for line in lines if line in (str(Path.home()), "writable", "closed")] == [str(Path.home()), "closed"]


@pytest.mark.parametrize("mounts", ['"--container-mounts={0}:/x"', '"--container-mounts", "{0}:/x"'])
def test_an_image_in_extra_args(submit: Callable, tmp_path: Path, mounts: str) -> None:
    (tmp_path / "x").mkdir()
    extra = mounts.format(tmp_path / "x")
    operator = f"container_mounts: ['{tmp_path}/x:/y'], extra_args: [--container-image=ubuntu, {extra}]"
    job = submit(workflow(operator, f"{ASKED}, ls -1d /x /y"))
    found = asked(job)
    assert found["IMAGE"] == "ubuntu"
    assert found["MOUNTS"].split(",") == [f"{tmp_path}/x:/y", *own_mounts(job), f"{tmp_path}/x:/x"]
    assert job.log("t").endswith("/x\n/y\n")


def test_without_a_container_there_are_no_container_options(submit: Callable) -> None:
    job = submit(
        workflow("container_mounts: [/tmp:/x], container_workdir: /x, container_remap_root: true", f"'{ASKED} || :'")
    )
    assert asked(job) == {}


def test_directories_with_spaces_are_mounted(submit: Callable, tmp_path: Path) -> None:
    output = tmp_path / "out of the way"
    job = submit(
        workflow("container_image: ubuntu", f"{ASKED}, 'echo $SFLOW_OUTPUT_DIR >\"$SFLOW_TASK_OUTPUT_DIR/made here\"'"),
        arguments=("run", "--output-dir", str(output)),
    )
    assert job.wait() == "COMPLETED", job.output
    (run,) = output.glob("*/")
    assert (run / "t" / "made here").read_text() == f"{output}\n"
    places = (job.folder, output, run, run / "t")
    assert f"PYXIS_MOUNTS={','.join(f'{place}:{place}:rw' for place in places)}\n" in (run / "t" / "t.log").read_text()


def test_a_container_in_the_second_component_is_stopped_in_time(submit: Callable) -> None:
    job = submit("""
backends: [{name: a, type: slurm, time: "5"}, {name: b, type: slurm, time: "5"}]
operators: [{name: box, type: srun, label: false, container_image: ubuntu}]
workflow:
  name: w
  tasks:
    - name: server
      backend: b
      operator: box
      script: ["trap 'touch $SFLOW_TASK_OUTPUT_DIR/stopped; exit 0' TERM", 'echo "$PYXIS_IMAGE on $(hostname)"', "while :; do sleep 0.1; done"]
      probes: {readiness: {log_watch: {match_pattern: ubuntu}, interval: 0.2}}
    - {name: client, depends_on: [server], script: [hostname]}
""")
    assert job.wait(timeout=30) == "COMPLETED", job.output
    assert job.log("server").startswith("ubuntu on node2\n")
    assert (job.directory / "server" / "stopped").exists(), job.output
