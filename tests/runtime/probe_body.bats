#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units probe_body
  trap '' PIPE
  LC_ALL=C SF_SECONDS=20 # as the prober does
  cat >"$BATS_TEST_TMPDIR/server.py" <<'END'
"""Answers each request with the answer of that name, in these pieces, each in a packet of its own."""
import socket, sys, threading, time

def chunk(data):
    return b"%X\r\n%s\r\n" % (len(data), data)

OK, CHUNKED = b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n\r\n"
LINE = b'{"filler": "' + b"x" * 1000 + b'"}\n'
ANSWERS = {
    "plain": [OK + b"Content-Length: 22\r\n\r\n", b'{"status": "rea', b'dy"}\n'[:7]],
    "open": [OK + b"\r\n", b"line\nsta", b"tus: ready"],
    "kept": [OK + b"content-LENGTH: 6\r\n\r\nready\n", None],
    "chunks": [OK + CHUNKED, b"3;a=b\r\nsta\r\n", chunk(b"tus: re"), b"2\r\na", b"d\r\n1\r", b"\ny\r\n0\r\n\r\n", None],
    "looks_like_a_chunk": [OK + CHUNKED, chunk(b"sta\r\n5\r\ntus: ready\n"), chunk(b"a\n"), b"0\r\n\r\n"],
    "nul": [OK + CHUNKED, chunk(b"\0a\0\0" + b"b\0" * 3000 + b"\0\nstatus: "), chunk(b"ready\0"), b"0\r\n\r\n"],
    "crlf": [OK + b"\r\nother\r\nstatus: ready\r\nother\r\n"],
    "large": [OK + b"Content-Length: %d\r\n\r\n" % (5000 * len(LINE) + 6)] + [LINE * 500] * 10 + [b"ready\n"],
    "large_open": [OK + b"\r\nready\n"] + [LINE * 500] * 10,
    "large_chunks": [OK + CHUNKED] + [chunk(LINE * 50)] * 10 + [chunk(b"ready"), b"0\r\n\r\n"],
    "latin": [OK + b"\r\n\xff\xfe ready\n"],
    "empty": [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "ill": [b"HTTP/1.1 503 Unavailable\r\nContent-Length: 6\r\n\r\nready\n"],
    "moved": [b"HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 6\r\n\r\nready\n"],
    "informed": [b"HTTP/1.1 103 Early Hints\r\nLink: ready\r\n\r\n", OK + b"X-State: ready\r\n\r\nstarting\n"],
    "informed_well": [b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"\r\nready\n"],
    "cut": [OK + b"Content-Length: 100\r\n\r\nstarting"],
    "cut_chunks": [OK + CHUNKED + b"FF\r\nstarting"],
    "nonsense": [OK + CHUNKED + b"zz\r\nstarting\r\n"],
}

def serve(connection):
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while length and len(body) < length[0]:
        body += connection.recv(65536)
    name = head.split()[1].decode().strip("/")
    pieces = [OK + b"\r\n" + body] if name == "echo" else ANSWERS[name]
    try:
        for piece in pieces:
            if piece is None:
                time.sleep(60)  # does not close
            connection.sendall(piece)
            time.sleep(0.01)
    except OSError:
        pass
    connection.close()

server = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as port:
    print(server.getsockname()[1], file=port)
while True:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
END
  python3 "$BATS_TEST_TMPDIR/server.py" "$BATS_TEST_TMPDIR/port" 3>&- &
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
  local status=$?
  unset -f command
  return "$status"
}

both() { # <expected: 0 or 1> <detail> <answer> <pattern> [<grep options>]: with curl, and without
  local how status
  for how in '' without_curl; do
    status=0
    $how sf_probe_body "${5--E}" "$4" GET "$URL/$3" '' || status=$?
    if [[ $status != "$1" || $SF_DETAIL != "$2" ]]; then
      printf '%s: %s: status %s: %s\n' "$3" "${how:-with curl}" "$status" "$SF_DETAIL"
      return 1
    fi
  done
}

@test "a body that has the pattern, in pieces, by length, to the end or in chunks" {
  both 0 'HTTP 200' plain '"status": "(ready|up)"'
  both 0 'HTTP 200' open '^status: ready$'
  both 0 'HTTP 200' chunks '^status: ready$'
  both 0 'HTTP 200' crlf '^status: ready'
  both 0 'HTTP 200' latin 'ready'
  both 0 'HTTP 200' nul 'status: ready'
}

@test "an answer that is over counts also when the connection stays" {
  SECONDS=0
  both 0 'HTTP 200' kept ready
  both 1 'HTTP 200, but the body is not what is expected' kept steady
  both 1 'HTTP 200, but the body is not what is expected' chunks steady
  ((SECONDS < 10))
}

@test "what looks like the size of a chunk is text where it stands in one" {
  both 0 'HTTP 200' looks_like_a_chunk '^tus: ready$'
  both 1 'HTTP 200, but the body is not what is expected' looks_like_a_chunk 'status'
}

@test "a large body, with the pattern at its end and at its begin" {
  both 0 'HTTP 200' large '^ready$'
  both 1 'HTTP 200, but the body is not what is expected' large '^steady$'
  both 0 'HTTP 200' large_open '^ready$'
  both 0 'HTTP 200' large_chunks '^ready$'
}

@test "a body that has not, and one that is empty" {
  both 1 'HTTP 200, but the body is not what is expected' plain '"status": "up"'
  both 1 'HTTP 204, but the body is not what is expected' empty ready
  both 1 'HTTP 200, but the body is not what is expected' plain READY
  both 0 'HTTP 200' plain READY -Ei
}

@test "the status counts too, and only the body is searched" {
  both 1 'HTTP 503' ill ready
  both 0 'HTTP 302' moved ready
  both 1 'HTTP 200, but the body is not what is expected' informed ready
  both 0 'HTTP 200' informed_well ready
  both 0 'HTTP 200' informed starting
}

@test "an answer that is cut short or is none" {
  both 1 'HTTP 200, but the body is not what is expected' cut ready
  both 1 'HTTP 200, but the body is not what is expected' cut_chunks ready
  both 1 'HTTP 200, but the body is not what is expected' nonsense ready
  URL=http://127.0.0.1:1
  both 1 'no HTTP answer' plain ready
}

@test "a body and headers go along" {
  local how
  for how in '' without_curl; do
    $how sf_probe_body -E '^it.s "me" \\$' POST "$URL/echo" $'it\'s "me" \\' 'X-A: b'
  done
}
