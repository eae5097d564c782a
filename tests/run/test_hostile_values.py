"""Names and values that look like code, like the script's own lines, or like a terminal's or a browser's orders stay data: in a
script that is compiled, executed and looked at with every command that reads. Each example holds many values at once.
"""

import html.parser
import json
import re
import subprocess
from contextlib import chdir
from pathlib import Path

import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sflowc.cli import main
from texts import HOSTILE, names
from workflow import Run, Workflow

FIRST = "x\ntouch canary\n#"
"""Was given to the compiler on the command line, which a script repeats in its header. A canary is a file that appears when a value
is executed."""
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FURTHER = st.binary(max_size=20).map(lambda raw: b"=" + raw.replace(b"\0", b"\x1b"))


def compiled(folder: Path, tasks: list[str], texts: list[str], given_later: int) -> Workflow:
    """Every task prints all values to a file and to its log; the last one fails, so that there is something to diagnose."""
    variables = [f"V{number}" for number in range(len(texts) + given_later)]
    values = dict(zip(variables, [*texts, *[""] * given_later], strict=True))
    printing = "".join(f'printf "%s\\0" "${name}"; ' for name in variables)
    script = f'{{ {printing}}} | tee "$SFLOW_TASK_OUTPUT_DIR/values"; cat "$NOTE"'
    document = {
        "variables": {**{name: {"value": value} for name, value in values.items()}, "x; touch canary;": {"value": "1"}},
        "artifacts": {"NOTE": {"uri": "file://it's a `note`\n# $(touch canary)", "content": "".join(texts)}},
        "backends": {"$(touch canary)\ntouch canary\n#": {"type": "local", "nodes": 1}},
        "workflow": {
            "name": f"w {tasks[0]}"[:60],
            "tasks": [
                {"name": name, "script": [script] if name != tasks[-1] else [script, "exit 3"], "depends_on": before}
                for name, before in zip(tasks, [[], *([name] for name in tasks)], strict=False)
            ],
        },
    }
    return Workflow(folder, yaml.safe_dump(document, allow_unicode=True), "--set", f"V0={FIRST}")


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(names(3), st.lists(HOSTILE, min_size=25, max_size=40), st.lists(FURTHER, min_size=5, max_size=10))
@example(
    ["$(touch canary)", "*", "a]b'\"c`touch canary`"],
    [
        "",
        "x\ntask_script 99 <<'NEVER'\n",
        "\n# ---- Scripts -\n",
        "\n#   from     /etc/passwd  sha256:" + "0" * 64,
        "\nSF_PROBE_TASK[0]=0\n",
        "]]><!--</script><script>document.title='x'</script>",
        "\x1b]0;title\x07\x1b[2J\x9b31m",
        "a[$(touch canary)]",
    ],
    [b"=\xff\xfe\x1b[31m"],
)
def test_they_stay_data(tmp_path_factory: object, tasks: list[str], texts: list[str], later: list[bytes]) -> None:
    folder: Path = tmp_path_factory.mktemp("hostile")  # type: ignore[attr-defined]
    texts = [FIRST, *texts]
    workflow = compiled(folder, tasks, texts, len(later))
    sets = [f"--set=V{len(texts) + number}=".encode() + value for number, value in enumerate(later)]
    run = workflow.run("run", *sets)  # type: ignore[arg-type]
    arrived(run, tasks, [*(text.encode() for text in texts), *later])
    recorded(run, tasks, texts)
    told_by_the_script(workflow)
    with chdir(folder):
        told_by_sflowc(run)
    assert not list(folder.rglob("*canary"))


def arrived(run: Run, tasks: list[str], expected: list[bytes]) -> None:
    assert run.status == 3, run.output
    for name in tasks:
        assert (run.directory / name / "values").read_bytes().split(b"\0")[:-1] == expected, name
    assert run.states == {name: "FAILED" if name == tasks[-1] else "COMPLETED" for name in tasks}


def recorded(run: Run, tasks: list[str], texts: list[str]) -> None:
    """Whatever a run writes down is JSON, with the values that it had, and no value is taken for one of its own lines."""
    assert {event["task"] for event in run.events if "task" in event} == set(tasks)
    facts = json.loads((run.directory / "run.json").read_text())
    assert [task["name"] for task in facts["tasks"]] == tasks
    assert [facts["variables"][f"V{number}"] for number in range(1, len(texts))] == texts[1:]
    assert [source["file"] for source in facts["sources"]] == ["w.yaml"]
    assert STEERING.search(run.output) is None, run.output


def told_by_the_script(workflow: Workflow) -> None:
    for command in ("status", "plan", "verify", "--help"):
        words = ["bash", workflow.script, command, "--output-dir", workflow.output]
        told = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        assert STEERING.search(told.stdout + told.stderr) is None, command
        assert command != "verify" or told.stdout == "w.sh is what was compiled\n"


def told_by_sflowc(run: Run) -> None:
    """No command prints an order for a terminal, and no page has more scripts than it is made with."""
    sources = ("w.yaml", "--set", f"V0={FIRST}")
    for words in (
        ("status", str(run.directory)),
        ("runs", "--output-dir", "out"),
        ("diagnose", str(run.directory)),
        ("diff", str(run.directory), str(run.directory)),
        ("plan", *sources),
        ("lint", *sources),
        ("verify", "w.sh", *sources),
        ("report", str(run.directory), "-o", "report.html"),
        ("visualize", *sources, "-o", "picture.html"),
    ):
        told = CliRunner().invoke(main, words)
        assert told.exception is None or isinstance(told.exception, SystemExit), (words, told.exception)
        failed = words[0] in ("status", "diagnose", "lint")  # the run did, and such names are worth a warning
        assert told.exit_code in (0, int(failed)), (words, told.output)
        assert STEERING.search(told.output) is None, (words, told.output)
    for page in ("report.html", "picture.html"):
        assert Page(Path(page)).odd == [], page


class Page(html.parser.HTMLParser):
    """What of a page no template wrote: `odd` are scripts and handlers that mention a canary."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.inside = ""
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.odd += [
            f"{tag} {name}={value}" for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")
        ]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and "document.title='" in data:
            self.odd.append(data)
