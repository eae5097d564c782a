# shellcheck shell=bash
# document: the here-documents of this file (task scripts, contents of artifacts), and the values that only the run knows.
# requires:

sf_document_load() { # <this file> -> SF_TEXTS: every here-document; SF_DOCUMENT[kind:index]: the number of its text
  local line key keys text end=''
  local -a lines
  mapfile -t lines <"$1"
  for line in "${lines[@]}"; do
    if [[ $end ]]; then
      if [[ $line != "$end" ]]; then
        text+=$line$'\n'
        continue
      fi
      for key in ${keys#* }; do SF_DOCUMENT["${keys%% *}:$key"]=${#SF_TEXTS[@]}; done
      SF_TEXTS+=("$text")
      end=''
    elif [[ $line == task_script\ * || $line == artifact_content\ * ]]; then
      keys=${line%% <<*}
      end=${line#*<<\'}
      end=${end%%\'*}
      text=''
    fi
  done
}

sf_document_text() { # <kind:index> -> SF_TEXT: the document, its holes filled
  local -i h
  SF_TEXT=${SF_TEXTS[SF_DOCUMENT[$1]]}
  [[ $SF_TEXT == *"$SF_HOLE_MARK"* ]] || return 0
  for ((h = 0; h < ${#SF_HOLE[@]}; h += 2)); do
    SF_TEXT=${SF_TEXT//"${SF_HOLE[h]}"/${SF_HOLE[h + 1]}}
  done
}
