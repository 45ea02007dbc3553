"""Tables to train on, and the rows a model is held against: its thresholds, their neighbours, and what is no number."""

import gzip
import json

import numpy as np
from sklearn import datasets

Z = float(np.float32(1e-35))


def iris():
    return datasets.load_iris(return_X_y=True)


def cancer():
    """Two classes, eight columns; some values are missing."""
    x, y = datasets.load_breast_cancer(return_X_y=True)
    x = x[:, :8].copy()
    x[np.random.default_rng(1).random(x.shape) < 0.1] = np.nan
    return x, y


def diabetes():
    """A positive target over six columns of which one is zero half of the time."""
    x, y = datasets.load_diabetes(return_X_y=True)
    x = x[:, :6].copy()
    x[:, 1] = np.where(x[:, 1] > 0, x[:, 1], 0)
    x[np.random.default_rng(2).random(x.shape) < 0.05] = np.nan
    return x, y / 50


def shop(classes=2):
    """Columns 0 and 2 are numbers, 1 and 3 categories: twelve and seventy of them."""
    rng = np.random.default_rng(3)
    n = 2000
    x = np.column_stack([
        rng.normal(size=n).round(2), rng.integers(0, 12, n), rng.exponential(size=n).round(2), rng.integers(0, 70, n),
    ])
    effect = rng.normal(size=12)[x[:, 1].astype(int)] + rng.normal(size=70)[x[:, 3].astype(int)]
    score = effect + 0.5 * x[:, 0] + rng.normal(size=n) * 0.3
    y = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    x[rng.random(x.shape) < 0.05] = np.nan
    return x, y


def hard_rows(x, thresholds, kind=np.float64, categories=(), n=1000, seed=0):
    """Rows of the table in which one to three cells were moved onto a threshold, beside it, or out of the world.

    `thresholds` maps a column to its thresholds; values are rounded to `kind`, which the library compares in.
    """
    rng = np.random.default_rng(seed)
    rows = x[rng.integers(0, len(x), n)].astype(np.float64)
    huge = float(np.finfo(np.float32).max)
    odd = [np.nan, np.nan, 0.0, -0.0, Z, -Z, 1e-36, -1e-36, 1e-34, -1e-34, huge, -huge, 1e-45, -1e9, 3.5e9]
    strange = [np.nan, -1, -0.5, -2, -0.999, 0.5, 2.7, 31, 32, 33, 63, 64, 69.9, 70, 95, 96, 1000, 1e9, 3e9, 16777216.0, -1e10]
    where = [(column, t) for column, ts in thresholds.items() for t in ts]
    order = rng.permutation(len(where)) if where else []
    for i in range(n // 5, n):
        for j in range(rng.integers(1, 4)):
            column = rng.integers(0, x.shape[1])
            if column in categories:
                value = strange[rng.integers(len(strange))] if rng.random() < 0.5 else rng.integers(0, 75)
            elif where and rng.random() < 0.7:
                column, value = where[order[(i * 3 + j) % len(where)]]
                value = kind(value)
                toward = [None, np.inf, -np.inf][rng.integers(3)]
                if toward is not None:
                    value = np.nextafter(value, kind(toward))
            else:
                value = odd[rng.integers(len(odd))]
            rows[i, column] = value
    return rows


def write(path, header, *arrays):
    """A JSON line, then the arrays as little-endian f64, row by row; compressed, and the same bytes every time."""
    arrays = [np.ascontiguousarray(a, dtype="<f8") for a in arrays]
    body = (json.dumps(header) + "\n").encode() + b"".join(a.tobytes() for a in arrays)
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(body)


def compress(path, raw):
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(raw)
