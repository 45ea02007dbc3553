#!/usr/bin/env python3
"""Records what the chart's dashboard shows of a release under load, for tools/dashboard-picture.

    tests/watching/record.py BINARY FILE      BINARY: the server; FILE: gets the answers of Prometheus as JSON

Two stable pods serve version 7 of a model and a canary version 8; another canary waits for its registry, and a stable pod is restarted. Clients
send rows and batches, through three protocols, at a rate that changes. The queries are the dashboard's own. Of a week ago there is nothing on a machine
that begins now, so the counters of classes of the first minutes are dated back.
"""

import contextlib
import http.client
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

import check

# Seconds. Of a scrape interval of 5 s Grafana makes a step of 5 s and a $__rate_interval of 20 s.
SCRAPE, BEFORE, SHOWN, WEEK = 5, 90, 600, 7 * 86400
FLOWERS = [5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]
CLASSES = 'prediction_class_total{app_kubernetes_io_component="server"}'


class Clients(threading.Thread):
    """Those of one pod: `rate` requests a second on average."""

    def __init__(self, base, rate, begun):
        super().__init__(daemon=True)
        self.base, self.rate, self.begun, self.random = base, rate, begun, random.Random(base)

    def rows(self, count):
        share = min(1, max(0, (time.monotonic() - self.begun - BEFORE) / SHOWN))
        flowers = self.random.choices(FLOWERS, (0.5 - 0.2 * share, 0.3, 0.2 + 0.2 * share), k=count)
        return [[round(x * self.random.gauss(1, 0.08), 2) for x in flower] for flower in flowers]

    def send(self, kind):
        if kind == "batch":
            check.ask(f"{self.base}/predict/batch", [{"features": row} for row in self.rows(self.random.randint(2, 60))])
        elif kind == "v2":
            tensor = {"name": "x", "shape": [2, 4], "datatype": "FP64", "data": self.rows(2)}
            check.ask(f"{self.base}/v2/models/iris/infer", {"inputs": [tensor]})
        elif kind == "mlflow":
            check.ask(f"{self.base}/invocations", {"inputs": self.rows(5)})
        elif kind == "full":
            # More at a time than the pod takes, which answers some of them 429.
            for _ in range(10):
                threading.Thread(target=self.attempt, args=["many"]).start()
        elif kind == "many":
            check.ask(f"{self.base}/predict/batch", [{"features": row} for row in self.rows(400)])
        elif kind == "slow":
            threading.Thread(target=self.attempt, args=["slowly"]).start()
        elif kind == "slowly":
            # One whose network takes its time for the body.
            with contextlib.closing(http.client.HTTPConnection(self.base.removeprefix("http://"))) as client:
                client.request("POST", "/predict", self.pieces(json.dumps({"features": self.rows(1)[0]})), {"content-type": "application/json"}, encode_chunked=True)
                client.getresponse().read()
        elif kind == "probe":
            check.ask(f"{self.base}/health/ready")
        else:
            check.ask(f"{self.base}/predict", {"features": self.rows(1)[0] if kind == "row" else [[]]})

    def pieces(self, body):
        yield body[:10].encode()
        time.sleep(self.random.uniform(0.5, 4))
        yield body[10:].encode()

    def attempt(self, kind):
        # While the pod restarts there is nobody.
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.send(kind)

    def run(self):
        kinds = {"row": 60, "batch": 22, "v2": 10, "mlflow": 6, "probe": 4, "wrong": 1, "slow": 2, "full": 0.5}
        while True:
            wave = 1 + 0.45 * math.sin((time.monotonic() - self.begun) / 35) + self.random.uniform(-0.2, 0.2)
            time.sleep(self.random.expovariate(self.rate * wave))
            self.attempt(self.random.choices(list(kinds), kinds.values())[0])


def package(work, binary, version):
    """A version of the model, as a download from MLflow's registry would be."""
    place = work / f"v{version}"
    subprocess.run([binary, "train", "--data", "iris", "--seed", version, "--out", place], check=True, capture_output=True)
    (place / "registered_model_meta").write_text(f"model_name: iris\nmodel_version: '{version}'\n")
    return place


def week_ago(prometheus):
    """The counters of the first minutes as they would have been a week earlier, in OpenMetrics."""
    answer = check.query(prometheus, f"{CLASSES}[{BEFORE}s]")["data"]["result"]
    yield "# TYPE prediction_class counter\n"
    for series in answer:
        name = series["metric"].pop("__name__")
        labels = ",".join(f"{key}={json.dumps(value)}" for key, value in series["metric"].items())
        for at, value in series["values"]:
            yield f"{name}{{{labels}}} {value} {at - WEEK}\n"
    yield "# EOF\n"


def answers(prometheus, board, end):
    """What Grafana would ask for each panel: one answer for each query."""
    times = {"start": end - SHOWN, "end": end, "step": SCRAPE}
    for panel in board["panels"]:
        texts = [(target, check.filled(target["expr"], f"{4 * SCRAPE}s")) for target in panel.get("targets", [])]
        yield [check.query(prometheus, text, time=end) if target["instant"] else check.query(prometheus, text, "query_range", **times)
               for target, text in texts]


def main():
    binary, file = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    ports = [check.free_port() for _ in range(5)]
    prometheus = f"http://127.0.0.1:{ports[4]}"
    names = [f"demo-ml-serving-{end}" for end in ("7c9f6d5b84-hx2lq", "7c9f6d5b84-p8wzt", "canary-5d8b7f9c6-kv4jn", "canary-5d8b7f9c6-tq7md")]
    tracks = ["stable", "stable", "canary", "canary"]
    processes = []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        versions = [package(work, binary, version) for version in "78"]
        pods = list(zip(ports, names, tracks))
        small = {"MLSERVING__SERVER__MAX_IN_FLIGHT": "3"}
        try:
            for port, model in zip(ports, (versions[0], versions[0], versions[1])):
                processes.append(check.serve(binary, port, small, "--model", str(model)))
            processes.append(check.serve(binary, ports[3], {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}, "--model", "models:/iris/8"))
            for port in ports[:3]:
                check.until("the server", 60, lambda: check.answers(f"http://127.0.0.1:{port}/health/ready"))
            processes.append(check.scrape(work, ports[4], pods, SCRAPE))
            check.until("Prometheus", 60, lambda: check.answers(f"{prometheus}/-/ready"))
            begun = time.monotonic()
            for port, rate in zip(ports, (9, 9, 5)):
                Clients(f"http://127.0.0.1:{port}", rate, begun).start()
            time.sleep(BEFORE)
            (work / "before").write_text("".join(week_ago(prometheus)))
            time.sleep(SHOWN / 2)
            check.end([processes[1]])
            processes[1] = check.serve(binary, ports[1], small, "--model", str(versions[0]))
            time.sleep(SHOWN / 2)
            end = int(time.time())
            check.end([processes.pop()])
            subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", work / "before", work / "tsdb"], check=True, stdout=subprocess.DEVNULL)
            processes.append(check.scrape(work, ports[4], pods, SCRAPE))
            check.until("Prometheus", 60, lambda: check.answers(f"{prometheus}/-/ready"))
            found = list(answers(prometheus, check.dashboard(), end))
        finally:
            check.end(processes)
    file.write_text(json.dumps({"from": end - SHOWN, "to": end, "step": SCRAPE, "variables": check.VARIABLES, "panels": found}))


if __name__ == "__main__":
    main()
