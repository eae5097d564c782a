#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units json
}

@test "any text survives a JSON parser" {
  local text
  for text in '' plain 'it'\''s "quoted" \ and $(x) `y`' $'tab\tline\nreturn\r' $'\e[31mred\x01\x7f' 'ünïcode ☃' '</script>' '\u0041'; do
    sf_json_quote "$text"
    [[ $(python3 -c 'import json, sys; sys.stdout.write(json.loads(sys.argv[1]) + "x")' "$SF_JSON") == "${text}x" ]] ||
      { printf '%q gave %s\n' "$text" "$SF_JSON" && false; }
  done
}

@test "bytes that are no UTF-8 do not make a string that is no JSON" {
  sf_json_quote $'gr\xc3\xbc\xc3\x9fe'
  [[ $SF_JSON == $'"gr\xc3\xbc\xc3\x9fe"' ]]
  sf_json_quote $'a\xff\xed\xa0\x80"\e'
  python3 -c 'import json, os, sys; print(json.loads(os.fsencode(sys.argv[1]).decode()))' "$SF_JSON"
  [[ $SF_JSON == '"a'*'\"\u001b"' ]]
}
