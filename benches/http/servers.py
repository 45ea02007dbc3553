"""Servers that are measured: started on one core, asked by wrk on another one. The benches of this directory and benches/pipeline.py share this."""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

HERE = pathlib.Path(__file__).parent
HOST = "127.0.0.1"
CORES = sorted(os.sched_getaffinity(0))
# Name: whether it takes all rows, connections. The first measures latency, the others throughput and CPU.
LOADS = {"one": (False, 1), "many": (False, 16), "batch": (True, 4)}


def native(rows, many):
    """Path and body in the form of this server and of the FastAPI servers."""
    wrapped = [{"features": row} for row in rows]
    return ("/predict/batch", wrapped) if many else ("/predict", wrapped[0])


def tensors(rows, many):
    """The same in the Open Inference Protocol."""
    asked = rows if many else rows[:1]
    flat = [value for row in asked for value in row]
    tensor = {"name": "rows", "shape": [len(asked), len(asked[0])], "datatype": "FP32", "data": flat}
    return "/v2/models/model/infer", {"inputs": [tensor]}


@dataclasses.dataclass
class Server:
    name: str
    command: list
    rows: list  # what it is asked: the first of them, or all at once
    loads: tuple = tuple(LOADS)
    form: Callable = native
    patience: int = 60  # seconds
    process: subprocess.Popen = None
    port: int = 0
    starts: list = dataclasses.field(default_factory=list)  # seconds
    idle: list = dataclasses.field(default_factory=list)  # resident MiB after the start
    peaks: list = dataclasses.field(default_factory=list)  # the most MiB until then
    loaded: list = dataclasses.field(default_factory=list)  # MiB after all loads
    runs: dict = dataclasses.field(default_factory=lambda: {load: [] for load in LOADS})

    def start(self, log):
        """Starts it on a free port and waits for the first prediction; notes the seconds since exec, and the memory."""
        self.port, other, third = free_ports(3)
        command = [str(part).format(address=f"{HOST}:{self.port}", host=HOST, port=self.port, other=other, third=third) for part in self.command]
        began = time.perf_counter()
        self.process = subprocess.Popen(["taskset", "-c", str(CORES[0]), *command], stdout=log, stderr=log)
        while time.perf_counter() - began < self.patience:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask(False)[0] == 200:
                    self.starts.append(time.perf_counter() - began)
                    self.idle.append(self.memory())
                    return self.peaks.append(self.memory("VmHWM"))
            time.sleep(0.0005)
        sys.exit(f"{self.name} does not answer; its output is in {log.name}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            self.process.kill()
            self.process.wait()

    def ask(self, many):
        path, body = self.form(self.rows, many)
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def classes(self):
        """The classes that it predicts for all rows, or its answer where it does not."""
        status, answer = self.ask(True)
        if status != 200:
            return answer
        answer = json.loads(answer)
        return answer["outputs"][0]["data"] if "outputs" in answer else [row["prediction"] for row in answer]

    def cpu(self):
        """Seconds of CPU since its start, those of ended threads too: the clock of the process (clock_getcpuclockid)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory(self, what="VmRSS"):
        """Resident MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{what}:")[1].split()[0]) / 1024

    def load(self, name, seconds, work):
        many, connections = LOADS[name]
        path, body = self.form(self.rows, many)
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


def free_ports(count):
    with contextlib.ExitStack() as open_:
        probes = [open_.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


@contextlib.contextmanager
def stopping(servers):
    """Stops the servers at the end, also where the run is ended from outside."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        for server in servers:
            server.stop()


def same_classes(servers):
    """Ends the program where a server predicts another class than the first one."""
    wanted = servers[0].classes()
    for server in servers[1:]:
        classes = server.classes()
        if classes != wanted:
            sys.exit(f"{server.name} answers otherwise than {servers[0].name}: {classes[:200]}")
