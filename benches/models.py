"""Makes the three forests that kernels are compared on, and times onnxruntime on them: `make bench` runs this.

    python benches/models.py DIR [m1 m2 m3]

For each model, DIR gets <name>.onnx and <name>.rows (10,000 rows of little-endian float32), made once. The times are for one thread.
"""

import pathlib
import sys
import time

import numpy as np
import onnxruntime as ort
from skl2onnx import to_onnx
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

ROWS = 10_000


def iris():
    x, y = load_iris(return_X_y=True)
    x, _, y, _ = train_test_split(x, y, test_size=0.1, random_state=1, stratify=y)
    noise = np.random.default_rng(7)
    rows = x[noise.integers(0, len(x), ROWS)] + noise.normal(0, 0.1, (ROWS, x.shape[1]))
    return x, y, rows, {}


def made(n, depth=None, **shape):
    x, y = make_classification(n, flip_y=0.02, random_state=7, **shape)
    x, rows, y, _ = train_test_split(x, y, test_size=ROWS, random_state=1)
    return x, y, rows, {"max_depth": depth}


MODELS = {
    "m1": iris,
    "m2": lambda: made(20_000, n_features=30, n_informative=12, n_redundant=6, n_classes=2),
    "m3": lambda: made(100_000, 12, n_features=50, n_informative=20, n_redundant=10, n_classes=5, n_clusters_per_class=2),
}


def make(name, place):
    x, y, rows, more = MODELS[name]()
    trees = 300 if name == "m3" else 100
    forest = RandomForestClassifier(trees, random_state=42, n_jobs=-1, **more).fit(x.astype(np.float32), y)
    rows = rows.astype("<f4")
    graph = to_onnx(forest, rows[:1], options={"zipmap": False}, target_opset=17)
    rows.tofile(place / f"{name}.rows")
    (place / f"{name}.onnx").write_bytes(graph.SerializeToString())


def microseconds(run, seconds=1.0):
    """The median of 7 windows."""
    windows = []
    for _ in range(7):
        calls, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / 7:
            run(calls)
            calls += 1
        windows.append((time.perf_counter() - start) / calls * 1e6)
    return sorted(windows)[3]


def main():
    place = pathlib.Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    print("onnxruntime, one thread")
    for name in sys.argv[2:] or MODELS:
        if not (place / f"{name}.onnx").exists():
            make(name, place)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(place / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
        (x,) = session.get_inputs()
        rows = np.fromfile(place / f"{name}.rows", "<f4").reshape(ROWS, -1)
        for batch in [1, 100, 10_000]:
            chunks = [rows[i : i + batch] for i in range(0, ROWS, batch)]
            us = microseconds(lambda i: session.run(None, {x.name: chunks[i % len(chunks)]}))
            print(f"  {name}  {batch:>6} rows  {us:>12.2f} us a call  {batch / us * 1e6:>12,.0f} rows/s", flush=True)


main()
