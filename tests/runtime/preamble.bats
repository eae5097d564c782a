#!/usr/bin/env bats

setup() {
  cd "$BATS_TEST_TMPDIR"
  printf '%s\n' 'shopt -u patsub_replacement 2>/dev/null' "source '$BATS_TEST_DIRNAME/../../runtime_sh/preamble.sh'" \
    'SF_PREAMBLE=$(<lines)' 'SF_ARGUMENTS=("$@")' 'if sf_preamble_begin "$@"; then' '  set --' \
    '  eval "$SF_PREAMBLE" </dev/null' '  sf_preamble_end "$?"' \
    '  trap - DEBUG ERR RETURN EXIT' 'fi' 'source ./after' >script
  printf '%s\n' 'printf "%s\n" after "${SF_ARGUMENTS[@]}"' >after
}

@test "it runs before the workflow, for run and preflight and no other command" {
  echo 'echo before' >lines
  for words in '' run 'run --task t' preflight '--output-dir x'; do
    run bash script $words
    [[ $status == 0 && ${lines[0]} == before && ${lines[1]} == after ]]
  done
  for words in plan status 'status dir' help --help -h 'run --help'; do
    run bash script $words
    [[ $status == 0 && ${lines[0]} == after ]]
  done
}

@test "what it exports and defines stays" {
  printf '%s\n' 'export A="a  b"' 'declare -x B=2' 'c() { echo "c $1"; }' 'export -f c' >lines
  echo 'bash -c "echo \"\$A \$B\"; c 3"' >after
  run bash script
  [[ $output == $'a  b 2\nc 3' ]]
}

@test "it sees no arguments, and cannot change those of the script" {
  echo 'echo "$#"; set -- x y' >lines
  run bash script run --task 'a b'
  [[ $output == $'0\nafter\nrun\n--task\na b' ]]
}

@test "its options, traps, directory and separators end with it" {
  printf '%s\n' 'set -efuo pipefail' 'shopt -s nullglob extglob' 'IFS=:' 'cd /' "trap 'echo trapped' ERR" >lines
  echo 'false; echo "$PWD $- ${unset-} $(shopt -p nullglob) $(printf %q "$IFS") $SHELLOPTS"' >after
  run bash script
  [[ $output != *trapped* ]]
  after=${lines[${#lines[@]} - 1]}
  [[ $after == "$BATS_TEST_TMPDIR "* && $after == *'shopt -u nullglob'* && $after == *"\$' \\t\\n'"* ]]
  [[ $after != *pipefail* && $after != *nounset* && $after != *noglob* && $after != *errexit* ]]
}

@test "it does not read the script's standard input" {
  echo 'read -r word; echo "word <$word>"' >lines
  echo 'read -r word; echo "$word"' >after
  run bash script <<<'typed'
  [[ $output == $'word <>\ntyped' ]]
}

@test "a last line that fails is told, and an exit ends the script" {
  printf 'true\nfalse\n' >lines
  run bash script
  [[ $status == 0 && $output == *'preamble of the cluster profile ended with status 1'*after* ]]
  printf 'no-such-command || exit 9\n' >lines
  run bash script
  [[ $status == 9 && $output != *after* ]]
}

@test "lines that bash cannot read are told" {
  printf 'if true\n' >lines
  run bash script
  [[ $status == 0 && $output == *'syntax error'*'ended with status'* ]]
}

@test "a time-out for reads, as /etc/profile may have one, ends with it" {
  echo 'export TMOUT=1' >lines
  echo 'echo "${TMOUT-none}"' >after
  run bash script
  [[ $output == none ]]
}
