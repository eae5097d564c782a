#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units probe_http
  LC_ALL=C SF_SECONDS=5 # as the prober does
  cat >"$BATS_TEST_TMPDIR/server.py" <<'END'
import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            print(self.command, self.requestline.split()[1], self.headers.get("X-Key"), body.decode(), file=log)
        self.send_response(int(self.path.strip("/").split("?")[0] or 200))
        size = int(self.path.partition("?size=")[2] or 0)
        if "small" in self.path:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        try:
            for _ in range(10 if size else 0):
                time.sleep(0.02)
                self.wfile.write(b"x" * (size // 10))
        except OSError as error:
            with open(sys.argv[2], "a", encoding="utf-8") as log:
                print("the client has gone:", error, file=log)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w") as port:
    print(server.server_port, file=port)
server.serve_forever()
END
  python3 "$BATS_TEST_TMPDIR/server.py" "$BATS_TEST_TMPDIR/port" "$BATS_TEST_TMPDIR/log" 3>&- &
  SERVER=$!
  until [[ -s $BATS_TEST_TMPDIR/port ]]; do sleep 0.05; done
  URL=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
}

teardown() {
  kill "$SERVER"
}

without_curl() { # <function>...
  command() { [[ $* != '-v curl' ]] && builtin command "$@"; }
  "$@"
}

@test "2xx and 3xx are well, anything else is not, with curl and without" {
  local how
  for how in '' without_curl; do
    $how sf_probe_http GET "$URL/204" ''
    [[ $SF_DETAIL == 'HTTP 204' ]]
    $how sf_probe_http GET "$URL/302" ''
    ! $how sf_probe_http GET "$URL/503" ''
    [[ $SF_DETAIL == 'HTTP 503' ]]
  done
}

@test "path, headers and body arrive as they are" {
  local how
  for how in '' without_curl; do
    $how sf_probe_http POST "$URL/200?a=1" $'{"it\'s": "\\\\ü"}' $'X-Key: a "b" \\c'
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") == $'POST /200?a=1 a "b" \\c {"it\'s": "\\\\ü"}' ]]
  done
}

@test "a URL without a path asks for the root" {
  local how
  for how in '' without_curl; do
    $how sf_probe_http GET "$URL" ''
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") == 'GET / '* ]]
  done
}

@test "the answer is taken in to its end: the server never writes to nobody" {
  local size
  for size in 500 300000; do
    sf_probe_http GET "$URL/200?size=$size" ''
    [[ $SF_DETAIL == 'HTTP 200' ]]
  done
  sf_probe_http GET "$URL/200?small&?size=500" ''
  sleep 0.3
  ! grep -q 'has gone' "$BATS_TEST_TMPDIR/log"
}

@test "nobody at the port is no answer" {
  local how
  for how in '' without_curl; do
    ! $how sf_probe_http GET http://127.0.0.1:1/ ''
    [[ $SF_DETAIL == 'no HTTP answer' ]]
  done
}

@test "a header is not shown to ps" {
  curl() { ARGUMENTS="$*" && cat >/dev/null && printf 200; }
  sf_probe_http GET "$URL/" '' 'Authorization: Bearer secret'
  [[ ${ARGUMENTS-} != *secret* ]]
}
