"""Fits CatBoost models with the version of the running interpreter and records what they answer.

    make.py DIRECTORY [NAME]

Writes DIRECTORY/rows.json.gz, the rows that all models are asked about, and for every case DIRECTORY/VERSION-CASE.gz, or only those
whose name begins with NAME. `make` runs this once per version, each in an environment of its own.

The rows are gzipped JSON: {"columns": [name, …], "rows": [[value, …], …]}. Numbers may be null (missing); `plan`, `city`, `level` and
`member` are categories: words, words, integers and booleans. The last two hundred rows have categories that no model was fitted to.

A case is gzipped. Its first line is JSON, then come numbers (f64, little-endian, row by row), then the files, one after the other:

    numbers   `raw` × `width`: RawFormulaVal; then `scores` × `score_width`: what `predict_proba` answers, or a regressor's `predict`
    files     the model in each format of `files`

The keys of the header:

    catboost     version
    columns      the columns that the model takes, in its order
    unnamed      whether Python was given a plain array
    class        the Python class
    loss         the loss function
    rows, width  of the raw scores; a case with fewer rows than the table is asked about the last ones
    score_width  of the scores
    labels       the classes, or null
    predicted    for a classifier what `predict` answers: the place of the label among `labels`, row by row; for several targets null
    targets      for a classifier of several targets what `predict` answers, row by row
    files        [[format, bytes], …]: cbm, json or pickle
"""

import gzip, json, pathlib, pickle, struct, sys, tempfile

import catboost, numpy as np, pandas as pd

ROWS = 1000
# The other cases are asked about the last rows only.
FEW, WHOLE = 100, ["two", "rmse", "one_hot", "statistics", "statistics_deep"]
# Of these the old version writes JSON too: it has what the format has, and is large. The new version writes it of all that ask for it.
OLD_JSON = ["two", "four_words", "depthwise_one_hot", "one_hot", "statistics"]
NUMBERS = ["age", "income", "score", "ties"]
WORDS = ["plan", "city", "level", "member"]


def table():
    rng = np.random.default_rng(20261126)
    n = 700 + ROWS
    plan = rng.choice(["basic", "plus", "pro", "gold, with a comma"], n, p=[0.4, 0.3, 0.2, 0.1])
    city = np.array([f"city {i}" for i in range(35)] + ["Zürich", "", "東京", "a name of a place that is much longer than thirty-two bytes, and " * 2])
    frame = pd.DataFrame({
        "age": rng.normal(40, 12, n),
        "income": np.exp(rng.normal(8, 1, n)),
        "score": rng.normal(size=n),
        "ties": rng.integers(0, 9, n) / 2.0,
        "plan": plan,
        "city": rng.choice(city, n),
        "level": rng.integers(-2, 12, n),
        "member": rng.random(n) < 0.4,
    })
    frame.loc[rng.random(n) < 0.1, "score"] = np.nan
    frame["plan"], frame["city"] = frame["plan"].astype(object), frame["city"].astype(object)
    signal = (frame.age / 20 + frame.score.fillna(1.5) + (plan == "pro") * 1.5 + frame.level / 5 + frame.member * 0.7
              + frame.city.str.len() % 5 * 0.4 + np.log(frame.income) * (plan == "basic") / 4 + rng.normal(0, 0.6, n))
    late = frame.index >= n - 200
    frame.loc[late & (rng.random(n) < 0.5), "plan"] = "unheard of"
    frame.loc[late & (rng.random(n) < 0.5), "city"] = "elsewhere"
    frame.loc[late & (rng.random(n) < 0.5), "level"] = 12345678901234
    frame.loc[late & (rng.random(n) < 0.2), "age"] = np.nan
    return frame, signal.to_numpy()


FRAME, SIGNAL = table()
FIT, ASK = slice(0, 700), slice(700, 700 + ROWS)
CUT = np.quantile(SIGNAL, [0.3, 0.55, 0.8])
PLACES = np.digitize(SIGNAL, CUT)
TARGETS = {
    "two": (PLACES >= 2).astype(int),
    "signs": np.where(PLACES >= 2, 1, -1),
    "words": np.array(["no", "yes"])[(PLACES >= 2).astype(int)],
    "floats": (PLACES >= 2) * 1.0,
    "truth": PLACES >= 2,
    "share": np.clip((SIGNAL - SIGNAL.min()) / (SIGNAL.max() - SIGNAL.min()), 0, 1),
    "four": PLACES,
    "four_words": np.array(["d", "b", "c", "a"])[PLACES],
    "gaps": PLACES * 2,
    "value": SIGNAL,
    "count": np.floor(np.exp(SIGNAL / 3)),
    "pair": np.stack([SIGNAL, -SIGNAL ** 2 / 5], axis=1),
    "triple": np.stack([SIGNAL, np.sin(SIGNAL), SIGNAL / 3], axis=1),
    "flags": np.stack([PLACES >= 1, PLACES >= 2, PLACES % 2 == 0], axis=1).astype(int),
}
BASE = dict(iterations=12, depth=4, learning_rate=0.3, random_seed=7, thread_count=1, verbose=False, allow_writing_files=False)


