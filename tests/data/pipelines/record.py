"""One recorded pipeline: fitted, asked, and written as a file. `make.py` describes the format."""

import gzip, io, json, pickle, zlib

import cloudpickle, joblib, numpy as np, sklearn

import tables

try:
    import skops.io
except ImportError:
    skops = None

VERSION = tuple(int(x) for x in sklearn.__version__.split(".")[:2])
VERSIONS = [(0, 24), (1, 2), (1, 5), (1, 7), (1, 9)]
TABLES = tables.tables()
REFUSED = 65535
# Rows that are asked where an answer is several numbers, which take up most of a file: of core cases in the newest version all, in
# others half; fewer of the rest. Boundaries come first in a table. Where an answer is one number, all rows are asked.
ROWS, WIDE_ROWS, OLDER_ROWS = 500, 300, 250
# Rows that `make.py`'s modules of few rows ask, however short an answer is.
FEW_ROWS = 200


class Case:
    """A model to fit: an estimator, or what makes one in the versions that can.

    `exact` is "exact", "libm" or "blas"; `none` gives missing words to Python as None; `prepare` changes the table before it is fitted
    and asked, `fit` before it is fitted alone; `fitted` says that `model` takes X and y, for what is fitted in parts; `since` and
    `until` are versions (inclusive); `every` records the case in every version, otherwise the newest and one other do; `core` is every
    version too, with more rows and all serializations; `alone` has the categories that were fitted where a row may only bring its own
    ones beside them; `rows` are asked of the table in the newest version; `whole` asks all rows in every version, for classes of which too few
    cases answer one number a row, or none where values are missing; `few` asks so many rows, however short an answer is; `skops` is false
    for models that skops cannot write, and "always" for those that it writes in every version; `labels` records
    no scores of a classifier without probabilities; `more` is written into the header.
    """

    def __init__(self, name, model, table, target, exact="exact", none=False, prepare=None, fit=None, fitted=False, since=(0, 0), until=(9, 9),
            every=False, core=False, alone=None, rows=None, whole=False, few=None, labels=False, skops=True, **more):
        self.name, self.model, self.table, self.target, self.exact = name, model, table, target, exact
        self.none, self.prepare, self.fit, self.fitted, self.core, self.alone, self.more = none, prepare, fit, fitted, core, alone, more
        self.rows, self.whole, self.few, self.labels, self.skops = rows, whole, few, labels, skops
        self.since, self.until, self.every = since, until, every or core
        self.brief = False

    def versions(self):
        """The versions of scikit-learn that record the case."""
        able = [v for v in VERSIONS if self.since <= v <= self.until]
        older = able[:-1][zlib.crc32(self.name.encode()) % max(len(able) - 1, 1):][:1]
        return able if self.every else older + able[-1:]

    def recorded(self):
        """Whether this version of scikit-learn records the case."""
        return VERSION in self.versions()

    def shorten(self, whole):
        """Asks few rows, and the whole table in the oldest and the newest version alone, if it is to be asked at all."""
        self.brief = True
        if whole and VERSION in (self.versions()[0], self.versions()[-1]):
            self.whole, self.few = True, None
        else:
            self.few = min(self.few or self.rows or FEW_ROWS, FEW_ROWS)

    def count(self, count, wide):
        """How many of the table's rows are asked where an answer is several numbers; `wide` is a case with many."""
        newest = VERSION == VERSIONS[-1]
        if self.core:
            return count if newest else count // 2
        if not newest:
            return OLDER_ROWS
        return self.rows or (WIDE_ROWS if wide and self.exact != "exact" else ROWS)

    def kinds(self):
        """The serializations beside pickle: of a third of the cases, and of few or none in older versions."""
        number = zlib.crc32(self.name.encode())
        if self.skops == "always":
            return ("skops",)
        if self.brief and VERSION != self.versions()[-1]:
            return ()
        if not self.skops:
            return ("joblib",) if number % 5 == 0 else ("cloudpickle",) if number % 5 == 1 else ()
        if number % 3 or not self.core and VERSION != VERSIONS[-1] and zlib.crc32(f"{VERSION}{self.name}".encode()) % 12:
            return ()
        return ("skops", "cloudpickle", "joblib") if self.core else (("skops",), ("skops", "cloudpickle"), ("joblib",))[number // 3 % 3]


def serializations(model, kinds):
    yield f"pickle{pickle.DEFAULT_PROTOCOL}", pickle.dumps(model)
    if "cloudpickle" in kinds:
        yield "cloudpickle", cloudpickle.dumps(model)
    if "joblib" in kinds:
        buffer = io.BytesIO()
        joblib.dump(model, buffer)
        yield "joblib", buffer.getvalue()
    if "skops" in kinds:
        try:
            yield "skops", skops.io.dumps(model)
        except (AttributeError, RecursionError):
            # No skops for this version, or it cannot write this model.
            pass


def pick(X, keep):
    return X.iloc[keep] if hasattr(X, "iloc") else X[keep]


def pick_with(fitted):
    """Picks rows as a request of their own: pandas categories are the fitted ones and what occurs in the rows."""
    def picked(X, keep):
        X = pick(X, keep)
        more = {name: [w for w in X[name].dropna().unique() if w not in known] for name, known in fitted.items()}
        return X.assign(**{name: X[name].cat.set_categories(known + more[name]) for name, known in fitted.items()})
    return picked


def asked(ask, X, count, pick):
    """Answers to the rows that are not refused, their indexes, and [index, class, first line] of those that are."""
    try:
        return np.asarray(ask(X)), np.arange(count), []
    except Exception:
        refused = []
    for i in range(count):
        try:
            ask(pick(X, [i]))
        except Exception as error:
            refused.append([i, type(error).__name__, (str(error).splitlines() or [""])[0]])
    keep = np.setdiff1d(np.arange(count), [i for i, *_ in refused])
    if not len(keep):
        raise ValueError(f"refuses every row: {refused[0]}")
    return np.asarray(ask(pick(X, keep))), keep, refused


def spread(answers, keep, count, fill, kind):
    out = np.full((count, *answers.shape[1:]), fill, dtype=kind)
    out[keep] = answers
    return out


def label(value):
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, str) else int(value)


