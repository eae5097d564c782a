"""Faults on this host: shells, tools, environments and directories that are not what a script would like to find.

All run one workflow that uses most of the runtime, and that must do the same everywhere.
"""

import json
import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults.stage import Ended, Stage
from faults.table import OLD, Fault, attack
from requirements import need
from web import path_without

ODD = 'it\'s $HOME and `pwd`, "quoted" \\ * ? é  漢 %s'
EVERYTHING = """
variables: {ODD: {value: %s}}
artifacts: {CONF: {uri: "file://etc/a file.conf", content: "of an artifact"}}
workflow:
  name: w
  tasks:
    - name: web
      script: ["exec python3 -m http.server PORT --bind 127.0.0.1"]
      probes:
        readiness: {http_get: {url: "http://127.0.0.1:PORT/"}, interval: 0.05, timeout: 20}
        failure: {log_watch: {regex_pattern: "never [a-z]+"}, interval: 0.1}
    - name: says
      script: ["touch \\"$SFLOW_TASK_OUTPUT_DIR/there\\"; echo up and running; exec sleep TOKEN"]
      probes: {readiness: {log_watch: {regex_pattern: "up .* running"}, interval: 0.05, timeout: 20}}
    - name: asked
      script: ["touch \\"$SFLOW_TASK_OUTPUT_DIR/there\\"; exec sleep TOKEN"]
      probes: {readiness: {exec: {command: [bash, -c, '[ -e "$SFLOW_TASK_OUTPUT_DIR/there" ]']}, interval: 0.05, timeout: 20}}
    - name: flaky
      script: ['[ -e "$SFLOW_TASK_OUTPUT_DIR/x" ] || { touch "$SFLOW_TASK_OUTPUT_DIR/x"; exit 1; }']
      retries: {count: 1, interval: 0.05}
    - {name: many, replicas: {count: 3}, script: ['echo "$SFLOW_REPLICA_INDEX"']}
    - name: last
      depends_on: [web, says, asked, flaky, many]
      script: ['printf "%%s\\n" "$ODD"; cat "$CONF"; echo; echo "n=7"; { : <&0; } 2>/dev/null && ! read -r x && ls "$SFLOW_TASK_OUTPUT_DIR"']
      outputs: [{pattern: "n={n:d}"}]
"""


def everything() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return EVERYTHING.replace("PORT", str(free.getsockname()[1])) % json.dumps(ODD)


def readable_by_all(folder: Path) -> None:
    """Gives a directory of the tests, and those above it, to other users too."""
    folder.chmod(0o777)
    for above in folder.parents:
        if above.owner() == folder.owner() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o711)


# ---- What a script is started with ---------------------------------------------------------------------------------------

COMMANDS = [
    *(
        "[",
        ":",
        "read",
        "printf",
        "echo",
        "kill",
        "wait",
        "cd",
        "exec",
        "set",
        "unset",
        "local",
        "trap",
        "command",
        "export",
    ),
    *("declare", "eval", "shift", "return", "mapfile", "builtin", "shopt", "umask", "exit", "break", "continue"),
    *("mkdir", "mv", "rm", "cat", "tail", "grep", "sleep", "date", "touch", "sort", "tr", "wc", "stat", "awk", "ls"),
]
FUNCTIONS = {f"BASH_FUNC_{name}%%": "() {  echo a function; false; }" for name in COMMANDS if name not in ("cat", "ls")}
OURS = (
    "EXIT=0",
    "STOPPING=1",
    "RESUME=/x",
    "TIMEOUT=0.1",
    "AFTER=0",
    "LAUNCH=srun",
    "OUTPUT=/x",
    "NO_DEPS=1",
    "TIER=x",
    "REASON=x",
)
NOISE = "echo from BASH_ENV >&2; alias cat=false; f() { :; }\n"


def noise(stage: Stage) -> dict[str, str]:
    file = stage.folder / "noise"
    file.write_text(NOISE)
    return {"BASH_ENV": str(file)}


def an(what: str, does: str, environment: Any, *, without: tuple[str, ...] = ()) -> Fault:
    return Fault(what, OLD, does=does, status=0, state="COMPLETED", given=(environment, without))


