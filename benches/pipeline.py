"""A whole pipeline over words: this server beside FastAPI with scikit-learn, and a wide forest beside onnxruntime.

    pipeline.py BINARY [--rounds N] [--seconds S] [--trees N] [--ids N]

The pipeline: 12 numbers (imputed, scaled) and 8 words (imputed, one-hot) before 200 trees of LightGBM, in a pickle. CPU seconds per request
and per batch of 1,000 rows are those of the server's process, over HTTP, in turns, as benches/http/servers.py measures them. The forest:
300 trees behind four numbers and one column of 8,000 ids, one-hot; rows per second in batches of 1,000, on one core. Prints two tables.
Needs benches/requirements-pipeline.txt, wrk and taskset; `make bench-pipeline` brings them.
"""

import argparse, json, pathlib, pickle, signal, statistics, sys, tempfile, time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "http"))
NUMBERS, WORDS = [f"number_{i}" for i in range(12)], [f"word_{i}" for i in range(8)]
SIZES = [2, 2, 3, 3, 4, 6, 12, 40]


def table(count, seed):
    import numpy as np, pandas as pd

    random = np.random.RandomState(seed)
    numbers = {name: np.where(random.rand(count) < 0.05, np.nan, np.round(random.randn(count) * 10 ** (i % 3), 2)) for i, name in enumerate(NUMBERS)}
    words = {name: [f"{name} {k}" if random.rand() > 0.05 else None for k in random.randint(0, size, count)] for name, size in zip(WORDS, SIZES)}
    return pd.DataFrame({**numbers, **words})


def fit(path):
    """The pipeline, pickled."""
    import lightgbm, numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X = table(4000, 0)
    score = X.number_0.fillna(0) + X.number_3.fillna(0) * X.number_6.fillna(0) + (X.word_7.str[-1] == "3") + np.random.RandomState(1).randn(len(X)) * 0.3
    columns = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
        ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), WORDS),
    ])
    model = make_pipeline(columns, lightgbm.LGBMClassifier(n_estimators=200, verbose=-1, n_jobs=1)).fit(X, (score > 0.2).astype(int))
    pathlib.Path(path).write_bytes(pickle.dumps(model))


def serve(path, host, port):
    """What teams write: a row is an object of named values, checked by pydantic, and a DataFrame for scikit-learn."""
    import pandas as pd, uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel, create_model

    model = pickle.loads(pathlib.Path(path).read_bytes())
    Features = create_model("Features", **{n: (float | None, ...) for n in NUMBERS}, **{n: (str | None, ...) for n in WORDS})

    class Row(BaseModel):
        features: Features

    class Scored(BaseModel):
        prediction: int
        confidence: float

    def score(rows):
        probabilities = model.predict_proba(pd.DataFrame([row.features.model_dump() for row in rows]).astype({n: float for n in NUMBERS}))
        classes = probabilities.argmax(axis=1)
        return [Scored(prediction=int(model.classes_[c]), confidence=float(p[c])) for c, p in zip(classes, probabilities)]

    app = FastAPI()

    @app.post("/predict")
    async def predict(row: Row) -> Scored:
        return score([row])[0]

    @app.post("/predict/batch")
    async def batch(rows: list[Row]) -> list[Scored]:
        return score(rows)

    uvicorn.run(app, host=host, port=int(port), log_level="warning", access_log=False)


def over_http(binary, rounds, seconds, work):
    """Rows of the first table: name and cells per server."""
    from servers import Server
    from show import digits, duration

    X = table(1000, 5)
    rows = X.astype(object).where(X.notna(), None).to_dict("records")
    pipeline = work / "pipeline.pkl"
    fit(pipeline)
    ours = Server("ml-serving", [binary, "serve", "--model", pipeline, "--host", "{host}", "--port", "{port}"], rows)
    theirs = Server("FastAPI + scikit-learn", [sys.executable, __file__, "serve", pipeline, "{host}", "{port}"], rows)
    servers = [ours, theirs]
    try:
        with open(work / "servers.log", "w") as log:
            for number in range(rounds):
                for server in servers[:: -1 if number % 2 else 1]:
                    server.stop()
                    server.start(log)
                if number == 0:
                    same(servers)
                for load in ("many", "batch"):
                    for server in servers[:: -1 if number % 2 else 1]:
                        server.load(load, seconds, work)
    finally:
        for server in servers:
            server.stop()
    print(f"| 12 numbers, 8 words, 200 trees of LightGBM | {' | '.join(s.name for s in servers)} | ratio |\n|---|---:|---:|---:|")
    lines = {
        "CPU per request": ("many", "cpu", 1, duration), "Requests a second, 16 clients": ("many", "rate", 1, digits),
        "Latency p50, 16 clients": ("many", "p50", 1, duration), "CPU per row in batches of 1,000": ("batch", "cpu", 1e-3, duration),
        "Rows a second, batches of 1,000": ("batch", "rate", 1000, digits),
    }
    for name, (load, what, scale, shown) in lines.items():
        values = [server.median(load, what) * scale for server in servers]
        print(f"| {name} | {' | '.join(map(shown, values))} | {max(values) / min(values):.1f} |")


