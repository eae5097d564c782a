# shellcheck shell=bash
# json: any text as a JSON string.
# requires:

sf_json_quote() { # <text> -> SF_JSON: the text as a JSON string, quotes included
  local text=$1 character code
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
