"""Asks a cluster with Python's http.client, which keeps connections open and repeats nothing, until its input ends; then it prints what it counted.

    python3 http_client.py URL RUN CONCURRENCY
"""
import http.client
import json
import sys
import threading
from urllib.parse import urlsplit

url, run, concurrency = sys.argv[1:]
tally = {"answered": {}, "comparisons": 0, "failures": []}
lock = threading.Lock()
stopped = threading.Event()


def text(about, i):
    return " ".join(f"It helps with thing {i * (j + 1)} of {about}, where nothing else does." for j in range(3 + i))


def request(number, about):
    instruction = f"Say what {about} is good for."
    if number % 10 == 0:
        return "/v1/compare", {"instruction": instruction, "a": text(about, 1), "b": text(about, 2), "order": "both"}
    return "/v1/rank", {"instruction": instruction, "candidates": [{"text": text(about, i)} for i in range(5)], "aggregate": "max-logits"}


def ask(worker):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
    number = 0
    while not stopped.is_set():
        path, body = request(number, f"{run} {worker} {number}")
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise http.client.HTTPException(f"{response.status} {answer[:200]}")
            with lock:
                tally["answered"][path] = tally["answered"].get(path, 0) + 1
                tally["comparisons"] += json.loads(answer).get("comparisons", 2)
        except (http.client.HTTPException, OSError) as e:
            connection.close()
            with lock:
                tally["failures"].append(f"{path} {number}: {type(e).__name__} {e}")
        number += 1


workers = [threading.Thread(target=ask, args=(i,)) for i in range(int(concurrency))]
for worker in workers:
    worker.start()
sys.stdin.read()
stopped.set()
for worker in workers:
    worker.join()
print(json.dumps(tally))
