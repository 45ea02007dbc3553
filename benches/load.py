"""Time to the first answer of a large scikit-learn forest: this server beside mlflow.sklearn.load_model, in one run.

    benches/load.py target/release/ml-serving [TREES ROWS]

Needs mlflow and scikit-learn (tests/data/sklearn/requirements-1.9.1.txt). Fits a forest (by default 300 trees with 1.6 million
nodes, 130 MB as a pickle), saves it as cloudpickle and prints seconds of the best of three runs: `inspect`, which loads and
checks the model; `serve` until the first 200 from /predict; and Python loading the same directory and predicting one row, with
and without the time to start the interpreter and import its libraries.
"""

import json, os, pathlib, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

import numpy as np
from sklearn.ensemble import RandomForestClassifier

binary = pathlib.Path(sys.argv[1]).resolve()
trees, rows = (int(x) for x in sys.argv[2:4] or (300, 22_000))
folder = pathlib.Path(tempfile.mkdtemp()) / "forest"
folder.mkdir()
random = np.random.RandomState(0)
X = random.rand(rows, 20)
y = (X[:, 0] + X[:, 1] * X[:, 2] + random.rand(rows) > 1.2).astype(int)
model = RandomForestClassifier(trees, n_jobs=-1, random_state=0).fit(X, y)
import cloudpickle, sklearn

(folder / "model.pkl").write_bytes(cloudpickle.dumps(model))
(folder / "MLmodel").write_text(f"""flavors:
  python_function: {{loader_module: mlflow.sklearn, model_path: model.pkl, predict_fn: predict, python_version: 3.11.7}}
  sklearn: {{code: null, pickled_model: model.pkl, serialization_format: cloudpickle, sklearn_version: {sklearn.__version__}}}
""")
nodes = sum(t.tree_.node_count for t in model.estimators_)
print(f"{trees} trees, {nodes} nodes, {(folder / 'model.pkl').stat().st_size / 1e6:.0f} MB")
features = X[0].tolist()


def inspect():
    start = time.perf_counter()
    subprocess.run([binary, "inspect", folder, "--json"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def serve():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    start = time.perf_counter()
    process = subprocess.Popen([binary, "--model", folder, "--host", "127.0.0.1", "--port", str(port)], stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    body = json.dumps({"features": features}).encode()
    try:
        while time.perf_counter() - start < 60:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/predict", body, {"content-type": "application/json"})
            try:
                answer = json.load(urllib.request.urlopen(request))
                return time.perf_counter() - start, answer["prediction"]
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.005)
        raise SystemExit("the server did not answer within a minute")
    finally:
        process.kill()
        process.wait()


PYTHON = """
import time; start = time.perf_counter()
import mlflow.sklearn, numpy as np, sys
sklearn_imports = __import__("sklearn.ensemble"); imported = time.perf_counter()
model = mlflow.sklearn.load_model(sys.argv[1]); loaded = time.perf_counter()
label = int(model.predict(np.array([eval(sys.argv[2])]))[0])
print(loaded - imported, time.perf_counter() - imported, label)
"""


def python():
    environment = {**os.environ, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "true"}
    start = time.perf_counter()
    out = subprocess.run([sys.executable, "-c", PYTHON, folder, json.dumps(features)], check=True, capture_output=True, text=True,
        env=environment)
    whole = time.perf_counter() - start
    load, first, label = out.stdout.split()[-3:]
    return float(load), float(first), whole, int(label)


ours = [(inspect(), *serve()) for _ in range(3)]
theirs = [python() for _ in range(3)]
assert {o[2] for o in ours} == {t[3] for t in theirs} == {int(model.predict(X[:1])[0])}
print(f"ml-serving inspect            {min(o[0] for o in ours):.2f} s")
print(f"ml-serving serve, first 200   {min(o[1] for o in ours):.2f} s")
print(f"mlflow.sklearn.load_model     {min(t[0] for t in theirs):.2f} s after imports")
print(f"  and one row predicted       {min(t[1] for t in theirs):.2f} s after imports, {min(t[2] for t in theirs):.2f} s from the start of Python")
