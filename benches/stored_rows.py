"""Makes models that keep rows of their fit, and times scikit-learn on them: `make bench-stored` runs this, and then the engine.

    python benches/stored_rows.py DIR

For each model, DIR gets <name>.pkl and <name>.rows (10,000 rows of little-endian float32), made once: a support vector machine of about
2,000 vectors of 20 numbers, and neighbours among 20,000 points of 20 numbers, by a scan, and of 6 numbers, by a tree. Times are for one
thread, the fastest of some calls.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import pathlib, pickle, sys, time

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

ROWS = 10_000


def table(count, features, seed):
    # Columns that depend on each other, as those of real tables do.
    random = np.random.RandomState(seed)
    hidden = random.randn(count, 4)
    mixed = hidden @ np.random.RandomState(9).randn(4, features)
    return (mixed + 0.5 * random.randn(count, features)).astype(np.float32)


def classes(x):
    return (x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) > 0).astype(int)


def machine():
    x = table(4500, 20, 0).astype(float)
    return SVC(C=1.0).fit(x, classes(x)), 20


def neighbours(features):
    x = table(20_000, features, 0).astype(float)
    return KNeighborsClassifier(5).fit(x, classes(x)), features


MODELS = {"svc": machine, "knn_scan": lambda: neighbours(20), "knn_tree": lambda: neighbours(6)}


def fastest(call, count):
    call(0)
    times = []
    for i in range(count):
        begin = time.perf_counter()
        call(i)
        times.append(time.perf_counter() - begin)
    return min(times)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, fit in MODELS.items():
        path = folder / f"{name}.pkl"
        if not path.exists():
            model, features = fit()
            path.write_bytes(pickle.dumps(model))
            table(ROWS, features, 1).tofile(folder / f"{name}.rows")
        model = pickle.loads(path.read_bytes())
        rows = np.fromfile(folder / f"{name}.rows", np.float32).reshape(ROWS, -1).astype(float)
        kept = len(model.support_vectors_) if name == "svc" else len(model._fit_X)
        for size in (1, 100, ROWS):
            parts = [rows[i : i + size] for i in range(0, ROWS, size)][:200]
            took = fastest(lambda i: model.predict(parts[i % len(parts)]), 200 if size == 1 else 20 if size == 100 else 3)
            print(f"{name}, {kept} rows kept, {size} rows asked: {took * 1e6:.0f} µs")


main()