def same(servers):
    """Ends the program where the two disagree."""
    answers = []
    for server in servers:
        status, answer = server.ask(True)
        if status != 200:
            sys.exit(f"{server.name} answers {status}: {answer[:300]}")
        answers.append(json.loads(answer))
    for ours, theirs in zip(*answers):
        if ours["prediction"] != theirs["prediction"] or abs(ours["confidence"] - theirs["confidence"]) > 1e-5:
            sys.exit(f"the answers differ: {ours} for {theirs}")


def wide(binary, trees, ids, seconds, work):
    """Rows per second of a forest behind a one-hot column of many ids."""
    import numpy as np, onnxruntime, os, pandas as pd
    from servers import CORES, Server
    from show import digits
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    # All of them on one core, as the servers are.
    os.sched_setaffinity(0, {CORES[0]})
    random = np.random.RandomState(2)
    count = 2 * ids
    NUMBERS = [f"number_{i}" for i in range(4)]

    def drawn(identities):
        return pd.DataFrame({"id": identities, **{name: np.round(random.randn(len(identities)), 2) for name in NUMBERS}})

    X = drawn(np.concatenate([np.arange(ids), random.randint(0, ids, count - ids)]))
    y = (np.sin(X.id * 1.7) + X.number_0 + random.randn(count) * 0.5 > 0).astype(int)
    columns = ColumnTransformer([("id", OneHotEncoder(handle_unknown="ignore"), ["id"]), ("numbers", "passthrough", NUMBERS)])
    # Trees over ids are chains, hundreds of levels deep; the bound keeps the file small, not the chains short.
    model = make_pipeline(columns, RandomForestClassifier(trees, max_leaf_nodes=1000, random_state=0)).fit(X, y)
    path = work / "wide.pkl"
    path.write_bytes(pickle.dumps(model))
    asked = drawn(random.randint(0, ids, 1000))
    rates = {"scikit-learn": rate(lambda: model.predict_proba(asked), seconds)}
    types = [("id", Int64TensorType([None, 1])), *((name, FloatTensorType([None, 1])) for name in NUMBERS)]
    graph = to_onnx(model, initial_types=types, options={"zipmap": False}).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    given = {name: asked[name].to_numpy(np.int64 if name == "id" else np.float32).reshape(-1, 1) for name in asked}
    rates["onnxruntime"] = rate(lambda: session.run(None, given), seconds)
    rows = asked.astype(object).to_dict("records")
    server = Server("ml-serving, over HTTP", [binary, "serve", "--model", path, "--host", "{host}", "--port", "{port}"], rows)
    os.sched_setaffinity(0, set(CORES))
    try:
        with open(work / "wide.log", "w") as log:
            server.start(log)
        answered = server.classes()
        if answered != model.predict(asked).tolist():
            sys.exit(f"the forest answers otherwise than scikit-learn: {answered[:200]}")
        server.load("batch", seconds, work)
        rates[server.name] = server.median("batch", "rate") * len(rows)
    finally:
        server.stop()
    nodes = sum(tree.tree_.node_count for tree in model.steps[-1][1].estimators_)
    depth = max(tree.tree_.max_depth for tree in model.steps[-1][1].estimators_)
    print(f"\n| {trees} trees, {nodes:,} nodes, {depth} levels, {ids:,} ids one-hot | rows a second |\n|---|---:|")
    for name, value in rates.items():
        print(f"| {name} | {digits(value)} |")


def rate(ask, seconds):
    """Rows per second of calls with 1,000 rows; the median of the calls."""
    ask()
    began, times = time.perf_counter(), []
    while time.perf_counter() - began < seconds or len(times) < 3:
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return 1000 / statistics.median(times)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary", type=lambda path: pathlib.Path(path).resolve())
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--trees", type=int, default=300)
    options.add_argument("--ids", type=int, default=8000)
    args = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        over_http(args.binary, args.rounds, args.seconds, pathlib.Path(work))
        wide(args.binary, args.trees, args.ids, args.seconds, pathlib.Path(work))


if __name__ == "__main__":
    serve(*sys.argv[2:]) if sys.argv[1] == "serve" else main()
