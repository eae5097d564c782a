# shellcheck shell=bash
# step: a process of a step where Slurm knows the step's processes by their parents alone, and not by a control group: what a task leaves
# behind is then not found, would hold its log open, and srun would wait for that.
# requires:

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
