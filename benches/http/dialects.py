#!/usr/bin/env python3
"""Every protocol beside the server's own, at 1, 100 and 1,000 rows a request: `make bench-dialects` runs this.

    dialects.py TARGET [--rounds N] [--seconds S]

TARGET is Cargo's target directory with the release build. Two models are asked: the demo forest over 4 columns, where most of the time
goes into 100 trees, and a linear one over 100 columns, where it goes into reading them. The server runs on one core and the load on another. Each round asks every
protocol in turn; a ratio pairs the runs of one round. Runs in an environment with examples/requirements.txt, because the bodies of gRPC
are made by tritonclient, and needs wrk and h2load.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile

import joblib
import numpy as np
import pandas as pd
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from servers import CORES, HERE, HOST, Server
from sklearn.linear_model import LogisticRegression

NAME = "model"
JSON = {"content-type": "application/json"}
SIZES = [1, 100, 1000]
FLOWERS = [[4.3 + i * 37 % 36 / 10, 2 + i * 11 % 24 / 10, 1 + i * 53 % 59 / 10, 0.1 + i * 7 % 24 / 10] for i in range(1000)]
CONNECTIONS = 8


def tensor(kind, rows, **how):
    input = kind.InferInput("rows", list(rows.shape), "FP64")
    input.set_data_from_numpy(rows, **how)
    return input


def bodies(names, rows):
    """Protocol: path, headers, body."""
    lists = rows.tolist()
    encoded = lambda value: json.dumps(value, separators=(",", ":")).encode()
    flat = {"name": "rows", "shape": list(rows.shape), "datatype": "FP64", "data": rows.ravel().tolist()}
    columns = [{"name": name, "shape": [len(rows)], "datatype": "FP64", "data": rows[:, i].tolist()} for i, name in enumerate(names)]
    binary, length = triton_http.InferenceServerClient.generate_request_body([tensor(triton_http, rows)])
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(length)}
    request = triton_grpc.service_pb2.ModelInferRequest(model_name=NAME)
    input = tensor(triton_grpc, rows)
    request.inputs.extend([input._get_tensor()])
    request.raw_input_contents.extend([input._get_content()])
    message = request.SerializeToString()
    infer = f"/v2/models/{NAME}/infer"
    return {
        "/predict/batch": ("/predict/batch", JSON, encoded([{"features": row} for row in lists])),
        "V1": (f"/v1/models/{NAME}:predict", JSON, encoded({"instances": lists})),
        "MLflow, split": ("/invocations", JSON, encoded({"dataframe_split": {"columns": names, "data": lists}})),
        "MLflow, CSV": ("/invocations", {"content-type": "text/csv"}, "\n".join([",".join(names), *(",".join(map(str, row)) for row in lists)]).encode()),
        "V2, JSON": (infer, JSON, encoded({"inputs": [flat]})),
        "V2, JSON by column": (infer, JSON, encoded({"inputs": columns})),
        "V2, binary": (infer, headers, bytes(binary)),
        "gRPC": ("/inference.GRPCInferenceService/ModelInfer", {"content-type": "application/grpc", "te": "trailers"}, struct.pack(">BI", 0, len(message)) + message),
    }


def run(server, path, headers, file, seconds):
    """Requests a second, and CPU seconds a request."""
    url = f"http://{HOST}:{server.port}{path}"
    pinned = ["taskset", "-c", str(CORES[-1])]
    before = server.cpu()
    if "grpc" in headers["content-type"]:
        lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        command = [*pinned, "h2load", "-t1", f"-c{CONNECTIONS}", "-m1", f"-D{seconds}", *lines, "-d", file, url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        done, failed = (int(re.search(rf"(\d+) {word}", out)[1]) for word in ("succeeded", "failed"))
    else:
        lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
        command = [*pinned, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / "post.lua", url]
        out = subprocess.run(command, env={**os.environ, "BODY": str(file), "HEADERS": lines}, capture_output=True, text=True, check=True).stdout
        report = json.loads(out.splitlines()[-1])
        done, failed = report["requests"], report["failed"]
    if failed or not done:
        sys.exit(f"{failed} of {done} requests to {path} failed: {out}")
    return {"rate": done / seconds, "cpu": (server.cpu() - before) / done}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("target", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options = options.parse_args()
    binary = options.target / "release/ml-serving"
    iris = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    wide = np.random.default_rng(0).normal(size=(max(SIZES), 100)).round(3)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        names = [f"x{i}" for i in range(100)]
        model = LogisticRegression().fit(pd.DataFrame(wide, columns=names), wide.sum(axis=1) > 0)
        joblib.dump(model, work / "wide.joblib")
        print("The demo forest, 4 columns:\n")
        measure(binary, "builtin:iris", iris, np.array(FLOWERS), options, work)
        print("\nA linear model, 100 columns:\n")
        measure(binary, work / "wide.joblib", names, wide, options, work)


def measure(binary, model, columns, rows, options, work):
    """Prints the table of one model."""
    command = ["env", f"MLSERVING__MODEL__NAME={NAME}", binary, "serve", "--host", "{host}", "--port", "{port}", "--model", model]
    server = Server("ml-serving", command, rows.tolist())
    runs = {}
    with open(work / "log", "w") as log, contextlib.ExitStack() as ends:
        ends.callback(server.stop)
        server.start(log)
        for _ in range(options.rounds):
            for size in SIZES:
                for name, (path, headers, body) in bodies(columns, rows[:size]).items():
                    file = work / "body"
                    file.write_bytes(body)
                    runs.setdefault((name, size), []).append(run(server, path, headers, file, options.seconds))
    print("| protocol | " + " | ".join(f"{size:,} rows: CPU a request | rows/s | CPU / own" for size in SIZES) + " |")
    print("|---" * (1 + 3 * len(SIZES)) + "|")
    for name in bodies(columns, rows[:1]):
        cells = []
        for size in SIZES:
            mine, own = runs[name, size], runs["/predict/batch", size]
            cpu, rate = (statistics.median(run[what] for run in mine) for what in ("cpu", "rate"))
            ratio = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(mine, own))
            cells += [f"{cpu * 1e6:.1f} µs", f"{rate * size:,.0f}", f"{ratio:.2f}"]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
