#!/usr/bin/env python3
"""Instructions of the server per request, counted by valgrind: other work on the machine does not change them.

    instructions.py BINARY [--most N] [--top N] [--paths PATH…] [--bare]

The count is the difference of two runs that differ in the number of requests alone; it is the same again within 0.1 %. `--most N` makes it
an error to need more for the first path, which is what CI holds the request path to, with the debug build that the tests have made.
`--top N` lists the functions that take most, for a build with symbols (CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=1).
Needs valgrind. The kernel's part of a request is not counted, and neither is the time that locked instructions wait.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from servers import HOST, free_ports

FEW, MANY = 100, 1100
ROW = [5.1, 3.5, 1.4, 0.2]
TENSOR = {"inputs": [{"name": "rows", "shape": [1, 4], "datatype": "FP64", "data": ROW}]}
REQUESTS = {
    "/predict": {"features": ROW},
    "/predict/batch": [{"features": ROW}],
    "/v1/models/iris:predict": {"instances": [ROW]},
    "/v2/models/iris/infer": TENSOR,
    "/invocations": {"inputs": [ROW]},
}
SETTINGS = {"MLSERVING__SERVER__DRAIN_SECONDS": "0", "MLSERVING__LOG__LEVEL": "warn"}


def run(command, path, count, out):
    """Instructions of a process from its start to its end, with so many requests over one connection."""
    [port] = free_ports(1)
    core = min(os.sched_getaffinity(0))
    grind = ["taskset", "-c", str(core), "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    command = [part.format(address=f"{HOST}:{port}", host=HOST, port=port) for part in command]
    process = subprocess.Popen([*grind, *command], env={**os.environ, **SETTINGS}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    body = json.dumps(REQUESTS[path], separators=(",", ":"))
    try:
        for _ in range(600):
            connection = http.client.HTTPConnection(HOST, port, timeout=60)
            try:
                if post(connection, path, body) == 200:
                    break
            except OSError:
                pass
            connection.close()
            time.sleep(0.1)
        for _ in range(count):
            if post(connection, path, body) != 200:
                sys.exit(f"{path} is not answered with 200")
        connection.close()
    finally:
        process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    return int(re.search(r"Collected : (\d+)", said)[1])


def post(connection, path, body):
    connection.request("POST", path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def per_request(command, path, work):
    few, many = (run(command, path, count, work / f"{count}.out") for count in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def functions(work, top):
    """The functions that take most of the longer run, with their share of it."""
    shown = subprocess.run(["callgrind_annotate", work / f"{MANY}.out"], capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in shown.splitlines() if re.match(r"^ *[\d,]+ \(", line) and "PROGRAM TOTALS" not in line]
    return lines[:top]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("--most", type=int)
    options.add_argument("--top", type=int, default=0)
    options.add_argument("--paths", nargs="*", default=list(REQUESTS))
    options.add_argument("--bare", action="store_true", help="BINARY is benches/http/bare_hyper.rs")
    args = options.parse_args()
    command = [args.binary, "{address}", "builtin:iris"] if args.bare else [args.binary, "--host", "{host}", "--port", "{port}"]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for number, path in enumerate(args.paths):
            count = per_request(command, path, work)
            print(f"{path:<26}{count:>10,.0f}", flush=True)
            for line in functions(work, args.top):
                print(f"    {line}")
            if number == 0 and args.most and count > args.most:
                sys.exit(f"a request to {path} takes {count:,.0f} instructions, more than {args.most:,}; see docs/benchmarks.md")


if __name__ == "__main__":
    main()
