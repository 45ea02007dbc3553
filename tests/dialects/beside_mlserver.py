"""The same requests to MLServer and to this server, for the same models: compares what they answer, value by value.

    beside_mlserver.py BINARY

Needs examples/requirements.txt, mlserver-sklearn and mlserver-mlflow. Prints a table of request and model, and exits with 1 where one
answers otherwise than the other.
"""

import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings

import joblib
import mlflow
import numpy as np
import pandas as pd
import requests
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
ROWS = 50


def words(n):
    random = np.random.RandomState(0)
    return pd.DataFrame({
        "age": random.randint(18, 90, n).astype(float),
        "contract": random.choice(["monthly", "yearly", "zwei Jahre"], n),
        "income": np.round(random.exponential(3e4, n), 2),
    })


def models():
    """Name: model, rows to ask, whether MLServer serves it by its MLflow runtime."""
    iris, diabetes = load_iris(), load_diabetes()
    table = words(300)
    churn = (table.contract == "monthly") & (table.age < 50)
    prepared = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["contract"]), remainder=StandardScaler())
    names = iris.target_names[iris.target]
    return {
        "integer labels": (RandomForestClassifier(20, random_state=0).fit(iris.data, iris.target), iris.data, False),
        "text labels": (RandomForestClassifier(20, random_state=0).fit(iris.data, names), iris.data, False),
        "regressor": (GradientBoostingRegressor(random_state=0).fit(diabetes.data, diabetes.target), diabetes.data, False),
        "pipeline with words": (make_pipeline(prepared, LogisticRegression()).fit(table, churn.astype(int)), table, True),
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, ports, ready, **how):
    log = open(pathlib.Path(how.pop("log")), "w")
    process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **how)
    try:
        for _ in range(600):
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"http://127.0.0.1:{ports[0]}{ready}", timeout=5).status_code == 200:
                    break
            if process.poll() is not None:
                sys.exit(pathlib.Path(log.name).read_text())
            time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def array(rows):
    """As MLServer's NumpyRequestCodec writes it, which cannot be imported beside tritonclient: both register the same messages."""
    tensor = {"name": "input-1", "shape": list(rows.shape), "datatype": "FP64", "parameters": {"content_type": "np"}, "data": rows.ravel().tolist()}
    return {"parameters": {"content_type": "np"}, "inputs": [tensor]}


def frame(rows):
    """As its PandasCodec does."""
    tensors = []
    for name in rows:
        text = not pd.api.types.is_numeric_dtype(rows[name])
        tensor = {"name": name, "shape": [len(rows), 1], "datatype": "BYTES" if text else "FP64", "data": rows[name].tolist()}
        tensors.append(tensor | ({"parameters": {"content_type": "str"}} if text else {}))
    return {"parameters": {"content_type": "pd"}, "inputs": tensors}


def json_request(body, outputs=()):
    if outputs:
        body["outputs"] = [{"name": name} for name in outputs]

    def ask(ports):
        response = requests.post(f"http://127.0.0.1:{ports[0]}/v2/models/model/infer", json=body, timeout=30)
        response.raise_for_status()
        return {output["name"]: np.array(output["data"]).reshape(output["shape"]) for output in response.json()["outputs"]}

    return ask


def binary(rows, datatype):
    """MLServer takes no binary tensors: it is asked by JSON."""

    def ask(ports, own=False):
        if not own:
            return json_request(array(rows))(ports)
        client = triton_http.InferenceServerClient(f"127.0.0.1:{ports[0]}")
        rows_ = rows.astype(datatype)
        tensor = triton_http.InferInput("rows", list(rows_.shape), {"f4": "FP32", "f8": "FP64"}[datatype])
        tensor.set_data_from_numpy(rows_)
        answer = client.infer("model", [tensor], outputs=[triton_http.InferRequestedOutput("predict")])
        return {"predict": answer.as_numpy("predict")}

    return ask


def grpc(rows):
    def ask(ports):
        client = triton_grpc.InferenceServerClient(f"127.0.0.1:{ports[1]}")
        tensor = triton_grpc.InferInput("rows", list(rows.shape), "FP64")
        tensor.set_data_from_numpy(rows)
        answer = client.infer("model", [tensor])
        return {output.name: answer.as_numpy(output.name) for output in answer.get_response().outputs}

    return ask


def requests_for(model, rows):
    if isinstance(rows, pd.DataFrame):
        return {"pd codec": json_request(frame(rows))}
    kinds = {"np codec": json_request(array(rows)), "binary FP64": binary(rows, "f8"), "binary FP32": binary(rows, "f4"), "gRPC": grpc(rows)}
    if hasattr(model, "predict_proba"):
        kinds["np codec, probabilities"] = json_request(array(rows), ["predict", "predict_proba"])
    return kinds


def plain(values):
    return np.array([value.decode() if isinstance(value, bytes) else value for value in np.asarray(values).ravel()])


def differ(theirs, ours):
    """What is different, in words; nothing where all values are equal."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        return f"MLServer: {theirs!r:.200}; ours: {ours!r:.200}"
    theirs_values, ours_values = list(theirs.values()), list(ours.values())
    if len(theirs_values) != len(ours_values):
        return f"outputs {list(theirs)} and {list(ours)}"
    for a, b in zip(theirs_values, ours_values):
        a, b = plain(a), plain(b)
        same = a.shape == b.shape and (np.array_equal(a, b) if a.dtype.kind in "iuUSO" else np.allclose(a.astype(float), b.astype(float), rtol=1e-12, atol=0))
        if not same:
            return f"{a[:4]} and {b[:4]}"
    return ""


def attempt(ask, ports):
    try:
        return ask(ports)
    except Exception as error:
        return error


def main():
    ours_binary = pathlib.Path(sys.argv[1]).resolve()
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for name, (model, rows, by_mlflow) in models().items():
            rows = rows[:ROWS]
            folder = pathlib.Path(work) / re.sub(r"\W", "_", name)
            folder.mkdir()
            if by_mlflow:
                place = folder / "package"
                mlflow.sklearn.save_model(model, place, serialization_format="cloudpickle", signature=mlflow.models.infer_signature(rows, model.predict(rows)))
                settings = {"implementation": "mlserver_mlflow.MLflowRuntime", "parameters": {"uri": "package"}}
            else:
                place = folder / "model.joblib"
                joblib.dump(model, place)
                settings = {"implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "model.joblib"}}
            (folder / "model-settings.json").write_text(json.dumps({"name": "model", **settings}))
            mine, other = [free_port()] * 2, [free_port(), free_port()]
            server = {"debug": False, "host": "127.0.0.1", "http_port": other[0], "grpc_port": other[1], "metrics_port": free_port(), "parallel_workers": 0}
            (folder / "settings.json").write_text(json.dumps(server))
            mlserver = [pathlib.Path(sys.executable).parent / "mlserver", "start", folder]
            own = [ours_binary, "serve", "--host", "127.0.0.1", "--port", str(mine[0]), "--model", place]
            with running(mlserver, other, "/v2/models/model/ready", log=folder / "mlserver.log"), running(
                own, mine, "/health/ready", log=folder / "own.log", env={**os.environ, "MLSERVING__MODEL__NAME": "model", "MLSERVING__SERVER__DRAIN_SECONDS": "0"}
            ):
                for kind, ask in requests_for(model, rows).items():
                    own = functools.partial(ask, own=True) if kind.startswith("binary") else ask
                    difference = differ(attempt(ask, other), attempt(own, mine))
                    wrong += bool(difference)
                    print(f"| {name} | {kind} | {difference or 'equal'} |", flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
