#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units document
  declare -gA SF_DOCUMENT=()
  SF_TEXTS=() SF_HOLE_MARK=@@ SF_HOLE=('@@ip:c:0@@' '10.0.0.1 & \1')
  cat >"$BATS_TEST_TMPDIR/script" <<'END'
echo before
task_script 0 2 <<'END_OF_SCRIPT' # two tasks
echo '@@ip:c:0@@' $(x) \
task_script 9 <<'END_OF_SCRIPT'
  indented	tab
END_OF_SCRIPT
task_script 1 <<'END_OF_SCRIPT_2' # another
END_OF_SCRIPT
END_OF_SCRIPT_2
artifact_content 0 <<'END_OF_CONTENT' # a file

END_OF_CONTENT
END
  sf_document_load "$BATS_TEST_TMPDIR/script"
}

@test "a text is verbatim but for its holes, and shared by its tasks" {
  sf_document_text task_script:0
  [[ $SF_TEXT == $'echo \'10.0.0.1 & \\1\' $(x) \\\ntask_script 9 <<\'END_OF_SCRIPT\'\n  indented\ttab\n' ]]
  local first=$SF_TEXT
  sf_document_text task_script:2
  [[ $SF_TEXT == "$first" ]]
}

@test "a line like a delimiter is text under another delimiter" {
  sf_document_text task_script:1
  [[ $SF_TEXT == $'END_OF_SCRIPT\n' ]]
}

@test "what stands among many lines is found, over the ends of what is read at once; the runtime holds no texts" {
  {
    printf '# %s\n' {1..995}
    printf '%s\n' "task_script 0 <<'END_OF_SCRIPT'" a b c d e f g END_OF_SCRIPT
    printf '# ---- Tasks\n%.0s' {1..700}
    printf '%s\n' "task_outputs 3 <<'END_OF_OUTPUTS'" '# ==== The runtime ====' END_OF_OUTPUTS
    printf '%s\n' '# ==== The runtime ====' "task_script 7 <<'END_OF_SCRIPT'" no END_OF_SCRIPT
  } >"$BATS_TEST_TMPDIR/long"
  SF_DOCUMENT=() SF_TEXTS=()
  sf_document_load "$BATS_TEST_TMPDIR/long"
  sf_document_text task_script:0
  [[ $SF_TEXT == $'a\nb\nc\nd\ne\nf\ng\n' ]]
  sf_document_text task_outputs:3
  [[ $SF_TEXT == $'# ==== The runtime ====\n' && ! ${SF_DOCUMENT["task_script:7"]-} ]]
}

@test "an empty line is a content" {
  sf_document_text artifact_content:0
  [[ $SF_TEXT == $'\n' ]]
}
