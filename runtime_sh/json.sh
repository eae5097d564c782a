# shellcheck shell=bash
# json: any text as a JSON string.
# requires:

sf_json_quote() { # <text> -> SF_JSON: the text as a JSON string, quotes included
  SF_JSON=\"$1\"
  if [[ $1 == *[![:print:]]* || $1 == *[\\\"[:cntrl:]]* ]]; then sf_json_escape "$1"; fi
}

sf_json_escape() { # as sf_json_quote: a text that is not simply put between quotes
  local text=$1 character code
  if [[ $text == *[![:print:]]* ]]; then sf_json_utf8; fi
  if [[ $text == *[\\\"[:cntrl:]]* ]]; then
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    text=${text//$'\t'/\\t}
    text=${text//$'\r'/\\r}
    while [[ $text == *[[:cntrl:]]* ]]; do
      character=${text#"${text%%[[:cntrl:]]*}"}
      character=${character:0:1}
      printf -v code '\\u%04x' "'$character"
      text=${text//"$character"/$code}
    done
  fi
  SF_JSON=\"$text\"
}

sf_json_utf8() { # -> text of the caller: JSON is UTF-8; of what is not, no character beyond ASCII is left
  # shellcheck disable=SC2034 # the locale of what follows
  local LC_ALL=C rest=$text
  local more=$'[\x80-\xbf]'
  local -r character=$'^([\x01-\x7f]|[\xc2-\xdf]'"$more"$'|\xe0[\xa0-\xbf]'"$more"$'|[\xe1-\xec\xee\xef]'"$more$more"$'|\xed[\x80-\x9f]'"$more"$'|\xf0[\x90-\xbf]'"$more$more"$'|[\xf1-\xf3]'"$more$more$more"$'|\xf4[\x80-\x8f]'"$more$more"$')+'
  rest=${rest//[$'\x01'-$'\x7f']/}
  while [[ ${rest:0:500} =~ $character ]]; do rest=${rest:${#BASH_REMATCH}}; done
  [[ ! $rest ]] || text=${text//[$'\x80'-$'\xff']/$'\xef\xbf\xbd'}
}
