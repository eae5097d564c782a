"""What slurm backends get from a cluster profile, and what they do not."""

import re

from sflowc.driver import compile_workflow
from sflowc.ir.dump import plan_to_json
from sflowc.ir.expr import display
from sflowc.ir.plan import Plan
from sflowc.render import plan_text
from sflowc.targets import default_target

PROFILE = "account: proj\npartition: batch\ntime: 60\nextra_args: [--exclusive, '-x bad']\n"


def compiled(backends: str, profile: str = PROFILE, more: str = "", task: str = "script: [x]") -> Plan:
    text = f'version: "0.1"\nbackends: {{{backends}}}\n{more}\nworkflow: {{name: w, tasks: [{{name: t, {task}}}]}}\n'
    done = compile_workflow([("w.yaml", text.encode())], cluster=("/site/site.yaml", profile.encode()))
    assert done.plan is not None, done.diagnostics
    return done.plan


def directives(backends: str, profile: str = PROFILE) -> list[str]:
    """What is asked for, but for what every script asks for."""
    plan = compiled(backends, profile)
    found = re.findall(r"^#SBATCH (.*)$", default_target(plan).emit(plan), re.MULTILINE)
    return [line for line in found if not line.startswith(("--job-name", "--nodes", "--open-mode", "--signal"))]


def test_a_backend_that_says_nothing() -> None:
    found = directives("c: {type: slurm}")
    assert found == ["--account=proj", "--partition=batch", "--time=60", "--exclusive", "-x bad"]


def test_what_the_backend_says_wins() -> None:
    found = directives("c: {type: slurm, account: mine, time: 5, extra_args: [--exclude=one, --mem=4]}")
    assert found == ["--partition=batch", "--account=mine", "--time=5", "--exclusive", "--exclude=one", "--mem=4"]


def test_an_option_in_its_short_form_is_the_same() -> None:
    found = directives("c: {type: slurm, extra_args: [-A mine, -pfast, -t 5]}", "account: a\npartition: b\ntime: 1")
    assert found == ["-A mine", "-pfast", "-t 5"]


def test_a_field_wins_over_an_option_of_the_profile_also_with_no() -> None:
    assert "--exclusive" not in directives("c: {type: slurm, exclusive: false}")
    assert "--exclusive" in directives("c: {type: slurm, exclusive: true}", "account: a")


def test_null_and_empty_text_say_nothing() -> None:
    found = directives("c: {type: slurm, account: null, partition: '', time: null}")
    assert found[:3] == ["--account=proj", "--partition=batch", "--time=60"]


def test_an_expression_of_the_workflow_wins_too() -> None:
    plan = compiled("c: {type: slurm, account: '${{ A }}'}", more="variables: {A: mine}")
    assert plan.backends[0].option("account") == "mine"


def test_later_components_keep_what_they_have_from_the_first() -> None:
    profile = f"{PROFILE}".replace("'-x bad'", "--comment=ours, --gres=x")
    both = directives("a: {type: slurm, account: mine, comment: its, gpus_per_node: 1}, b: {type: slurm}", profile)
    first, second = both[: both.index("hetjob")], both[both.index("hetjob") + 1 :]
    assert first == ["--partition=batch", "--time=60", "--account=mine", "--comment=its", "--exclusive", "--gres=x"]
    assert second == ["--partition=batch", "--time=60", "--exclusive", "--gres=x"]


def test_what_is_not_handed_on_is_given_to_later_components() -> None:
    both = directives("a: {type: slurm, partition: fast}, b: {type: slurm}", "partition: batch")
    assert both == ["--partition=fast", "hetjob", "--partition=batch"]


