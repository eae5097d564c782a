#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units artifact_hf
  workflow_environment() { SF_ENV=(); }
  export HOME=$BATS_TEST_TMPDIR
  unset HF_HOME HF_HUB_CACHE HUGGINGFACE_HUB_CACHE XDG_CACHE_HOME
  COMMIT=0123456789abcdef0123456789abcdef01234567
}

@test "the cache is where the hub's library has it" {
  sf_artifact_hf_place model o/r
  [[ $SF_HUB == "$HOME/.cache/huggingface/hub" && $SF_REPO == "$SF_HUB/models--o--r" ]]
  XDG_CACHE_HOME=/x sf_artifact_hf_place dataset o/r
  [[ $SF_REPO == /x/huggingface/hub/datasets--o--r ]]
  HF_HOME=/h sf_artifact_hf_place model o/r
  [[ $SF_HUB == /h/hub ]]
  HF_HOME=/h HF_HUB_CACHE='~/c/' sf_artifact_hf_place model o/r
  [[ $SF_HUB == "$HOME/c" ]]
  HF_HUB_CACHE=rel sf_artifact_hf_place model o/r
  [[ $SF_HUB == "$PWD/rel" ]]
}

@test "the workflow's variables count" {
  workflow_environment() { SF_ENV=("HF_HOME=/their own" "HF_X=1" "OTHER=1"); }
  sf_artifact_hf_place model o/r
  [[ $SF_HUB == '/their own/hub' && $HF_X == 1 && ! ${OTHER-} ]]
}

@test "a snapshot is found by a reference or its commit, whole" {
  sf_artifact_hf_place model o/r
  mkdir -p "$SF_REPO/refs/refs/pr" "$SF_REPO/snapshots/$COMMIT" "$SF_REPO/blobs"
  printf %s "$COMMIT" | tee "$SF_REPO/refs/main" >"$SF_REPO/refs/refs/pr/1"
  echo x >"$SF_REPO/blobs/abc"
  ln -s ../../blobs/abc "$SF_REPO/snapshots/$COMMIT/file"
  for revision in main refs/pr/1 "$COMMIT"; do
    sf_artifact_hf_cached "$revision" ''
    [[ $SF_FOUND == "$SF_REPO/snapshots/$COMMIT" && $SF_COMMIT == "$COMMIT" ]]
    sf_artifact_hf_cached "$revision" file
    [[ $(<"$SF_FOUND") == x ]]
  done
  for missing in 'main other' 'v2 ' "${COMMIT//0/1} "; do
    sf_artifact_hf_cached "${missing% *}" "${missing#* }" && return 1
  done
  rm "$SF_REPO/blobs/abc"
  sf_artifact_hf_cached main '' && return 1
  sf_artifact_hf_cached main file && return 1
  printf '../../..' >"$SF_REPO/refs/main"
  sf_artifact_hf_cached main '' && return 1
  true
}

@test "what the hub's library takes for true" {
  for value in 1 ON on Yes TRUE; do sf_artifact_hf_true "$value"; done
  for value in '' 0 no 2 truely; do
    sf_artifact_hf_true "$value" && return 1
  done
  true
}