def width_of(answers):
    return answers.reshape(len(answers), -1)


def last_of(model):
    """The estimator at the end of pipelines and searches."""
    for inner in ("best_estimator_", "steps"):
        if hasattr(model, inner):
            found = getattr(model, inner)
            return last_of(found[-1][1] if inner == "steps" else found)
    return model


def classes_of(model):
    """The classes, or None: CatBoost's regressors have an empty list."""
    classes = getattr(model, "classes_", None)
    return None if classes is None or not len(classes) else classes


def kind_of(model, predicted):
    """What the answer is: "classifier", "targets" of one, "regressor", "anomaly" or "cluster"."""
    last = last_of(model)
    try:
        kind = sklearn.utils.get_tags(last).estimator_type
    except (AttributeError, ImportError):
        kind = getattr(last, "_estimator_type", None)
    if kind == "outlier_detector":
        return "anomaly"
    if kind == "clusterer" or hasattr(last, "converged_") and hasattr(last, "weights_") and not hasattr(last, "classes_"):
        return "cluster"
    if classes_of(last) is None:
        return "regressor"
    return "targets" if predicted.ndim == 2 else "classifier"


def build(case, model):
    """Header and answers of a fitted model: to all rows of the table if an answer is one number or the case says so."""
    rows = len(TABLES[case.table]["rows"])
    if case.few:
        return answered(case, model, case.few)
    if not case.whole:
        header, answers = answered(case, model, case.count(rows, len(getattr(model, "classes_", ())) > 2))
        if answers[-1].shape[1] > 1:
            return header, answers
    return answered(case, model, rows)


def answered(case, model, count):
    """Header and answers to the first `count` rows."""
    table = TABLES[case.table]
    X = pick(tables.given(table, case.none), np.arange(count))
    if case.prepare:
        X = case.prepare(X)
    # XGBoost refuses a category that it does not know even if no row has it.
    select = pick_with(case.alone) if case.alone else pick
    predicted, keep, refused = asked(model.predict, X, count, select)
    header = {
        "sklearn": sklearn.__version__, "name": case.name, "table": case.table, "rows": count, "exact": case.exact,
        "null": "none" if case.none else "nan", "names": list(X.columns) if hasattr(X, "columns") else None, "refused": refused,
    }
    if type(last_of(model)).__module__.startswith("catboost") and predicted.shape[1:] == (1,):
        # Of more than two classes CatBoost answers a column.
        predicted = predicted.reshape(-1)
    kind = kind_of(model, predicted)
    X = select(X, keep)
    if kind in ("anomaly", "cluster"):
        return beside(header, kind, model, X, predicted, keep, count)
    classes = classes_of(model)
    if kind == "targets":
        return several(header, classes, model, X, predicted, keep, count)
    if classes is None:
        values = spread(width_of(predicted.astype(float)), keep, count, np.nan, "<f8")
        header.update(task="regressor", labels=None, targets=values.shape[1], proba=False, scores=None, width=0, half=False)
        return header, [values]
    labels = [label(c) for c in classes]
    known = {c: i for i, c in enumerate(classes.tolist())}
    winners = spread(np.array([known[p] for p in predicted.tolist()]), keep, count, REFUSED, "<u2")
    kinds = ("predict_proba",) if case.labels else ("predict_proba", "decision_function")
    kind = next((k for k in kinds if hasattr(model, k)), None)
    scores = np.zeros((count, 0))
    if kind:
        scores = spread(width_of(np.asarray(getattr(model, kind)(X), dtype=float)), keep, count, np.nan, "<f8")
    # Of two probabilities only the second is written where it says the first.
    half = kind == "predict_proba" and scores.shape[1] == 2 and np.array_equal(1 - scores[keep, 1], scores[keep, 0])
    header.update(task="classifier", labels=labels, label_type=type(classes.tolist()[0]).__name__, targets=1, proba=kind == "predict_proba",
        scores=kind, width=scores.shape[1], half=bool(half))
    return header, [winners.reshape(count, 1), scores[:, 1:] if half else scores]


