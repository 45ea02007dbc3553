#!/usr/bin/env python3
"""The server beside bare hyper and beside FastAPI with scikit-learn, in turns, on one forest: `make bench` runs this.

    compare.py TARGET INCUMBENT [--baseline BINARY] [--rounds N] [--seconds S] [--write FILE…]

TARGET is Cargo's target directory with the release build; INCUMBENT a virtual environment with benches/http/requirements.txt. Another
binary of the server (--baseline) is measured in the same rounds. The table goes to the standard output, and into each FILE: whole between
the lines `<!-- bench all -->` and `<!-- /bench -->`, without hyper and the baseline between `<!-- bench -->` and `<!-- /bench -->`.
docs/benchmarks.md says what is measured and how.
"""

import argparse
import contextlib
import dataclasses
import datetime
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
HOST = "127.0.0.1"
ROW = {"features": [5.1, 3.5, 1.4, 0.2]}
BATCH = [{"features": [4.3 + i * 37 % 36 / 10, 2 + i * 11 % 24 / 10, 1 + i * 53 % 59 / 10, 0.1 + i * 7 % 24 / 10]} for i in range(1000)]
# Name: path, body, connections. The first measures latency, the others throughput and CPU.
LOADS = {"one": ("/predict", ROW, 1), "many": ("/predict", ROW, 16), "batch": ("/predict/batch", BATCH, 4)}
CORES = sorted(os.sched_getaffinity(0))