def cases():
    """Name, class, target, columns, parameters, formats."""
    classifier, regressor, plain = "CatBoostClassifier", "CatBoostRegressor", "CatBoost"
    hot = dict(one_hot_max_size=250)
    both = ["cbm", "json"]
    yield "two", classifier, "two", NUMBERS, {}, ["cbm", "json", "pickle"]
    yield "two_signs", classifier, "signs", NUMBERS, dict(nan_mode="Max"), both
    yield "two_words", classifier, "words", NUMBERS, dict(depth=6, border_count=32), ["cbm"]
    yield "two_floats", classifier, "floats", NUMBERS, dict(nan_mode="Max", iterations=3, depth=1), ["cbm"]
    yield "two_truth", classifier, "truth", NUMBERS, {}, both
    yield "two_share", classifier, "share", NUMBERS, dict(loss_function="CrossEntropy"), ["cbm"]
    yield "two_plain_array", classifier, "two", NUMBERS, dict(array=True), both
    yield "two_threshold", classifier, "two", NUMBERS, dict(threshold=0.3), both
    yield "four", classifier, "four", NUMBERS, dict(loss_function="MultiClass"), both
    yield "four_words", classifier, "four_words", NUMBERS, dict(loss_function="MultiClassOneVsAll"), both
    yield "gaps", classifier, "gaps", NUMBERS, dict(loss_function="MultiClass"), ["cbm"]
    yield "gaps_counted", classifier, "gaps", NUMBERS, dict(loss_function="MultiClass", classes_count=9), both
    yield "rmse", regressor, "value", NUMBERS, {}, both + ["pickle"]
    yield "rmse_forbidden", regressor, "value", ["age", "income", "ties"], dict(nan_mode="Forbidden"), ["cbm"]
    yield "rmse_many_borders", regressor, "value", NUMBERS, dict(border_count=700, iterations=120, learning_rate=0.1, leaf_estimation_iterations=1), ["cbm"]
    yield "rmse_deep", regressor, "value", NUMBERS, dict(depth=10, iterations=2), ["cbm"]
    yield "rmse_no_average", regressor, "value", NUMBERS, dict(boost_from_average=False), ["cbm"]
    yield "mae", regressor, "value", NUMBERS, dict(loss_function="MAE"), ["cbm"]
    yield "quantile", regressor, "value", NUMBERS, dict(loss_function="Quantile:alpha=0.8"), ["cbm"]
    yield "huber", regressor, "value", NUMBERS, dict(loss_function="Huber:delta=1"), ["cbm"]
    yield "poisson", regressor, "count", NUMBERS, dict(loss_function="Poisson"), ["cbm", "pickle"]
    yield "tweedie", regressor, "count", NUMBERS, dict(loss_function="Tweedie:variance_power=1.5"), ["cbm"]
    yield "uncertainty", regressor, "value", NUMBERS, dict(loss_function="RMSEWithUncertainty"), both
    yield "multi_rmse", regressor, "triple", NUMBERS, dict(loss_function="MultiRMSE"), both
    yield "plain_logloss", plain, "two", NUMBERS, dict(loss_function="Logloss"), ["cbm", "pickle"]
    yield "plain_multiclass", plain, "four", NUMBERS, dict(loss_function="MultiClass"), ["cbm"]
    yield "ranking", "CatBoostRanker", "two", NUMBERS, dict(loss_function="YetiRank", groups=True), ["cbm"]
    yield "depthwise", regressor, "value", NUMBERS, dict(grow_policy="Depthwise", depth=5), both
    yield "lossguide", classifier, "four", NUMBERS, dict(grow_policy="Lossguide", max_leaves=13, loss_function="MultiClass"), both
    yield "depthwise_one_hot", classifier, "two", NUMBERS + ["plan", "level"], dict(grow_policy="Depthwise", **hot), both
    yield "one_hot", classifier, "two", NUMBERS + WORDS, dict(iterations=40, **hot), both
    yield "one_hot_words_first", regressor, "value", ["plan", "age", "level", "score"], dict(iterations=30, **hot), both
    yield "one_hot_array", classifier, "four_words", ["level", "age", "member"], dict(array=True, loss_function="MultiClass", **hot), ["cbm"]
    yield "statistics", classifier, "two", NUMBERS + WORDS, dict(iterations=30), both + ["pickle"]
    yield "statistics_alone", classifier, "two", WORDS, dict(iterations=30, max_ctr_complexity=1), ["cbm"]
    yield "statistics_deep", regressor, "value", NUMBERS + WORDS, dict(iterations=40, max_ctr_complexity=4, depth=5), both
    yield "statistics_four", classifier, "four_words", NUMBERS + WORDS, dict(loss_function="MultiClass", iterations=20), both
    kinds = ["Borders", "Buckets", "BinarizedTargetMeanValue", "Counter"]
    yield "statistics_kinds", classifier, "two", NUMBERS + WORDS, dict(iterations=60, simple_ctr=kinds, combinations_ctr=kinds), both
    yield "statistics_kinds_value", regressor, "value", ["age"] + WORDS, dict(iterations=60, simple_ctr=["Borders:TargetBorderCount=4:Prior=1/1", "Buckets:TargetBorderCount=3", "BinarizedTargetMeanValue:TargetBorderCount=5", "Counter:Prior=0.25"], combinations_ctr=["Borders:TargetBorderCount=3", "Buckets:TargetBorderCount=2"], counter_calc_method="Full"), both
    yield "statistics_depthwise", regressor, "value", NUMBERS + WORDS, dict(grow_policy="Depthwise", iterations=20), both
    if catboost.__version__ > "1":
        yield "flags", classifier, "flags", NUMBERS, dict(loss_function="MultiLogloss"), both


