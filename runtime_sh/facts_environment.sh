# shellcheck shell=bash
# facts_environment: env.txt, what of the script's own environment can explain how a run went: Slurm's variables, and those that
# choose devices, networks, libraries and caches. A line each; values that are no plain line are spelt as bash reads them.
# requires: secret

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
