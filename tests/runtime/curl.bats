#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units curl
}

@test "curl reads a value as it was, whatever is in it" {
  local value=$'X-Odd: it\'s "quoted" \\ and\ttabbed, $HOME `id` # =' heard
  # curl prints what it makes of the option: a file:// URL needs no server
  printf 'content' >"$BATS_TEST_TMPDIR/a \"b\" \\c"
  heard=$(sf_curl_option url "file://$BATS_TEST_TMPDIR/a%20\"b\"%20\\c" | curl -q -s -g -K -)
  [[ $heard == content ]]
  [[ $(sf_curl_option header "$value") == "header = \"X-Odd: it's \\\"quoted\\\" \\\\ and"$'\t'"tabbed, \$HOME \`id\` # =\"" ]]
  [[ $(sf_curl_option data $'a\nb\r') == 'data = "a\nb\r"' ]]
}
