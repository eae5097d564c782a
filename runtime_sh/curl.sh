# shellcheck shell=bash
# curl: options that no argument list may show.
# requires:

sf_curl_option() { # <option> <value>: a line of a configuration for curl, which reads it on standard input
  local value=${2//\\/\\\\}
  value=${value//\"/\\\"}
  value=${value//$'\n'/\\n}
  printf '%s = "%s"\n' "$1" "${value//$'\r'/\\r}"
}
