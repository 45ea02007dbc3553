"""Models that are no plain forests, beside the library that made them: `make bench-beside` runs this.

    beside.py DIR [--rounds N] [--only PART]

- A support vector machine of about 2,000 vectors of 20 numbers.
- Neighbours among 20,000 points, of 20 numbers (a scan) and of 6 (a tree).
- 1,000 trees of CatBoost, for a number and for three classes.
- TF-IDF of 10,000 words before logistic regression; a row is one text of 200 words.

DIR gets <name>.pkl or <name>.cbm, and its rows: <name>.rows (little-endian float32) or <name>.texts (a text a line), made once. The engine
is benches/kernel.rs. The two are measured in turns, on one thread (turns.py). Prints a table.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import pickle

import numpy as np
from catboost import CatBoostClassifier, CatBoostRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from turns import SIZES, arguments, in_turns, shown


def table(count, features, seed):
    # Columns that depend on each other, as those of real tables do.
    random = np.random.RandomState(seed)
    hidden = random.randn(count, 4)
    mixed = hidden @ np.random.RandomState(9).randn(4, features)
    return (mixed + 0.5 * random.randn(count, features)).astype(np.float32)


def value(x):
    return x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + x[:, 3:6].sum(axis=1) ** 2 / 5


def machine():
    x = table(4500, 20, 0).astype(float)
    noise = 3 * np.random.RandomState(2).randn(len(x))
    return SVC(C=1.0).fit(x, value(x) + noise > 2)


def neighbours(features):
    x = table(20_000, features, 0).astype(float)
    return KNeighborsClassifier(5).fit(x, value(x) > 2)


def catboost(kind, **more):
    x = table(20_000, 30, 0)
    y = value(x) if kind is CatBoostRegressor else np.digitize(value(x), [1, 3])
    options = dict(iterations=1000, depth=6, learning_rate=0.05, border_count=128, random_seed=1, verbose=False, allow_writing_files=False)
    return kind(**options, **more).fit(x, y)


def texts(count, seed):
    """Texts of 200 words, of 10,000 that are as uneven as those of a language."""
    random = np.random.RandomState(seed)
    letters = np.array(list("etaoinshrdlucmfwypvbgkqjxz"))
    spelled = np.random.RandomState(3)
    words = np.unique(["".join(spelled.choice(letters, 3 + spelled.randint(8))) for _ in range(12_000)])[:10_000]
    spelled.shuffle(words)
    shares = 1 / np.arange(3, len(words) + 3)
    return [" ".join(random.choice(words, 200, p=shares / shares.sum())) for _ in range(count)], words


def tfidf():
    asked, words = texts(1000, 0)
    # Every word once, so that the vocabulary is whole.
    asked += [" ".join(words[i : i + 200]) for i in range(0, len(words), 200)]
    return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(asked, [hash_of(text) for text in asked])


def hash_of(text):
    return sum(map(ord, text[:40])) % 2


# Name: how it is made, what it is asked, and its columns (0: a text).
MODELS = {
    "svc": (machine, "predict", 20),
    "knn_scan": (lambda: neighbours(20), "predict", 20),
    "knn_tree": (lambda: neighbours(6), "predict", 6),
    "catboost_number": (lambda: catboost(CatBoostRegressor), "predict", 30),
    "catboost_classes": (lambda: catboost(CatBoostClassifier, loss_function="MultiClass"), "predict_proba", 30),
    "tfidf_logistic": (tfidf, "predict_proba", 0),
}


def make(name, folder):
    """The call of the library, and the rows that it is asked."""
    fit, method, width = MODELS[name]
    boosted = name.startswith("catboost")
    path = folder / f"{name}.{'cbm' if boosted else 'pkl'}"
    if not path.exists():
        model = fit()
        if width:
            table(SIZES[-1], width, 1).tofile(folder / f"{name}.rows")
        else:
            (folder / f"{name}.texts").write_text("\n".join(texts(SIZES[-1], 1)[0]))
        model.save_model(str(path)) if boosted else path.write_bytes(pickle.dumps(model))
    if boosted:
        kind = CatBoostRegressor if name == "catboost_number" else CatBoostClassifier
        model = kind().load_model(str(path))
        rows = np.fromfile(folder / f"{name}.rows", np.float32).reshape(-1, width)
        return lambda part: getattr(model, method)(part, thread_count=1), rows
    model = pickle.loads(path.read_bytes())
    if width:
        return getattr(model, method), np.fromfile(folder / f"{name}.rows", np.float32).reshape(-1, width).astype(float)
    return getattr(model, method), (folder / f"{name}.texts").read_text().split("\n")


def main():
    args = arguments()
    asked = {name: make(name, args.folder) for name in MODELS if args.only in name}
    times = in_turns(args.folder, args.only, args.rounds, {name: (rows, {"its library": ask}) for name, (ask, rows) in asked.items()})
    print("| model | rows | ml-serving | its library | ratio |\n|---|---:|---:|---:|---:|")
    for (name, size, library), other in times.items():
        if library:
            mine = times[name, size, None]
            print(f"| {name} | {size:,} | {shown(mine)} | {shown(other)} | {other / mine:.1f} |")


main()
