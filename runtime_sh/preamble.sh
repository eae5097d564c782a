# shellcheck shell=bash
# preamble: lines of a cluster profile that come before the workflow, as in the script of a job: they may load modules and export
# variables. What else they change of the shell, its options and its directory, ends with them.
# requires:

sf_preamble_begin() { # <argument of the script>...: are the lines for what the script is asked to do?
  local argument
  case ${1-} in
    plan | status | help) return 1 ;;
  esac
  for argument; do
    [[ $argument != -h && $argument != --help ]] || return 1
  done
  SF_PREAMBLE_SHELL=$(set +o && shopt -p)
  SF_PREAMBLE_DIR=$PWD
}

sf_preamble_end() { # <exit status of the last line>
  eval "$SF_PREAMBLE_SHELL"
  IFS=$' \t\n'
  unset -v TMOUT # /etc/profile may set it, and it would end every read
  cd -- "$SF_PREAMBLE_DIR" || exit
  (($1 == 0)) || printf 'sflow: warning: the preamble of the cluster profile ended with status %d; the run goes on\n' "$1" >&2
}
