"""Variables of the workflow: what they are made of, and what they hide."""

from compilation import SLURM, environment, errors, plan, script, task, workflow


def test_they_hide_global_ones_everywhere_after_them() -> None:
    found = task(
        workflow("name: t, script: ['${{ A }}${{ variables.A }}']", head="variables: {A: g}", body="variables: {A: w}")
    )
    assert (found.script, environment(found)) == (("ww",), {"A": "w"})


def test_they_are_made_of_each_other_in_any_order_and_both_spellings() -> None:
    assert script("${{ A }}", body="variables: {A: '${{ variables.B }}a', B: '${{ C }}b', C: c}") == "cba"


def test_they_are_made_of_global_ones_in_both_spellings() -> None:
    assert script("${{ A }}", head="variables: {G: g}", body="variables: {A: '${{ G }}${{ variables.G }}'}") == "gg"


def test_one_may_be_made_of_the_global_one_that_it_hides() -> None:
    head, body = "variables: {A: g}", "variables: {A: '${{ variables.A }}w', B: '${{ A }}'}"
    assert script("${{ A }} ${{ B }}", head=head, body=body) == "gw gw"


def test_a_longer_circle_stays_one_though_there_is_a_global_one() -> None:
    text = workflow("name: t, script: [x]", head="variables: {A: g}", body="variables: {A: '${{ B }}', B: '${{ A }}'}")
    assert [code for code, _ in errors(text)] == ["variable-cycle"]


def test_they_may_hold_addresses_and_paths() -> None:
    body = "variables: {U: 'http://${{ backends.c.nodes[0].ip_address }}:80', P: '${{ artifacts.m.path }}/x'}"
    found = task(workflow("name: t, script: [x]", head=f"{SLURM}\nartifacts: {{m: {{uri: 'fs://m'}}}}", body=body))
    assert environment(found) == {"U": "http://<ip:c:0>:80", "P": "<workspace_dir>/m/x", "m": "<workspace_dir>/m"}


def test_counts_of_nodes_and_gpus_are_known() -> None:
    body = "variables: {N: '${{ backends.c.nodes | length * backends.c.nodes[0].num_gpus }}'}"
    assert script("${{ N }}", head=SLURM, body=body) == "16"


def test_what_is_known_only_when_the_job_runs_is_no_number() -> None:
    body = "variables: {N: {type: integer, value: '${{ backends.c.nodes[0].ip_address }}'}}"
    assert [code for code, _ in errors(workflow("name: t, script: [x]", head=SLURM, body=body))] == ["wrong-type"]


def test_global_ones_cannot_be_made_of_them() -> None:
    text = workflow("name: t, script: [x]", head="variables: {G: '${{ W }}'}", body="variables: {W: 1}")
    assert errors(text) == [("unknown-name", "W")]


def test_a_plan_lists_both_kinds_a_hidden_one_not_at_all() -> None:
    found = plan(workflow("name: t, script: [x]", head="variables: {A: g, B: g}", body="variables: {A: w, C: w}"))
    assert {variable.name: variable.value for variable in found.variables} == {"A": "w", "B": "g", "C": "w"}
