"""What a script knows of its graph before it begins."""

from compilation import plan
from sflowc.emit.lower_script import Numbering, lower_script
from sflowc.ir.expr import Atom

TEXT = """version: "0.1"
workflow:
  name: w
  tasks:
    - {name: a, script: [a]}
    - {name: b, script: [b]}
    - {name: a_task_with_a_long_name, depends_on: [a, b], script: [c]}
"""


def test_for_how_many_others_each_task_waits_and_which_wait_for_none() -> None:
    settings = lower_script(plan(TEXT), "0", (), ()).settings
    assert "SF_WAITS=(0 0 2) # for how many others each task waits" in settings
    assert "SF_FIRST=(0 1)" in settings
    assert "SF_NAME_WIDTH=23" in settings


def test_what_tasks_say_alike_stands_once() -> None:
    text = TEXT.replace("{name: a, ", "{name: a, variables: {V: x, W: 1}, ")
    text = text.replace("{name: b, ", "{name: b, variables: {V: x, W: 2}, ")
    text = text.replace("{name: a_task_with_a_long_name, ", "{name: c, variables: {V: x, W: 1}, ")
    made = lower_script(plan(text), "0", (), ())
    (common,) = [function for function in made.functions if function.name == "workflow_environment"]
    assert common.lines == ("SF_ENV=(", "  V=x", ")")
    assert ["  SF_ENV+=(W=1)" in task.lines for task in made.tasks] == [True, False, True]


def test_no_line_of_a_text_ends_it() -> None:
    text = TEXT.replace("script: [a]", "script: [END_OF_SCRIPT]").replace("script: [b]", "script: [echo END_OF_SCRIPT]")
    delimiters = [document.delimiter for document in lower_script(plan(text), "0", (), ()).documents]
    assert delimiters == ["END_OF_SCRIPT_2", "END_OF_SCRIPT", "END_OF_SCRIPT"]


def test_plans_that_number_nodes_alike_spell_with_the_same_function() -> None:
    """What is remembered of a command is remembered with it."""
    backends = "backends: {c: {type: slurm, nodes: 1}, d: {type: slurm, nodes: 1}}\n"
    one, same, other = (
        Numbering(plan(text + TEXT)).spell
        for text in (backends, f"variables: {{V: 1}}\n{backends}", backends.replace("nodes: 1", "nodes: 2", 1))
    )
    assert one is same
    atom = Atom("name", "d", 0)
    assert (one(atom), other(atom)) == ("${SF_NODE_NAME[1]}", "${SF_NODE_NAME[2]}")
