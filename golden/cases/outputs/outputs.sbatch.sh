#!/usr/bin/env bash
#SBATCH --job-name=outputs
#SBATCH --nodes=2
#SBATCH --account=a
#SBATCH --partition=p
#SBATCH --time=10
#SBATCH --open-mode=append
#SBATCH --signal=B:USR2@60
#
# outputs: 5 tasks. Compiled by sflowc 0.1.0: change the workflow and compile again.
#
#   from     workflow.yaml  sha256:aa3e039f862faca14432c25799c863ac6268d94eee117afffa7d04364cdd5859
#   rebuild  sflowc build -f workflow.yaml
#   body     sha256:f790985f874dc25c2d6e15307e94994b09963801bfffc510aca110b89d4278ad (all that follows this header)
#   options  sha256:09c263a0102d2b51cd63fe2e2c8a970e31ab733fbae90fa675d765ff4a7fdb25 (the #SBATCH lines)
#   header   sha256:e5cdfd448172dc28b7131f637a2ede5779a4788578fd6a1f46a826b19e97b6bf (this header but this line)
#
# `sbatch FILE` submits it, `bash FILE` runs it inside an allocation (salloc);
# `bash FILE --help` says what else it can do.

case ${BASH_VERSION-} in
  '' | [0-3].* | 4.[01].*)
    echo "sflow: this script needs bash 4.2 or newer" >&2
    exit 78
    ;;
esac
# A shell like any other, whatever it was started with: no function of the environment stands in for a command, no option of the
# caller's shell counts, no variable is taken for one of ours. TMOUT would end every read.
POSIXLY_CORRECT=y # so that special builtins, such as unset, come before functions
unset -f : [ awk break builtin cat cd chmod cksum command continue cp curl date dd declare dirname echo eval exec exit export find \
  getent grep head kill ln local ls mapfile mkdir mkfifo mv nproc printf pwd read return rm rmdir scancel scontrol sed set sha256sum \
  shift shopt sleep sort srun stat tail timeout touch tr trap ulimit umask unset wait wc wget
set +aefkmnuvxCEHPT +o posix +o pipefail +o history
shopt -u nullglob failglob nocasematch nocaseglob dotglob lastpipe extdebug expand_aliases execfail xpg_echo localvar_inherit \
  localvar_unset assoc_expand_once inherit_errexit compat31 compat32 compat40 compat41 compat42 compat43 compat44 \
  patsub_replacement 2>/dev/null # bash 5.2: an & in a replacement is an &
unset -v BASH_COMPAT CDPATH GLOBIGNORE GREP_OPTIONS POSIXLY_CORRECT TMOUT "${!SF_@}"
export -n SHELLOPTS BASHOPTS
# bash notes now what these signals do by default; beside a trap for EXIT that would be to run it, also in children that have only just begun.
trap - HUP INT QUIT TERM USR1 USR2
trap 'echo "sflow: this script is not whole: its end is missing" >&2; exit 70' EXIT # until sf_main begins
[ -n "${LC_ALL+set}" ] || LC_ALL=C # for this shell alone, which handles bytes faster; tasks keep their locale
SF_SELF=${BASH_SOURCE[0]}

# ==== The workflow ====================================================================================================
# Tasks, nodes and probes go by number. A task starts when all that it is AFTER are done or ready; it FEEDS the others.

SF_WORKFLOW=outputs
SF_GRACE=1000 # centiseconds between TERM and KILL
SF_LAUNCHERS='local srun'
SF_COMMANDS=(scancel scontrol srun) # looked for before anything starts
SF_HOLE_MARK=@@
SF_NAME_WIDTH=8
SF_WAITS=(0 0 0 0 0) # for how many others each task waits
SF_FIRST=(0 1 2 3 4)

workflow_nodes() { # names and addresses of the nodes
  sf_local_nodes 0 1
  sf_slurm_nodes 1 2 "${SLURM_JOB_NODELIST-}"
}

workflow_environment() { # the variables that every task gets
  SF_ENV=()
}

workflow_holes() { # what only the run knows, by its placeholder in the texts below
  SF_HOLE=()
}

# ---- Tasks -----------------------------------------------------------------------------------------------------------

# 0  bench: starts at once; node 0 of here
SF_TASK[0]=bench SF_NODES[0]=0 SF_OUTPUTS[0]=1 SF_UNITS[0]='"latency[p99]": "ms", "rate": "tok/s"' SF_SETUP[0]=1
SF_FINGERPRINT[0]=96107a232857
setup_0() {
  SF_ENV+=(LEVEL=1)
}

# 1  pack_1: starts at once; node 0 of here
SF_TASK[1]=pack_1 SF_BASE[1]=pack SF_NODES[1]=0 SF_SWEEPS[1]=LEVEL SF_OUTPUTS[1]=1 SF_SETUP[1]=1
SF_FINGERPRINT[1]=a64d30eb542b
setup_1() {
  SF_ENV+=(LEVEL=1)
}

# 2  pack_9: starts at once; node 0 of here
SF_TASK[2]=pack_9 SF_BASE[2]=pack SF_NODES[2]=0 SF_REPLICA[2]=1 SF_SWEEPS[2]=LEVEL SF_OUTPUTS[2]=1 SF_SETUP[2]=1
SF_FINGERPRINT[2]=4aee8dd54bae
setup_2() {
  SF_ENV+=(LEVEL=9)
}

# 3  step: starts at once; nodes 0, 1 of cluster
SF_TASK[3]=step SF_NODES[3]='1 2' SF_LAUNCH[3]=srun SF_OUTPUTS[3]=1 SF_SETUP[3]=1 SF_FINGERPRINT[3]=642fc65b3f13
setup_3() {
  SF_ENV+=(LEVEL=1)
  SF_COMMAND=(
    srun --nodes=2 "--nodelist=${SF_NODE_NAME[1]},${SF_NODE_NAME[2]}" --job-name=step --unbuffered --export=ALL
    --label --overlap bash
  )
}

# 4  bare: starts at once; nodes 0, 1 of cluster
SF_TASK[4]=bare SF_NODES[4]='1 2' SF_LAUNCH[4]=srun SF_OUTPUTS[4]=1 SF_SETUP[4]=1 SF_FINGERPRINT[4]=903c6d4dd616
setup_4() {
  SF_ENV+=(LEVEL=1)
  SF_COMMAND=(
    srun --nodes=2 "--nodelist=${SF_NODE_NAME[1]},${SF_NODE_NAME[2]}" --job-name=bare --unbuffered --export=ALL
    --overlap bash
  )
}

# ---- Scripts ---------------------------------------------------------------------------------------------------------
# What bash runs for each task, verbatim. The texts are read from this file when the run starts; here they only stand.

task_script() { :; }
artifact_content() { :; }
task_outputs() { :; } # what awk runs on its log when it has completed

task_script 0 <<'END_OF_SCRIPT' # bench
./bench.sh
END_OF_SCRIPT

task_script 1 2 <<'END_OF_SCRIPT' # pack_1, pack_9
./pack.sh
END_OF_SCRIPT

task_script 3 4 <<'END_OF_SCRIPT' # step, bare
./step.sh
END_OF_SCRIPT

task_outputs 0 <<'END_OF_OUTPUTS' # bench
function find_1() { # TTFT: {ttft:f} ms
  while (begins(match(line, /[Tt][Tt][Ff][Tt]: [-+ ]?([0-9]*[.][0-9]+|[Nn][Aa][Nn]|[Ii][Nn][Ff]) [Mm][Ss]/))) {
    cut(6)
    n = longest(match(line, /^[-+ ]?([0-9]*[.][0-9]+|[Nn][Aa][Nn]|[Ii][Nn][Ff])/))
    number("ttft", cut(n))
    cut(3)
  }
}
function find_2() { # p{:d}: {latency[p99]:g} ms; {rate:n} tok/s
  while (begins(match(line, /[Pp](([-+ ]([-+ ])?)?[0-9]+|[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+)): ([-+ ]?[0-9]+([.][0-9]+)?([Ee][-+]?[0-9]+)?|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff]) [Mm][Ss]; [-+ ]?[0-9]([0-9]([0-9])?)?([,.][0-9][0-9][0-9])* [Tt][Oo][Kk]\/[Ss]/))) {
    cut(1)
    if (line ~ /^([-+ ]([-+ ])?)?[0-9]+: ([-+ ]?[0-9]+([.][0-9]+)?([Ee][-+]?[0-9]+)?|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff]) [Mm][Ss]; [-+ ]?[0-9]([0-9]([0-9])?)?([,.][0-9][0-9][0-9])* [Tt][Oo][Kk]\/[Ss]/) {
      n = longest(match(line, /^([-+ ]([-+ ])?)?[0-9]+/))
    } else {
      n = longest(match(line, /^[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+)/))
    }
    cut(n)
    cut(2)
    n = longest(match(line, /^([-+ ]?[0-9]+([.][0-9]+)?([Ee][-+]?[0-9]+)?|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff])/))
    number("latency[p99]", cut(n))
    cut(5)
    n = longest(match(line, /^[-+ ]?[0-9]([0-9]([0-9])?)?([,.][0-9][0-9][0-9])*/))
    integer("rate", cut(n), 10)
    cut(6)
  }
}
function find_3() { # {name:>12} | {share:5.1%} | {flags:x}|{}
  while (begins(line ~ /^ *[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*.* [|]  *[-+]?[0-9]+([.][0-9]+)?% [|] [-+ ]?(0[Xx])?[0-9A-Fa-f]+[|][^\200-\277][\200-\277]*.*$/)) {
    n = longest(match(line, /^ */))
    while (n > 0 && (substr(line, n + 1) !~ /^[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*.* [|]  *[-+]?[0-9]+([.][0-9]+)?% [|] [-+ ]?(0[Xx])?[0-9A-Fa-f]+[|][^\200-\277][\200-\277]*.*$/ || substr(line, 1, n) !~ /^ *$/)) n--
    cut(n)
    n = longest(match(line, /^[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*[^\200-\277][\200-\277]*/))
    n += shortest(match(substr(line, n + 1), / [|]  *[-+]?[0-9]+([.][0-9]+)?% [|] [-+ ]?(0[Xx])?[0-9A-Fa-f]+[|][^\200-\277][\200-\277]*.*$/))
    text("name", cut(n))
    cut(3)
    n = longest(match(line, /^ */))
    cut(n)
    n = longest(match(line, /^[-+]?[0-9]+([.][0-9]+)?%/))
    percent("share", cut(n))
    cut(3)
    n = longest(match(line, /^[-+ ]?(0[Xx])?[0-9A-Fa-f]+/))
    integer("flags", cut(n), 16)
    cut(1)
    n = length(line)
    cut(n)
  }
}
{ start(); find_1(); start(); find_2(); start(); find_3() }
END {
  print "{"
  field("\"ttft\"", "ttft")
  object("\"latency\"")
    field("\"p99\"", "latency[p99]")
  object_end()
  field("\"rate\"", "rate")
  field("\"name\"", "name")
  field("\"share\"", "share")
  field("\"flags\"", "flags")
  finish()
}
END_OF_OUTPUTS

task_outputs 1 <<'END_OF_OUTPUTS' # pack_1
function find_1() { # level 1: {{{size:d}}} bytes (C++/a=b\c^2)
  while (begins(match(line, /[Ll][Ee][Vv][Ee][Ll] 1: [{](([-+ ]([-+ ])?)?[0-9]+|[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+))[}] [Bb][Yy][Tt][Ee][Ss] [(][Cc][+][+]\/[Aa]=[Bb]\\[Cc]\^2[)]/))) {
    cut(10)
    if (line ~ /^([-+ ]([-+ ])?)?[0-9]+[}] [Bb][Yy][Tt][Ee][Ss] [(][Cc][+][+]\/[Aa]=[Bb]\\[Cc]\^2[)]/) {
      n = longest(match(line, /^([-+ ]([-+ ])?)?[0-9]+/))
    } else {
      n = longest(match(line, /^[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+)/))
    }
    integer("size", cut(n), 0)
    cut(21)
  }
}
{ start(); find_1() }
END {
  print "{"
  field("\"size\"", "size")
  finish()
}
END_OF_OUTPUTS

task_outputs 2 <<'END_OF_OUTPUTS' # pack_9
function find_1() { # level 9: {{{size:d}}} bytes (C++/a=b\c^2)
  while (begins(match(line, /[Ll][Ee][Vv][Ee][Ll] 9: [{](([-+ ]([-+ ])?)?[0-9]+|[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+))[}] [Bb][Yy][Tt][Ee][Ss] [(][Cc][+][+]\/[Aa]=[Bb]\\[Cc]\^2[)]/))) {
    cut(10)
    if (line ~ /^([-+ ]([-+ ])?)?[0-9]+[}] [Bb][Yy][Tt][Ee][Ss] [(][Cc][+][+]\/[Aa]=[Bb]\\[Cc]\^2[)]/) {
      n = longest(match(line, /^([-+ ]([-+ ])?)?[0-9]+/))
    } else {
      n = longest(match(line, /^[-+ ]?0([Xx][0-9A-Fa-f]+|[Bb][01]+|[Oo][0-7]+)/))
    }
    integer("size", cut(n), 0)
    cut(21)
  }
}
{ start(); find_1() }
END {
  print "{"
  field("\"size\"", "size")
  finish()
}
END_OF_OUTPUTS

task_outputs 3 <<'END_OF_OUTPUTS' # step
{ sub(/^ *[0-9]+: /, "") } # srun's label
function find_1() { # loss={loss:e}
  while (begins(match(line, /[Ll][Oo][Ss][Ss]=([-+ ]?[0-9]*[.][0-9]+[Ee][-+]?[0-9]+|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff])/))) {
    cut(5)
    n = longest(match(line, /^([-+ ]?[0-9]*[.][0-9]+[Ee][-+]?[0-9]+|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff])/))
    number("loss", cut(n))
  }
}
{ start(); find_1() }
END {
  print "{"
  field("\"loss\"", "loss")
  finish()
}
END_OF_OUTPUTS

task_outputs 4 <<'END_OF_OUTPUTS' # bare
function find_1() { # loss={loss:e}
  while (begins(match(line, /[Ll][Oo][Ss][Ss]=([-+ ]?[0-9]*[.][0-9]+[Ee][-+]?[0-9]+|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff])/))) {
    cut(5)
    n = longest(match(line, /^([-+ ]?[0-9]*[.][0-9]+[Ee][-+]?[0-9]+|[Nn][Aa][Nn]|[-+]?[Ii][Nn][Ff])/))
    number("loss", cut(n))
  }
}
{ start(); find_1() }
END {
  print "{"
  field("\"loss\"", "loss")
  finish()
}
END_OF_OUTPUTS

# ==== The runtime =====================================================================================================

# bus: pipes on which many write lines and one reads them. A line is shorter than what the kernel writes in one piece (4,096 bytes).

sf_bus_open() { # <variable>: a pipe that is open at both ends; -> its descriptor; status 1 when there is none left
  local fd
  { exec {fd}<> <(:); } 2>/dev/null || return 1
  printf -v "$1" '%d' "$fd"
}

sf_bus_read() { # <descriptor> <seconds> -> SF_WORDS: the words of the next line; status 1 when none came in time
  local first='' rest
  # When the time is over just as the end of a line comes, `read` of bash 5.2 takes the line and says that there was none. So it waits for one
  # byte, which it hands over in any case, and so it does with the others. They are there: a line is written in one piece.
  IFS= read -r -N 1 -t "$2" -u "$1" first
  [[ $first && $first != $'\n' ]] || return 1
  IFS= read -r -t 5 -u "$1" rest
  set -f # the words are data
  # shellcheck disable=SC2206 # words
  SF_WORDS=($first$rest)
  set +f
}

# document: the here-documents of this file (task scripts, contents of artifacts, code that finds outputs), and the values that
# only the run knows.

