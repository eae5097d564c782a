"""The load: 20 completions at a given concurrency; says who served them, and fails when one fails."""

import concurrent.futures
import json
import sys
import urllib.request

url, concurrency = sys.argv[1], int(sys.argv[2])


def complete(number: int) -> list[str]:
    request = urllib.request.Request(url, json.dumps({"prompt": number}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body = json.load(answer)
    assert (body["prompt"], body["tokens"]) == (number, 2), body
    return body["served_by"]


with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
    served = sorted({worker for workers in pool.map(complete, range(20)) for worker in workers})
print(f"concurrency {concurrency}: 20 requests, served by {' '.join(served)}")
