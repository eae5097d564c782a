"""What a finished plan says, and what its JSON hides."""

import json

from compilation import SLURM, plan, workflow
from sflowc.ir.dump import plan_to_json


def test_a_plan_names_its_files_and_their_hashes() -> None:
    found = plan("workflow: {name: w, tasks: {t: {script: [x]}}}\nversion: '0.1'\n", "variables: {A: 1}\n")
    assert [(source.name, len(source.sha256)) for source in found.sources] == [("1.yaml", 64), ("2.yaml", 64)]


def test_tasks_are_found_by_name() -> None:
    found = plan(workflow("name: a, script: [x]", "name: b, script: [x]", head=SLURM))
    assert (found.task("b").name, found.backend("c").nodes) == ("b", 4)


def test_secrets_are_masked_wherever_variables_are_listed() -> None:
    text = workflow(
        "name: t, variables: {DB_PASSWORD: hunter3}, replicas: {variables: [API_KEY]}, script: [x]",
        head="variables: {API_KEY: {value: hunter1, domain: [hunter1]}}",
        body="variables: {HF_TOKEN: hunter2, DEEP: {value: {k: [hunter4]}, type: dict}}",
    )
    found = plan_to_json(plan(text))
    assert found["variables"] == {"API_KEY": "***", "HF_TOKEN": "***", "DEEP": {"k": ["hunter4"]}}
    assert found["domains"] == {"API_KEY": ["***"]}
    env = found["tasks"][0]["env"]
    assert {name: env[name] for name in ("API_KEY", "DB_PASSWORD", "HF_TOKEN")} == dict.fromkeys(
        ("API_KEY", "DB_PASSWORD", "HF_TOKEN"), "***"
    )


def test_run_time_values_are_spelt_inside_lists_too() -> None:
    body = "variables: {L: {type: list, value: ['${{ backends.c.nodes[0].name }}']}}"
    found = plan_to_json(plan(workflow("name: t, script: [x]", head=SLURM, body=body)))
    assert json.dumps(found["variables"]) == '{"L": ["<name:c:0>"]}'


def test_the_json_of_a_local_backend_says_nothing_of_slurm() -> None:
    found = plan_to_json(plan(workflow("name: t, script: [x]")))
    assert found["backends"] == {"local": {"type": "local", "default": True, "nodes": 1, "gpus_per_node": None}}
