# shellcheck shell=bash
# verify: whether this file still is what was compiled, and its sources are what they were.
# requires:

sf_verify_print() { # status 1 when something was edited
  local line body='' signed='' own='' header='' directives='' sources=() said=()
  local -i n=0
  while IFS= read -r line && [[ $line ]]; do
    n+=1
    if [[ $line == '#   header   sha256:'* ]]; then own=${line:20} && continue; fi
    header+=$line$'\n'
    case $line in
      '#SBATCH'*) directives+=$line$'\n' ;;
      '#   from     '*'  sha256:'*) sources+=("${line:13:${#line}-86}" "${line: -64}") ;;
      '#   body     sha256:'*) body=${line:20:64} ;;
      '#   options  sha256:'*) signed=${line:20:64} ;;
    esac
  done <"$SF_SELF"
  if [[ $directives$signed ]]; then sf_verify_part "$signed" 'its #SBATCH lines were edited' printf %s "$directives"; fi
  ((${#said[@]})) || sf_verify_part "${own% (this header but this line)}" 'its header was edited' printf %s "$header"
  sf_verify_part "$body" 'it was edited below its header' tail -n "+$((n + 1))" -- "$SF_SELF"
  sf_verify_sources ${sources[@]+"${sources[@]}"}
  for line in ${said[@]+"${said[@]}"}; do printf '%s: %s\n' "${SF_SELF##*/}" "$line"; done
  ((! ${#said[@]})) || return 1
  printf '%s is what was compiled\n' "${SF_SELF##*/}"
}

sf_verify_part() { # <digest> <what it means when that differs> <command>...: what the command prints -> said of the caller
  local found
  read -r found _ < <("${@:3}" | sha256sum)
  [[ $found == "$1" ]] || said+=("$2")
}

sf_verify_sources() { # [<file> <digest>]...: those that are here, or beside this file -> said of the caller
  local place found
  while (($#)); do
    for place in "$1" "${SF_SELF%/*}/$1"; do
      [[ -r $place && ! -d $place ]] || continue
      read -r found _ < <(sha256sum <"$place")
      [[ $found == "$2" ]] || said+=("it is out of date: $1 has changed since")
      break
    done
    shift 2
  done
}
