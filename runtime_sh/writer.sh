# shellcheck shell=bash
# writer: processes that write to the log of a task: what has left its session and cleared its environment is found by that. Who only
# reads a log is none of the run's.
# requires:

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
