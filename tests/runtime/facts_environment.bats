#!/usr/bin/env bats

@test "chosen variables of the script's own environment, a line each, sorted, no secrets" {
  local script='BATS_TEST_DIRNAME=$1; source "$1/units.bash"; load_units facts_environment; SLURM_LATER=1; sf_facts_environment'
  run env -i PATH="$PATH" SLURM_JOB_ID=7 NCCL_DEBUG=INFO HF_TOKEN=sesame OTHER=x CUDA_HOME='a b' \
    SLURM_JOB_NAME=$'two\nlines' bash -c "$script" bash "$BATS_TEST_DIRNAME"
  [[ $output == "CUDA_HOME=a b"$'\n'"HF_TOKEN=***"$'\n'"NCCL_DEBUG=INFO"$'\n'"PATH=$PATH"$'\n'"SLURM_JOB_ID=7"$'\n'"SLURM_JOB_NAME=\$'two\\nlines'" ]]
}
