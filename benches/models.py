"""Makes the three forests that kernels and servers are compared on.

    python benches/models.py DIR [m1 m2 m3]

For each model, DIR gets <name>.pkl, <name>.onnx and <name>.rows (10,000 rows of little-endian float32), made once.
"""

import pathlib
import pickle
import sys

import numpy as np
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
    (place / f"{name}.pkl").write_bytes(pickle.dumps(forest))
    (place / f"{name}.onnx").write_bytes(graph.SerializeToString())


def main():
    place, *names = sys.argv[1:]
    place = pathlib.Path(place)
    place.mkdir(parents=True, exist_ok=True)
    for name in names or MODELS:
        if not all((place / f"{name}.{ending}").exists() for ending in ("pkl", "onnx")):
            make(name, place)


if __name__ == "__main__":
    main()