@attack(
    an("options of the shell", "`SHELLOPTS` has errexit, nounset, xtrace, keyword and noglob.",
       {"SHELLOPTS": "errexit:nounset:xtrace:keyword:noglob:noclobber:verbose:history:histexpand"}),
    an("further options of the shell", "`BASHOPTS` has nullglob, failglob, nocasematch and extdebug.",
       {"BASHOPTS": "nullglob:failglob:nocasematch:extdebug:execfail:xpg_echo:lastpipe"}),
    an("an older bash is asked for", "`BASH_COMPAT` is 3.1.", {"BASH_COMPAT": "3.1"}),
    an("posix mode by the environment", "`POSIXLY_CORRECT` is set.", {"POSIXLY_CORRECT": "1"}),
    an("functions named like commands", "The environment has functions named like every builtin and command that a script uses.", FUNCTIONS),
    an("a time-out for every read", "`TMOUT` is 1, as on systems that log idle people out.", {"TMOUT": "1"}),
    an("a start-up file", "`BASH_ENV` names a file that prints, and makes aliases and functions.", noise),
    an("variables that steer builtins", "`CDPATH`, `GLOBIGNORE`, `IFS`, `PS4` and `GREP_OPTIONS` are set.",
       {"CDPATH": "/:/tmp", "GLOBIGNORE": "*", "IFS": "0/", "PS4": "$(touch canary)", "GREP_OPTIONS": "--color=always"}),
    an("variables named like ours", "Variables of the environment have names that the script uses itself.",
       dict(f"SF_{pair}".split("=") for pair in OURS)),
    an("an odd host name", "`HOSTNAME` and `USER` hold spaces, quotes and slashes.",
       {"HOSTNAME": "a b/c\"$(touch canary)\n", "USER": "a\"b\\\n"}),
    an("no such locale", "`LC_ALL` names a locale that is not there.", {"LC_ALL": "xx_YY.ISO-8859-77"}),
    an("the C locale", "`LC_ALL` is C.", {"LC_ALL": "C"}),
    an("a UTF-8 locale", "`LC_ALL` is C.UTF-8.", {"LC_ALL": "C.UTF-8"}),
    an("an empty locale", "`LC_ALL` is empty, `LANG` is C.UTF-8.", {"LC_ALL": "", "LANG": "C.UTF-8"}),
    an("no home", "`HOME` is not set.", {}, without=("HOME",)),
    an("no such home", "`HOME` is a directory that is not there.", {"HOME": "/nonexistent"}),
    an("no such temporary directory", "`TMPDIR` is a directory that is not there.", {"TMPDIR": "/nonexistent/tmp"}),
    an("nothing but PATH", "The environment is empty but for `PATH`.", {}, without=tuple(name for name in os.environ if name != "PATH")),
)  # fmt: skip
def test_an_environment(stage: Stage, fault: Fault) -> Ended:
    given, without = fault.given
    changed = given(stage) if callable(given) else given
    words = ["env", *(f"-u{name}" for name in without), *(f"{name}={value}" for name, value in changed.items())]
    return ran_as_ever(stage, words)


def ran_as_ever(stage: Stage, wrap: list[str], environment: dict[str, str] | None = None, **how: Any) -> Ended:
    ended = stage.run(everything(), wrap=wrap, environment=environment, **how)
    assert ended.status == 0, ended.output
    lines = ended.log("last").splitlines()
    assert lines[-5:] == [ODD, "of an artifact", "n=7", "last.log", "last.sh"], lines
    assert json.loads((ended.directory / "last" / "outputs.json").read_text()) == {"n": 7}
    assert not list(stage.folder.rglob("canary"))
    return ended


# ---- Tools, users and directories ------------------------------------------------------------------------------------------


def as_ever(stage: Stage) -> Ended:
    return ran_as_ever(stage, [])


def in_posix_mode(stage: Stage) -> Ended:
    """`sh w.sh`, where sh is a bash."""
    sh = stage.folder / "bin" / "bash"  # `bash` as the stage calls it
    sh.parent.mkdir()
    sh.write_text(f'#!/bin/sh\nexec {shutil.which("bash")} --posix "$@"\n')
    sh.chmod(0o755)
    return ran_as_ever(stage, ["env", f"PATH={sh.parent}:{os.environ['PATH']}"])


def with_busybox(stage: Stage) -> Ended:
    busybox, folder = need("busybox"), stage.folder / "applets"
    folder.mkdir()
    for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if applet not in ("bash", "sh", "env", "unshare", "setpriv"):
            (folder / applet).symlink_to(busybox)
    return ran_as_ever(stage, [], {"PATH": f"{folder}:{os.environ['PATH']}"})


def with_mawk(stage: Stage) -> Ended:
    return ran_as_ever(stage, [], {"PATH": path_without(stage.folder / "bin", awk=need("mawk"))})


def without_curl(stage: Stage) -> Ended:
    return ran_as_ever(stage, [], {"PATH": path_without(stage.folder / "bin", "curl", "wget")})


def without_rarities(stage: Stage) -> Ended:
    """What minimal images lack."""
    missing = (
        "flock",
        "stdbuf",
        "nohup",
        "pgrep",
        "ps",
        "getent",
        "ss",
        "column",
        "hostname",
        "nproc",
        "setsid",
        "perl",
        "install",
    )
    return ran_as_ever(stage, [], {"PATH": path_without(stage.folder / "bin", *missing)})


