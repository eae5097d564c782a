# shellcheck shell=bash
# document: the here-documents of this file (task scripts, contents of artifacts), and the values that only the run knows.
# requires:

sf_document_load() { # <this file>: finds every here-document; -> SF_LINES, and SF_DOCUMENT[kind index]="first line, count"
  local line key end=
  local -i n=0 start=0
  mapfile -t SF_LINES <"$1"
  for line in "${SF_LINES[@]}"; do
    n+=1
    if [[ $end ]]; then
      [[ $line == "$end" ]] || continue
      for key in ${keys#* }; do SF_DOCUMENT["${keys%% *}:$key"]="$start $((n - 1 - start))"; done
      end=
    elif [[ $line == task_script\ * || $line == artifact_content\ * ]]; then
      local keys=${line%% <<*}
      end=${line#*<<\'}
      end=${end%%\'*}
      start=$n
    fi
  done
}

sf_document_text() { # <kind:index> -> SF_TEXT: the document, its holes filled
  local place=${SF_DOCUMENT[$1]}
  local -i h
  printf -v SF_TEXT '%s\n' "${SF_LINES[@]:${place% *}:${place#* }}"
  [[ $SF_TEXT == *"$SF_HOLE_MARK"* ]] || return 0
  for ((h = 0; h < ${#SF_HOLE[@]}; h += 2)); do
    SF_TEXT=${SF_TEXT//"${SF_HOLE[h]}"/${SF_HOLE[h + 1]}}
  done
}
