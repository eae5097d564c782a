#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units verify
  cd "$BATS_TEST_TMPDIR"
  SF_SELF=$BATS_TEST_TMPDIR/w.sh
  printf 'source' >'a  file.yaml'
  local source body='
true
'
  source=$(sha256sum <'a  file.yaml')
  {
    printf '#!/bin/bash\n#SBATCH --nodes=1\n#   from     a  file.yaml  sha256:%s\n' "${source%% *}"
    printf '#   body     sha256:%s (all that follows)\n' "$(printf '%s' "$body" | sha256sum | head -c 64)"
    printf '#   options  sha256:%s (the lines)\n# usage\n%s' "$(echo '#SBATCH --nodes=1' | sha256sum | head -c 64)" "$body"
  } >w.sh
  sign
}

sign() { # the header, as it is now
  local digest
  sed -i '/^#   header/d' w.sh
  digest=$(sed '/^$/,$d' w.sh | sha256sum)
  sed -i "2i #   header   sha256:${digest%% *} (this header but this line)" w.sh
}

@test "a script that nobody touched" {
  run sf_verify_print
  [[ $status == 0 && $output == 'w.sh is what was compiled' ]]
}

@test "an edit is told, in the header, below, or in a source" {
  sed -i 's/nodes=1/nodes=2/' w.sh
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: its #SBATCH lines were edited' ]]
  sed -i 's/nodes=2/nodes=1/; s/true/false/' w.sh
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: it was edited below its header' ]]
  sed -i 's/false/true/' w.sh
  echo more >>'a  file.yaml'
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: it is out of date: a  file.yaml has changed since' ]]
}

@test "a source is found beside the script, and may be absent" {
  cd /
  run sf_verify_print
  [[ $status == 0 ]]
  echo more >>"$BATS_TEST_TMPDIR/a  file.yaml"
  run sf_verify_print
  [[ $status == 1 ]]
  rm "$BATS_TEST_TMPDIR/a  file.yaml"
  run sf_verify_print
  [[ $status == 0 ]]
}

@test "directives that were added to a script that had none" {
  sed -i '/^#   options/d; /^#SBATCH/d' w.sh
  sign
  run sf_verify_print
  [[ $status == 0 ]]
  sed -i '2i #SBATCH --nodes=9' w.sh
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: its #SBATCH lines were edited' ]]
}

@test "an edit of the header's other lines, and a command among them" {
  sed -i 's/# usage/# abuse/' w.sh
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: its header was edited' ]]
  sed -i 's/# abuse/# usage/; 4i true' w.sh
  run sf_verify_print
  [[ $status == 1 && $output == 'w.sh: its header was edited' ]]
}
