"""Makes models of 1,000 trees and times CatBoost's own predictor on them: `make bench-catboost` runs this.

    python benches/catboost_trees.py DIR

For each model, DIR gets <name>.cbm and <name>.rows (10,000 rows of little-endian float32), made once. The times are for one thread, of
rows as a numpy array and as a Pool that was made before.
"""

import pathlib
import sys
import time

import numpy as np
from catboost import CatBoostClassifier, CatBoostRegressor, Pool

ROWS, FEATURES = 10_000, 30


def table(count, seed):
    random = np.random.default_rng(seed)
    return random.normal(size=(count, FEATURES)).astype(np.float32)


def value(x):
    return x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + x[:, 3:8].sum(axis=1) ** 2 / 5


BASE = dict(iterations=1000, depth=6, learning_rate=0.05, border_count=128, random_seed=1, verbose=False, allow_writing_files=False)
MODELS = {
    "regressor": lambda x: CatBoostRegressor(**BASE).fit(x, value(x)),
    "three_classes": lambda x: CatBoostClassifier(**{**BASE, "loss_function": "MultiClass"}).fit(x, np.digitize(value(x), [1, 3])),
}


def timed(call, count):
    call(0)
    times = []
    for i in range(count):
        begin = time.perf_counter()
        call(i)
        times.append(time.perf_counter() - begin)
    # The fastest, as the bench of the engine shows it too.
    return min(times)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, fit in MODELS.items():
        path = folder / f"{name}.cbm"
        if not path.exists():
            fit(table(20_000, 0)).save_model(str(path))
            table(ROWS, 1).tofile(folder / f"{name}.rows")
        model = (CatBoostRegressor if name == "regressor" else CatBoostClassifier)().load_model(str(path))
        rows = np.fromfile(folder / f"{name}.rows", np.float32).reshape(-1, FEATURES)
        ask = model.predict if name == "regressor" else model.predict_proba
        for size in (1, 100, ROWS):
            parts = [rows[i : i + size] for i in range(0, min(ROWS, 200 * size), size)]
            pools = [Pool(part) for part in parts]
            count = 500 if size == 1 else 100 if size == 100 else 15
            plain = timed(lambda i: ask(parts[i % len(parts)], thread_count=1), count)
            pooled = timed(lambda i: ask(pools[i % len(pools)], thread_count=1), count)
            print(f"{name}, {size} rows: {plain * 1e6:.1f} µs, of a Pool {pooled * 1e6:.1f} µs")


main()