def test_the_plan_names_what_came_from_the_profile() -> None:
    plan = compiled("c: {type: slurm, account: mine}", f"{PROFILE}preamble: [module load x, export MY_TOKEN=abc]")
    assert plan.backends[0].from_cluster == ("partition", "time", "extra_args")
    found = plan_to_json(plan)
    assert found["backends"]["c"]["from_cluster"] == ["partition", "time", "extra_args"]
    assert found["cluster"]["name"] == "site.yaml"
    assert found["cluster"]["preamble"] == ["module load x", "export MY_TOKEN=***"]
    text = plan_text(plan)
    assert "partition batch (cluster profile)" in " ".join(text.split())
    assert "account mine," in " ".join(text.split())
    assert "cluster profile site.yaml:\n  options: partition, time, extra_args\n" in text
    assert "    module load x\n    export MY_TOKEN=***\n" in text
    assert "abc" not in text


def test_a_profile_of_which_nothing_is_taken() -> None:
    plan = compiled("c: {type: slurm, account: mine}", "account: proj")
    assert plan.backends[0].from_cluster == ()
    assert "options: none that the workflow leaves open" in plan_text(plan)


def test_without_a_slurm_backend_the_profile_is_left_out() -> None:
    plan = compiled("c: {type: local}", f"{PROFILE}preamble: module load x")
    assert plan.cluster is None
    assert "cluster" not in plan_to_json(plan)
    script = default_target(plan).emit(plan)
    assert "site.yaml" not in script
    assert "module load" not in script


def test_the_script_has_the_preamble_and_names_the_profile() -> None:
    plan = compiled("c: {type: slurm}", "preamble: |\n  module load x\n  END_OF_PREAMBLE\n  task_script 0 <<'EOF'\n")
    script = default_target(plan).emit(plan)
    assert re.search(r"^#   cluster  site\.yaml  sha256:[0-9a-f]{64}$", script, re.MULTILINE)
    assert "/site" not in script
    assert (
        "\ncluster_preamble <<'END_OF_PREAMBLE_2' # site.yaml\nmodule load x\nEND_OF_PREAMBLE\n"
        "task_script 0 <<'EOF'\nEND_OF_PREAMBLE_2\n" in script
    )
    assert "sf_preamble_begin" in script


def test_a_script_without_a_preamble_carries_none_of_it() -> None:
    plan = compiled("c: {type: slurm}")
    assert "preamble" not in default_target(plan).emit(plan).replace("cluster_preamble)", "")


def mounts(profile: str, fields: str, more: str = "") -> list[str]:
    plan = compiled(
        "c: {type: slurm}",
        f"container_mounts: {profile}",
        f"operators: {{o: {{type: srun, container_image: i, {fields}}}}}\n{more}",
        "script: [x], operator: o",
    )
    return [text for text in map(display, plan.tasks[0].container_mounts) if not text.startswith("<")]


def test_mounts_come_first_and_yield_to_those_of_the_workflow() -> None:
    assert mounts("[/s:/s, '/m:/m:ro']", "container_mounts: [/a:/a]") == ["/s:/s", "/m:/m:ro", "/a:/a"]
    assert mounts("[/s:/s, /m]", "container_mounts: [/a:/s]") == ["/m", "/a:/s"]
    assert mounts("[/s:/s, /m]", "extra_args: ['--container-mounts=/x:/m']") == ["/s:/s", "/x:/m"]
    assert mounts("['/m:/m:ro']", "label: true", "artifacts: {M: {uri: 'fs:///m'}}") == ["/m:/m:rw"]


def test_a_step_without_a_container_has_no_mounts() -> None:
    plan = compiled("c: {type: slurm}", "container_mounts: [/s:/s]")
    assert "--container" not in " ".join(map(display, plan.tasks[0].argv))


def test_mistakes_of_profile_and_workflow_are_told_at_once() -> None:
    files = [("w.yaml", b'version: "0.1"\nworkflow: {name: w, tasks: [{name: t, script: [x], timeuot: 0}]}\n')]
    done = compile_workflow(files, cluster=("site.yaml", b"acount: x\n"))
    assert sorted(found.code for found in done.diagnostics) == ["unknown-key", "unknown-key"]