def as_nobody(stage: Stage) -> Ended:
    readable_by_all(stage.folder)
    readable_by_all(stage.temporary)
    if (
        shell := Path(shutil.which("bash") or "/bin/bash").parent
    ).owner() == stage.folder.owner() != "root" or "pytest" in str(shell):
        readable_by_all(shell)
    return ran_as_ever(
        stage,
        [need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"],
        {"HOME": "/root"},
    )


def umask(stage: Stage, mask: str) -> Ended:
    ended = ran_as_ever(stage, ["bash", "-c", f'umask {mask}; exec "$@"', "_"])
    assert ended.directory is not None
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (ended.directory, ended.directory / "last" / "last.log")
    }
    expected = {ended.directory.name: 0o777 & ~int(mask, 8), "last.log": 0o666 & ~int(mask, 8)}
    assert modes == expected
    return ended


def in_a_directory(name: str) -> Callable[[Stage], Ended]:
    def run(stage: Stage) -> Ended:
        stage.folder = stage.folder / name
        stage.folder.mkdir()
        stage.output = stage.folder / "out"
        return ran_as_ever(stage, [])

    return run


def without_shared_memory(stage: Stage) -> Ended:
    need("mount")
    return ran_as_ever(
        stage, ["unshare", "-m", "bash", "-c", 'mount -t tmpfs -o ro,size=0 none /dev/shm; exec "$@"', "_"]
    )


def with_a_read_only_tmp(stage: Stage) -> Ended:
    need("mount")
    script = 'mount -t tmpfs -o ro none "$TMPDIR"; exec "$@"'
    return ran_as_ever(stage, ["unshare", "-m", "bash", "-c", script, "_"])


def without_input(stage: Stage) -> Ended:
    return ran_as_ever(stage, ["bash", "-c", 'exec "$@" <&-', "_"])


def without_output(stage: Stage) -> Ended:
    return ran_as_ever(stage, ["bash", "-c", 'exec "$@" >&- 2>&-', "_"])


def with_signals_ignored(stage: Stage) -> Ended:
    return ran_as_ever(stage, ["bash", "-c", "trap '' HUP INT QUIT PIPE USR1 USR2; exec \"$@\"", "_"])


def a(what: str, does: str, done: Callable[[Stage], Ended]) -> Fault:
    return Fault(what, OLD, does=does, status=0, state="COMPLETED", given=done)


@attack(
    a("an undisturbed run", "Nothing is done: what the others are compared with.", as_ever),
    a("posix mode", "The script is run as `sh job.sh`, by a bash in POSIX mode.", in_posix_mode),
    a("the tools of busybox", "All of busybox's applets come first on PATH.", with_busybox),
    a("mawk", "`awk` is mawk.", with_mawk),
    a("no curl", "There is neither curl nor wget; a probe asks by HTTP.", without_curl),
    a("no rarer tools", "There is no flock, stdbuf, pgrep, ps, getent, hostname, nproc, setsid, perl.", without_rarities),
    a("another user", "A user without any right runs it, whose home cannot be read.", as_nobody),
    a("umask 077", "The umask is 077: others see nothing of a run.", lambda stage: umask(stage, "077")),
    a("umask 000", "The umask is 000.", lambda stage: umask(stage, "000")),
    a("a directory with spaces and quotes", "The workspace's name has spaces, quotes, `$`, `*` and a backslash.",
      in_a_directory("it's \"a\" $HOME `x` *?[a] \\ work space")),
    a("a directory with a line break", "The workspace's name has a line break, a tab and an escape sequence.",
      in_a_directory("a\nwork\tspace\x1b[31m")),
    a("a directory like options", "The workspace's name begins with a dash.", in_a_directory("-rf --help")),
    a("a directory beyond ASCII", "The workspace's name is not in UTF-8.", in_a_directory("caf\udce9 漢")),
    a("no shared memory", "Nothing can be written to `/dev/shm`.", without_shared_memory),
    a("a read-only temporary directory", "`TMPDIR` is on a read-only file system.", with_a_read_only_tmp),
    a("no standard input", "Standard input is closed.", without_input),
    a("no standard output", "Standard output and standard error are closed.", without_output),
    a("processes that begin late", "A child begins 10 ms after its fork, and a program 10 ms after it should.",
      lambda stage: ran_as_ever(stage, [], stage.late(10))),
    a("signals ignored from the start", "HUP, INT, QUIT, PIPE, USR1 and USR2 are ignored by who starts it, as by nohup.", with_signals_ignored),
)  # fmt: skip
def test_a_machine(stage: Stage, fault: Fault) -> Ended:
    done: Ended = fault.given(stage)
    return done
