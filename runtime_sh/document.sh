# shellcheck shell=bash
# document: the here-documents of this file (task scripts, contents of artifacts, code that finds outputs), and the values that
# only the run knows.
# requires:

sf_document_load() { # <this file> -> SF_TEXTS: every here-document; SF_DOCUMENT[kind:index]: the number of its text
  local line kind='' key keys='' text end='' fd
  local -a lines
  exec {fd}<"$1"
  while mapfile -t -n 100 -u "$fd" lines && ((${#lines[@]})); do # a bit at a time: every runner's fork copies what this shell holds
    [[ $end || ${lines[*]} == *'<<'* ]] || continue              # among many tasks no text begins
    for line in "${lines[@]}"; do
      if [[ $end && $line != "$end" ]]; then
        text+=$line$'\n'
      elif [[ $end ]]; then
        for key in $keys; do SF_DOCUMENT["$kind:$key"]=${#SF_TEXTS[@]}; done
        SF_TEXTS+=("$text")
        end=''
      elif [[ $line == @(task_script|on_timeout|artifact_content|task_outputs|cluster_preamble)\ *\<\<* ]]; then
        kind=${line%% *}
        keys=${line%% <<*} # a line may have the numbers of thousands of tasks: no pattern that would be tried at each of them
        end=${line:${#keys}+4}
        end=${end%%\'*}
        keys=${keys#* }
        text=''
      elif [[ $line == '# ==== The runtime '* ]]; then
        break 2
      fi
    done
  done
  exec {fd}<&-
}

sf_document_put() { # <file>: SF_TEXT, for its owner alone where this file holds secrets
  if [[ ${SF_PRIVATE-} ]]; then sf_document_hide "$1"; else printf '%s' "$SF_TEXT" >"$1"; fi
}

sf_document_hide() { # as sf_document_put
  local status
  umask 077
  printf '%s' "$SF_TEXT" >"$1"
  status=$?
  umask "$SF_UMASK"
  return "$status"
}

sf_document_text() { # <kind:index> -> SF_TEXT: the document, its holes filled
  SF_TEXT=${SF_TEXTS[SF_DOCUMENT[$1]]}
  [[ $SF_TEXT != *"$SF_HOLE_MARK"* ]] || sf_document_fill
}

sf_document_fill() { # SF_TEXT: what only the run knows, in the place of its placeholders
  local -i h
  for ((h = 0; h < ${#SF_HOLE[@]}; h += 2)); do
    SF_TEXT=${SF_TEXT//"${SF_HOLE[h]}"/${SF_HOLE[h + 1]}}
  done
}