def fitted(kind, target, columns, options):
    options = dict(options)
    array, threshold, groups = options.pop("array", False), options.pop("threshold", None), options.pop("groups", False)
    X, y = FRAME[columns], TARGETS[target]
    categories = [name for name in columns if name in WORDS]
    if array:
        X = X.to_numpy(dtype=object if categories else float)
        categories = [columns.index(name) for name in categories]
    params = {**BASE, **options, **(dict(cat_features=categories) if categories else {})}
    model = catboost.CatBoost(params) if kind == "CatBoost" else getattr(catboost, kind)(**params)
    more = dict(group_id=np.arange(700) // 10) if groups else {}
    model.fit(X[FIT], y[FIT], **more)
    if threshold is not None:
        model.set_probability_threshold(threshold)
    return model, X[ASK], array


def asked(name, rows):
    return rows if name in WHOLE else rows[-FEW:]


def slim(model):
    """Without what says nothing about answers, but takes most of the file."""
    for tree in model.get("oblivious_trees", []):
        tree.pop("leaf_weights", None)
    model["model_info"]["params"] = {"loss_function": model["model_info"]["params"]["loss_function"]}
    return model


def plain(value):
    return value.item() if hasattr(value, "item") else value


def record(folder, name, kind, target, columns, options, formats):
    model, rows, array = fitted(kind, target, columns, options)
    rows = asked(name, rows)
    count = len(rows)
    raw = np.asarray(catboost.CatBoost.predict(model, rows, prediction_type="RawFormulaVal"), dtype=np.float64).reshape(count, -1)
    labels = predicted = targets = None
    answer = np.asarray(model.predict(rows))
    if kind == "CatBoostClassifier":
        scores = np.asarray(model.predict_proba(rows), dtype=np.float64).reshape(count, -1)
        labels = [plain(label) for label in model.classes_]
        if target == "flags":
            targets = answer.astype(int).tolist()
        else:
            predicted = [labels.index(plain(label)) for label in answer.reshape(-1)]
    else:
        scores = answer.astype(np.float64).reshape(count, -1)
    files = []
    for form in formats:
        if form == "pickle":
            files.append((form, pickle.dumps(model, protocol=4)))
            continue
        path = pathlib.Path(tempfile.mkdtemp()) / "model"
        model.save_model(str(path), format=form)
        data = path.read_bytes()
        if form == "json":
            data = json.dumps(slim(json.loads(data)), separators=(",", ":")).encode()
        files.append((form, data))
    header = dict(catboost=catboost.__version__, columns=columns, unnamed=array, loss=options.get("loss_function"), rows=count,
                  width=raw.shape[1], score_width=scores.shape[1], labels=labels, predicted=predicted, targets=targets,
                  files=[[form, len(data)] for form, data in files])
    header["class"] = kind
    numbers = np.concatenate([raw.reshape(-1), scores.reshape(-1)])
    body = json.dumps(header, separators=(",", ":")).encode() + b"\n" + numbers.astype("<f8").tobytes() + b"".join(data for _, data in files)
    packed = gzip.compress(body, 9, mtime=0)
    (folder / f"{catboost.__version__}-{name}.gz").write_bytes(packed)
    return len(packed)


def main():
    folder, prefix = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
    cells = FRAME[ASK].astype(object).where(FRAME[ASK].notna(), None)
    rows = json.dumps(dict(columns=list(FRAME.columns), rows=[[plain(v) for v in row] for row in cells.to_numpy()]), ensure_ascii=False, separators=(",", ":"))
    (folder / "rows.json.gz").write_bytes(gzip.compress(rows.encode(), 9, mtime=0))
    total = 0
    for name, *case, formats in cases():
        if name.startswith(prefix):
            if catboost.__version__ < "1" and name not in OLD_JSON:
                formats = [form for form in formats if form != "json"]
            try:
                size = record(folder, name, *case, formats)
                total += size
                print(name, size)
            except Exception as error:
                print(name, "FAILED", type(error).__name__, str(error)[:200])
    print(total)


main()
