#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  load_units guard
  SF_SELF=job.sh
  unset -v SLURMD_NODENAME SLURM_STEP_ID
}

a_script() { # a run of which the script is gone
  printf '%s script 999999999 1\n' "${HOSTNAME:--}" >"$SF_RUN/.owner"
  printf '%s\n' '{"time":5.5,"event":"run","state":"RUNNING","run_id":"run","pid":42,"overrides":{"N":"2"}}' \
    '{"time":6,"event":"state","task":"t","state":"RUNNING","attempt":1,"exit_status":null,"reason":""}' >>"$SF_RUN/events.jsonl"
}

@test "the script of a batch job has a guard, a step on its own node; another script has none" {
  srun() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/called"; }
  exec() { if [[ $1 == srun ]]; then "$@"; else builtin exec "$@"; fi; }
  sf_guard_start
  [[ ! ${SF_GUARD-} ]]
  SLURMD_NODENAME=node1 SLURM_STEP_ID=4294967290 sf_guard_start
  [[ ! ${SF_GUARD-} ]]
  export SLURMD_NODENAME=node1
  eval "$(declare -f sf_guard_start | sed 's/exec srun/srun/')"
  sf_guard_start
  until [[ -s $BATS_TEST_TMPDIR/called ]]; do sleep 0.05; done
  grep -qx -- --nodelist=node1 "$BATS_TEST_TMPDIR/called"
  [[ $(tail -n 2 "$BATS_TEST_TMPDIR/called") == guard$'\n'"$SF_RUN" ]]
}

@test "it ends the books of a script that was killed" {
  a_script
  (exec 3>&- && sf_guard_serve "$SF_RUN" </dev/null)
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"state":"FAILED","exit_status":137,"reason":"the script was killed"'* ]]
  [[ $(<"$SF_RUN/status.json") == *'"state": "FAILED"'*'"started": 5.5'*'"pid": 42'*'"overrides": {"N":"2"}'*'"state": "CANCELLED"'* ]]
  [[ ! -e $SF_RUN/.owner ]]
}

@test "it ends them when Slurm ends its step, too" {
  a_script
  (exec 3>&- && sf_guard_serve "$SF_RUN" < <(exec sleep 60)) &
  until grep -q ' guard ' "$SF_RUN/.owner"; do sleep 0.05; done
  sleep 0.3
  read -r _ _ guard _ < <(grep ' guard ' "$SF_RUN/.owner")
  kill -s TERM "$guard"
  wait
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"exit_status":137'* ]]
}

@test "it leaves them alone when the run ends in order" {
  a_script
  sf_guard_serve "$SF_RUN" <<<bye
  rm "$SF_RUN/.owner"
  sf_guard_settle
  [[ ! -e $SF_RUN/status.json ]]
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"state":"RUNNING"'* ]]
}
