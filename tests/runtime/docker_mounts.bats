#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units docker_mounts
  cd "$BATS_TEST_TMPDIR"
  mkdir -p ws/out/run/t model 'a,"b'
  SF_WORKSPACE=$PWD/ws SF_OUTPUT=$PWD/ws/out SF_RUN=$PWD/ws/out/run SF_COMMAND=(docker run --rm)
}

targets() { # -> what is mounted, without what is before the path
  sf_docker_mounts "$SF_RUN/t"
  printf '%s\n' "${SF_MOUNTS[@]}" | grep -v '^--mount$' | sed "s|^type=bind,source=$PWD/\(.*\),target=$PWD/\1\$|\1|"
}

@test "the directories of the run" {
  [[ $(targets) == $'ws\nws/out\nws/out/run\nws/out/run/t' ]]
  sf_docker_mounts "$SF_RUN/t"
  [[ ${SF_MOUNTS[*]:0:2} == "--mount type=bind,source=$PWD/ws,target=$PWD/ws" ]]
}

@test "artifacts, each once, if they are there; never the root of all" {
  workflow_mounts() { SF_PLACES=("$PWD/model" "$PWD/model" "$PWD/missing" / "$SF_RUN"); }
  [[ $(targets) == $'model\nws/out/run\nws\nws/out\nws/out/run/t' ]]
}

@test "not what the user mounts there already, however that is written" {
  SF_COMMAND+=(-v "/x:$PWD/ws:ro" --volume="/x:$PWD/ws/out/" --mount "type=bind,src=/x,dst=$PWD/ws/out/run,readonly" -v/x:/y)
  [[ $(targets) == ws/out/run/t ]]
  SF_COMMAND=(docker run --rm --tmpfs "$PWD/ws" --tmpfs="$PWD/ws/out:size=1m" --mount="destination=$PWD/ws/out/run/t,type=tmpfs" --volume "$PWD/ws/out/run")
  [[ ! $(targets) ]]
}

@test "a comma or a quote in a path" {
  SF_WORKSPACE="$PWD/a,\"b" SF_OUTPUT=/nowhere SF_RUN=/nowhere
  sf_docker_mounts /nowhere
  [[ ${SF_MOUNTS[1]} == "type=bind,\"source=$PWD/a,\"\"b\",\"target=$PWD/a,\"\"b\"" ]]
}
