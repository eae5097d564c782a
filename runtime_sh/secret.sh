# shellcheck shell=bash
# secret: whose values are never printed.
# requires:

sf_secret_name() { # <variable>: does its name look like that of a secret?
  [[ ${1^^} =~ (TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$ ]]
}
