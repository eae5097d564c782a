# shellcheck shell=bash
# help: how this script is used.
# requires:

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