sf_document_load() { # <this file> -> SF_TEXTS: every here-document; SF_DOCUMENT[kind:index]: the number of its text
  local line kind='' key keys='' text end='' fd
  local -a lines
  exec {fd}<"$1"
  while mapfile -t -n 100 -u "$fd" lines && ((${#lines[@]})); do # a bit at a time: every runner's fork copies what this shell holds
    [[ $end || ${lines[*]} == *'<<'* ]] || continue              # among many tasks no text begins
    for line in "${lines[@]}"; do
      if [[ $end && $line != "$end" ]]; then
        text+=$line$'\n'
      elif [[ $end ]]; then
        for key in $keys; do SF_DOCUMENT["$kind:$key"]=${#SF_TEXTS[@]}; done
        SF_TEXTS+=("$text")
        end=''
      elif [[ $line == @(task_script|on_timeout|artifact_content|task_outputs|cluster_preamble)\ *\<\<* ]]; then
        kind=${line%% *}
        keys=${line%% <<*} # a line may have the numbers of thousands of tasks: no pattern that would be tried at each of them
        end=${line:${#keys}+4}
        end=${end%%\'*}
        keys=${keys#* }
        text=''
      elif [[ $line == '# ==== The runtime '* ]]; then
        break 2
      fi
    done
  done
  exec {fd}<&-
}

sf_document_put() { # <file>: SF_TEXT, for its owner alone where this file holds secrets
  if [[ ${SF_PRIVATE-} ]]; then sf_document_hide "$1"; else printf '%s' "$SF_TEXT" >"$1"; fi
}

sf_document_hide() { # as sf_document_put
  local status
  umask 077
  printf '%s' "$SF_TEXT" >"$1"
  status=$?
  umask "$SF_UMASK"
  return "$status"
}

sf_document_text() { # <kind:index> -> SF_TEXT: the document, its holes filled
  SF_TEXT=${SF_TEXTS[SF_DOCUMENT[$1]]}
  [[ $SF_TEXT != *"$SF_HOLE_MARK"* ]] || sf_document_fill
}

sf_document_fill() { # SF_TEXT: what only the run knows, in the place of its placeholders
  local -i h
  for ((h = 0; h < ${#SF_HOLE[@]}; h += 2)); do
    SF_TEXT=${SF_TEXT//"${SF_HOLE[h]}"/${SF_HOLE[h + 1]}}
  done
}

# task: one attempt at a task, in a process group of its own; its exit status comes back on the bus.

# Everything here is done for every attempt: bash copies a function's body at every call, and a fork has its price by the page
# that is written to before the next one. So there are few functions, and what is rare has its own.

sf_task_attempt() { # <task index> <attempt>: in a runner
  local -i i=$1
  local directory=$SF_RUN/${SF_TASK[$1]}
  local file=$directory/${SF_TASK[$1]}
  SF_TEXT=${SF_TEXTS[SF_DOCUMENT["task_script:$i"]]}
  [[ $SF_TEXT != *"$SF_HOLE_MARK"* ]] || sf_document_fill
  # With many tasks it may come later than this; -p would make what somebody has removed.
  [[ -d $directory ]] || mkdir -- "$directory"
  if ! { sf_document_put "$file.sh" && : >>"$file.log"; }; then # half a script may end well
    printf 'unable %s %s its script and its log cannot be written\n' "$i" "$2" >&"$SF_BUS"
    return
  fi
  SF_ATTEMPTED="$i $2"
  sf_task_environment "$i" "$directory"
  SF_COMMAND=("$BASH")
  [[ ! ${SF_SETUP[i]-} ]] || "setup_$i"
  sf_task_run "$i" "$directory" "$2"
  [[ ! ${SF_LAUNCH[i]-} ]] || sf_task_over "$i" "$directory" "$2"
  printf 'exit %s %s %s\n' "$i" "$2" "$SF_CHILD_STATUS" >&"$SF_BUS"
  printf -- '-%s %s\n' "$SF_CHILD" "$i" >&"$SF_GROUPS"
  SF_ATTEMPTED=''
}

sf_task_over() { # <task index> <its directory> <attempt>: of one that was launched in another way than as a child of its runner
  if declare -F "sf_${SF_LAUNCH[$1]}_over" >/dev/null; then "sf_${SF_LAUNCH[$1]}_over" "$@"; fi
  [[ ! -p $2/.keeper ]] || rm -f -- "$2/.keeper"
}

sf_task_run() { # <task index> <its directory> <attempt> -> SF_CHILD, SF_CHILD_STATUS
  set -m        # makes what follows the leader of a process group
  {             # becomes the task, once that is written down: until here a signal would be lost
    printf '+%s %s\n' "$BASHPID" "$1" >&"$SF_GROUPS"
    [[ ! ${SF_LAUNCH[$1]-} ]] || "sf_${SF_LAUNCH[$1]}_launch" "$@"
    exec {SF_BUS}>&- {SF_GROUPS}>&-
    # The names of the variables are the user's and may be ours: behind `export` nothing of ours is read but the positions.
    set -- "${SF_COMMAND[@]}" "$2/${SF_TASK[$1]}.sh"
    [[ "${SF_ENV[*]-}" != *SF_* ]] || sf_local_become "$@" # an array cannot be exported
    export "${SF_ENV[@]}" "${SF_BUILTINS[@]}"
    exec -- "$@"
  } </dev/null >>"$2/${SF_TASK[$1]}.log" 2>&1 &
  SF_CHILD=$!
  set +m
  wait "$SF_CHILD"
  SF_CHILD_STATUS=$?
  ((SF_CHILD_STATUS >= 0 && SF_CHILD_STATUS < 127)) || sf_runner_wait "$SF_CHILD_STATUS" # maybe a signal's
}

sf_task_environment() { # <task index> <its directory> -> SF_ENV, SF_BUILTINS: NAME=value, the later one counts
  [[ ${SF_NODES[$1]} == "${SF_PLACED-}" ]] || sf_task_nodes "${SF_NODES[$1]}"
  workflow_environment
  SF_BUILTINS=(
    "SFLOW_WORKSPACE_DIR=$SF_WORKSPACE"
    "SFLOW_OUTPUT_DIR=$SF_OUTPUT"
    "SFLOW_WORKFLOW_OUTPUT_DIR=$SF_RUN"
    "SFLOW_TASK_OUTPUT_DIR=$2"
    "SFLOW_TASK_ASSIGNED_NODE_NAMES=$SF_PLACED_NAMES"
    "SFLOW_TASK_ASSIGNED_NODE_IPS=$SF_PLACED_IPS"
    "SFLOW_REPLICA_INDEX=${SF_REPLICA[$1]:-0}"
    "SFLOW_RUN_ID=$SF_RUN_ID"
  )
  [[ ! ${SF_GPUS[$1]-} ]] || SF_BUILTINS+=("CUDA_VISIBLE_DEVICES=${SF_GPUS[$1]}")
}

sf_task_nodes() { # <nodes> -> SF_PLACED_NAMES, SF_PLACED_IPS: with commas; they stay for the next task of the same nodes
  local node
  SF_PLACED=$1 SF_PLACED_NAMES='' SF_PLACED_IPS=''
  for node in $1; do
    SF_PLACED_NAMES+=${SF_PLACED_NAMES:+,}${SF_NODE_NAME[node]}
    SF_PLACED_IPS+=${SF_PLACED_IPS:+,}${SF_NODE_IP[node]}
  done
}

# runner: a small process that makes attempts at tasks, one after another, so that a task costs one fork and one exec. It blocks
# until its task is over, and says so on the bus. Signals are for tasks: it is disturbed by none.

sf_runner_serve() { # <descriptor of its pipe>: a task index and an attempt a line
  local index attempt
  exec <"/dev/fd/$1"
  sf_runner_settle
  while read -r index attempt; do sf_task_attempt "$index" "$attempt"; done
}

sf_runner_once() { # <task index> <attempt>
  sf_runner_settle
  sf_task_attempt "$@"
}

sf_runner_settle() { # keeps what a runner needs of the script's, and no end of a pipe whose closing means something
  local fd
  exec 2>/dev/null
  SF_RUNNER=$BASHPID
  printf '+%s\n' "$SF_RUNNER" >&"$SF_GROUPS" # as long as it holds SF_LIFE the watchdog does not look there
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" ${SF_CHECKS-}; do exec {fd}>&-; done
  trap : HUP INT QUIT TERM USR1 USR2 # a handler, not '': what a runner starts must not ignore them
  trap sf_runner_unable EXIT
}

sf_runner_unable() { # when a fork fails bash ends at once, with 254: so does the attempt, if there is one
  # A task that is killed in its first moments runs its parent's trap too.
  [[ ${SF_ATTEMPTED-} && $SF_RUNNER == "$BASHPID" ]] || return 0
  printf 'exit %s 254\n' "$SF_ATTEMPTED" >&"$SF_BUS"
}

sf_runner_wait() { # [<what wait has said>] -> SF_CHILD_STATUS: of SF_CHILD, once it has ended
  local -i status before=${1:--1}
  while :; do # a signal makes `wait` return a status of its own: what it says of a process that is gone, and says twice, counts
    wait "$SF_CHILD"
    status=$?
    if (((status == 127 || status < 0) && before >= 0)); then status=$before; fi # this bash says it once; bash 5.2 may say -1
    if ((status == before)) && ! kill -0 "$SF_CHILD"; then break; fi
    before=$status
  done
  SF_CHILD_STATUS=$status
}

# clock: what time it is. Limits are measured since boot, so that setting the clock moves none of them.

sf_clock_now() { # -> SF_NOW: centiseconds since boot; the kernel is asked again when the other clock has gone on by a tenth of a second
  SF_NOW=$((SF_CLOCK_ZERO + 10#0${EPOCHREALTIME/[.,]/} / 10000))
  if ((SF_NOW < SF_CLOCK_ASKED || SF_NOW > SF_CLOCK_ASKED + 10)) || [[ ! ${EPOCHREALTIME-} ]]; then sf_clock_ask; fi
}

sf_clock_ask() { # -> SF_NOW, from the kernel; SF_CLOCK_ASKED: when that was; SF_CLOCK_ZERO: what to add to the time of day until then
  local uptime
  read -r uptime _ </proc/uptime
  SF_NOW=$((10#${uptime/./}))
  SF_CLOCK_ASKED=$SF_NOW
  SF_CLOCK_ZERO=$((SF_NOW - 10#0${EPOCHREALTIME/[.,]/} / 10000))
}

sf_clock_tick() { # -> SF_NOW, SF_STAMP, of one moment: once for everything that one event brings about
  SF_STAMP=${EPOCHREALTIME-}
  if [[ ! $SF_STAMP ]]; then sf_clock_tick_old && return; fi
  SF_NOW=$((SF_CLOCK_ZERO + 10#0${SF_STAMP/[.,]/} / 10000))
  if ((SF_NOW < SF_CLOCK_ASKED || SF_NOW > SF_CLOCK_ASKED + 10)); then sf_clock_ask; fi
  SF_STAMP=${SF_STAMP/,/.}
  SF_STAMP=${SF_STAMP%???}
}

sf_clock_tick_old() { # as sf_clock_tick, by a bash before 5.0
  sf_clock_now
  sf_clock_stamp
}

sf_clock_stamp() { # -> SF_STAMP: seconds since the epoch, with milliseconds from bash 5 on
  if [[ ${EPOCHREALTIME-} ]]; then
    SF_STAMP=${EPOCHREALTIME/,/.}
    SF_STAMP=${SF_STAMP%???}
  else
    printf -v SF_STAMP '%(%s)T' -1
  fi
}

sf_clock_parse() { # <seconds, maybe with a fraction> <variable>: the same in centiseconds
  local whole=${1%%.*} fraction=00
  [[ $1 != *.* ]] || fraction=${1#*.}00
  printf -v "$2" '%d' "$((10#${whole:-0} * 100 + 10#${fraction:0:2}))"
}

sf_clock_format() { # <centiseconds> <variable>: such as 0.42 s, 12.3 s, 4 min 05 s, 2 h 03 min
  if (($1 >= 1000)); then
    sf_clock_format_long "$@"
  else
    printf -v "$2" '%d.%02d s' "$(($1 > 0 ? $1 / 100 : 0))" "$(($1 > 0 ? $1 % 100 : 0))" # below 0 when the clock was set
  fi
}

sf_clock_format_long() { # as sf_clock_format: ten seconds and more
  local -i cs=$1 s=$1/100
  if ((s < 60)); then
    printf -v "$2" '%d.%d s' "$s" "$((cs % 100 / 10))"
  elif ((s < 3600)); then
    printf -v "$2" '%d min %02d s' "$((s / 60))" "$((s % 60))"
  else
    printf -v "$2" '%d h %02d min' "$((s / 3600))" "$((s % 3600 / 60))"
  fi
}

# timer: deadlines of the scheduler. When the timer limit:3 is due, sf_timer_due_limit 3 is called.

sf_timer_set() { # <kind:id> <centiseconds from now>
  sf_clock_now
  SF_TIMER[$1]=$((SF_NOW + $2))
  if ((! SF_TIMER_NEXT || SF_NOW + $2 < SF_TIMER_NEXT)); then SF_TIMER_NEXT=$((SF_NOW + $2)); fi
}

sf_timer_clear() { # <kind:id>...
  local timer
  for timer; do
    if [[ ${SF_TIMER[$timer]-} ]]; then unset -v "SF_TIMER[$timer]"; fi
  done
}

sf_timer_wait() { # -> SF_WAIT: seconds until the next timer, for read -t; SF_NOW is from the last look at the timers
  local -i rest=6000
  if ((SF_TIMER_NEXT)); then rest=$((SF_TIMER_NEXT - SF_NOW)); fi
  ((rest > 0)) || rest=1
  printf -v SF_WAIT '%d.%02d' "$((rest / 100))" "$((rest % 100))"
}

sf_timer_fire() { # calls what is due at SF_NOW; looks through the timers only when one can be
  if ((SF_TIMER_NEXT && SF_NOW >= SF_TIMER_NEXT)); then sf_timer_look; fi
}

sf_timer_look() { # calls what is due at SF_NOW
  local timer due=()
  local -i next=0
  for timer in "${!SF_TIMER[@]}"; do
    if ((SF_TIMER[$timer] <= SF_NOW)); then
      due+=("$timer")
    elif ((! next || SF_TIMER[$timer] < next)); then
      next=${SF_TIMER[$timer]}
    fi
  done
  SF_TIMER_NEXT=$next
  for timer in ${due[@]+"${due[@]}"}; do
    [[ ${SF_TIMER[$timer]-} ]] || continue # an earlier one of this round cleared it
    unset -v "SF_TIMER[$timer]"
    "sf_timer_due_${timer%:*}" "${timer#*:}"
  done
}

# owner: who writes in a run directory: one script and its watchdog. A resumed run waits until those of the earlier start are gone,
# or is refused: two schedulers in one directory would end each other's tasks and mix their books.

sf_owner_take() { # for this script, in the directory of an earlier run; exits when another one still runs there
  local told=''
  if sf_owner_alive script; then
    printf 'sflow: %s is being run by process %s\n' "$SF_RUN" "$SF_OWNER" >&2
    exit 64
  fi
  while sf_owner_alive watchdog || sf_owner_alive guard; do
    [[ $told ]] || printf 'sflow: waiting until what was left of the earlier run in %s has ended\n' "$SF_RUN" >&2
    told=1
    sleep 0.1
  done
  [[ ! -e $SF_RUN/.owner ]] || rm -f -- "$SF_RUN/.owner"
  sf_owner_begin
}

sf_owner_begin() { # it is this script's
  SF_OWNED=1
  sf_owner_sign script "$$"
}

sf_owner_alive() { # <script, watchdog or guard> -> SF_OWNER: its process; is that of the last start still there, on this host?
  local host role began
  [[ -r $SF_RUN/.owner ]] || return 1
  while read -r host role SF_OWNER began; do
    [[ $role == "$1" && $host == "${HOSTNAME//[!A-Za-z0-9._-]/_}-" ]] || continue
    if sf_owner_began "$SF_OWNER" && [[ $SF_BEGAN_AT == "$began" ]]; then return 0; fi
  done <"$SF_RUN/.owner"
  return 1
}

sf_owner_sign() { # <script, watchdog or guard> <process>
  sf_owner_began "$2"
  printf '%s %s %s %s\n' "${HOSTNAME//[!A-Za-z0-9._-]/_}-" "$1" "$2" "$SF_BEGAN_AT" 2>/dev/null >>"$SF_RUN/.owner"
}

sf_owner_began() { # <process> -> SF_BEGAN_AT: when it began, in ticks: its number alone may be another's by now; status 1 when it is gone
  local facts
  SF_BEGAN_AT=''
  read -r facts 2>/dev/null <"/proc/$1/stat" || return 1 # in a trap, a bare one returns what was before it
  # shellcheck disable=SC2086 # from the state on
  set -- ${facts##*) }
  SF_BEGAN_AT=${20}
  [[ $1 != Z ]]
}

sf_owner_child() { # <process>: is it a child of this script's, and has not ended? Its number alone may be another's by now
  local facts
  read -r facts 2>/dev/null <"/proc/${1:-none}/stat" || return 1
  # shellcheck disable=SC2086 # state, parent
  set -- ${facts##*) }
  [[ $1 != Z && $2 == "$$" ]]
}

sf_owner_await() { # <process> <centiseconds>: at the end of a run: until a child has ended, which is killed when it takes longer
  local -i until
  sf_clock_now
  until=$((SF_NOW + $2))
  while sf_owner_child "$1"; do
    sf_clock_now
    if ((SF_NOW >= until)); then kill -s KILL "$1"; fi
    read -r -t 0.005 -u "$SF_BUS" _ || : # a pause; what still comes on the bus is nobody's any more
  done
  wait "$1" 2>/dev/null
}

# pool: the scheduler's side of the runners: which of them makes which attempt.

sf_pool_assign() { # <task index> <attempt> -> SF_PID[index]: an idle runner makes the attempt, else a new one
  local n
  for n in "${!SF_RUNNER_IDLE[@]}"; do
    unset -v "SF_RUNNER_IDLE[n]"
    if [[ -e /proc/${SF_RUNNER_PID[n]} ]]; then
      sf_pool_tell "$n" "$@"
      return
    fi
    sf_pool_retire "$n" # somebody killed it
  done
  sf_pool_limit
  if ((${#SF_RUNNER_PIPE[@]} < SF_RUNNER_MOST)) && sf_pool_start; then
    sf_pool_tell "$SF_RUNNER_NEW" "$@"
  else
    sf_pool_once "$@"
  fi
}

sf_pool_limit() { # -> SF_RUNNER_MOST: how many runners may have a pipe; half of the descriptors that there are, none of the first ones
  local most
  [[ ! ${SF_RUNNER_MOST-} ]] || return 0
  most=$(ulimit -n)
  SF_RUNNER_MOST=32
  if [[ $most == [0-9]* ]] && ((most < 80)); then SF_RUNNER_MOST=$(((most - 16) / 2)); fi
}

sf_pool_once() { # <task index> <attempt> -> SF_PID[index]: descriptors are scarce: a runner that ends with its task
  set -m         # makes it the leader of a process group
  sf_runner_once "$@" &
  set +m
  SF_PID[$1]=$!
  unset -v "SF_RUNNER_OF[$1]"
}

sf_pool_tell() { # <runner> <task index> <attempt>
  printf '%s %s\n' "$2" "$3" >&"${SF_RUNNER_PIPE[$1]}"
  SF_PID[$2]=${SF_RUNNER_PID[$1]}
  SF_RUNNER_OF[$2]=$1
}

sf_pool_start() { # -> SF_RUNNER_NEW
  local -i n=$((SF_RUNNER_NEW + 1))
  sf_bus_open "SF_RUNNER_PIPE[n]" || return
  set -m
  sf_runner_serve "${SF_RUNNER_PIPE[n]}" &
  set +m
  SF_RUNNER_PID[n]=$!
  SF_RUNNER_NEW=$n
}

sf_pool_free() { # <task index>: its attempt is over
  local pid=${SF_PID[$1]} n=${SF_RUNNER_OF[$1]-}
  unset -v "SF_PID[$1]"
  if [[ ${SF_OWED[$1]-} ]]; then sf_timer_clear "owed:$1"; fi
  if [[ ! $n ]]; then # it is about to exit: reaped next time
    [[ ! $SF_RUNNER_LAST ]] || wait "$SF_RUNNER_LAST" 2>/dev/null
    SF_RUNNER_LAST=$pid
    printf -- '-%s\n' "$pid" >&"$SF_GROUPS"
  elif [[ ${SF_VERDICT[$1]-} ]]; then # a signal may still be on its way to it
    sf_pool_retire "$n"
  else
    SF_RUNNER_IDLE[n]=1
  fi
}

sf_pool_retire() { # <runner>: the end of its pipe is its end
  local fd=${SF_RUNNER_PIPE[$1]}
  exec {fd}>&-
  unset -v "SF_RUNNER_PIPE[$1]"
  printf -- '-%s\n' "${SF_RUNNER_PID[$1]}" >&"$SF_GROUPS"
}

sf_pool_close() { # at the end of the run; a runner that cannot get rid of its task is not waited for
  local n
  for n in "${!SF_RUNNER_IDLE[@]}"; do sf_pool_retire "$n"; done
  for n in "${!SF_RUNNER_IDLE[@]}"; do sf_owner_await "${SF_RUNNER_PID[n]}" 200; done
}

sf_pool_signal() { # <signal> <task index>...: to the process groups of the tasks, which they write down when they begin
  local word index i
  local -a group
  while read -r word index; do
    if [[ $word$index == *[!0-9+-]* || ! $index ]]; then
      continue # a runner's own, or nothing that this script has written
    elif [[ $word == +* ]]; then
      group[index]=${word#+}
    elif [[ ${group[index]-} == "${word#-}" ]]; then
      group[index]=''
    fi
  done <"/dev/fd/$SF_GROUPS" # its name may be gone
  for i in "${@:2}"; do
    if [[ ${group[i]-} ]]; then
      kill -s "$1" -- "-${group[i]}" 2>/dev/null
    else # it is about to begin
      SF_OWED[i]=$1
      sf_timer_set "owed:$i" 1
    fi
  done
}

sf_timer_due_owed() { # <task index>: a signal that its task was not there for
  [[ ! ${SF_PID[$1]-} ]] || sf_pool_signal "${SF_OWED[$1]}" "$1"
}

# local: tasks that run on this host, as a child of their runner.

sf_local_become() { # <word>...: becomes that command, with the variables of SF_ENV and SF_BUILTINS
  local assignment
  # The names of the variables are the user's and may be ours: from here on nothing of ours is read but the positions.
  set -- "$#" "$@" ${SF_ENV[@]+"${SF_ENV[@]}"} ${SF_BUILTINS[@]+"${SF_BUILTINS[@]}"}
  for assignment in "${@:$1+2}"; do
    if [[ $assignment == SF_* ]]; then unset -v "${assignment%%=*}"; fi # an array cannot be exported
  done
  (($# == $1 + 1)) || export "${@:$1+2}"
  exec -- "${@:2:$1}"
}

sf_local_signal() { # <signal> <task index>...: to everything in the process groups of the tasks
  sf_pool_signal "$@"
}

sf_local_killed() { # <task index>: its runner reports, unless the kernel cannot end the task
  sf_timer_set "reap:$1" 500
}

sf_timer_due_reap() { # <task index>
  if [[ ${SF_PID[$1]-} ]]; then sf_schedule_exit "$1" "${SF_ATTEMPT[$1]}" 137; fi
}

sf_local_nodes() { # <first node> <count>: a local backend's nodes are all this host
  local -i n
  for ((n = 0; n < $2; n++)); do
    SF_NODE_NAME[$1 + n]=localhost
    ((! n)) || SF_NODE_NAME[$1 + n]=localhost-$n
    SF_NODE_IP[$1 + n]=127.0.0.1
  done
}

# json: any text as a JSON string.

sf_json_quote() { # <text> -> SF_JSON: the text as a JSON string, quotes included
  SF_JSON=\"$1\"
  if [[ $1 == *[![:print:]]* || $1 == *[\\\"[:cntrl:]]* ]]; then sf_json_escape "$1"; fi
}

sf_json_escape() { # as sf_json_quote: a text that is not simply put between quotes
  local text=$1 character code
  if [[ $text == *[![:print:]]* ]]; then sf_json_utf8; fi
  if [[ $text == *[\\\"[:cntrl:]]* ]]; then
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    text=${text//$'\t'/\\t}
    text=${text//$'\r'/\\r}
    while [[ $text == *[[:cntrl:]]* ]]; do
      character=${text#"${text%%[[:cntrl:]]*}"}
      character=${character:0:1}
      printf -v code '\\u%04x' "'$character"
      text=${text//"$character"/$code}
    done
  fi
  SF_JSON=\"$text\"
}

sf_json_utf8() { # -> text of the caller: JSON is UTF-8; of what is not, no character beyond ASCII is left
  # shellcheck disable=SC2034 # the locale of what follows
  local LC_ALL=C rest=$text
  local more=$'[\x80-\xbf]'
  local -r character=$'^([\x01-\x7f]|[\xc2-\xdf]'"$more"$'|\xe0[\xa0-\xbf]'"$more"$'|[\xe1-\xec\xee\xef]'"$more$more"$'|\xed[\x80-\x9f]'"$more"$'|\xf0[\x90-\xbf]'"$more$more"$'|[\xf1-\xf3]'"$more$more$more"$'|\xf4[\x80-\x8f]'"$more$more"$')+'
  rest=${rest//[$'\x01'-$'\x7f']/}
  while [[ ${rest:0:500} =~ $character ]]; do rest=${rest:${#BASH_REMATCH}}; done
  [[ ! $rest ]] || text=${text//[$'\x80'-$'\xff']/$'\xef\xbf\xbd'}
}

# console: the lines that a person reads, on the terminal (or the job's output file) and in sflow.log.

sf_console_streams() { # one that is closed would be the next file that is opened
  [[ -e /proc/$$/fd/0 ]] || exec </dev/null
  [[ -e /proc/$$/fd/1 ]] || exec >/dev/null
  [[ -e /proc/$$/fd/2 ]] || exec 2>/dev/null
}

sf_console_open() { # colours on a terminal that wants them
  SF_COLOUR=()
  if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
    SF_COLOUR=([0]=$'\e[0m')
    SF_COLOUR_OF=([RUNNING]=$'\e[36m' [READY]=$'\e[32m' [COMPLETED]=$'\e[32m' [SKIPPED]=$'\e[90m'
      [FAILED]=$'\e[1;31m' [TIMEOUT]=$'\e[1;31m' [CANCELLED]=$'\e[33m' [RETRY]=$'\e[33m')
  fi
}

sf_console_note() { # <line> [<word whose colour it has>] -> SF_SAID, SF_SHOWN
  [[ ${SF_STAMP%.*} == "${SF_TIME_OF-}" ]] || sf_console_time
  SF_SAID+="$SF_TIME  $1"$'\n'
  if ((${#SF_COLOUR[@]})); then SF_SHOWN+="$SF_TIME  ${SF_COLOUR_OF[${2:-none}]-}$1${2:+${SF_COLOUR[0]}}"$'\n'; fi
}

sf_console_time() { # -> SF_TIME: of SF_STAMP, once a second
  SF_TIME_OF=${SF_STAMP%.*}
  printf -v SF_TIME '%(%H:%M:%S)T' "$SF_TIME_OF"
}

sf_console_write() { # shows what was noted, on the terminal and in sflow.log
  sf_console_print "${SF_SHOWN:-$SF_SAID}"
  [[ -z ${SF_LOG-} ]] || printf '%s' "$SF_SAID" >&"$SF_LOG" || :
  SF_SAID='' SF_SHOWN=''
}

sf_console_say() { # <text>: anything else worth a line, at once
  sf_clock_stamp
  sf_console_plain "$1"
  sf_console_note "$SF_PLAIN"
  sf_console_write
}

sf_console_print() { # <lines>: who reads may be gone
  { printf '%s' "$1" || :; } 2>/dev/null
}

sf_console_warn() { # <text>: something is wrong that does not end the run
  sf_console_plain "$1"
  printf 'sflow: %s\n' "$SF_PLAIN" >&2 || :
  sf_console_record WARNING "$SF_PLAIN"
}

sf_console_plain() { # <text> -> SF_PLAIN: the same as one line that cannot steer a terminal: no colours, controls as \xNN
  SF_PLAIN=$1
  if [[ $1 == *[[:cntrl:]]* || $1 == *$'\xc2'* ]]; then sf_console_tame "$1"; fi
}

sf_console_tame() { # as sf_console_plain: a text with controls
  # shellcheck disable=SC2034 # the locale of what follows
  local LC_ALL=C code text=${1%$'\r'}
  local -r colour=$'\e''\[[0-9;:]*m' control=$'[\x01-\x08\x0a-\x1f\x7f]|\xc2[\x80-\x9f]'
  text=${text##*$'\r'} # of a line that was written over, what stayed
  while [[ $text =~ $colour ]]; do text=${text//"${BASH_REMATCH[0]}"/}; done
  while [[ $text =~ $control ]]; do
    printf -v code '\\x%02x' "'${BASH_REMATCH[0]#$'\xc2'}"
    text=${text//"${BASH_REMATCH[0]}"/"\\${code: -3}"}
  done
  SF_PLAIN=$text
}

sf_console_record() { # <time> <text>: the line in sflow.log, once there is one
  [[ -z ${SF_LOG-} ]] || { printf '%s  %s\n' "$1" "$2" >&"$SF_LOG" || :; } 2>/dev/null
}

# event: events.jsonl, one line for everything that happened (schemas/event.schema.json).

sf_event_line() { # <text>: appends one line in one write
  if ((${#SF_EVENTS_OWED[@]})) || ! { printf '%s\n' "$1" >&"$SF_EVENTS"; } 2>/dev/null; then sf_event_owe "$1"; fi
}

sf_event_owe() { # <text>: as sf_event_line; what a full disk does not take is written when there is room again
  sf_event_cut "$SF_RUN/events.jsonl"
  SF_EVENTS_OWED+=("$1")
  while ((${#SF_EVENTS_OWED[@]})); do
    if ! { printf '%s\n' "${SF_EVENTS_OWED[0]}" >&"$SF_EVENTS"; } 2>/dev/null; then
      sf_event_cut "$SF_RUN/events.jsonl"
      [[ ${SF_EVENTS_BROKEN-} ]] || sf_console_warn "cannot write events.jsonl; the run goes on"
      SF_EVENTS_BROKEN=1
      return 0
    fi
    SF_EVENTS_OWED=("${SF_EVENTS_OWED[@]:1}")
  done
}

sf_event_cut() { # <file of lines>: cuts off the line that has no end, in place: the file is open
  local LC_ALL=C last
  last=$(tail -c 65536 -- "$1" && echo .) 2>/dev/null
  last=${last%.}
  last=${last##*$'\n'}
  [[ ! $last ]] || dd if=/dev/null of="$1" bs=1 seek="$(($(wc -c <"$1") - ${#last}))" 2>/dev/null
}

sf_event_run() { # <state> [<key> <json value>]...: a new state of the run
  local line
  sf_clock_stamp
  line="{\"time\":$SF_STAMP,\"event\":\"run\",\"state\":\"$1\""
  shift
  while (($#)); do
    line+=",\"$1\":$2"
    shift 2
  done
  sf_event_line "$line}"
}

sf_event_name() { # <task index> -> SF_QUOTED[index]: its name as JSON
  [[ ! ${SF_QUOTED[$1]-} ]] || return 0
  sf_json_quote "${SF_TASK[$1]}"
  SF_QUOTED[$1]=$SF_JSON
}

sf_event_state() { # <task index> <state> <reason>: a task's new state, here and for its row of status.json
  local line
  [[ ${SF_QUOTED[$1]-} ]] || sf_event_name "$1"
  SF_JSON=\"$3\"
  if [[ $3 == *[![:print:]]* || $3 == *[\\\"]* ]]; then sf_json_quote "$3"; fi
  line="{\"time\":$SF_STAMP,\"event\":\"state\",\"task\":${SF_QUOTED[$1]},\"state\":\"$2\",\"attempt\":${SF_ATTEMPT[$1]:-0},\"exit_status\":${SF_STATUS[$1]:-null},\"reason\":$SF_JSON}"
  SF_ROW[$1]=''
  if ((${#SF_EVENTS_OWED[@]})) || ! { printf '%s\n' "$line" >&"$SF_EVENTS"; } 2>/dev/null; then sf_event_owe "$line"; fi
}

sf_event_probe() { # <task index> <readiness|failure> <what a check found>
  sf_event_name "$1"
  sf_json_quote "$3"
  sf_event_line "{\"time\":$SF_STAMP,\"event\":\"probe\",\"task\":${SF_QUOTED[$1]},\"attempt\":${SF_ATTEMPT[$1]:-0},\"probe\":\"$2\",\"found\":$SF_JSON}"
}

# status: status.json, the run at a glance; replaced by rename, so that a reader never sees half of it (schemas/status.schema.json).

sf_status_touch() { # asks for a new status.json, at most one a second
  if [[ ! ${SF_TIMER["status:0"]-} ]]; then sf_timer_set status:0 100; fi
}

sf_timer_due_status() {                       # in a process of its own: a slow file system must not hold up the schedule
  if sf_owner_child "${SF_STATUS_PID-}"; then # the one before
    sf_status_touch
    return
  fi
  sf_status_rows
  sf_status_write "/proc/$$" &
  SF_STATUS_PID=$!
}

sf_status_final() {
  [[ ! ${SF_STATUS_PID-} ]] || sf_owner_await "$SF_STATUS_PID" 1000
  sf_status_rows
  sf_status_write
}

sf_status_write() { # [<what must still be there>]: the watchdog writes the last one of a script that was killed, and none comes after it
  local file=$SF_RUN/status.json
  local new=$file.$BASHPID.new
  if ! sf_status_print 2>/dev/null >"$new"; then
    rm -f -- "$new"
  elif [[ ${1-} && ! -e $1 ]]; then
    rm -f -- "$new"
    return
  elif mv -f -- "$new" "$file" 2>/dev/null; then
    return
  fi
  sf_console_warn "cannot write $file; the run goes on without"
}

sf_status_print() { # in one write: either it is all there or it failed
  local tasks text
  printf -v tasks '%s,\n' "${SF_ROW[@]}"
  sf_clock_stamp
  sf_json_quote "$SF_RUN_ID"
  printf -v text '{"version": 1,\n "run_id": %s,\n' "$SF_JSON"
  sf_json_quote "$SF_WORKFLOW"
  printf -v text '%s "workflow": %s,\n "state": "%s",\n "exit_status": %s,\n' "$text" "$SF_JSON" "$SF_RUN_STATE" "${SF_EXIT:-null}"
  sf_json_quote "${SF_REASON-}"
  printf -v text '%s "reason": %s,\n "started": %s,\n "updated": %s,\n' "$text" "$SF_JSON" "$SF_BEGUN" "$SF_STAMP"
  sf_json_quote "${SLURM_JOB_ID-}"
  printf -v text '%s "job_id": %s,\n "host": "%s",\n "pid": %s,\n' "$text" "${SF_JSON/#'""'/null}" "${HOSTNAME//[!A-Za-z0-9._-]/_}" "${SF_SCRIPT:-$$}"
  [[ ! ${SF_SET_JSON-} ]] || text+=" \"overrides\": $SF_SET_JSON,"$'\n'
  printf '%s "tasks": {\n%s\n }}\n' "$text" "${tasks%,$'\n'}"
}

sf_status_rows() { # -> SF_ROW: of every task whose state has changed since the last time
  local -i i
  ((${#SF_ROW[@]} == ${#SF_TASK[@]})) || sf_status_fill
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ! ${SF_ROW[i]-} ]] || continue
    sf_event_name "$i"
    sf_json_quote "${SF_WHY[i]-}"
    sf_status_row "$i" "${SF_QUOTED[i]}" "$SF_JSON"
  done
}

sf_status_fill() { # -> SF_ROW: of the tasks of which nothing was told yet, all at once: one by one, a thousand would hold up the schedule
  local -a kept_rows=()
  local i rest='": {"state": "INITIATED", "attempt": 0, "exit_status": null, "started": null, "finished": null, "reason": ""}'
  [[ ${SF_TASK[*]} != *[!A-Za-z0-9_.\ -]* ]] || return 0 # a name that is another one in JSON
  for i in "${!SF_ROW[@]}"; do kept_rows[i]=${SF_ROW[i]}; done
  SF_ROW=("${SF_TASK[@]/#/  \"}")
  SF_ROW=("${SF_ROW[@]/%/$rest}")
  for i in "${!kept_rows[@]}"; do SF_ROW[i]=${kept_rows[i]}; done
}

sf_status_row() { # <task index> <its name as JSON> <reason as JSON> -> SF_ROW[index]: "name": {...}
  printf -v "SF_ROW[$1]" \
    '  %s: {"state": "%s", "attempt": %s, "exit_status": %s, "started": %s, "finished": %s, "reason": %s}' \
    "$2" "${SF_STATE[$1]}" "${SF_ATTEMPT[$1]:-0}" "${SF_STATUS[$1]:-null}" \
    "${SF_STARTED[$1]:-null}" "${SF_FINISHED[$1]:-null}" "$3"
}

# lifecycle: how a task begins: INITIATED, RUNNING. How it ends is in the unit verdict.

sf_task_enter() { # <task index> <state> <text for people>: an event, a line, and soon a new status.json
  local line
  SF_STATE[$1]=$2
  SF_WHY[$1]=$3
  sf_event_state "$1" "$2" "$3"
  SF_PLAIN=$3
  [[ $3 != *[![:print:]]* ]] || sf_console_plain "$3"
  printf -v line '%-*s  %-9s%s' "$SF_NAME_WIDTH" "${SF_TASK[$1]}" "$2" "${SF_PLAIN:+  $SF_PLAIN}"
  sf_console_note "$line" "$2"
  [[ ${SF_TIMER["status:0"]-} ]] || sf_timer_set status:0 100
}

sf_task_start() { # <task index>: the next attempt
  sf_task_launch "$1"
  sf_task_announce "$1"
}

sf_task_launch() { # <task index>: a runner makes the next attempt
  local -i i=$1 attempt=${SF_ATTEMPT[$1]:-0}+1
  SF_ATTEMPT[i]=$attempt
  SF_STATUS[i]=
  SF_VERDICT[i]=
  SF_SINCE[i]=$SF_NOW
  if ((attempt > 1)); then sf_retry_rule "$i" "$attempt"; fi
  sf_pool_assign "$i" "$attempt"
}

sf_task_announce() { # <task index>: says that it runs, sets its limit, starts its probes
  local -i i=$1 attempt=${SF_ATTEMPT[$1]}
  local limit
  SF_STARTED[i]=$SF_STAMP SF_PLACE=''
  if ((${#SF_NODE_NAME[@]} > 1)) || [[ ${SF_GPUS[i]-} ]]; then sf_task_place "$i"; fi
  if ((attempt > 1)); then SF_PLACE="attempt $attempt${SF_PLACE:+, $SF_PLACE}"; fi
  sf_task_enter "$i" RUNNING "$SF_PLACE"
  if [[ ${SF_TIMEOUT[i]-} ]]; then
    sf_clock_parse "${SF_TIMEOUT[i]}" limit
    sf_timer_set "limit:$i" "$limit"
  fi
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_start "$i" "$attempt"; fi
}

sf_task_place() { # <task index> -> SF_PLACE: its nodes and GPUs in a few words, nothing where there is one node and no GPU
  local node nodes=''
  SF_PLACE=''
  if ((${#SF_NODE_NAME[@]} > 1)); then
    for node in ${SF_NODES[$1]}; do nodes+=,${SF_NODE_NAME[node]}; done
    SF_PLACE=${nodes#,}
    if ((${#SF_PLACE} > 40)); then SF_PLACE="${SF_PLACE:0:37}..."; fi
  fi
  if [[ ${SF_GPUS[$1]-} ]]; then SF_PLACE+="${SF_PLACE:+, }GPU ${SF_GPUS[$1]}"; fi
}

# stop: ends tasks: TERM, then KILL when the grace is over. At the end of a run the tiers of the graph are stopped from the
# last to the first, so that a client goes before its server; a tier that will not end has its share of the grace, no more.

sf_stop_task() { # <task index>: TERM now, KILL when the grace is over
  "sf_${SF_LAUNCH[$1]:-local}_signal" TERM "$1"
  sf_timer_set "kill:$1" "$SF_GRACE"
}

sf_timer_due_kill() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  "sf_${SF_LAUNCH[$1]:-local}_signal" KILL "$1"
  "sf_${SF_LAUNCH[$1]:-local}_killed" "$1"
}

sf_stop_all() { # <state for what still runs> <reason>: returns when nothing runs any more
  local i
  local -i tier deadline
  sf_clock_now
  SF_STOPPING=$SF_NOW
  SF_QUEUE=() # what was about to start does not
  for i in "${!SF_PID[@]}"; do
    if [[ ! ${SF_VERDICT[i]-} ]]; then SF_VERDICT[i]="$1 $2"; fi
  done
  SF_SWEEP=10
  sf_timer_set sweep:0 "$SF_SWEEP"
  deadline=$((SF_NOW + SF_GRACE))
  while ((${#SF_PID[@]} && SF_NOW < deadline)) && [[ ! ${SF_HURRY-} ]]; do
    sf_stop_tier # -> tier: the tasks of the last tier that were not asked before
    ((tier >= 0)) || break
    sf_stop_wait "$(((deadline - SF_NOW) / (tier + 1)))"
  done
  sf_stop_wait "$((deadline - SF_NOW))"
  sf_stop_kill
  SF_HURRY=
  sf_stop_wait 1000 killed
}

sf_stop_tier() { # -> tier of the caller: signals the running tasks of the highest tier that has not been asked; -1 without one
  local i asked=() kind
  tier=-1
  for i in "${!SF_PID[@]}"; do
    if [[ ! ${SF_ASKED[i]-} ]] && ((${SF_TIER[i]:-0} > tier)); then tier=${SF_TIER[i]:-0}; fi
  done
  for kind in ${SF_LAUNCHERS}; do
    asked=()
    for i in "${!SF_PID[@]}"; do
      if [[ ! ${SF_ASKED[i]-} && ${SF_TIER[i]:-0} == "$tier" && ${SF_LAUNCH[i]:-local} == "$kind" ]]; then
        asked+=("$i")
        SF_ASKED[i]=1
      fi
    done
    ((! ${#asked[@]})) || "sf_${kind}_signal" TERM "${asked[@]}"
  done
}

sf_stop_kill() { # what still runs, all of a kind at once: to find out who is who costs as much for one task as for many
  local i kind
  local -a deaf
  for kind in ${SF_LAUNCHERS}; do
    deaf=()
    for i in "${!SF_PID[@]}"; do
      SF_ASKED[i]=1
      if [[ ${SF_LAUNCH[i]:-local} == "$kind" ]]; then deaf+=("$i"); fi
    done
    ((${#deaf[@]})) || continue
    "sf_${kind}_signal" KILL "${deaf[@]}"
    for i in "${deaf[@]}"; do "sf_${kind}_killed" "$i"; done
  done
}

sf_stop_wait() { # <centiseconds> [killed]: handles events until what was asked is gone, at most so long; what is killed goes no sooner for a hurry
  local -i until
  sf_clock_now
  until=$((SF_NOW + $1))
  sf_timer_set stopped:0 "$1"
  while ((${#SF_PID[@]} && SF_NOW < until)) && [[ ${2-} || ! ${SF_HURRY-} ]] && sf_stop_pending; do
    sf_schedule_next
    sf_clock_now
  done
  sf_timer_clear stopped:0
}

sf_stop_pending() { # is there a task that was asked and still runs?
  local i
  for i in "${!SF_PID[@]}"; do
    [[ ! ${SF_ASKED[i]-} ]] || return 0
  done
  return 1
}

sf_timer_due_stopped() { # only wakes sf_stop_wait
  :
}

# verdict: how an attempt ends, and what that means for the task: COMPLETED, FAILED, TIMEOUT, CANCELLED, or another attempt.

sf_task_ended() { # <task index> <exit status>: the attempt is over
  local -i i=$1
  local was=${SF_STATE[i]} state why
  sf_task_judge "$i" "$2" "$was"
  sf_pool_free "$i"
  SF_AHEAD=''
  if [[ $state == COMPLETED && $was == RUNNING && ! ${SF_OUTPUTS[i]-} ]]; then
    SF_STATE[i]=COMPLETED
    sf_schedule_release "$i"
    [[ ${SF_EXIT-} ]] || sf_schedule_ahead
  fi
  [[ ! ${SF_TIMEOUT[i]-}${SF_READY_WITHIN[i]-}${SF_VERDICT[i]-} ]] || sf_timer_clear "limit:$i" "ready:$i" "kill:$i" "reap:$i"
  if [[ ${SF_PROBES_OF[i]-} ]]; then sf_probe_stop "$i"; fi
  SF_STATUS[i]=$2
  SF_FINISHED[i]=$SF_STAMP
  if [[ $state == COMPLETED ]]; then
    if [[ ${SF_OUTPUTS[i]-} ]] && ! sf_outputs_start "$i" "$was" "$why"; then return 0; fi
    sf_task_record "$i"
  elif [[ ${SF_RETRY[i]-} && $was != READY && ! ${SF_EXIT-} ]] && sf_retry_later "$i" "$why"; then
    return
  elif [[ ${SF_OUTPUTS[i]-} ]]; then
    sf_outputs_rescue "$i" "$state"
  fi
  sf_task_enter "$i" "$state" "$why"
  [[ ! $SF_AHEAD ]] || sf_task_announce "$SF_AHEAD"
  if [[ $state == FAILED || $state == TIMEOUT ]]; then sf_run_blame "$i"; fi
}

sf_task_record() { # <task index>: a resumed run need not do it again, unless it was this script that ended it
  [[ ${SF_VERDICT[$1]-} ]] || printf '%s %s\n' "${SF_FINGERPRINT[$1]-}" "${SF_TASK[$1]}" 2>/dev/null >>"$SF_RUN/completed.txt"
}

sf_task_judge() { # <task index> <exit status> <state so far> -> state, why of the caller
  local after
  sf_clock_format "$((SF_NOW - SF_SINCE[$1]))" after
  state=COMPLETED why="after $after"
  if [[ $2 != 0 || $3 == READY || ${SF_VERDICT[$1]-} ]]; then sf_task_explain "$@"; fi
}

sf_task_explain() { # as sf_task_judge: an end that is not simply the success of a task
  local -i i=$1
  if [[ ${SF_VERDICT[i]-} ]]; then # this script ended it, and knows why
    state=${SF_VERDICT[i]%% *}
    why=${SF_VERDICT[i]#* }
  elif [[ $3 == READY && ${SF_OPTIONAL[i]-} ]]; then
    state=COMPLETED
    why="the service ended (exit status $2); it is not critical"
  elif (($2 > 128 && $2 < 193)); then
    state=FAILED
    why="killed by SIG$(kill -l "$2") after $after"
  elif (($2)); then
    state=FAILED
    why="exit status $2 after $after"
    if declare -F "sf_${SF_LAUNCH[i]-}_why" >/dev/null; then "sf_${SF_LAUNCH[i]}_why" "$i" "$2"; fi
  elif [[ $3 == READY ]] && sf_task_needed "$i"; then
    state=FAILED
    why="the service ended (exit status 0) while ${SF_TASK[SF_NEEDED_BY]} still needs it"
  fi
}

sf_task_needed() { # <task index>: does anything that is still to finish depend on it? -> SF_NEEDED_BY
  local todo=("${SF_FEEDS[$1]-}") seen=" " next
  while ((${#todo[@]})); do
    # shellcheck disable=SC2206 # lists of indices
    todo=(${todo[@]})
    set -- "${todo[@]}"
    todo=()
    for next; do
      [[ $seen != *" $next "* ]] || continue
      seen+="$next "
      if [[ ${SF_STATE[next]} == INITIATED || ${SF_STATE[next]} == RUNNING ]]; then
        SF_NEEDED_BY=$next
        return 0
      fi
      [[ ! ${SF_FEEDS[next]-} ]] || todo+=("${SF_FEEDS[next]}")
    done
  done
  return 1
}

sf_task_condemn() { # <task index> <state> <reason>: stops a task that runs, and says what it is to be called
  if [[ ! ${SF_PID[$1]-} || ${SF_VERDICT[$1]-} ]]; then return 0; fi
  SF_VERDICT[$1]="$2 $3"
  sf_stop_task "$1"
}

sf_task_lost() { # <task index>: its runner is gone
  [[ ${SF_VERDICT[$1]-} ]] || SF_VERDICT[$1]="FAILED its runner was killed"
  [[ ${SF_LAUNCH[$1]:-local} == local ]] || "sf_${SF_LAUNCH[$1]}_signal" KILL "$1"
  sf_pool_signal KILL "$1"
  sf_task_ended "$1" 137
}

sf_schedule_unable() { # <task index> <attempt> <word>...: from its runner, which could not even begin
  if [[ ${SF_ATTEMPT[$1]} != "$2" || ! ${SF_PID[$1]-} ]]; then return 0; fi
  [[ ${SF_VERDICT[$1]-} ]] || SF_VERDICT[$1]="FAILED ${*:3}"
  sf_task_ended "$1" 126
}

sf_timer_due_limit() { # <task index>
  sf_task_condemn "$1" TIMEOUT "ran longer than its time limit of ${SF_TIMEOUT[$1]} s"
}

sf_timer_due_ready() { # <task index>
  sf_task_condemn "$1" FAILED "not ready within ${SF_READY_WITHIN[$1]} s${SF_PROBED[$1]:+: ${SF_PROBED[$1]}}"
}

# aftermath: the books of a run whose script is gone without a last word: what events.jsonl tells is brought to an end there, and
# status.json says the same.

sf_aftermath_settle() { # <state> <exit status> <reason>: of the run; every task gets a state that is its last
  local -i i
  local word
  SF_RUN_STATE=$1 SF_EXIT=$2 SF_REASON=$3
  sf_aftermath_mend "$SF_RUN/events.jsonl"
  sf_aftermath_read
  exec {SF_EVENTS}>>"$SF_RUN/events.jsonl"
  sf_clock_stamp
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    case ${SF_STATE[i]-} in
      RUNNING | READY) word=stopped SF_FINISHED[i]=$SF_STAMP ;;
      '' | INITIATED) word='not started' ;;
      *) continue ;;
    esac
    SF_STATE[i]=CANCELLED
    SF_WHY[i]="$word: $3"
    sf_event_state "$i" CANCELLED "${SF_WHY[i]}"
  done
  sf_json_quote "$3"
  [[ $SF_ENDED ]] || sf_event_run "$1" exit_status "$2" reason "$SF_JSON"
  sf_status_rows
  sf_status_write
}

sf_aftermath_mend() { # <file of lines>: drops a last line that has no end, for what is appended would be part of it
  local end
  [[ -s $1 ]] || return 0
  end=$(tail -c 1 -- "$1" && echo .) || return 0 # somebody killed that
  if [[ $end == $'\n.' ]]; then return 0; fi
  sed '$d' <"$1" >"$1.new" && mv -f -- "$1.new" "$1"
}

sf_aftermath_read() { # -> SF_STATE, SF_ATTEMPT, SF_STATUS, SF_STARTED, SF_FINISHED, SF_ROW, SF_ENDED: as the last start's events have it
  local line i
  local -A index=()
  local event='^\{"time":([0-9.]+),"event":"state","task":("([^"\\]|\\.)*"),"state":"([A-Z]+)","attempt":([0-9]+),"exit_status":([a-z0-9]+),"reason":(.*)\}$'
  for i in "${!SF_TASK[@]}"; do
    sf_event_name "$i"
    index[${SF_QUOTED[i]}]=$i
  done
  sf_aftermath_forget
  while IFS= read -r line; do
    case $line in
      *'"event":"run","state":"RUNNING"'*) sf_aftermath_forget && sf_aftermath_begun "$line" ;;
      *'"event":"run",'*) SF_ENDED=1 ;;
    esac
    [[ $line =~ $event && ${index[${BASH_REMATCH[2]}]-} ]] || continue
    sf_aftermath_note "${index[${BASH_REMATCH[2]}]}" "${BASH_REMATCH[1]}" "${BASH_REMATCH[@]:4}"
  done <"$SF_RUN/events.jsonl"
}

sf_aftermath_forget() { # the state of every task before the first event
  local -i i
  SF_STATE=() SF_WHY=() SF_ATTEMPT=() SF_STATUS=() SF_STARTED=() SF_FINISHED=() SF_ROW=() SF_ENDED=
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do SF_STATE[i]=INITIATED; done
}

sf_aftermath_begun() { # <event> -> SF_BEGUN, SF_SCRIPT, SF_SET_JSON: when the run began, by which process, with which other values
  local begun='^\{"time":([0-9.]+),.*"pid":([0-9]+)(,"overrides":(.*))?\}$'
  [[ $1 =~ $begun ]] || return 0
  SF_BEGUN=${BASH_REMATCH[1]} SF_SCRIPT=${BASH_REMATCH[2]} SF_SET_JSON=${BASH_REMATCH[4]}
}

sf_aftermath_note() { # <task index> <time> <state> <attempt> <exit status> <reason as JSON>
  SF_STATE[$1]=$3 SF_ATTEMPT[$1]=$4 SF_STATUS[$1]=$5
  case $3 in
    RUNNING) SF_STARTED[$1]=$2 ;;
    READY | SKIPPED) ;;
    *) [[ ! ${SF_STARTED[$1]-} ]] || SF_FINISHED[$1]=$2 ;;
  esac
  sf_status_row "$1" "${SF_QUOTED[$1]}" "$6"
}

# writer: processes that write to the log of a task: what has left its session and cleared its environment is found by that. Who only
# reads a log is none of the run's.

sf_writer_find() { # adds them to SF_STRAGGLER
  local line pid run
  run=$(cd -P -- "$SF_RUN" && pwd -P) 2>/dev/null || return 0
  # shellcheck disable=SC2010 # what names there are is known
  while IFS= read -r line; do
    case $line in
      /proc/*/fd:) pid=${line//[!0-9]/} ;;
      l?w*" -> $run/"*/*.log) SF_STRAGGLER+=("$pid") ;;
    esac
  done < <(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -aF -e '/fd:' -e " -> $run/" | grep -aF -B 1 -e " -> $run/")
}

# straggler: what left its process group: found by the run's id in its environment, or by a task's log that it writes to.

sf_straggler_find() { # -> SF_STRAGGLER: processes that carry this run's id in their environment, or write to the log of a task
  mapfile -t SF_STRAGGLER < <(grep -laF -- "SFLOW_RUN_ID=$SF_RUN_ID" /proc/[0-9]*/environ 2>/dev/null)
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]#/proc/}"})
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]%/environ}"})
  sf_writer_find
}

sf_straggler_known() { # </proc/PID/stat>: is it in one of the process groups, and more than a zombie?
  local facts
  read -r facts 2>/dev/null <"$1" || return 1
  # shellcheck disable=SC2086 # state, parent, group
  set -- ${facts##*) }
  [[ $1 != Z && ${SF_GROUP[$3]-} ]]
}

sf_straggler_alive() { # is anything of the process groups, or of what left them, more than a zombie?
  local file
  sf_straggler_find
  ((! ${#SF_STRAGGLER[@]})) || return 0
  for file in /proc/[0-9]*/stat; do
    ! sf_straggler_known "$file" || return 0
  done
  return 1
}

sf_straggler_sweep() { # ends what left its process group and outlived the run; more than once, for it may have children in the meantime
  local -i tries
  for ((tries = 0; tries < 50; tries++)); do
    sf_straggler_find
    ((${#SF_STRAGGLER[@]})) || return 0
    kill -s KILL "${SF_STRAGGLER[@]}" 2>/dev/null
    sleep 0.02
  done
}

# watchdog: takes the tasks down when this script is killed with SIGKILL, and what left its process group with them.
# It reads a pipe of which only the script holds the other end: end of file means that the script is gone. Which process
# groups there are stands in a file, so that the watchdog sleeps while tasks come and go.

sf_watchdog_start() { # in a process group of its own: who kills all of the script's must not take it along
  sf_watchdog_begin
  exec {SF_GROUPS}>"$SF_RUN/.groups" # now there is somebody to remove it
}

sf_watchdog_begin() { # -> SF_LIFE, SF_WATCHER
  local pipe
  sf_bus_open pipe
  exec {SF_LIFE}>"/dev/fd/$pipe"
  set -m
  sf_watchdog_attend &
  set +m
  SF_WATCHER=$!
  exec {pipe}>&-
}

sf_watchdog_attend() { # pipe of the caller: becomes the watchdog, which holds no end of the pipe but the one that it reads
  exec <"/dev/fd/$pipe" {pipe}>&- {SF_LIFE}>&-
  sf_watchdog_serve
}

sf_watchdog_keep() { # somebody may kill the watchdog, too: then there is another one
  ! kill -0 "$SF_WATCHER" 2>/dev/null || return 0
  sf_console_warn "the watchdog was killed; another one takes its place"
  exec {SF_LIFE}>&-
  sf_watchdog_begin
}

sf_watchdog_serve() { # waits for the end of its pipe, or "over"; "bye": the run has ended in order; else why it has not
  local fd word status reason
  SF_ENDING=(FAILED 137 "the script was killed")
  trap '' HUP INT QUIT TERM USR1 USR2 PIPE
  sf_owner_sign watchdog "$BASHPID"
  for fd in "$SF_EVENTS" "$SF_LOG" ${SF_GROUPS-} ${SF_BUS-} ${SF_CHECKS-} ${SF_RUNNER_PIPE[@]+"${SF_RUNNER_PIPE[@]}"}; do exec {fd}>&-; done
  exec >/dev/null 2>&1
  if declare -F sf_guard_start >/dev/null; then sf_guard_start; fi
  while read -r word status reason && [[ $word != over ]]; do
    if [[ $word == bye ]]; then
      [[ ! ${SF_GUARD-} ]] || printf 'bye\n' >&"$SF_GUARD"
      read -r -t 2 # until the script is gone, which has tidied up, unless it was killed just then; who resumes the run waits for this watchdog
      sf_owner_alive script || ! sf_owner_alive watchdog || [[ $SF_OWNER != "$BASHPID" ]] || sf_watchdog_tidy
      return 0
    fi
    SF_ENDING=("$word" "$status" "$reason")
  done
  sf_watchdog_clear
}

sf_watchdog_clear() { # the script is gone: ends the tasks, then the books; SF_ENDING is how
  local -i until
  SF_GROUP=()
  exec {SF_LIST}<"$SF_RUN/.groups" || exec {SF_LIST}</dev/null
  sf_watchdog_groups
  trap sf_watchdog_finish EXIT # bash ends at once when there can be no more processes
  sf_watchdog_signal TERM
  if [[ ${SLURM_JOB_ID-} ]] && declare -F sf_srun_hurry >/dev/null; then sf_srun_hurry; fi
  sf_clock_now && until=$((SF_NOW + SF_GRACE)) # until then; to look for them may take a while
  while ((SF_NOW < until)) && sf_watchdog_groups TERM && sf_straggler_alive; do
    sleep 0.2 && sf_clock_now
  done
}

sf_watchdog_groups() { # [<signal>] -> SF_GROUP: what has come to SF_LIST since it was read, which gets the signal
  local word
  while read -r word _; do                                       # +pid: a process group began; -pid: it ended
    if [[ ! $word =~ ^[+-][0-9]+$ ]]; then continue; fi          # nothing that this script has written
    [[ $word == -* || ! ${1-} ]] || kill -s "$1" -- "-${word#+}" # a task that its runner had only just been told to begin
    if [[ $word == +* ]]; then SF_GROUP[${word#+}]=1; else unset -v "SF_GROUP[${word#-}]"; fi
  done <&"$SF_LIST"
}

sf_watchdog_finish() { # what has not ended until now is killed; the books are brought to an end
  trap - EXIT
  sf_watchdog_signal KILL
  sf_straggler_sweep
  sf_aftermath_settle "${SF_ENDING[@]}"
  sf_watchdog_tidy
}

sf_watchdog_signal() { # <signal>: to the process groups, steps and containers, and what left its group; once to each: two mean impatience
  local pid kind
  for pid in "${!SF_GROUP[@]}"; do kill -s "$1" -- "-$pid" 2>/dev/null; done # first: this needs no process
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_signal_run" >/dev/null; then "sf_${kind}_signal_run" "$1"; fi
  done
  sf_straggler_find
  sf_watchdog_groups "$1" # who is among those, and has begun meanwhile
  for pid in ${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]}"}; do
    if [[ $1 == KILL ]] || ! sf_straggler_known "/proc/$pid/stat"; then kill -s "$1" "$pid" 2>/dev/null; fi
  done
}

sf_watchdog_note() { # <state> <exit status> <reason>: what the run is called should this script be killed from here on
  trap '' PIPE       # nobody may be there to read it
  { printf '%s\n' "$*" >&"$SF_LIFE"; } 2>/dev/null
}

sf_watchdog_tell() { # <state> <exit status> <reason>: this script will end without having ended the run; returns when the tasks are gone
  # Nothing comes before this line: when a fork has failed, bash waits after the next simple command for the last process that it
  # has started, whatever that is. It may be a task, which only the watchdog ends.
  { printf '%s\nover\n' "$*" >&"$SF_LIFE"; } 2>/dev/null || { sf_watchdog_keep && sf_watchdog_note "$@"; } # it does not hear
  local fd
  for fd in "$SF_LIFE" ${SF_RUNNER_PIPE[@]+"${SF_RUNNER_PIPE[@]}"}; do exec {fd}>&-; done
  wait "$SF_WATCHER"
}

sf_watchdog_end() { # all is done and written down; the watchdog goes with this script
  sf_watchdog_note bye
  sf_watchdog_tidy
}

sf_watchdog_tidy() { # files that are only there while a run lasts; a writer that was killed, or could not go on, leaves its own
  rm -f -- "$SF_RUN/.groups" "$SF_RUN/.owner" "$SF_RUN"/{status.json.*,run.json,*/outputs.json}.new
}

# sweep: looks for who is gone without a word: killed by somebody else.

sf_timer_due_sweep() { # who is gone without a word was killed by somebody else: runners, the watchdog, the prober
  local i gone=()
  for i in "${!SF_PID[@]}"; do
    [[ -e /proc/${SF_PID[i]} || ${SF_HELD[i]-} ]] || gone+=("$i") # costs a third of a `kill -0` that may not speak
  done
  if ((${#gone[@]})) && ! read -r -t 0 -u "$SF_BUS"; then # else its word may still be on the bus
    for i in "${gone[@]}"; do sf_task_lost "$i"; done
  fi
  sf_watchdog_keep
  if declare -F sf_probe_heed >/dev/null; then sf_probe_heed; fi
  sf_sweep_pace
  sf_timer_set sweep:0 "$SF_SWEEP"
}

sf_sweep_pace() { # -> SF_SWEEP: a look every two seconds, more and more seldom, down to six, while the same tasks run; a stop has its own
  ((SF_SWEEP >= 200)) || return 0
  if [[ ${SF_SWEEP_OF-} == "${!SF_PID[*]}" ]]; then
    SF_SWEEP=$((SF_SWEEP < 400 ? SF_SWEEP + 100 : 600))
  else
    SF_SWEEP=200 SF_SWEEP_OF=${!SF_PID[*]}
  fi
}

# schedule: starts a task when all that it waits for is done or ready, and waits for what happens next. Nothing is polled:
# runners, the prober and signal handlers each write a line to the bus, and the loop blocks until a line or a timer.

sf_schedule_open() { # the bus, the state of every task, and the limit of the whole
  local limit
  sf_bus_open SF_BUS
  if ((${#SF_STATE[@]})); then
    sf_schedule_count
  else # as it was compiled
    SF_STATE=("${SF_TASK[@]/*/INITIATED}") SF_LEFT=("${SF_WAITS[@]}") SF_OPEN=${#SF_TASK[@]}
  fi
  if [[ ${SF_LIMIT-} ]]; then
    sf_clock_parse "$SF_LIMIT" limit
    sf_timer_set run:0 "$((limit - ${SF_LEAD:-0}))"
  fi
  sf_timer_set sweep:0 "$SF_SWEEP"
}

sf_schedule_count() { # of a resumed or a selected run, which has settled some tasks: what is left to do, and what each waits for
  local -i i
  local before
  SF_OPEN=0 SF_FIRST=()
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ! ${SF_STATE[i]-} ]] || continue
    SF_STATE[i]=INITIATED
    SF_OPEN=$((SF_OPEN + 1))
  done
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    SF_LEFT[i]=0
    for before in ${SF_AFTER[i]-}; do
      if [[ ${SF_STATE[before]} == INITIATED ]]; then SF_LEFT[i]=$((SF_LEFT[i] + 1)); fi
    done
    if ((! SF_LEFT[i])) && [[ ${SF_STATE[i]} == INITIATED ]]; then SF_FIRST+=("$i"); fi
  done
}

sf_schedule_first() { # starts one task that waits for nothing
  SF_QUEUE=("${SF_FIRST[@]}")
  if ((SF_OPEN)) && [[ ! ${SF_EXIT-} ]]; then sf_schedule_next; fi
}

sf_schedule_run() { # until every task is done or ready, or one has failed
  while ((SF_OPEN)) && [[ ! ${SF_EXIT-} ]]; do sf_schedule_next; done
}

sf_schedule_next() { # one line of the bus, else one task of the queue, else waits; then what is due
  if ((SF_QUEUE_HEAD < ${#SF_QUEUE[@]})) && ! read -r -t 0 -u "$SF_BUS"; then
    sf_clock_tick
    sf_task_start "${SF_QUEUE[SF_QUEUE_HEAD++]}"
  else
    sf_timer_wait
    if sf_bus_read "$SF_BUS" "$SF_WAIT"; then
      sf_clock_tick
      "sf_schedule_${SF_WORDS[0]}" "${SF_WORDS[@]:1}"
    else
      sf_clock_tick
    fi
  fi
  sf_timer_fire
  sf_schedule_write
}

sf_schedule_write() { # tells what has happened since the last time
  [[ ! $SF_SAID ]] || sf_console_write
}

sf_schedule_ahead() { # starts the next task of the queue before the books on the last one are kept: they can wait, it cannot
  ((SF_QUEUE_HEAD < ${#SF_QUEUE[@]})) || return 0
  SF_AHEAD=${SF_QUEUE[SF_QUEUE_HEAD++]}
  sf_task_launch "$SF_AHEAD"
}

sf_schedule_exit() { # <task index> <attempt> <exit status>: from the task's runner
  if [[ ${SF_ATTEMPT[$1]} != "$2" || ! ${SF_PID[$1]-} ]]; then return 0; fi
  if [[ ${SF_LAUNCH[$1]-} == srun ]] && sf_srun_hold "$@"; then return 0; fi
  sf_task_ended "$1" "$3"
}

sf_schedule_ready() { # <task index> <attempt> <word>...: from the prober
  if [[ ${SF_STATE[$1]} != RUNNING || ${SF_ATTEMPT[$1]} != "$2" || ${SF_VERDICT[$1]-} ]]; then return 0; fi
  sf_timer_clear "ready:$1"
  local after
  sf_clock_format "$((SF_NOW - SF_SINCE[$1]))" after
  sf_task_enter "$1" READY "after $after: ${*:3}"
  sf_schedule_release "$1"
}

sf_schedule_unhealthy() { # <task index> <attempt> <word>...: its failure probe, from the prober
  if [[ ${SF_ATTEMPT[$1]} == "$2" ]]; then sf_task_condemn "$1" FAILED "failure probe: ${*:3}"; fi
}

sf_schedule_signal() { # <signal>: a signal to this script, from its trap
  if [[ $1 == TERM && ${SLURM_JOB_ID-} ]] && declare -F sf_srun_hurry >/dev/null; then sf_srun_hurry; fi
  case $1 in
    USR1 | USR2) sf_run_fail TIMEOUT 124 "the job's time limit is near (SIG$1)" ;;
    *) sf_run_fail CANCELLED "$((128 + $(kill -l "$1")))" "SIG$1" ;;
  esac
  # A second signal means no more patience; but one that comes at once is the first, sent to the whole process group too.
  if [[ ${SF_STOPPING-} ]] && ((SF_NOW - SF_STOPPING > 100)); then SF_HURRY=1; fi
}

sf_schedule_release() { # <task index>: it is done or ready; whoever waited for it alone starts now
  local next
  SF_OPEN=$((SF_OPEN - 1))
  [[ ! ${SF_EXIT-} ]] || return 0
  for next in ${SF_FEEDS[$1]-}; do
    SF_LEFT[next]=$((SF_LEFT[next] - 1))
    if ((! SF_LEFT[next])) && [[ ${SF_STATE[next]} == INITIATED ]]; then SF_QUEUE+=("$next"); fi
  done
}

sf_timer_due_run() {
  ((SF_OPEN)) || return 0 # all is done, in the same moment
  sf_run_fail TIMEOUT 124 "the workflow's time limit of $SF_LIMIT s is ${SF_LEAD:+nearly }over"
}

# guard: a second watchdog, for the script of a batch job. When that is killed Slurm kills at once all that it had started beside itself,
# the watchdog too; other steps of the job are asked to end, and have a while for it. So the guard is a step, of one process, on
# the script's own node: Slurm ends the tasks, it ends the books.

sf_guard_start() {                                                                               # -> SF_GUARD: by the watchdog, which holds the guard's input open
  if [[ ! ${SLURMD_NODENAME-} || ${SLURM_STEP_ID-} ]] || sf_owner_alive guard; then return 0; fi # not the script of a batch job
  exec {SF_GUARD}> >(exec srun --quiet --overlap --nodes=1 --ntasks=1 --nodelist="$SLURMD_NODENAME" --job-name=sflow-guard \
    --mpi=none --export=ALL "$BASH" "$SF_SELF" guard "$SF_RUN")
}

sf_guard_serve() { # <run directory>: waits for "bye" of the watchdog, or for Slurm to end the job's steps
  local word=''
  trap '' HUP INT QUIT USR1 USR2 PIPE
  trap 'sf_guard_settle; exit' TERM
  SF_RUN=$1 SF_RUN_ID=${1##*/}
  sf_owner_sign guard "$BASHPID"
  read -r word || :
  [[ $word == bye ]] || sf_guard_settle
}

sf_guard_settle() { # when neither the script nor its watchdog is there any more: the books, unless the run has ended in order
  trap '' TERM
  while sf_owner_alive script || sf_owner_alive watchdog; do sleep 0.1; done
  [[ -e $SF_RUN/.owner ]] || return 0
  sf_aftermath_settle FAILED 137 "the script was killed"
  rm -f -- "$SF_RUN/.groups" "$SF_RUN/.owner" "$SF_RUN"/status.json.*.new
}

# srun_over: what a runner does when an srun has ended that may not have told the whole story: its step lives on, or never began.

sf_srun_over() { # <task index> <its directory> <attempt>: of SF_CHILD_STATUS
  local step
  local -i tries
  for ((tries = 0; tries < 30; tries++)); do
    sf_srun_refused "$2/${SF_TASK[$1]}.log" "$2/step" || break
    [[ $tries != 0 ]] || printf 'away %s %s\n' "$1" "$3" >&"$SF_BUS"
    printf -- '-%s %s\n' "$SF_CHILD" "$1" >&"$SF_GROUPS"
    SF_SRUN_WAIT=1
    sf_task_run "$@"
  done
  # An srun that was killed leaves its step behind, which would disturb the next attempt.
  if ((SF_CHILD_STATUS == 137)) && read -r step <"$2/step"; then timeout 10 scancel --signal=KILL "$step" >/dev/null; fi
}

sf_srun_refused() { # <log> <file of the step>: did srun get no step because Slurm's controller was not there, or had just begun?
  local said
  if ((SF_CHILD_STATUS != 1)) || [[ -e $2 ]]; then return 1; fi
  said=$(tail -c 4096 -- "$1" | grep -a '^srun: error: ')
  case ${said##*$'\n'} in
    *'Unable to contact slurm controller'* | *'Socket timed out'* | *'Zero Bytes were transmitted'*) ;;
    *'Communication connection failure'* | *'step for job '*': Memory required by task is not available') ;;
    *) return 1 ;;
  esac
}

sf_srun_await() { # until the controller answers; in the process group of the task, which may be signalled meanwhile
  sleep 1
  until timeout 20 scontrol ping 2>/dev/null | grep -q ' is UP'; do sleep 2; done
}

sf_schedule_away() { # <task index> <attempt>: from its runner
  sf_console_say "${SF_TASK[$1]}: Slurm does not take its step now; waiting for that"
}

# step: a process of a step where Slurm knows the step's processes by their parents alone, and not by a control group: what a task leaves
# behind is then not found, would hold its log open, and srun would wait for that.

sf_step_main() { # <script> <mark>: in the step; the exit status, or the signal, is the script's own
  local status group signals=(HUP INT QUIT TERM USR1 USR2)
  mapfile -t group </proc/self/cgroup
  if [[ ${group[*]} == */step_* ]]; then exec "$BASH" "$1"; fi
  trap : "${signals[@]}" # a signal to the step is for all its processes; what is ignored now would be lost on the script that begins
  set -m                 # or the script would ignore INT
  (SFLOW_KEPT_BY=$2 exec "$BASH" "$1") &
  set +m
  trap '' "${signals[@]}"
  exec 2>/dev/null
  wait "$!"
  status=$?
  sf_step_sweep "$2"
  if ((status > 128)); then
    ulimit -c 0
    trap - "$((status - 128))"
    kill -s "$((status - 128))" "$$"
  fi
  exit "$status"
}

sf_step_sweep() { # <mark>: ends what the script has left behind
  local file
  while IFS= read -r file; do
    file=${file%/environ}
    kill -s KILL "${file#/proc/}"
  done < <(grep -laF -- "SFLOW_KEPT_BY=$1" /proc/[0-9]*/environ)
}

# srun: tasks that run as steps of a Slurm job. A step is stopped by its own number: a signal to the local srun does not reach
# into containers, and the job itself is never cancelled, for that would make a good job a cancelled one.

sf_srun_launch() { # <task index> <its directory> <attempt>: becomes srun; from SF_COMMAND, SF_ENV, SF_BUILTINS
  local name=${SF_TASK[$1]}
  exec {SF_BUS}>&- {SF_GROUPS}>&-
  if [[ -e $2/step ]]; then rm -f -- "$2/step"; fi
  [[ ! ${SF_SRUN_WAIT-} ]] || sf_srun_await
  (
    umask 077 # the variables may hold secrets
    sf_srun_step "$2" "$name" "$3" "${SF_COMPONENT[$1]-}" >"$2/step.sh"
  )
  # The variables are set inside the step: srun reads SLURM_* in its own environment as options.
  exec "${SF_COMMAND[@]}" "$2/step.sh"
}

sf_srun_step() { # <task's directory> <task> <attempt> [<component>]: what a process of the step runs
  # shellcheck disable=SC2016 # for the step to expand
  local assignment job='$SLURM_JOB_ID'
  if [[ ${4-} ]]; then # in every component SLURM_JOB_ID is the first one's, under which scancel does not find the step
    job=SLURM_JOB_ID_HET_GROUP_$4
    job=${!job}
  fi
  printf '#!/usr/bin/env bash\n# A process of the step of task %s.\n' "$2"
  # shellcheck disable=SC2016 # for the step to expand
  printf '[ "${SLURM_PROCID:-0}" != 0 ] || echo "%s.$SLURM_STEP_ID" >%q/step\n' "$job" "$1"
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"} "${SF_BUILTINS[@]}"; do
    printf 'export %s=%q\n' "${assignment%%=*}" "${assignment#*=}"
  done
  declare -f sf_step_main sf_step_sweep
  # shellcheck disable=SC2016 # likewise
  printf 'sf_step_main %q %q."${SLURM_PROCID:-0}"\n' "$1/$2.sh" "$SF_RUN_ID $2 $3"
}

sf_srun_hold() { # <task index> <attempt> <exit status>: of a job that Slurm ends, steps may end before this script hears of it
  if [[ ${SF_HELD[$1]-} ]]; then
    unset -v "SF_HELD[$1]"
    return 1
  fi
  if [[ ${SF_STOPPING-} || ${SF_VERDICT[$1]-} ]] || { (($3 == 0)) && [[ ${SF_STATE[$1]} != READY ]]; }; then return 1; fi
  SF_HELD[$1]="$2 $3 $SF_NOW"
  sf_timer_set "held:$1" 50
}

sf_timer_due_held() { # <task index>
  local attempt status since
  read -r attempt status since <<<"${SF_HELD[$1]}"
  SF_SINCE[$1]=$((SF_SINCE[$1] + SF_NOW - since)) # the wait is none of the task's time
  sf_schedule_exit "$1" "$attempt" "$status"
}

sf_srun_signal() { # <signal> <task index>...: to all processes of the steps; not waited for
  local signal=$1 i step steps=()
  shift
  for i; do
    if read -r step 2>/dev/null <"$SF_RUN/${SF_TASK[i]}/step"; then
      steps+=("$step")
    else
      sf_local_signal "$signal" "$i" # the step has not begun: its srun is all there is
    fi
  done
  ((! ${#steps[@]})) || scancel --signal="$signal" "${steps[@]}" >/dev/null 2>&1 &
}

sf_srun_hurry() { # Slurm ends the job: it kills all that is left of it some time after TERM; what is to be done has to be done before
  local line
  local -i left
  SF_SRUN_REAP=0
  while read -r line; do
    [[ $line =~ ^KillWait\ *=\ *([0-9]+) ]] || continue
    left=$((BASH_REMATCH[1] * 100 - 200)) # the script is to write down the end, too
    if ((left < SF_GRACE)); then SF_GRACE=$((left > 100 ? left : 100)); fi
  done < <(timeout 2 scontrol show config 2>/dev/null)
}

sf_srun_killed() { # <task index>: its srun lives on to reap the step, but not for ever; not at all where Slurm itself ends the step
  sf_timer_set "srun:$1" "${SF_SRUN_REAP:-500}"
}

sf_timer_due_srun() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  sf_local_signal KILL "$1"
  sf_local_killed "$1"
}

sf_srun_signal_run() { # <signal>: to every step that this run has had; those that are over do not mind. Not waited for: scancel tries
  # for seconds where the job is ending already
  local file step steps=()
  for file in "$SF_RUN"/*/step; do
    if read -r step 2>/dev/null <"$file"; then steps+=("$step"); fi
  done
  ((! ${#steps[@]})) || scancel --signal="$1" "${steps[@]}" >/dev/null 2>&1 &
}

# slurm_nodes: names and addresses of the nodes of a Slurm job, asked for once.

sf_slurm_nodes() { # <first node> <count that the plan needs> <node list> [<component of a heterogeneous job>]
  local -i first=$1 n
  local -a names
  local job='the job' said
  [[ ! ${4-} ]] || job="component $4 of the job"
  if [[ ! $3 ]]; then
    if [[ ${4-} && ${SLURM_JOB_ID-} ]]; then
      SF_MISSING+=("no component $4 in this Slurm job: submit this script with sbatch, which asks for a heterogeneous job")
    elif [[ ! ${4#0} ]]; then
      SF_MISSING+=("not inside a Slurm job: submit this script with sbatch, or run it under salloc")
    fi
    return
  fi
  said=$(timeout 30 scontrol show hostnames "$3") || {
    SF_MISSING+=("scontrol show hostnames $3: exit status $?")
    return
  }
  mapfile -t names <<<"$said"
  if ((${#names[@]} < $2)); then
    SF_MISSING+=("the plan needs $2 nodes, $job has ${#names[@]}: ${names[*]}")
    return
  fi
  for ((n = 0; n < $2; n++)); do
    SF_NODE_NAME[first + n]=${names[n]}
  done
  sf_slurm_addresses "$@"
}

sf_slurm_addresses() { # as sf_slurm_nodes -> SF_NODE_IP: by scontrol (Slurm 23), else by the resolver, else by asking the nodes
  local -i first=$1 n
  local -A address=()
  local name ip _
  while read -r name ip _; do
    ip=${ip%:*}
    address[${name%:}]=${ip//[][]/}
  done < <(timeout 30 scontrol getaddrs "$3" 2>/dev/null)
  for ((n = 0; n < $2; n++)); do
    name=${SF_NODE_NAME[first + n]}
    if [[ ! ${address[$name]-} ]] && command -v getent >/dev/null; then
      read -r ip _ < <(getent ahostsv4 "$name" || getent ahosts "$name") && address[$name]=$ip
    fi
    [[ ${address[$name]-} && ${address[$name]} != 127.* ]] || break
  done
  if ((n < $2)); then
    while read -r name ip _; do
      [[ ! $name ]] || address[$name]=$ip
    done < <(sf_slurm_ask "$2" ${4:+"--het-group=$4"})
  fi
  for ((n = 0; n < $2; n++)); do
    name=${SF_NODE_NAME[first + n]}
    SF_NODE_IP[first + n]=${address[$name]-}
    [[ ${address[$name]-} ]] || SF_MISSING+=("no address found for node $name")
  done
}

sf_slurm_requeued() { # a job that Slurm started again goes on with its own run: what had completed is not run again
  local run
  if [[ ! ${SF_RESUME-} ]] && [[ ${SLURM_RESTART_COUNT-} == [1-9]* ]]; then
    for run in "$SF_OUTPUT/$SLURM_JOB_ID"-*/; do
      [[ ! -d $run ]] || SF_RESUME=${run%/}
    done
  fi
}

sf_slurm_ask() { # <nodes> [<srun option>...]: every node says its name and its first address
  # shellcheck disable=SC2016 # for the nodes to expand
  timeout 120 srun "${@:2}" --overlap --nodes="$1" --ntasks="$1" --ntasks-per-node=1 \
    bash -c 'printf "%s %s\n" "$SLURMD_NODENAME" "$(hostname -i)"'
}

# outputs_json: functions of awk that write JSON: any bytes as a string, and the object of all values that were kept.

sf_outputs_json() { # prints the functions
  printf '%s\n' '
    BEGIN {
      for (code = 1; code < 32; code++) escape[sprintf("%c", code)] = sprintf("\\u%04x", code)
      escape["\""] = "\\\""
      escape["\\"] = "\\\\"
      ORS = ""
      depth = deep = 0
    }
    function quoted(s,   out) {
      while (match(s, /["\\\001-\037]/)) {
        out = out substr(s, 1, RSTART - 1) escape[substr(s, RSTART, 1)]
        s = substr(s, RSTART + 1)
      }
      return "\"" out s "\""
    }
    function utf8(s,   out) { # what is no UTF-8 becomes the sign for that, U+FFFD
      if (s !~ /[\200-\377]/) return s
      while (s != "") {
        if (match(s, /^([\001-\177]|[\302-\337][\200-\277]|\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]|\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277])+/)) {
          out = out substr(s, 1, RLENGTH)
          s = substr(s, RLENGTH + 1)
        } else {
          out = out "\357\277\275"
          s = substr(s, 2)
        }
      }
      return out
    }
    function indent(levels) { return levels ? "  " indent(levels - 1) : "" }
    function member(name) { print (printed[depth]++ ? ",\n" : "\n") indent(depth + 1) name ": " }
    function field(name, key,   i) { # opens the objects that it is in: one that has no value is left out
      if (!count[key]) return
      while (depth < deep) {
        member(object_name[depth + 1])
        print "{"
        printed[++depth] = 0
      }
      member(name)
      if (count[key] > 1) print "["
      for (i = 1; i <= count[key]; i++) print (i > 1 ? ", " : "") value[key, i]
      if (count[key] > 1) print "]"
    }
    function object(name) { object_name[++deep] = name }
    function object_end() {
      if (depth == deep) print "\n" indent(depth--) "}"
      deep--
    }
    function finish() { print (printed[0] ? "\n" : "") "}\n" }
'
}

# outputs_awk: the functions that the awk code of a task's outputs calls: they cut a line to pieces, and keep values as JSON. For
# every awk, in the C locale; the text of a number stays what it was, as far as JSON has it.

sf_outputs_awk() { # prints the program
  # shellcheck disable=SC2016 # fields of awk
  printf '%s\n' '
    function start() {
      line = $0
      before = -1
    }
    function begins(at) { # where a match begins: cuts off what is before it; one that led nowhere was the last
      if (!at || length(line) == before) return 0
      before = length(line)
      cut(at - 1)
      return 1
    }
    function cut(n,   head) {
      head = substr(line, 1, n)
      line = substr(line, n + 1)
      return head
    }
    function near(at) { return at > 1000 ? at - 1000 : at ? 0 : -1 } # a bit before a match: not every awk finds the first
    function longest(at) { return at ? RLENGTH : 0 }
    function shortest(at) { return at ? at - 1 : 0 }
    function keep(key, json) { value[key, ++count[key]] = json }
    function text(key, s) { keep(key, quoted(utf8(s))) }
    function number(key, s) { keep(key, decimal(s)) }
    function percent(key, s) { keep(key, decimal(hundredth(substr(s, 1, length(s) - 1)))) }

    function decimal(s,   sign) { # a sign before the digits, none but the last zero at their beginning
      if (!match(s, /[0-9.]/)) return "null" # nan and inf, which JSON has not
      sign = index(substr(s, 1, RSTART - 1), "-") ? "-" : ""
      s = substr(s, RSTART)
      sub(/^0+/, "", s)
      return sign (s ~ /^[0-9]/ ? s : "0" s)
    }
    function hundredth(s,   dot, fraction) {
      dot = index(s, ".")
      if (dot) fraction = substr(s, dot + 1)
      else dot = length(s) + 1
      s = substr(s, 1, dot - 1)
      if (match(s, /[0-9]+$/) && RLENGTH < 3) s = substr(s, 1, RSTART - 1) substr("000", RLENGTH + 1) substr(s, RSTART)
      fraction = substr(s, length(s) - 1) fraction
      sub(/0+$/, "", fraction)
      return substr(s, 1, length(s) - 2) (fraction == "" ? "" : "." fraction)
    }
    function integer(key, s, base,   sign, prefix) { # base 0: the prefix tells
      sign = index(s, "-") ? "-" : ""
      s = tolower(s)
      sub(/^[-+ ]+/, "", s)
      prefix = substr(s, 1, 2)
      if (!base) base = length(s) < 3 ? 10 : prefix == "0x" ? 16 : prefix == "0b" ? 2 : prefix == "0o" ? 8 : 10
      if (base == 16 ? prefix == "0x" : base == 2 ? prefix == "0b" : prefix == "0o") s = substr(s, 3)
      if (base == 16) gsub(/[^0-9a-f]/, "", s)
      else if (base == 10) gsub(/[^0-9]/, "", s)
      else gsub(base == 8 ? "[^0-7]" : "[^01]", "", s)
      keep(key, decimal(sign (base == 10 ? s : to_decimal(s, base))))
    }
    function to_decimal(s, base,   digit, n, i, j, carry, out) { # of any length: awk itself has 53 bits
      for (i = 1; i <= length(s); i++) {
        carry = index("0123456789abcdef", substr(s, i, 1)) - 1
        for (j = 1; j <= n || carry; j++) {
          if (j > n) n = j
          carry += digit[j] * base
          digit[j] = carry % 10
          carry = int(carry / 10)
        }
      }
      for (j = n; j > 0; j--) out = out digit[j]
      return out == "" && s != "" ? "0" : out
    }
'
  sf_outputs_json
}

# outputs: what the patterns of a task find in its log goes to outputs.json in its directory. It is read when the task has
# completed, by a process beside the schedule, and what depends on the task starts when that is done. Nothing that goes
# wrong here changes how the task or the run ends, unless something is required of them (outputs_check).

sf_outputs_start() { # <task index> <the state it was in before> <why it ended>; status 1 when they decide whether it has completed
  SF_READER_AFTER[$1]=$2
  SF_READERS=$((SF_READERS + 1))
  set -m # away from signals to this script's process group
  sf_outputs_read "$1" &
  set +m
  SF_READER[$1]=$!
  SF_READER_UNTIL[$1]=$((SF_NOW + 30000))
  sf_timer_set "reader:$1" 200
  if [[ ${SF_CHECKED[$1]-} && $2 != STOPPED ]]; then sf_outputs_check_begin "$1" "$3" && return 1; fi
}

sf_outputs_rescue() { # <task index> <state> -> why of the caller: of a task that a limit or a signal has stopped, what it has printed so far
  if [[ $2 == TIMEOUT || ($2 == CANCELLED && $SF_RUN_STATE != FAILED) || ${SF_STATUS[$1]} == 143 && ! ${SF_VERDICT[$1]-} ]]; then
    sf_outputs_start "$1" STOPPED
    why+='; outputs.json has what it had printed'
  fi
}

sf_outputs_recover() { # <task index>: it has completed, but the script was killed before its outputs were read; status 1: it shall run again
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log error
  local -i status
  if [[ ! ${SF_OUTPUTS[$1]-} || (-e ${log%/*}/outputs.json && ! ${SF_CHECKED[$1]-}) ]]; then return 0; fi
  SF_LOG_FROM[$1]=$(LC_ALL=C awk '{ n += length($0) + 1 } /^======== attempt [0-9]+ ========$/ { at = n } END { printf "%d", at }' "$log" 2>/dev/null)
  sf_outputs_try "$1"
  ((status)) || return 0
  if [[ ! ${SF_CHECKED[$1]-} ]]; then sf_console_warn "no outputs of ${SF_TASK[$1]}: $error" && return 0; fi
  sf_console_say "${SF_TASK[$1]} had completed and runs again: $error"
  return 1
}

sf_outputs_read() { # <task index>: a process of its own, whose word on the bus is its end
  local fd error
  local -i status
  trap '' HUP INT QUIT TERM USR1 USR2
  { printf '+%s\n' "$BASHPID" >&"$SF_GROUPS"; } 2>/dev/null # as long as it holds SF_LIFE the watchdog does not look there
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" "$SF_GROUPS" ${SF_CHECKS-}; do exec {fd}>&-; done
  sf_outputs_try "$1"
  printf 'outputs %s %s %s\n' "$1" "$status" "${error:0:400}" >&"$SF_BUS"
}

sf_outputs_try() { # <task index> -> status, error of the caller: 3 when what is in outputs.json is not what is required
  status=0
  error=$(sf_outputs_write "$1" "$SF_RUN/${SF_TASK[$1]}" 2>&1) || status=$?
  if ((status == 3)); then sf_outputs_check_explain "$1" "$error"; fi
  error=${error//$'\n'/; }
}

sf_outputs_write() { # <task index> <its directory>: outputs.json, whole or not at all
  local file=$2/outputs.json
  local -i status=1
  if ! command -v awk >/dev/null; then
    printf 'there is no awk'
  else
    sf_outputs_find "$1" "$2/${SF_TASK[$1]}.log" >"$file.new"
    status=$?
    if ((status == 0 || status == 3)) && [[ $(tail -c 2 -- "$file.new") == '}' ]]; then
      mv -f -- "$file.new" "$file" && return "$status"
    fi
  fi
  rm -f -- "$file.new"
  return 1
}

sf_outputs_find() { # <task index> <log>: prints the object; a carriage return ends a line too, as progress bars have it
  local program
  set -o pipefail
  export LC_ALL=C
  program=$(sf_outputs_awk)
  if declare -F sf_outputs_check_awk >/dev/null; then program+=$(sf_outputs_check_awk); fi
  sf_document_text "task_outputs:$1"
  tail -c "+$((${SF_LOG_FROM[$1]:-0} + 1))" -- "$2" | tr -d '\000' | tr '\r' '\n' | awk "$program"$'\n'"$SF_TEXT"
}

sf_schedule_outputs() { # <task index> <status> <word>...: from the reader
  local -i i=$1
  [[ ${SF_READER[i]-} ]] || return 0
  printf -- '-%s\n' "${SF_READER[i]}" >&"$SF_GROUPS"
  unset -v "SF_READER[i]"
  SF_READERS=$((SF_READERS - 1))
  sf_timer_clear "reader:$i"
  if (($2)); then rm -f -- "$SF_RUN/${SF_TASK[i]}/outputs.json.new"; fi
  if [[ ${SF_CHECKED[i]-} && ${SF_READER_AFTER[i]} != STOPPED ]]; then
    sf_outputs_check_settle "$i" "$2" "${*:3}" || return 0
  elif (($2 % 3)); then
    sf_console_warn "no outputs of ${SF_TASK[i]}: ${*:3}"
  fi
  if [[ ${SF_READER_AFTER[i]} == RUNNING ]]; then sf_schedule_release "$i"; fi
}

sf_timer_due_reader() { # <task index>: is it still at it? Some logs are more than an awk can do in five minutes
  if ((SF_NOW >= SF_READER_UNTIL[$1])); then
    kill -s KILL -- "-${SF_READER[$1]}" 2>/dev/null
    sf_schedule_outputs "$1" 1 'reading them took too long'
  elif kill -0 "${SF_READER[$1]}" 2>/dev/null || read -r -t 0 -u "$SF_BUS"; then
    sf_timer_set "reader:$1" 200
  else
    sf_schedule_outputs "$1" 1 'what read them was killed'
  fi
}

sf_outputs_finish() { # at the end of the run: waits for the readers, but after a failure no longer than for the tasks
  local -i i until
  sf_clock_now
  until=$((SF_NOW + (SF_EXIT ? SF_GRACE : 360000)))
  while ((SF_READERS && SF_NOW < until)) && [[ ! ${SF_HURRY-} ]]; do
    sf_schedule_next
    sf_clock_now
  done
  for i in "${!SF_READER[@]}"; do
    kill -s KILL -- "-${SF_READER[i]}" 2>/dev/null
    sf_schedule_outputs "$i" 1 'the run has ended'
  done
}

# preflight: what can be known to go wrong before the first task starts.

sf_preflight_check() { # [run]: says everything that is missing; status 1 when something is
  local item
  SF_MISSING=()
  for item in ${SF_COMMANDS[@]+"${SF_COMMANDS[@]}"}; do
    command -v -- "$item" >/dev/null || SF_MISSING+=("command not found: $item")
  done
  if ((! ${#SF_MISSING[@]})); then
    workflow_nodes
    sf_preflight_launchers
  fi
  if ! { : 23</dev/null; } 2>/dev/null; then SF_MISSING+=("24 open files at least: ulimit -n is $(ulimit -n)"); fi
  sf_preflight_paths
  if declare -F sf_fetch_check >/dev/null; then sf_fetch_check; fi
  if ((${#SF_MISSING[@]})) || [[ ${1-} != run || ${SF_RESUME-} ]]; then sf_preflight_output; fi # else the run directory will tell
  ((! ${#SF_MISSING[@]})) && return 0
  sf_preflight_refuse "${SF_MISSING[@]}"
}

sf_preflight_refuse() { # <what is missing>...; status 1
  local item
  printf 'sflow: %s cannot run here:\n' "$SF_WORKFLOW" >&2
  for item; do
    sf_console_plain "$item"
    printf '  - %s\n' "$SF_PLAIN" >&2
  done
  return 1
}

sf_preflight_launchers() { # what runs tasks elsewhere can be reached
  local kind
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_check" >/dev/null; then "sf_${kind}_check"; fi
  done
}

sf_preflight_paths() { # artifacts that must be there
  local -i p
  declare -F workflow_paths >/dev/null || return 0
  workflow_paths # -> SF_PATHS: artifact, path, artifact, path ...
  for ((p = 0; p < ${#SF_PATHS[@]}; p += 2)); do
    [[ -e ${SF_PATHS[p + 1]} ]] || SF_MISSING+=("artifact ${SF_PATHS[p]}: no such path: ${SF_PATHS[p + 1]}")
  done
}

sf_preflight_output() { # the output directory can be written; nothing of it is made, as another run may begin there now
  local stale there=$SF_OUTPUT probe=.sflow.${HOSTNAME//[!A-Za-z0-9._-]/_}.$BASHPID
  while [[ $there && ! -e $there ]]; do there=${there%/*}; done
  for stale in "$there/${probe%.*}".*; do # of a script that was killed just here
    [[ ! -d $stale || -e /proc/${stale##*.} ]] || rmdir -- "$stale" 2>/dev/null
  done
  if mkdir -- "$there/$probe" 2>/dev/null; then
    rmdir -- "$there/$probe"
  else
    SF_MISSING+=("output directory cannot be written: $SF_OUTPUT")
  fi
}

# directory: the run directory: where it is, and what it holds from the start.

sf_directory_begin() { # -> SF_RUN; a new one is made while this script goes on
  local time id=$((RANDOM << 15 ^ RANDOM))
  printf -v time '%(%Y%m%d-%H%M%S)T' -1
  if [[ ${SF_RESUME-} ]]; then
    SF_RUN=$SF_RESUME
  else
    printf -v SF_RUN '%s/%s%s-%s-%06x' "$SF_OUTPUT" "${SLURM_JOB_ID:+$SLURM_JOB_ID-}" "$SF_WORKFLOW" "$time" "$((id & 0xffffff))"
    sf_directory_make &
    SF_MAKER=$!
  fi
  SF_RUN_ID=${SF_RUN##*/}
}

sf_directory_open() { # the run directory, with what it ran from
  local facts
  [[ ! ${SF_MAKER-} ]] || wait "$SF_MAKER" || exit 78
  if [[ ${SF_RESUME-} ]]; then sf_directory_again; fi
  exec {SF_LOG}>>"$SF_RUN/sflow.log" {SF_EVENTS}>>"$SF_RUN/events.jsonl" || exit 78
  sf_clock_stamp
  SF_BEGUN=$SF_STAMP
  sf_clock_now
  SF_BEGAN=$SF_NOW
  SF_RUN_STATE=RUNNING
  [[ ! ${SF_PRIVATE-} ]] || SF_UMASK=$(umask)
  sf_watchdog_start
  [[ ${SF_RESUME-} ]] || sf_owner_begin # a new directory is nobody else's; now there is somebody to remove that, should this script be killed
  sf_json_quote "$SF_RUN_ID"
  facts=(run_id "$SF_JSON" pid "$$")
  if [[ ${SF_SET_JSON-} ]]; then facts+=(overrides "$SF_SET_JSON"); fi
  sf_event_run RUNNING "${facts[@]}"
  if declare -F sf_override_record >/dev/null; then sf_override_record; fi
}

sf_directory_make() { # the run directory, and in it those of the first tasks; the others come beside the schedule
  local -a first=("${SF_TASK[@]:0:16}")
  mkdir -p -- "$SF_RUN" "${first[@]/#/$SF_RUN/}" || sf_preflight_refuse "output directory cannot be written: $SF_OUTPUT"
}

sf_directory_drop() { # of a run that ends before it has begun
  wait "$SF_MAKER"
  [[ -s $SF_RUN/events.jsonl ]] || rm -f -- "$SF_RUN/events.jsonl" "$SF_RUN/sflow.log"
  rmdir -- "$SF_RUN"/*/ "$SF_RUN"
} 2>/dev/null

sf_directory_fill() { # beside the schedule: a copy of this file, and the directories of all tasks, a thousand at a time: the arguments of
  # a command have a limit. A runner that comes before makes its own.
  local -i i
  cp -- "$SF_SELF" "$SF_RUN/${SF_WORKFLOW}.sh" 2>/dev/null
  [[ ! ${SF_PRIVATE-} ]] || chmod go= -- "$SF_RUN/${SF_WORKFLOW}.sh"
  for ((i = 16; i < ${#SF_TASK[@]}; i += 1000)); do
    (cd -- "$SF_RUN" && mkdir -p -- "${SF_TASK[@]:i:1000}")
  done
}

sf_directory_again() { # what a start that was killed has left: processes, and lines without an end
  sf_owner_take
  sf_directory_make || exit 78
  sf_straggler_sweep
  sf_aftermath_mend "$SF_RUN/events.jsonl"
  sf_aftermath_mend "$SF_RUN/completed.txt"
}

sf_directory_known() { # <directory>: is it that of a run, be it one that was killed when it had only just made it?
  local IFS=$'\n' entry
  [[ ! -e $1/events.jsonl && ! -e $1/.owner ]] || return 0
  for entry in "$1"/* "$1"/.[!.]*; do # of such a run there are directories of tasks, and nothing in them
    [[ -e $entry && ! ($entry == */sflow.log && ! -s $entry) ]] || continue
    [[ $IFS${SF_TASK[*]}$IFS == *"$IFS${entry##*/}$IFS"* && ! $(ls -A -- "$entry") ]] || return 1
  done
}

# plan: what this script would run, as a table.

sf_plan_print() {
  local before after p
  local -i i
  printf '%s: %d tasks\n\n' "$SF_WORKFLOW" "${#SF_TASK[@]}"
  printf '  %-*s  %-12s  %-12s  %s\n' "$SF_NAME_WIDTH" task nodes GPUs 'starts after'
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    after=
    for before in ${SF_AFTER[i]-}; do after+=", ${SF_TASK[before]}"; done
    printf '  %-*s  %-12s  %-12s  %s\n' "$SF_NAME_WIDTH" "${SF_TASK[i]}" "${SF_NODES[i]}" "${SF_GPUS[i]:--}" "${after#, }"
    for p in ${SF_PROBES_OF[i]-}; do printf '  %*s    %s\n' "$SF_NAME_WIDTH" '' "${SF_PROBE_ROLE[p]}"; done
  done
  sf_console_plain "${SF_SET_SHOWN-}"
  [[ ! $SF_PLAIN ]] || printf '\n  set: %s\n' "$SF_PLAIN"
}

# secret: whose values are never printed.

sf_secret_name() { # <variable>: does its name look like that of a secret?
  [[ ${1^^} =~ (TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$ ]]
}

# facts_tasks: the part of run.json that says what runs where: nodes, variables, and a task a line.

sf_facts_nodes() {
  local -i n
  local comma=''
  for ((n = 0; n < ${#SF_NODE_NAME[@]}; n++)); do
    sf_json_quote "${SF_NODE_NAME[n]}"
    printf '%s\n  {"name": %s' "$comma" "$SF_JSON"
    sf_json_quote "${SF_NODE_IP[n]}"
    printf ', "address": %s}' "$SF_JSON"
    comma=,
  done
}

sf_facts_variables() { # what every task finds in its environment
  local assignment comma=''
  SF_ENV=()
  workflow_environment
  sf_facts_secrets # -> SF_SECRETS
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
    sf_facts_pair "$assignment"
    printf '%s\n  %s' "$comma" "$SF_PAIR"
    comma=,
  done
}

sf_facts_secrets() { # -> SF_SECRETS: the values of SF_ENV that no other value is to show
  local assignment value
  SF_SECRETS=()
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
    value=${assignment#*=}
    if ((${#value} > 3)) && sf_secret_name "${assignment%%=*}"; then SF_SECRETS+=("$value"); fi
  done
}

sf_facts_pair() { # <NAME=VALUE> -> SF_PAIR: as a member of an object; no secret
  local name=${1%%=*} value=${1#*=} secret
  for secret in ${SF_SECRETS[@]+"${SF_SECRETS[@]}"}; do value=${value//"$secret"/***}; done
  sf_json_quote "$value"
  if sf_secret_name "$name"; then SF_JSON='"***"'; fi
  SF_PAIR="\"$name\": $SF_JSON"
}

sf_facts_tasks() {
  local -i i
  local comma='' base before after p probes
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    sf_json_quote "${SF_BASE[i]:-${SF_TASK[i]}}"
    base=$SF_JSON
    after='' probes=''
    for before in ${SF_AFTER[i]-}; do
      sf_event_name "$before"
      after+=", ${SF_QUOTED[before]}"
    done
    for p in ${SF_PROBES_OF[i]-}; do
      sf_json_quote "${SF_SAYS[p]-}"
      probes+=", {\"role\": \"${SF_PROBE_ROLE[p]% *}\", \"kind\": \"${SF_PROBE_ROLE[p]#* }\", \"says\": $SF_JSON}"
    done
    sf_facts_swept "$i" # -> SF_SWEPT
    sf_event_name "$i"
    printf '%s\n  {"name": %s, "base": %s, "replica": %s, "sweep": {%s}, "after": [%s], "nodes": [%s], "gpus": [%s]' \
      "$comma" "${SF_QUOTED[i]}" "$base" "${SF_REPLICA[i]:-0}" "$SF_SWEPT" "${after#, }" "${SF_NODES[i]// /, }" "${SF_GPUS[i]-}"
    sf_facts_limits "$i"
    printf ', "probes": [%s]}' "${probes#, }"
    comma=,
  done
}

sf_facts_swept() { # <task index> -> SF_SWEPT: the variables of its sweep, as members of an object
  local name assignment
  SF_SWEPT=
  [[ ${SF_SWEEPS[$1]-} ]] || return 0
  SF_ENV=() SF_COMMAND=()
  "setup_$1"
  for name in ${SF_SWEEPS[$1]}; do
    for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
      [[ $assignment == "$name="* ]] || continue
      sf_facts_pair "$assignment"
      SF_SWEPT+=", $SF_PAIR"
    done
  done
  SF_SWEPT=${SF_SWEPT#, }
}

sf_facts_limits() { # <task index>
  local -i i=$1
  local retries=${SF_RETRY[i]:-0} critical=true outputs=false
  if [[ ${SF_OPTIONAL[i]-} ]]; then critical=false; fi
  if [[ ${SF_OUTPUTS[i]-} ]]; then outputs=true; fi
  printf ', "launch": "%s", "timeout": %s, "ready_within": %s, "retries": %s, "critical": %s, "outputs": %s' \
    "${SF_LAUNCH[i]:-local}" "${SF_TIMEOUT[i]:-null}" "${SF_READY_WITHIN[i]:-null}" "${retries%% *}" "$critical" "$outputs"
  if [[ ${SF_UNITS[i]-} ]]; then printf ', "units": {%s}' "${SF_UNITS[i]}"; fi
}

# facts_environment: env.txt, what of the script's own environment can explain how a run went: Slurm's variables, and those that
# choose devices, networks, libraries and caches. A line each; values that are no plain line are spelt as bash reads them.

sf_facts_environment() {
  local assignment name value
  while IFS= read -r -d '' assignment; do
    name=${assignment%%=*} value=${assignment#*=}
    case $name in
      SLURM_* | SLURMD_* | SBATCH_* | CUDA_* | NVIDIA_* | ROCR_* | HIP_* | NCCL_* | UCX_* | FI_* | OMPI_* | PMIX_* | MPI_* | OMP_*) ;;
      HF_* | VLLM_* | SGLANG_* | SGL_* | TRTLLM_* | TLLM_* | DYN_* | ETCD_* | NATS_* | SFLOW_*) ;;
      CONDA_* | VIRTUAL_ENV | PYTHON* | LD_* | PATH | LOADEDMODULES | MODULEPATH | TMPDIR | HOME | USER | HOSTNAME | LANG | LC_* | TZ) ;;
      *) continue ;;
    esac
    if sf_secret_name "$name"; then value='***'; fi
    if [[ $value == *[[:cntrl:]]* ]]; then printf -v value '%q' "$value"; fi
    printf '%s=%s\n' "$name" "$value"
  done <"/proc/$$/environ" | LC_ALL=C sort
}

# facts: what a run is made of, for who reads its directory later: run.json (schemas/run.schema.json), plan.txt and env.txt.
# A process beside the schedule writes them once the first task has started.

sf_facts_start() { # [<command to come before>]: in a process of its own; again when artifacts have got their places
  [[ ! ${SF_FACTS_PID-} ]] || wait "$SF_FACTS_PID" 2>/dev/null
  sf_facts_write "$@" &
  SF_FACTS_PID=$!
}

sf_facts_wait() { # at the end of the run
  [[ ! ${SF_FACTS_PID-} ]] || sf_owner_await "$SF_FACTS_PID" 1000
}

sf_facts_write() { # [<command to come before>]; a run can do without them
  local fd
  trap '' HUP INT QUIT TERM USR1 USR2
  for fd in ${SF_LIFE-} ${SF_GROUPS-} ${SF_CHECKS-}; do exec {fd}>&-; done
  "${1:-:}"
  {
    sf_facts_environment >"$SF_RUN/env.txt"
    sf_plan_print >"$SF_RUN/plan.txt"
    sf_facts_print >"$SF_RUN/run.json.new" && mv -f -- "$SF_RUN/run.json.new" "$SF_RUN/run.json"
  } 2>/dev/null && return
  rm -f -- "$SF_RUN/run.json.new"
  sf_console_warn "cannot write $SF_RUN/run.json; the run goes on without"
}

sf_facts_print() {
  sf_facts_scan # -> SF_FACTS, SF_SOURCES, SF_SAYS
  printf '{"version": 1'
  sf_facts_text run_id "$SF_RUN_ID" workflow "$SF_WORKFLOW" sflowc "${SF_FACTS[sflowc]-}" script "$SF_WORKFLOW.sh"
  sf_facts_text rebuild "${SF_FACTS[rebuild]-}" body "${SF_FACTS[body]-}"
  printf ',\n "sources": [%s]' "${SF_SOURCES#, }"
  sf_facts_deadline # -> SF_DEADLINE
  printf ',\n "started": %s,\n "limit": %s,\n "deadline": %s' "$SF_BEGUN" "${SF_LIMIT:-null}" "${SF_DEADLINE:-null}"
  printf ',\n "grace": %d.%02d,\n "host": {' "$((SF_GRACE / 100))" "$((SF_GRACE % 100))"
  sf_facts_host
  printf '},\n "slurm": '
  sf_facts_slurm
  printf ',\n "nodes": ['
  sf_facts_nodes
  printf '],\n "variables": {'
  sf_facts_variables
  printf '},\n "tasks": ['
  sf_facts_tasks
  printf '\n ]}\n'
}

sf_facts_text() { # [<key> <text>]...: as members of the object that is being printed
  while (($#)); do
    sf_json_quote "$2"
    printf ',\n "%s": %s' "$1" "$SF_JSON"
    shift 2
  done
}

sf_facts_scan() { # -> SF_FACTS, SF_SOURCES, SF_SAYS: what this file says in comments of where it is from and of its probes
  local line comment=''
  declare -gA SF_FACTS=()
  SF_SOURCES='' SF_SAYS=()
  while IFS= read -r line; do
    case $line in
      '#   from     '*'  sha256:'*)
        sf_json_quote "${line:13:${#line}-86}"
        SF_SOURCES+=", {\"file\": $SF_JSON, \"sha256\": \"${line: -64}\"}"
        ;;
      '#   rebuild  '*) SF_FACTS[rebuild]=${line:13} ;;
      '#   body     sha256:'*) SF_FACTS[body]=${line:20:64} ;;
      '# '*'. Compiled by sflowc '*': change '*)
        line=${line#*'. Compiled by sflowc '}
        SF_FACTS[sflowc]=${line%%:*}
        ;;
      '# ---- Scripts '*) break ;;
      '# '*) comment=$line ;;
      'SF_PROBE_TASK['*) SF_SAYS+=("${comment#*: }") ;;
    esac
  done <"$SF_SELF"
}

sf_facts_host() {
  local system='' release='' cpus
  { read -r system </proc/sys/kernel/ostype && read -r release </proc/sys/kernel/osrelease; } 2>/dev/null
  cpus=$(nproc 2>/dev/null)
  sf_json_quote "${HOSTNAME-}"
  printf '"name": %s' "$SF_JSON"
  sf_json_quote "${USER:-${LOGNAME:-$UID}}"
  printf ', "user": %s' "$SF_JSON"
  sf_json_quote "$system $release"
  printf ', "system": %s, "bash": "%s", "cpus": %s' "$SF_JSON" "$BASH_VERSION" "${cpus:-null}"
}

sf_facts_slurm() { # what Slurm says of the job; null outside
  local key name text=''
  for key in JOB_ID JOB_NAME JOB_PARTITION JOB_ACCOUNT JOB_NODELIST JOB_NUM_NODES CLUSTER_NAME SUBMIT_HOST SUBMIT_DIR \
    ARRAY_JOB_ID ARRAY_TASK_ID RESTART_COUNT GPUS_ON_NODE HET_SIZE; do
    name=SLURM_$key
    [[ ${!name-} ]] || continue
    sf_json_quote "${!name}"
    text+=", \"${key,,}\": $SF_JSON"
  done
  if [[ ${SLURM_JOB_ID-} ]]; then printf '{%s}' "${text#, }"; else printf 'null'; fi
}

sf_facts_deadline() { # -> SF_DEADLINE: when the job's time is over, in seconds since the epoch; Slurm before 23.02 has to be asked
  local job
  SF_DEADLINE=${SLURM_JOB_END_TIME//[!0-9]/}
  if [[ ! ${SLURM_JOB_ID-} || $SF_DEADLINE ]]; then return 0; fi
  job=$(scontrol show job "$SLURM_JOB_ID" 2>/dev/null)
  if [[ $job =~ \ EndTime=([0-9-]+)T([0-9:]+) ]]; then SF_DEADLINE=$(date -d "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}" +%s); fi
}

# summary: what a person wants to see when the run is over.

sf_summary_print() {
  local took counts='' state
  local -i i
  local -A count=()
  if [[ ${SF_BLAMED-} ]]; then sf_summary_blame "$SF_BLAMED"; fi
  printf '\n'
  if ((${#SF_TASK[@]} <= 60)); then
    for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
      sf_console_plain "${SF_WHY[i]-}"
      printf '  %-*s  %-9s  %s\n' "$SF_NAME_WIDTH" "${SF_TASK[i]}" "${SF_STATE[i]}" "$SF_PLAIN"
    done
  fi
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do count[${SF_STATE[i]}]=$((${count[${SF_STATE[i]}]:-0} + 1)); done
  for state in COMPLETED SKIPPED FAILED TIMEOUT CANCELLED; do
    if [[ ${count[$state]-} ]]; then counts+=", ${count[$state]} $state"; fi
  done
  sf_clock_now
  sf_clock_format "$((SF_NOW - SF_BEGAN))" took
  printf '\n'
  sf_console_say "$SF_WORKFLOW $SF_RUN_STATE in $took: ${counts#, }; exit status $SF_EXIT"
  printf '          %s\n' "$SF_RUN"
}

sf_summary_blame() { # <task index>: the end of the log of the task that failed, which may be one line without an end
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log line
  [[ -f $log ]] || return 0 # the task may have put a pipe in its place
  printf '\nThe last lines of %s (%s):\n' "${SF_TASK[$1]}" "$log"
  tail -c 16384 -- "$log" 2>/dev/null | tail -n 20 | while IFS= read -r line || [[ $line ]]; do
    sf_console_plain "$line"
    printf '  | %s\n' "$SF_PLAIN"
  done
}

# run: one run from its directory to its exit status.

sf_run_main() { # [<task>...]: the tasks that were chosen, all when none was
  sf_run_trap
  sf_select_check "$@"
  sf_preflight_check run || exit 78
  sf_directory_begin
  sf_document_load "$SF_SELF"
  sf_directory_open
  workflow_holes
  sf_select_tasks "$@"
  sf_schedule_open
  sf_console_say "$SF_WORKFLOW: $SF_OPEN of ${#SF_TASK[@]} tasks to run, in $SF_RUN"
  sf_timer_set status:0 5
  sf_run_artifacts
  if declare -F sf_probe_open >/dev/null; then sf_probe_open; fi
  if declare -F sf_ssh_open >/dev/null; then sf_ssh_open; fi
  sf_schedule_first
  sf_facts_start sf_directory_fill
  sf_schedule_run
  sf_run_end
}

sf_run_artifacts() { # what must be there before the first task; not when nothing is left to do
  if ! declare -F workflow_artifacts >/dev/null || ((! SF_OPEN)); then return 0; fi
  sf_facts_start
  workflow_artifacts
  workflow_holes # some were not known before
}

# shellcheck disable=SC2064 # the signal's name and the process, now
sf_run_trap() { # a handler only writes to the bus: `read -t` of bash 5.2 loses its time-out under any other
  local signal
  for signal in HUP INT QUIT TERM USR1 USR2; do
    trap "sf_run_signal $signal" "$signal"
  done
  trap : PIPE # who reads what this script prints may go, and so may the watchdog: no reason to end. Not '': tasks would inherit that
  trap "sf_run_abandon \$? $BASHPID" EXIT
}

sf_run_signal() { # <signal>
  if [[ ${SF_BUS-} ]]; then
    printf 'signal %s\n' "$1" >&"$SF_BUS"
  elif [[ $1 == USR[12] ]]; then # there is no schedule yet that would hear of it
    SF_RUN_STATE=TIMEOUT SF_REASON="the job's time limit is near (SIG$1)"
    exit 124
  else
    SF_RUN_STATE=CANCELLED SF_REASON=SIG$1
    exit "$((128 + $(kill -l "$1")))"
  fi
}

sf_run_fail() { # <state> <exit status> <reason>: ends the run; the first reason counts
  if [[ ${SF_EXIT-} || ${SF_STOPPING-} ]]; then return 0; fi
  SF_RUN_STATE=$1 SF_EXIT=$2 SF_REASON=$3
  sf_console_say "stopping: $3"
}

sf_run_blame() { # <task index>: a task failed for good
  local -i status=${SF_STATUS[$1]:-1}
  [[ ${SF_STATE[$1]} != TIMEOUT ]] || status=124
  if [[ ${SF_VERDICT[$1]-} == "FAILED "* || $status -eq 0 ]]; then status=1; fi
  if [[ ! ${SF_EXIT-} ]]; then SF_BLAMED=$1; fi
  sf_run_fail "${SF_STATE[$1]}" "$status" "${SF_TASK[$1]} ${SF_STATE[$1]}: ${SF_WHY[$1]}"
}

sf_run_end() { # stops what runs, writes the last status, exits
  if [[ ${SF_EXIT-} ]] && declare -F sf_drain_run >/dev/null; then sf_drain_run; fi
  if [[ ${SF_EXIT-} ]]; then
    sf_stop_all CANCELLED "stopped: $SF_REASON"
    sf_run_cancel
  else
    SF_RUN_STATE=COMPLETED SF_EXIT=0 SF_REASON=''
    sf_stop_all COMPLETED "stopped: the workflow is done"
  fi
  if declare -F sf_outputs_finish >/dev/null; then sf_outputs_finish; fi
  if declare -F sf_probe_close >/dev/null; then sf_probe_close; fi
  sf_pool_close
  sf_facts_wait
  sf_straggler_sweep
  sf_watchdog_note "$SF_RUN_STATE" "$SF_EXIT" "$SF_REASON"
  sf_json_quote "$SF_REASON"
  sf_event_run "$SF_RUN_STATE" exit_status "$SF_EXIT" reason "$SF_JSON"
  sf_status_final
  sf_summary_print 2>/dev/null # who reads may be gone
  sf_watchdog_end
  trap - EXIT
  exit "$SF_EXIT"
}

sf_run_cancel() { # what was never started, or waited for another attempt
  local -i i
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    if [[ ${SF_STATE[i]} == INITIATED ]]; then
      SF_STATE[i]=CANCELLED
      SF_WHY[i]="not started: $SF_REASON"
      sf_event_state "$i" CANCELLED "${SF_WHY[i]}"
    fi
  done
}

# A child that is killed in its first moments runs its parent's trap too.
sf_run_abandon() { # <exit status> <its process>: the script is going without having ended the run; the watchdog takes the tasks down
  [[ $2 == "$BASHPID" ]] || return 0
  if [[ ! ${SF_LIFE-} ]]; then
    [[ ! ${SF_OWNED-} ]] || rm -f -- "$SF_RUN/.owner"
    [[ ! ${SF_MAKER-} ]] || sf_directory_drop
    return
  fi
  if [[ $SF_RUN_STATE != RUNNING ]]; then
    sf_watchdog_tell "$SF_RUN_STATE" "$(($1 ? $1 : 70))" "$SF_REASON"
  elif (($1 == 254)); then
    sf_watchdog_tell FAILED 254 "no process can be started any more: fork failed"
  else
    sf_watchdog_tell FAILED "$(($1 ? $1 : 70))" "the script ended unexpectedly"
  fi
}

# retry: further attempts at a task that failed.

sf_retry_later() { # <task index> <why it failed>: arranges the next attempt; status 1 when there is none left
  local -i i=$1 attempt=${SF_ATTEMPT[$1]} n
  local count interval backoff delay
  # shellcheck disable=SC2086 # three words
  set -- $1 "$2" ${SF_RETRY[$1]}
  count=$3 interval=$4 backoff=$5
  ((attempt <= count)) || return 1
  sf_retry_delay "$interval" "$backoff" "$attempt"
  sf_clock_format "$SF_DELAY" delay
  sf_task_enter "$i" INITIATED "$2; attempt $((attempt + 1)) of $((count + 1)) in $delay"
  sf_timer_set "retry:$i" "$SF_DELAY"
}

sf_retry_delay() { # <interval in seconds> <backoff> <attempt that failed> -> SF_DELAY: interval * backoff^(attempt-1), centiseconds
  local factor
  local -i n
  sf_clock_parse "$1" SF_DELAY
  sf_clock_parse "$2" factor # in hundredths, like centiseconds
  for ((n = 1; n < $3 && SF_DELAY < 100000000; n++)); do SF_DELAY=$((SF_DELAY * factor / 100)); done
}

sf_retry_rule() { # <task index> <attempt>: what parts two attempts in the log; probes look behind it
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log
  [[ -f $log ]] || return 0 # the task may have removed it, or put a pipe in its place
  printf '\n======== attempt %s ========\n' "$2" 2>/dev/null >>"$log"
  SF_LOG_FROM[$1]=$(wc -c <"$log")
}

sf_timer_due_retry() { # <task index>
  [[ ${SF_EXIT-} ]] || sf_task_start "$1"
}

# select: what a resumed run need not do again, and what a run of chosen tasks leaves out.

sf_select_tasks() { # [<task>...]: settles the state of every task that is not to run
  local -i i
  local -a wanted=()
  local -A completed=() # by fingerprint and name: a task that has changed since is another task
  local line
  if (($#)); then
    sf_select_chosen "$@" # -> wanted
    for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
      if [[ ! ${wanted[i]-} ]]; then sf_select_settle "$i" SKIPPED "not chosen"; fi
    done
  fi
  [[ ${SF_RESUME-} ]] || return 0
  if [[ -e $SF_RUN/completed.txt ]]; then
    while IFS= read -r line; do completed["$line"]=1; done <"$SF_RUN/completed.txt"
  fi
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    if [[ ! ${SF_STATE[i]-} && ${completed["${SF_FINGERPRINT[i]-} ${SF_TASK[i]}"]-} ]] &&
      { ! declare -F sf_outputs_recover >/dev/null || sf_outputs_recover "$i"; }; then
      sf_select_settle "$i" SKIPPED "completed in an earlier run"
    elif [[ -s $SF_RUN/${SF_TASK[i]}/${SF_TASK[i]}.log ]]; then
      sf_retry_rule "$i" 1
      [[ ! ${SF_OUTPUTS[i]-} ]] || rm -f -- "$SF_RUN/${SF_TASK[i]}/outputs.json" # of an attempt that was stopped
    fi
  done
  sf_select_services
  sf_select_forget
}

sf_select_forget() { # strikes out what is about to run again: while it does, neither what it was nor what it is has completed
  local -i i
  local line kept='' struck=''
  local -A again=()
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ${SF_STATE[i]-} ]] || again[${SF_TASK[i]}]=1
  done
  [[ -e $SF_RUN/completed.txt ]] || return 0
  while IFS= read -r line; do
    if [[ ${again[${line#* }]-} ]]; then struck=1; else kept+=$line$'\n'; fi
  done <"$SF_RUN/completed.txt"
  if [[ $struck ]]; then printf '%s' "$kept" >"$SF_RUN/completed.txt.new" && mv -f -- "$SF_RUN/completed.txt.new" "$SF_RUN/completed.txt"; fi
}

sf_select_check() { # [<name>]...: exits when there is no such task, before there is a run directory
  local -a wanted=()
  sf_select_chosen "$@"
}

sf_select_settle() { # <task index> <state> <reason>
  SF_STATE[$1]=$2
  SF_WHY[$1]=$3
  sf_event_state "$1" "$2" "$3"
}

sf_select_chosen() { # <name>...: the named tasks (a replicated task's own name means all its replicas) -> wanted of the caller
  local name i found queue=()
  for name; do
    found=
    for i in "${!SF_TASK[@]}"; do
      if [[ $name == "${SF_TASK[i]}" || $name == "${SF_BASE[i]-}" ]]; then queue+=("$i") found=1; fi
    done
    if [[ ! $found ]]; then
      printf 'sflow: no task is called %s; there are: %s\n' "$name" "${SF_TASK[*]}" >&2
      exit 64
    fi
  done
  while ((${#queue[@]})); do
    set -- "${queue[@]}"
    queue=()
    for i; do
      [[ ! ${wanted[i]-} ]] || continue
      wanted[i]=1
      # shellcheck disable=SC2206 # a list of indices
      [[ ${SF_NO_DEPS-} ]] || queue+=(${SF_AFTER[i]-})
    done
  done
}

sf_select_services() { # a service is started again only for a task that is left to do
  local -i i
  for ((i = ${#SF_TASK[@]} - 1; i >= 0; i--)); do
    if [[ ! ${SF_STATE[i]-} && ${SF_PROBES_OF[i]-} && ${SF_FEEDS[i]-} ]] && ! sf_select_left "$i"; then
      sf_select_settle "$i" SKIPPED "nothing that is left to do needs it"
    fi
  done
}

sf_select_left() { # <task index>: does a task that is left to do depend on it?
  local -A seen=()
  local i next queue=("$1")
  while ((${#queue[@]})); do
    set -- "${queue[@]}"
    queue=()
    for i; do
      for next in ${SF_FEEDS[i]-}; do
        [[ ! ${seen[$next]-} ]] || continue
        [[ ${SF_STATE[next]-} ]] || return 0
        seen[$next]=1
        queue+=("$next")
      done
    done
  done
  return 1
}

# report: the state of a run, from its status.json, which has one task a line.

sf_report_print() { # [<run directory>]: the newest one without it; status 0 running or done, 1 failed, 3 unknown
  local run=${1-} line state='' reason='' newest rows=()
  if [[ ! $run ]]; then
    for newest in "$SF_OUTPUT"/*"$SF_WORKFLOW"-*/status.json; do
      if [[ ! $run || $newest -nt $run/status.json ]]; then run=${newest%/status.json}; fi
    done
  fi
  if [[ ! -r $run/status.json ]]; then
    printf 'sflow: no run of %s found in %s\n' "$SF_WORKFLOW" "${1:-$SF_OUTPUT}" >&2
    return 3
  fi
  sf_report_read "$run/status.json"
  printf '%s\n' "$run"
  for line in ${rows[@]+"${rows[@]}"}; do printf '  %s\n' "$line"; done
  sf_console_plain "$state${reason:+: $reason}"
  printf '%s\n' "$SF_PLAIN"
  [[ $state != LOST ]] || return 3
  [[ $state == RUNNING || $state == COMPLETED ]]
}

sf_report_read() { # <status.json> -> rows, state, reason of the caller; of many tasks those that went well or wait are counted
  local line host='' pid=''
  local -A quiet=()
  while IFS= read -r line; do
    if [[ $line =~ ^\ \"(state|reason|host|pid)\":\ \"?(.*),$ ]]; then
      printf -v "${BASH_REMATCH[1]}" '%s' "${BASH_REMATCH[2]%\"}"
    elif [[ $line =~ ^\ \ \"(.*)\":\ \{\"state\":\ \"([A-Z]+)\".*\"reason\":\ \"(.*)\"\} ]]; then
      if ((${#SF_TASK[@]} > 60)) && [[ ${BASH_REMATCH[2]} == @(COMPLETED|SKIPPED|INITIATED|CANCELLED) ]]; then
        quiet[${BASH_REMATCH[2]}]=$((${quiet[${BASH_REMATCH[2]}]:-0} + 1))
      else
        printf -v line '%-*s  %-9s  %s' "$SF_NAME_WIDTH" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
        sf_console_plain "$line"
        rows+=("$SF_PLAIN")
      fi
    fi
  done <"$1"
  for line in COMPLETED SKIPPED INITIATED CANCELLED; do
    [[ ! ${quiet[$line]-} ]] || rows+=("${quiet[$line]} tasks $line")
  done
  if [[ $state == RUNNING && $host == "${HOSTNAME//[!A-Za-z0-9._-]/_}" && ! -d /proc/$pid ]]; then
    state=LOST reason="its script, process $pid, is gone and has not written how the run ended"
  fi
}

# verify: whether this file still is what was compiled, and its sources are what they were.

sf_verify_print() { # status 1 when something was edited
  local line body='' signed='' own='' header='' directives='' sources=() said=()
  local -i n=0
  while IFS= read -r line && [[ $line ]]; do
    n+=1
    if [[ $line == '#   header   sha256:'* ]]; then own=${line:20} && continue; fi
    header+=$line$'\n'
    case $line in
      '#SBATCH'*) directives+=$line$'\n' ;;
      '#   from     '*'  sha256:'*) sources+=("${line:13:${#line}-86}" "${line: -64}") ;;
      '#   body     sha256:'*) body=${line:20:64} ;;
      '#   options  sha256:'*) signed=${line:20:64} ;;
    esac
  done <"$SF_SELF"
  if [[ $directives$signed ]]; then sf_verify_part "$signed" 'its #SBATCH lines were edited' printf %s "$directives"; fi
  ((${#said[@]})) || sf_verify_part "${own% (this header but this line)}" 'its header was edited' printf %s "$header"
  sf_verify_part "$body" 'it was edited below its header' tail -n "+$((n + 1))" -- "$SF_SELF"
  sf_verify_sources ${sources[@]+"${sources[@]}"}
  for line in ${said[@]+"${said[@]}"}; do printf '%s: %s\n' "${SF_SELF##*/}" "$line"; done
  ((! ${#said[@]})) || return 1
  printf '%s is what was compiled\n' "${SF_SELF##*/}"
}

sf_verify_part() { # <digest> <what it means when that differs> <command>...: what the command prints -> said of the caller
  local found
  read -r found _ < <("${@:3}" | sha256sum)
  [[ $found == "$1" ]] || said+=("$2")
}

sf_verify_sources() { # [<file> <digest>]...: those that are here, or beside this file -> said of the caller
  local place found
  while (($#)); do
    for place in "$1" "${SF_SELF%/*}/$1"; do
      [[ -r $place && ! -d $place ]] || continue
      read -r found _ < <(sha256sum <"$place")
      [[ $found == "$2" ]] || said+=("it is out of date: $1 has changed since")
      break
    done
    shift 2
  done
}

# help: how this script is used.

sf_help_print() {
  printf '%s\n' "Usage: bash ${SF_SELF##*/} [run | plan | preflight | status [RUN_DIR] | verify] [OPTION]..." '' \
    "Runs the workflow '$SF_WORKFLOW' (the default), or:" \
    '  plan       shows what would run where, in which order' \
    '  preflight  checks what can be known to go wrong, and starts nothing' \
    '  status     shows the state of a run: the newest one, or that in RUN_DIR' \
    '  verify     says whether this file or its sources were edited since it was compiled' '' \
    'Options of run:' \
    '  --task NAME          only this task and what it depends on (repeatable)' \
    '  --no-deps            with --task: without what they depend on' \
    '  --resume RUN_DIR     goes on with an earlier run: completed tasks are not run again' \
    "  --output-dir DIR     where run directories go (${SF_OUTPUT_DEFAULT:-WORKSPACE/sflow_output})" \
    '  --workspace-dir DIR  the workspace (where the job was submitted, or this directory)'
  if declare -F sf_override_help >/dev/null; then sf_override_help; fi
  printf '%s\n' '' \
    'Exit status: 0 done; that of the task that failed; 124 time-out; 128+N signal N; 64 usage; 78 cannot run here.'
}

# main: the commands of this script.

sf_main() { # <argument>...
  local command=run tasks=() sets=()
  trap - EXIT # that of a script which is not whole
  if [[ ${1-} == guard ]] && declare -F sf_guard_serve >/dev/null; then
    sf_main_state
    sf_guard_serve "$2"
    return
  fi
  case ${1-} in
    run | plan | preflight | status | verify) command=$1 && shift ;;
    help | -h | --help) sf_help_print && return 0 ;;
  esac
  sf_console_streams
  sf_main_state
  sf_main_options "$@" # -> tasks, sets, SF_*
  sf_main_places
  if declare -F sf_slurm_requeued >/dev/null; then sf_slurm_requeued; fi
  sf_main_set ${sets[@]+"${sets[@]}"}
  sf_console_open
  case $command in
    run) sf_run_main ${tasks[@]+"${tasks[@]}"} ;;
    plan) sf_plan_print ;;
    preflight) sf_preflight_check && printf 'ready to run %s\n' "$SF_WORKFLOW" || exit 78 ;;
    status) sf_report_print "${SF_OPERAND-}" ;;
    verify) sf_verify_print ;;
  esac
}

sf_main_state() { # what the units keep about the run, by task, timer or probe
  declare -gA SF_TIMER=() SF_DOCUMENT=() SF_COLOUR_OF=()
  SF_TEXTS=() SF_ROW=() SF_QUOTED=() SF_STATE=() SF_WHY=() SF_ATTEMPT=() SF_STATUS=() SF_VERDICT=() SF_LEFT=()
  SF_RUNNER_PIPE=() SF_RUNNER_PID=() SF_RUNNER_IDLE=() SF_RUNNER_OF=() SF_RUNNER_NEW=0 SF_RUNNER_LAST=''
  SF_PID=() SF_SINCE=() SF_STARTED=() SF_FINISHED=() SF_ASKED=() SF_HELD=()
  # shellcheck disable=SC2034 # for probes and outputs, which not every workflow has
  SF_LOG_FROM=() SF_READER=() SF_READER_AFTER=() SF_READER_UNTIL=() SF_READERS=0
  # shellcheck disable=SC2034 # for --set, which not every workflow has
  SF_SET_ENV=() SF_SET_CHANGED=() SF_SET_JSON='' SF_SET_SHOWN=''
  SF_QUEUE=() SF_QUEUE_HEAD=0 SF_SAID='' SF_SHOWN='' SF_TIMER_NEXT=0 SF_SWEEP=200 SF_OPEN=0 SF_EVENTS_OWED=()
}

sf_main_options() { # <argument>...
  local option value
  while (($#)); do
    option=$1
    shift
    case $option in
      --*=*) value=${option#*=} option=${option%%=*} ;;
      --task | --set | --resume | --output-dir | --workspace-dir)
        (($#)) || sf_main_usage "$option needs a value"
        value=$1
        shift
        ;;
      *) value= ;;
    esac
    case $option in
      --task) tasks+=("$value") ;;
      --set) sets+=("$value") ;;
      --no-deps) SF_NO_DEPS=1 ;;
      --resume) SF_RESUME=$value ;;
      --output-dir) SF_OUTPUT=$value ;;
      --workspace-dir) SF_WORKSPACE=$value ;;
      --help | -h) sf_help_print && exit 0 ;;
      -*) sf_main_usage "unknown option $option" ;;
      *)
        [[ $command == status && ! ${SF_OPERAND-} ]] || sf_main_usage "unexpected argument $option"
        SF_OPERAND=$option
        ;;
    esac
  done
}

sf_main_places() { # the directories of the run, as absolute paths
  local place
  SF_WORKSPACE=${SF_WORKSPACE:-${SFLOW_WORKSPACE_DIR:-${SLURM_SUBMIT_DIR:-$PWD}}}
  if [[ ! ${SF_OUTPUT-} ]]; then
    SF_OUTPUT=${SF_OUTPUT_DEFAULT:-sflow_output}
    if [[ $SF_OUTPUT != /* ]]; then SF_OUTPUT=$SF_WORKSPACE/$SF_OUTPUT; fi
  fi
  for place in SF_WORKSPACE SF_OUTPUT SF_RESUME SF_SELF; do
    if [[ ${!place-} && ${!place} != /* ]]; then printf -v "$place" '%s/%s' "$PWD" "${!place}"; fi
  done
  if [[ ! -f $SF_SELF ]]; then
    printf 'sflow: this script reads its own text: run it from a file, not from a pipe\n' >&2
    exit 64
  fi
  if [[ ${SF_RESUME-} ]]; then
    SF_RESUME=${SF_RESUME%/}
    [[ -d $SF_RESUME ]] || sf_main_usage "--resume: no such run directory: $SF_RESUME"
    sf_directory_known "$SF_RESUME" || sf_main_usage "--resume: $SF_RESUME is not the directory of a run"
  fi
}

sf_main_set() { # [<NAME=VALUE>]...
  if declare -F sf_override_open >/dev/null; then
    sf_override_open "$@"
  elif (($#)); then
    sf_main_usage "--set ${1%%=*}: nothing in this script can be changed any more: build it again with that option"
  fi
}

sf_main_usage() { # <what is wrong>
  sf_console_plain "$1"
  printf 'sflow: %s (see %s --help)\n' "$SF_PLAIN" "${SF_SELF##*/}" >&2
  exit 64
}

sf_main "$@"
