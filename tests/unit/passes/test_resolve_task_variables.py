"""Variables of a task: who sees them, and what they may be made of."""

from compilation import SLURM, environment, errors, task, tasks, workflow

SWEPT = "variables: {C: {type: integer, value: 1, domain: [1, 2]}}"


def test_they_reach_the_tasks_environment_and_its_script() -> None:
    found = task(workflow("name: t, variables: {V: 1}, script: ['${{ V }} ${{ variables.V }}']"))
    assert (environment(found), found.script) == ({"V": "1"}, ("1 1",))


def test_other_tasks_do_not_see_them() -> None:
    assert errors(workflow("name: a, variables: {V: 1}, script: [x]", "name: b, script: ['${{ V }}']")) == [
        ("unknown-name", "V")
    ]


def test_they_hide_those_of_the_workflow_which_hide_global_ones() -> None:
    found = task(
        workflow(
            "name: t, variables: {A: task}, script: ['${{ A }} ${{ B }} ${{ C }}']",
            head="variables: {A: global, B: global, C: global}",
            body="variables: {A: workflow, B: workflow}",
        )
    )
    assert found.script == ("task workflow global",)
    assert environment(found) == {"A": "task", "B": "workflow", "C": "global"}


def test_they_are_made_of_each_other_in_any_order() -> None:
    found = task(workflow("name: t, variables: {A: '${{ B }}a', B: '${{ variables.C }}b', C: c}, script: ['${{ A }}']"))
    assert found.script == ("cba",)


def test_one_may_be_made_of_the_one_that_it_hides() -> None:
    found = task(workflow("name: t, variables: {A: '${{ A }}+'}, script: ['${{ A }}']", head="variables: {A: g}"))
    assert found.script == ("g+",)


def test_they_may_be_made_of_artifacts_and_addresses() -> None:
    own = "variables: {U: 'http://${{ backends.c.nodes[1].ip_address }}${{ artifacts.m.path }}'}"
    found = task(workflow(f"name: t, {own}, script: ['$U']", head=f"{SLURM}\nartifacts: {{m: {{uri: 'fs:///m'}}}}"))
    assert environment(found)["U"] == "http://<ip:c:1>/m"


def test_the_tasks_own_fields_see_them() -> None:
    own = "variables: {N: 2, P: 8000}"
    fields = "timeout: '${{ N }}m', retries: {count: '${{ N }}', interval: '${{ N }}'}"
    probe = "probes: {readiness: {tcp_port: {port: '${{ P }}'}}}"
    found = task(workflow(f"name: t, {own}, {fields}, {probe}, script: [x]"))
    assert found.timeout == 120
    assert found.retries is not None
    assert (found.retries.count, found.retries.interval) == (2, 2)
    assert found.probes[0].check.port == 8000  # type: ignore[union-attr]


def test_its_operator_sees_them() -> None:
    found = task(
        workflow(
            "name: t, variables: {N: 2}, operator: {name: o, extra_args: ['--x=${{ N }}']}, script: [x]",
            head="operators: {o: {type: python}}",
        )
    )
    assert "--x=2" in found.argv


def test_those_made_of_a_swept_value_differ_from_replica_to_replica() -> None:
    found = tasks(
        workflow("name: t, variables: {D: '${{ C * 10 }}'}, replicas: {variables: [C]}, script: ['$D']", head=SWEPT)
    )
    assert [environment(task) for task in found.values()] == [{"C": "1", "D": "10"}, {"C": "2", "D": "20"}]


def test_a_swept_value_hides_the_tasks_own() -> None:
    found = tasks(workflow("name: t, variables: {C: 9}, replicas: {variables: [C]}, script: ['${{ C }}']", head=SWEPT))
    assert [task.script for task in found.values()] == [("1",), ("2",)]


def test_a_mistake_in_one_is_told_of_once_for_all_replicas() -> None:
    text = workflow("name: t, variables: {D: '${{ nope }}'}, replicas: {variables: [C]}, script: [x]", head=SWEPT)
    assert errors(text) == [("unknown-name", "nope")]


def test_they_cannot_name_tasks() -> None:
    assert errors(workflow("name: t, variables: {D: '${{ task.t.gpus }}'}, script: [x]")) == [("unknown-name", "task")]
