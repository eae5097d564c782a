# shellcheck shell=bash
# guard: a second watchdog, for the script of a batch job. When that is killed Slurm kills at once all that it had started beside itself,
# the watchdog too; other steps of the job are asked to end, and have a while for it. So the guard is a step, of one process, on
# the script's own node: Slurm ends the tasks, it ends the books.
# requires: aftermath owner

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