@dataclasses.dataclass
class Server:
    name: str
    command: list
    loads: tuple = tuple(LOADS)
    row: dict = dataclasses.field(default_factory=lambda: ROW)  # what it is asked first
    process: subprocess.Popen = None
    port: int = 0
    starts: list = dataclasses.field(default_factory=list)  # seconds
    idle: list = dataclasses.field(default_factory=list)  # resident MiB after the start
    loaded: list = dataclasses.field(default_factory=list)  # and after all loads
    runs: dict = dataclasses.field(default_factory=lambda: {load: [] for load in LOADS})

    def start(self, log):
        """Starts it on a free port and waits for the first prediction; notes the seconds since exec."""
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        command = [str(part).format(address=f"{HOST}:{self.port}", host=HOST, port=self.port) for part in self.command]
        began = time.perf_counter()
        self.process = subprocess.Popen(["taskset", "-c", str(CORES[0]), *command], stdout=log, stderr=log)
        while time.perf_counter() - began < 60:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("/predict", self.row)[0] == 200:
                    return self.starts.append(time.perf_counter() - began)
            time.sleep(0.0005)
        sys.exit(f"{self.name} does not answer; its output is in {log.name}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            self.process.kill()
            self.process.wait()

    def ask(self, path, body):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def cpu(self):
        """Seconds of CPU since its start, those of ended threads too: the clock of the process (clock_getcpuclockid)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory(self):
        """Resident MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def load(self, name, seconds, work):
        path, body, connections = LOADS[name]
        file = work / f"{name}.json"
        file.write_text(json.dumps(body, separators=(",", ":")))
        wrk = ["taskset", "-c", str(CORES[-1]), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", HERE / "post.lua"]
        before = self.cpu()
        done = subprocess.run([*wrk, f"http://{HOST}:{self.port}{path}"], env={**os.environ, "BODY": str(file)}, capture_output=True, text=True)
        spent = self.cpu() - before
        if done.returncode:
            sys.exit(f"wrk: {done.stdout}{done.stderr}")
        run = json.loads(done.stdout.splitlines()[-1])
        if run["failed"] or not run["requests"]:
            sys.exit(f"{self.name}: {run['failed']} of {run['requests']} requests to {path} failed")
        self.runs[name].append({"rate": run["requests"] / run["seconds"], "cpu": spent / run["requests"], "p50": run["p50"], "p99": run["p99"]})

    def median(self, load, what):
        return statistics.median(run[what] for run in self.runs[load])


def same_answers(servers):
    """Ends the program where a server predicts another class than the first one."""
    wanted = None
    for server in servers:
        status, answer = server.ask("/predict/batch", BATCH)
        classes = [row["prediction"] for row in json.loads(answer)] if status == 200 else answer
        wanted = wanted or classes
        if classes != wanted:
            sys.exit(f"{server.name} answers otherwise than {servers[0].name}: {classes[:200]}")


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def ratios(server, other):
    """Pairs the runs of each round, so that what disturbed a round disturbs both sides."""
    for load in server.loads:
        if load in other.loads and load != "one":
            pairs = list(zip(server.runs[load], other.runs[load]))
            parts = [f"{text} {spread([a[what] / b[what] for a, b in pairs])}" for what, text in (("cpu", "CPU"), ("rate", "throughput"))]
            print(f"- {server.name} / {other.name}, {LOADS[load][0]}: {', '.join(parts)}")


def image(binary):
    """Size of the built image, where Docker has it; else of what the Dockerfile copies into it."""
    with contextlib.suppress(OSError):
        asked = subprocess.run(["docker", "image", "inspect", "--format", "{{.Size}}", "ml-serving:test"], capture_output=True, text=True)
        if asked.returncode == 0:
            return int(asked.stdout) / 1e6
    certificates = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    return (binary.stat().st_size + (certificates.stat().st_size if certificates.exists() else 0)) / 1e6


def installed(environment):
    files = (file for file in environment.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files) / 1e6


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def versions(ours):
    done = subprocess.run([ours.command[0], "--version"], capture_output=True, text=True, check=True)
    pinned = [line for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    return [done.stdout.strip(), *(line.replace("==", " ") for line in pinned)]


def digits(number):
    """Three significant digits, in full."""
    places = 2 - len(str(int(number)))
    return f"{round(number, places + 1):,.{max(places + 1, 0)}f}"


def duration(seconds):
    unit, size = next((u for u in (("µs", 1e6), ("ms", 1e3)) if seconds * u[1] < 1e3), ("s", 1))
    return f"{digits(seconds * size)} {unit}"


def table(servers, sizes, rounds):
    """Markdown: a column for each server, then when and where it was measured."""

    def both(load):
        return lambda s: f"{duration(s.median(load, 'p50'))}, {duration(s.median(load, 'p99'))}"

    rows = {
        "Requests a second, 16 clients": lambda s: digits(s.median("many", "rate")),
        "Latency p50, p99, 16 clients": both("many"),
        "Latency p50, p99, 1 client": both("one"),
        "CPU per request": lambda s: duration(s.median("many", "cpu")),
        "Rows a second, batches of 1,000": lambda s: digits(s.median("batch", "rate") * len(BATCH)) if "batch" in s.loads else "",
        "Image": lambda s: sizes.get(s.name, ""),
        "Memory after the start, under load": lambda s: f"{statistics.median(s.idle):.0f}, {statistics.median(s.loaded):.0f} MiB",
        "Start to first answer": lambda s: duration(statistics.median(s.starts)),
    }
    lines = [["", *(s.name for s in servers)], ["---", *("---:" for _ in servers)], *([name, *map(cell, servers)] for name, cell in rows.items())]
    drawn = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return f"{drawn}\n{datetime.date.today():%-d %B %Y}; {machine()}; {', '.join(versions(servers[0]))}. Medians of {rounds} rounds.\n"


def insert(file, tables):
    """Replaces what lies between a first line of `tables` and the closing line."""
    text = file.read_text()
    for first, new in tables.items():
        before, opened, rest = text.partition(f"{first}\n")
        _, closed, after = rest.partition("<!-- /bench -->")
        if opened and closed:
            file.write_text(f"{before}{opened}{new}{closed}{after}")
            return
    sys.exit(f"{file} has no line `{'` or `'.join(tables)}` with `<!-- /bench -->` below it")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("target", type=pathlib.Path)
    options.add_argument("incumbent", type=pathlib.Path)
    options.add_argument("--baseline", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--write", type=pathlib.Path, nargs="*", default=[])
    args = options.parse_args()
    for tool in ("wrk", "taskset"):
        shutil.which(tool) or sys.exit(f"install {tool} first (`make bench` does)")

    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
    forest = work / "iris.pkl"
    python = [args.incumbent / "bin/python", HERE / "incumbent.py"]
    subprocess.run([*python, "fit", forest], check=True)
    serve = ["--model", forest, "--host", "{host}", "--port", "{port}"]
    bare = args.target / "release/examples/bare_hyper"
    ours = Server("ml-serving", [args.target / "release/ml-serving", *serve])
    baseline = [Server("baseline", [args.baseline, *serve])] if args.baseline else []
    fastapi = Server("FastAPI + scikit-learn", [*python, "serve", forest, "{host}", "{port}"])
    floors = [
        Server("bare hyper, with the forest", [bare, "{address}", forest], ("one", "many")),
        Server("bare hyper, a fixed answer", [bare, "{address}"], ("one", "many")),
    ]
    servers = [ours, *baseline, fastapi, *floors]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with open(work / "servers.log", "w") as log:
            for number in range(args.rounds):
                order = servers[:: -1 if number % 2 else 1]
                # Two processes of one binary differ by some per cent for as long as they live, so each round has new ones.
                for server in order:
                    server.stop()
                    server.start(log)
                    server.idle.append(server.memory())
                if number == 0:
                    same_answers([ours, *baseline, fastapi])
                for load, server in ((load, server) for load in LOADS for server in order if load in server.loads):
                    server.load(load, args.seconds if load != "one" else 1, work)
                for server in servers:
                    server.loaded.append(server.memory())
                print(f"round {number + 1} of {args.rounds}", file=sys.stderr, flush=True)
        sizes = {ours.name: f"{image(ours.command[0]):.0f} MB", fastapi.name: f"{installed(args.incumbent / 'lib'):.0f} MB and Python"}
        whole = table(servers, sizes, args.rounds)
        print(whole)
        for other in [*baseline, *floors, fastapi]:
            ratios(ours, other)
        for file in args.write:
            insert(file, {"<!-- bench all -->": whole, "<!-- bench -->": table([ours, fastapi], sizes, args.rounds)})
    finally:
        for server in servers:
            server.stop()
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
