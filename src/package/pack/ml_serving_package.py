"""Opens a package that `ml-serving pack` wrote: a model, and the files that belong to it. MLflow calls `_load_pyfunc`."""

import json
import pathlib

import numpy as np
import pandas as pd
import yaml

MODEL = ["model", "clf", "classifier", "reg", "regressor", "estimator", "pipeline"]
ENCODERS = ["LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer"]
BEFORE = ["label_encoders", "encoders", "label_binarizers", "label_encoder", "target_encoder", "le", "label_binarizer", "lb", "mlb", "encoder", "imputer", "preprocessor", "scaler"]
COLUMNS = ["features", "feature_names", "feature_columns", "columns"]
LABELS = ["classes", "class_names", "target_names"]
THRESHOLD = ["threshold", "best_threshold", "optimal_threshold"]


def _load_pyfunc(path):
    root = pathlib.Path(path)
    keys = yaml.safe_load((root / "MLmodel").read_text(encoding="utf-8"))["flavors"]["ml_serving"]
    opened = _model(root / keys["model"], keys["flavor"])
    before = [_value(root / name) for name in keys.get("before", [])]
    lists = [_value(root / name) for name in keys.get("columns", [])]
    labels = _value(root / keys["labels"]) if "labels" in keys else None
    threshold = keys.get("threshold")
    if isinstance(opened, dict):
        held = {key: value for key, value in opened.items() if value is not None}
        first = lambda names: next((held[name] for name in names if name in held), None)
        opened, labels, threshold = first(MODEL), first(LABELS), first(THRESHOLD)
        before = [held[name] for name in BEFORE if name in held]
        lists = [held[name] for name in COLUMNS if name in held]
    return Package(opened, before, [_inner(names, COLUMNS) for names in lists], labels, threshold)


class Package:
    def __init__(self, model, before, lists, labels, threshold):
        self.model, self.threshold = model, threshold
        self.before = [step for step in before if type(step).__name__ not in ENCODERS]
        targets = [step for step in before if type(step).__name__ in ENCODERS]
        target = targets[0] if targets and labels is None else labels
        self.binarizer = target if type(target).__name__ == "LabelBinarizer" else None
        self.labels = _words(target)
        fitted = [getattr(part, "feature_names_in_", []) for part in [*self.before, model]]
        known = [list(names) for names in [*lists, *fitted] if len(names)]
        # A list may name what comes out of a preprocessor; the first part that was fitted with names knows the table.
        self.columns = known[0] if known else None

    def predict(self, rows, params=None):
        rows, labels = self._prepared(rows)
        fitted = getattr(self.model, "feature_names_in_", None)
        if fitted is not None and (not isinstance(rows, pd.DataFrame) or list(rows.columns) != list(fitted)):
            rows = pd.DataFrame(getattr(rows, "toarray", lambda: np.asarray(rows))(), columns=fitted)
        elif fitted is None and isinstance(rows, pd.DataFrame):
            rows = rows.to_numpy()
        if self.threshold is None:
            answers = np.asarray(self.model.predict(rows))
        else:
            second = np.asarray(self.model.predict_proba(rows))[:, 1]
            answers = np.asarray(self.model.classes_)[(second >= second.dtype.type(self.threshold)).astype(int)]
        if hasattr(self.model, "classes_") and answers.dtype.kind in "bf":
            answers = answers.astype(int)
        if self.binarizer is not None and answers.dtype.kind in "iu" and (answers.ndim == 2 or len(labels) == 2):
            return self.binarizer.inverse_transform(answers.reshape(len(answers), -1))
        return labels[answers.astype(int)] if labels is not None and answers.dtype.kind in "iu" else answers

    def _prepared(self, rows):
        """The rows as the model takes them, and the words of its classes."""
        labels = self.labels
        if not isinstance(rows, pd.DataFrame):
            rows = pd.DataFrame(np.asarray(rows))
        if self.columns is not None and rows.shape[1] == len(self.columns):
            known = set(self.columns) == set(rows.columns)
            rows = rows[self.columns] if known else rows.set_axis(self.columns, axis=1)
        for step in self.before:
            if isinstance(step, dict):
                rows = rows.copy()
                for column, encoder in step.items():
                    column = rows.columns[column] if isinstance(column, int) else column
                    if column in rows.columns:
                        coded = np.asarray(encoder.transform(rows[column]))
                        # A binarizer makes two columns where it meets words that it does not know.
                        rows[column] = coded if coded.ndim == 1 else coded[:, -1]
                    else:
                        labels = encoder.classes_
                continue
            names = getattr(step, "feature_names_in_", None)
            if names is None:
                rows = step.transform(rows.to_numpy() if isinstance(rows, pd.DataFrame) else rows)
            elif isinstance(rows, pd.DataFrame) and set(names) < set(rows.columns):
                rows = rows.copy()
                rows[list(names)] = np.asarray(step.transform(rows[list(names)]))
            else:
                rows = step.transform(rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=names))
        return rows, labels


