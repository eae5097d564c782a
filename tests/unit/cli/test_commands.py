"""The commands: what they print where, which files they write, and their exit status."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sflowc import __version__
from sflowc.cli import COMMANDS, main

HELLO = 'version: "0.1"\nvariables: {A: 1}\nworkflow:\n  name: hello\n  tasks: {t: {script: ["echo $A"]}}\n'
WRONG = HELLO.replace("script", "scrpt")
ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty directory that holds hello.yaml and wrong.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("hello.yaml").write_text(HELLO, encoding="utf-8")
    Path("wrong.yaml").write_text(WRONG, encoding="utf-8")

    def call(*arguments: str, status: int = 0, **more: object) -> Result:
        done = CliRunner().invoke(main, arguments, **more)  # type: ignore[arg-type]
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.output
        return done

    return call


def test_help_names_every_command(run: Run) -> None:
    for option in ("--help", "-h"):
        listed = run(option).stdout
        assert all(f"  {name} " in listed for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_its_help_what_the_list_says(run: Run, name: str) -> None:
    text = " ".join(run(name, "--help").stdout.split())
    assert COMMANDS[name].removesuffix(".") in text or name == "run"


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"sflowc, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plna"], "No such command 'plna'. Did you mean 'plan'?"),
        (["zzz"], f"No such command 'zzz'. There are: {', '.join(COMMANDS)}."),
        (["plan", "hello.yaml", "--fil", "x"], "No such option '--fil'. Did you mean '--file'?"),
        (["plan"], "Name at least one workflow file"),
        (["plan", "gone.yaml"], "Cannot read gone.yaml: No such file or directory."),
        (["plan", "."], "Cannot read .: Is a directory."),
        (["plan", "hello.yaml", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["plan", "hello.yaml", "--format", "jsno"], "'jsno' is not one of 'text', 'json'. Did you mean 'json'?"),
        (["build", "hello.yaml", "--target", "sabtch"], "Did you mean 'sbatch'?"),
        (["explain", "unknwon-key"], "No such code 'unknwon-key'. Did you mean 'unknown-key'?"),
        (["run", "hello.yaml", "--task", "tt"], "No task is called 'tt'. Did you mean 't'?"),
        (["explain", "zzz"], "No such code 'zzz'. There are: accelerator-elsewhere, artifact-"),
        (["build", "hello.yaml", "--check"], "--check needs --output"),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str], message: str) -> None:
    done = run(*arguments, status=2)
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["hello.yaml"], ["-f", "hello.yaml"], ["--file", "hello.yaml", "--format", "text"]]
)
def test_plan_as_text(run: Run, arguments: list[str]) -> None:
    done = run("plan", *arguments)
    assert done.stdout.startswith("hello: 1 task\n")
    assert done.stderr == ""


def test_plan_as_json(run: Run) -> None:
    plan = json.loads(run("plan", "hello.yaml", "-s", "A=x", "--format", "json").stdout)
    assert plan["workflow"] == "hello"
    assert plan["tasks"][0]["env"]["A"] == "x"


def test_a_file_on_standard_input(run: Run) -> None:
    assert run("plan", "-", input=HELLO).stdout == run("plan", "hello.yaml").stdout
    assert "--> <stdin>:5:15" in run("plan", "-f", "-", input=WRONG, status=1).stderr


@pytest.mark.parametrize("command", ["plan", "build", "lint", "run"])
def test_errors_as_text_go_to_standard_error(run: Run, command: str) -> None:
    done = run(command, "wrong.yaml", status=1)
    assert done.stdout == ""
    assert "error[unknown-key]: task 't' has no key 'scrpt'\n  --> wrong.yaml:5:15\n" in done.stderr
    assert done.stderr.endswith("1 error; more: sflowc explain unknown-key\n")


@pytest.mark.parametrize("command", ["plan", "build", "lint", "run"])
def test_errors_as_json_go_to_standard_output(run: Run, command: str) -> None:
    done = run(command, "wrong.yaml", "--format", "json", status=1)
    assert done.stderr == ""
    first = json.loads(done.stdout)["diagnostics"][0]
    assert (first["severity"], first["code"], first["file"], first["line"]) == ("error", "unknown-key", "wrong.yaml", 5)


def test_errors_for_github(run: Run) -> None:
    assert run("lint", "wrong.yaml", "--format", "github", status=1).stdout.startswith(
        "::error file=wrong.yaml,line=5,endLine=5,col=15,endColumn=20,title=unknown-key::"
    )


def test_warnings_do_not_get_into_the_plans_json(run: Run) -> None:
    Path("hello.yaml").write_text(HELLO.replace("{A: 1}", "{A: 1, PATH: x}"), encoding="utf-8")
    done = run("plan", "hello.yaml", "--format", "json")
    assert json.loads(done.stdout)["workflow"] == "hello"
    assert "warning[" in done.stderr


def test_an_option_is_shown_as_it_was_typed(run: Run) -> None:
    assert run("plan", "hello.yaml", "-s", "A=1", "--set", "AA=2", status=1).stderr == (
        "error[unknown-variable]: no global variable is called 'AA'\n"
        "  --> <command line>\n"
        "    |\n"
        "    | --set AA=2\n"
        "    |       ^^\n"
        "    = help: did you mean 'A'?\n"
        "\n"
        "1 error; more: sflowc explain unknown-variable\n"
    )


def test_lint(run: Run) -> None:
    assert run("lint", "hello.yaml").stdout == "hello.yaml: nothing to say\n"
    assert json.loads(run("lint", "hello.yaml", "--format", "json").stdout) == {"diagnostics": []}
    assert run("lint", "hello.yaml", "--format", "github").stdout == ""


def test_lint_takes_warnings_for_errors_when_told(run: Run) -> None:
    Path("hello.yaml").write_text(HELLO.replace("{A: 1}", "{A: 1, PATH: x}"), encoding="utf-8")
    run("lint", "hello.yaml")
    run("lint", "hello.yaml", "--strict", status=1)


def test_build_prints_the_script(run: Run) -> None:
    text = run("build", "hello.yaml").stdout
    assert text.startswith("#!/usr/bin/env bash\n")
    assert run("build", "hello.yaml", "-o", "-").stdout == text
    run("build", "hello.yaml", "-o", "x.sh")
    assert Path("x.sh").read_text(encoding="utf-8").splitlines()[1:3] == text.splitlines()[1:3]


@pytest.mark.parametrize(("output", "path"), [("new/", "new/hello.sh"), (".", "hello.sh"), ("a/b/c.sh", "a/b/c.sh")])
def test_build_writes_an_executable_file_and_nothing_else(run: Run, output: str, path: str) -> None:
    before = {file for file in Path().rglob("*") if file.is_file()}
    assert run("build", "hello.yaml", "-o", output).output == ""
    assert {file for file in Path().rglob("*") if file.is_file()} - before == {Path(path)}
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o755


def test_build_replaces_a_file_in_one_step(run: Run) -> None:
    Path("x.sh").write_text("old", encoding="utf-8")
    with Path("x.sh").open(encoding="utf-8") as reader:
        run("build", "hello.yaml", "-o", "x.sh")
        assert reader.read() == "old"


def test_build_cannot_write_below_a_file(run: Run) -> None:
    done = run("build", "hello.yaml", "-o", "hello.yaml/x.sh", status=1)
    assert done.stderr == "sflowc: cannot write hello.yaml/x.sh: File exists\n"


def test_check_compares_and_writes_nothing(run: Run) -> None:
    missing = run("build", "hello.yaml", "-o", "x.sh", "--check", status=1)
    assert missing.stderr == "sflowc: cannot read x.sh: No such file or directory\n"
    assert not Path("x.sh").exists()
    run("build", "hello.yaml", "-o", "x.sh")
    assert run("build", "hello.yaml", "-o", "x.sh", "--check").output == ""
    Path("hello.yaml").write_text(HELLO.replace("echo $A", "echo $A!"), encoding="utf-8")
    changed = run("build", "hello.yaml", "-o", "x.sh", "--check", status=1)
    assert changed.stdout.startswith("--- x.sh\n+++ x.sh (as it would be built)\n@@")
    assert "-echo $A\n+echo $A!\n" in changed.stdout
    assert changed.stderr == "sflowc: x.sh is out of date: build it again\n"
    assert "echo $A!" not in Path("x.sh").read_text(encoding="utf-8")


def test_bytes_that_are_no_text_come_out_as_they_went_in(sflowc: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    command = [Path(sys.executable).with_name("sflowc"), "build", "hello.yaml", "-s", b"A=x\xff\xfey"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"})
    assert b"x\xff\xfey" in done.stdout or b"\\377\\376" in done.stdout


def test_check_paths(run: Run) -> None:
    text = HELLO.replace("workflow:", "artifacts: {M: {uri: 'fs://models/m'}, N: {uri: 'fs:///gone'}}\nworkflow:")
    Path("hello.yaml").write_text(text, encoding="utf-8")
    run("plan", "hello.yaml")
    done = run("plan", "hello.yaml", "--check-paths", status=1)
    assert (
        "error[missing-path]: the path of artifact 'M' is not there: models/m\n  --> hello.yaml:3:22\n" in done.stderr
    )
    assert "the path of artifact 'N' is not there: /gone" in done.stderr
    Path("work/models/m").mkdir(parents=True)
    assert "'M'" not in run("plan", "hello.yaml", "--check-paths", "--workspace-dir", "work", status=1).stderr


def test_schema(run: Run) -> None:
    text = run("schema").stdout
    assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    run("schema", "-o", "s.json")
    assert Path("s.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "found"),
    [("sflowc pl", {"plan"}), ("sflowc plan --fo", {"--format"}), ("sflowc plan --format j", {"json"})],
)
def test_completion(words: str, found: set[str], sflowc: Callable[..., object]) -> None:
    done = sflowc(env={"COMP_LINE": words, "_SFLOWC_COMPLETE": "bash_complete"})
    assert {line.split("\t")[1] for line in done.stdout.splitlines()} == found  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["schema"]])
def test_what_compiles_nothing_loads_no_compiler(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from sflowc.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print([m for m in ('yaml', 'jinja2', 'lark', 'jsonschema', 'rich', 'sflowc.driver') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plan_loads_no_heavy_library(run: Run, tmp_path: Path) -> None:
    code = (
        "import sys; from sflowc.cli import main\n"
        "try: main(['build', 'hello.yaml', '-o', 'x.sh'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('lark', 'jsonschema', 'rich', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_build_for_an_output_directory(sflowc: Run, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text('version: "0.1"\nworkflow: {name: w, tasks: [{name: t, script: ["true"]}]}\n')
    sflowc("build", "w.yaml", "--output-dir", "my runs", "-o", "w.sh", cwd=tmp_path)
    assert "\n#   rebuild  sflowc build -f w.yaml --output-dir 'my runs'\n" in (tmp_path / "w.sh").read_text()
    assert subprocess.run(["bash", "w.sh"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert [path.name[:2] for path in (tmp_path / "my runs").iterdir()] == ["w-"]


def test_a_secret_of_the_command_line_is_not_in_the_header(sflowc, tmp_path) -> None:
    (tmp_path / "w.yaml").write_text(
        'version: "0.1"\nvariables: {HF_TOKEN: x, MODEL: y}\nworkflow: {name: w, tasks: [{name: t, script: ["true"]}]}\n'
    )
    script = sflowc("build", "w.yaml", "-s", "HF_TOKEN=hidden", "-s", "MODEL=shown", cwd=tmp_path).stdout
    header = script.split("\n\n", 1)[0]
    assert "HF_TOKEN=***" in header
    assert "MODEL=shown" in header
    assert "hidden" not in header


@pytest.mark.parametrize("code", ["unknown-key", "error[unknown-key]", "[unknown-key]", "UNKNOWN-KEY"])
def test_explain_a_code(run: Run, code: str) -> None:
    shown = run("explain", code).stdout
    assert shown.startswith("error[unknown-key]: A part has no key of this name\n\n")
    assert "Wrong:\n\n    version: " in shown
    assert "Right:\n\n    version: " in shown


def test_explain_as_json(run: Run) -> None:
    one = json.loads(run("explain", "set-syntax", "--format", "json").stdout)
    assert one["code"] == "set-syntax"
    assert one["wrong"]["options"] == ["--set", "PORT"]
    assert one["right"]["files"]["example.yaml"].startswith('version: "0.1"\n')
    every = json.loads(run("explain", "--format", "json").stdout)["codes"]
    assert one in every
    assert len(every) > 70


def test_explain_lists_all_codes(run: Run) -> None:
    listed = run("explain").stdout
    assert "\nunknown-task " in listed
    assert listed.endswith("`sflowc explain CODE` says more, with an example.\n")


@pytest.mark.parametrize("sample", sorted((ROOT / "samples").glob("*.yaml")), ids=lambda path: path.stem)
def test_lint_has_nothing_to_say_of_a_sample(run: Run, sample: Path) -> None:
    done = run("lint", str(sample), "--strict")
    assert done.stdout == f"{sample}: nothing to say\n"
    assert done.stderr == ""


PORT = 'version: "0.1"\nvariables: {A: 4}\nworkflow:\n  name: w\n  tasks: {t: {script: ["echo ${{ A * 2 }}"]}}\n'


@pytest.mark.parametrize("command", [["plan"], ["build", "-o", "out.sh"], ["lint"], ["run"]])
def test_strict_makes_warnings_errors(run: Run, command: list[str]) -> None:
    Path("warn.yaml").write_text(PORT, encoding="utf-8")
    assert "warning[string-arithmetic]" in run("plan", "warn.yaml").stderr
    done = run(*command, "warn.yaml", "--strict", status=1)
    assert "error[string-arithmetic]" in done.stderr
    assert not Path("out.sh").exists()


def test_a_comment_silences_a_warning_for_strict_too(run: Run) -> None:
    silent = PORT.replace("  tasks:", "  # sflowc: ignore[string-arithmetic]\n  tasks:")
    Path("warn.yaml").write_text(silent, encoding="utf-8")
    assert run("build", "warn.yaml", "--strict", "-o", "out.sh").stderr == ""


def test_annotations_and_a_script_do_not_mix(run: Run) -> None:
    Path("warn.yaml").write_text(PORT, encoding="utf-8")
    done = run("build", "warn.yaml", "--format", "github")
    assert done.stdout.startswith("#!")
    assert done.stderr.startswith(
        "::warning file=warn.yaml,line=5,endLine=5,col=34,endColumn=35,title=string-arithmetic::"
    )
    done = run("build", "warn.yaml", "--format", "github", "-o", "x.sh")
    assert done.stdout.startswith("::warning ")


def test_what_is_no_file_is_written_to_and_stays(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)
    try:
        run("compose", "hello.yaml", "-o", "pipe")
        assert b"name: hello" in os.read(end, 65536)
    finally:
        os.close(end)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_of_a_link_the_file_behind_it_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "link.sh").symlink_to("scripts/real.sh")
    for _ in range(2):
        run("build", "hello.yaml", "-o", "link.sh")
        assert (tmp_path / "link.sh").is_symlink()
        assert (tmp_path / "scripts" / "real.sh").stat().st_mode & 0o777 == 0o755