def beside(header, kind, model, X, predicted, keep, count):
    """Header and answers of an anomaly detector or a clusterer: the place of the label, and what is known beside it."""
    last = last_of(model)
    if kind == "anomaly":
        labels, methods = [-1, 1], ["decision_function", "score_samples"]
    else:
        known = next(getattr(last, name) for name in ("subcluster_labels_", "cluster_centers_", "weights_") if hasattr(last, name))
        labels = np.unique(known).tolist() if known.ndim == 1 and known.dtype.kind == "i" else list(range(len(known)))
        methods = [name for name in ("predict_proba", "transform") if hasattr(model, name)][:1]
    places = spread(np.array([labels.index(p) for p in predicted.tolist()]), keep, count, REFUSED, "<u2")
    known = [width_of(np.asarray(getattr(model, name)(X), dtype=float)) for name in methods]
    scores = spread(np.hstack(known) if known else np.zeros((len(keep), 0)), keep, count, np.nan, "<f8")
    header.update(task=kind, labels=labels, label_type="int", targets=1, proba=methods == ["predict_proba"], scores=" ".join(methods) or None,
        width=scores.shape[1], half=False)
    return header, [places.reshape(count, 1), scores]


def several(header, classes, model, X, predicted, keep, count):
    """Header and answers of a classifier of several targets: the place of each label, and the probabilities of each target's classes."""
    targets = predicted.shape[1]
    # Where there is one list of classes, it names the targets, each of which is there or is not.
    own = [np.asarray(c).tolist() for c in classes] if isinstance(classes, list) else [[0, 1]] * targets
    labels = [[label(c) for c in target] for target in own]
    columns = [[own[k].index(p) for p in predicted[:, k].tolist()] for k in range(targets)]
    places = spread(np.array(columns).T, keep, count, REFUSED, "<u2")
    scores = np.zeros((count, 0))
    proba = hasattr(model, "predict_proba")
    if proba:
        answered = model.predict_proba(X)
        # One matrix has the second class of each target.
        each = answered if isinstance(answered, list) else [np.c_[1 - p, p] for p in np.asarray(answered).T]
        scores = spread(np.hstack(each), keep, count, np.nan, "<f8")
    header.update(task="targets", labels=labels, label_type=type(own[0][0]).__name__, targets=targets, proba=proba,
        scores="predict_proba" if proba else None, width=scores.shape[1], half=False, listed=proba and isinstance(answered, list))
    return header, [places, scores]


def record(folder, case):
    X, targets = tables.fitted(case.table, case.none)
    if case.prepare:
        X = case.prepare(X)
    if case.fit:
        X = case.fit(X)
    y = targets[case.target] if isinstance(case.target, str) else case.target(targets)
    model = case.model if hasattr(case.model, "fit") else case.model(X, y) if case.fitted else case.model()
    model = model.fit(X, y) if not case.fitted else model
    header, answers = build(case, model)
    blobs = list(serializations(model, case.kinds()))
    header.update(case.more)
    header["files"] = [[kind, len(blob)] for kind, blob in blobs]
    body = json.dumps(header, ensure_ascii=False).encode() + b"\n"
    body += b"".join(np.ascontiguousarray(a.T).tobytes() for a in answers) + b"".join(blob for _, blob in blobs)
    file = folder / f"{sklearn.__version__}-{case.name}.gz"
    # No clock in the header.
    file.write_bytes(gzip.compress(body, 9, mtime=0))
    return file.stat().st_size
