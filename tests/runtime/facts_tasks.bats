#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run server bench_0
  workflow_environment() { SF_ENV=('QUOTE=a "b"' DB_PASSWORD=x); }
}

@test "nodes and variables, secrets masked" {
  SF_NODE_NAME=(n1 n2) SF_NODE_IP=(10.0.0.1 10.0.0.2)
  run sf_facts_nodes
  [[ ${lines[1]} == '  {"name": "n2", "address": "10.0.0.2"}' && ${lines[0]} == *, ]]
  run sf_facts_variables
  [[ $output == *'"QUOTE": "a \"b\"",'*'"DB_PASSWORD": "***"' ]]
}

@test "a task's place, order, limits, probes, and the values of its sweep" {
  SF_BASE=('' bench) SF_REPLICA=('' 1) SF_AFTER=('' 0) SF_NODES=('0 1' 0) SF_GPUS=(0,1 '') SF_LAUNCH=(srun '')
  SF_READY_WITHIN=(30 '') SF_TIMEOUT=('' 9.5) SF_RETRY=('' '3 1 2') SF_OPTIONAL=('' 1) SF_OUTPUTS=('' 1) SF_SWEEPS=('' 'N TOKEN')
  SF_UNITS=('' '"rate": "1/s"')
  SF_PROBES_OF=(0 '') SF_PROBE_ROLE=('readiness tcp_port') SF_SAYS=('port 80')
  setup_1() { SF_ENV+=(N=64 TOKEN=t OTHER=1); }
  run sf_facts_tasks
  [[ ${lines[0]} == *'{"name": "server", "base": "server", "replica": 0, "sweep": {}, "after": [], "nodes": [0, 1], "gpus": [0,1], "launch": "srun", "timeout": null, "ready_within": 30, "retries": 0, "critical": true, "outputs": false, "probes": [{"role": "readiness", "kind": "tcp_port", "says": "port 80"}]},' ]]
  [[ ${lines[1]} == *'{"name": "bench_0", "base": "bench", "replica": 1, "sweep": {"N": "64", "TOKEN": "***"}, "after": ["server"], "nodes": [0], "gpus": [], "launch": "local", "timeout": 9.5, "ready_within": null, "retries": 3, "critical": false, "outputs": true, "units": {"rate": "1/s"}, "probes": []}' ]]
}