class Boosted:
    """A booster as this server answers it: with a class where its objective has some."""

    def __init__(self, scores, objective):
        self.scores = scores
        if any(kind in objective for kind in ["binary", "multi"]):
            self.classes_ = None

    def predict(self, rows):
        scores = np.asarray(self.scores(rows))
        if not hasattr(self, "classes_") or scores.ndim == 1 and not np.all((scores >= 0) & (scores <= 1)):
            return scores
        return (scores > 0.5).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)

    def predict_proba(self, rows):
        second = np.asarray(self.scores(rows))
        self.classes_ = np.arange(2)
        return np.stack([1 - second, second], axis=1)


class Graph:
    """An ONNX graph over one tensor."""

    def __init__(self, path):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.given = self.session.get_inputs()[0]
        self.classes_ = np.arange(2)

    def _run(self, rows):
        kind = np.float64 if "double" in self.given.type else np.float32
        return self.session.run(None, {self.given.name: np.asarray(rows, dtype=kind)})

    def predict(self, rows):
        return np.asarray(self._run(rows)[0]).reshape(len(rows), -1).squeeze(axis=1)

    def predict_proba(self, rows):
        scores = self._run(rows)[1]
        return np.array([list(row.values()) for row in scores]) if isinstance(scores, list) else scores


def _model(path, flavor):
    if flavor == "onnx":
        return Graph(path)
    if flavor == "lightgbm":
        import lightgbm

        booster = lightgbm.Booster(model_file=str(path))
        return Boosted(booster.predict, booster.dump_model().get("objective", ""))
    if flavor == "xgboost":
        return _xgboost(path)
    if flavor == "catboost":
        return _catboost(path)
    return _value(path)


class Cat:
    """A model of CatBoost: classifiers answer a column where they have more than two classes, and regressors have an empty list of classes."""

    def __init__(self, model):
        self.model = model
        if len(model.classes_):
            self.classes_ = model.classes_

    def predict(self, rows):
        answers = np.asarray(self.model.predict(rows))
        return answers.reshape(-1) if answers.shape[1:] == (1,) else answers

    def predict_proba(self, rows):
        return self.model.predict_proba(rows)


def _catboost(path):
    import catboost

    form = "cbm" if path.read_bytes()[:4] == b"CBM1" else "json"
    loaded = lambda kind: kind().load_model(str(path), format=form)
    loss = json.loads(loaded(catboost.CatBoost).get_metadata()["params"])["loss_function"]["type"]
    classes = ["Logloss", "CrossEntropy", "Focal", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy"]
    return Cat(loaded(catboost.CatBoostClassifier if loss in classes else catboost.CatBoostRegressor))


def _xgboost(path):
    import xgboost

    booster = xgboost.Booster(model_file=str(path))
    notes = booster.attr("scikit_learn")
    if notes is None:
        objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
        return Boosted(lambda rows: booster.predict(xgboost.DMatrix(rows)), objective)
    model = xgboost.XGBClassifier() if 'lassifier"' in notes else xgboost.XGBRegressor()
    model.load_model(str(path))
    return model


def _value(path):
    """What a file holds that is no model of a library's own format."""
    if path.suffix.lower() == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    if path.suffix.lower() == ".skops":
        import skops.io

        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    import joblib

    return joblib.load(path)


def _inner(value, keys):
    """What a JSON object holds under one of the keys."""
    if isinstance(value, dict):
        return next((value[key] for key in keys if key in value), value)
    return list(value)


def _words(labels):
    if labels is None:
        return None
    if type(labels).__name__ == "MultiLabelBinarizer":
        # Each label is a target of its own, and answered as 0 or 1.
        return None
    if type(labels).__name__ in ENCODERS:
        return labels.classes_
    if isinstance(labels, dict):
        labels = next((labels[key] for key in ["classes", "class_names", "labels"] if key in labels), labels)
    if isinstance(labels, dict):
        pairs = [(int(key), word) if not isinstance(word, (int, np.integer)) else (word, key) for key, word in labels.items()]
        labels = [word for _, word in sorted(pairs)]
    return np.asarray(labels)
