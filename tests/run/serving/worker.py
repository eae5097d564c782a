"""A worker: serves its part of a completion, and says in etcd and over NATS where it is and which GPUs it has."""

import base64
import http.server
import json
import os
import socket
import sys
import threading
import urllib.request

role, port, index = sys.argv[1], int(sys.argv[2]), os.environ["SFLOW_REPLICA_INDEX"]
own = {
    "index": index,
    "url": f"http://{os.environ['SFLOW_TASK_ASSIGNED_NODE_IPS']}:{port}",
    "gpus": os.environ["CUDA_VISIBLE_DEVICES"],
    "node": os.environ["SFLOW_TASK_ASSIGNED_NODE_NAMES"],
}


class Worker(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body["tokens"] = body.get("tokens", 0) + 1
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Worker)
threading.Thread(target=server.serve_forever).start()
entry = {
    "key": base64.b64encode(f"/workers/{role}/{index}".encode()).decode(),
    "value": base64.b64encode(json.dumps(own).encode()).decode(),
}
url = f"http://{os.environ['HEAD']}:{os.environ['ETCD_PORT']}/v3/kv/put"
urllib.request.urlopen(urllib.request.Request(url, json.dumps(entry).encode()), timeout=10).close()
with socket.create_connection((os.environ["HEAD"], int(os.environ["NATS_PORT"]))) as connection:
    message = f"{role}/{index} {own['gpus']}"
    connection.sendall(f'CONNECT {{"verbose":false}}\r\nPUB workers {len(message)}\r\n{message}\r\nPING\r\n'.encode())
    for line in connection.makefile("r"):
        if line.startswith("PONG"):
            break
print(f"on {own['node']} with GPUs {own['gpus']}", flush=True)
print(f"registered as {role}/{index}", flush=True)
