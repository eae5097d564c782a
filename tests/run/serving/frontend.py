"""The frontend: takes completions, sends each to a prefill and then to a decode worker that etcd knows."""

import base64
import http.server
import itertools
import json
import os
import socket
import threading
import urllib.request

ETCD = f"http://{os.environ['HEAD']}:{os.environ['ETCD_PORT']}"
turn = itertools.count()
announced: list[str] = []


def post(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def workers(role: str) -> list[dict]:
    """What etcd has below /workers/ROLE/ (https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/)."""
    first, last = f"/workers/{role}/", f"/workers/{role}0"
    span = {"key": base64.b64encode(first.encode()).decode(), "range_end": base64.b64encode(last.encode()).decode()}
    found = post(f"{ETCD}/v3/kv/range", span).get("kvs", [])
    return [json.loads(base64.b64decode(entry["value"])) for entry in found]


def listen() -> None:
    """Subscribes to what workers announce (https://docs.nats.io/reference/reference-protocols/nats-protocol)."""
    connection = socket.create_connection((os.environ["HEAD"], int(os.environ["NATS_PORT"])))
    connection.sendall(b'CONNECT {"verbose":false}\r\nSUB workers 1\r\n')
    for line in connection.makefile("r"):
        if line.startswith("PING"):
            connection.sendall(b"PONG\r\n")
        elif not line.startswith(("INFO", "MSG")):
            announced.append(line.strip())


class Frontend(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer({"announced": announced})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = next(turn)
        served = []
        for role in ("prefill", "decode"):
            known = workers(role)
            worker = known[number % len(known)]
            body = post(worker["url"], body)
            served.append(f"{role}/{worker['index']}")
        self.answer({**body, "served_by": served})

    def answer(self, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


threading.Thread(target=listen, daemon=True).start()
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FRONTEND_PORT"])), Frontend).serve_forever()
