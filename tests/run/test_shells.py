"""The matrix of shells: a script and its tasks run in the shell under test, not in the system's."""

from pathlib import Path

from oldbash.shells import Shell
from workflow import Workflow


def test_scripts_and_tasks_run_in_the_shell_under_test(tmp_path: Path, bash: Shell) -> None:
    text = "workflow: {name: w, tasks: [{name: t, script: ['echo $BASH_VERSION; bash -c \"echo \\$BASH_VERSION\"']}]}"
    run = Workflow(tmp_path, text).run()
    assert [line.rpartition(".")[0] for line in run.log("t").splitlines()] == [bash.version] * 2
