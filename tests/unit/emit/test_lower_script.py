"""What a script knows of its graph before it begins."""

from compilation import plan
from sflowc.emit.lower_script import lower_script

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
