#!/usr/bin/env bats

@test "a secret is known by the end of its name" {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units secret
  local name
  for name in HF_TOKEN api_key KEY Db_Password PASSWD MY_SECRET AWS_CREDENTIALS CREDENTIAL; do sf_secret_name "$name"; done
  for name in TOKENS KEYS MONKEY_ISLAND PASSWORD_FILE ''; do
    run sf_secret_name "$name"
    [[ $status == 1 ]]
  done
}
