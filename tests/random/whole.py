"""Holds a random pipeline against the server over HTTP: equal answers, and a refusal wherever Python refuses."""

import pathlib, tempfile

import numpy as np

from pipelines import Pipelines
from server import Refused, Server
from tables import Table

TOLERANCE = 1e-5


# What a model may say beside its prediction: the method in Python, the field of an answer, and what asks for it.
SAID = {
    "classes": (("predict_proba", "probabilities", "?probabilities=true"), ("decision_function", None, "")),
    "detectors": (("decision_function", "decision", ""),),
    "clusterers": (("transform", "distances", "?distances=true"),),
}


def said(model, task):
    return next((way for way in SAID.get(task, ()) if hasattr(model, way[0])), (None, None, ""))


def asked_of_python(model, table, rows, task):
    """What Python answers: (predictions, scores) of the rows that it takes, those rows' indexes, and what it refuses with a reason.

    An answer that is no finite number is a refusal as well: JSON cannot carry it.
    """
    scores = getattr(model, said(model, task)[0] or "", None)
    # One table, so that a column has the same type whichever rows are taken.
    X = table.frame(rows)
    pick = lambda some: X if some is None else X[some] if table.plain else X.iloc[some]
    ask = lambda some: (model.predict(pick(some)), np.asarray(scores(pick(some))) if scores else None)
    refused = {}
    try:
        answers, keep = ask(None), list(range(len(rows)))
    except Exception:
        for i in range(len(rows)):
            try:
                ask([i])
            except Exception as error:
                refused[i] = (str(error).splitlines() or [type(error).__name__])[0][:120]
        keep = [i for i in range(len(rows)) if i not in refused]
        if not keep:
            raise
        answers = ask(keep)
    numbers = [answers[0] if task.startswith("number") else np.zeros(len(keep)), answers[1] if scores else np.zeros(len(keep))]
    finite = np.logical_and.reduce([np.isfinite(x.reshape(len(keep), -1).astype(float)).all(axis=1) for x in numbers])
    refused.update({i: "its answer is not finite" for i, fine in zip(keep, finite) if not fine})
    return tuple(x[finite] if x is not None else None for x in answers), [i for i in keep if i not in refused], refused


def body(table, row):
    return {"features": row if table.plain else dict(zip(table.columns, row))}


def is_same_label(answer, wanted):
    """Whether a label is the one that Python answers, or each one of several."""
    if isinstance(wanted, list):
        known = answer.get("label") or [None] * len(wanted)
        each = zip(answer["prediction"], known, wanted)
        return len(known) == len(wanted) and all(is_same_label({"prediction": p, **({"label": l} if l is not None else {})}, w) for p, l, w in each)
    found = answer["label"] if "label" in answer else answer["prediction"]
    return found == wanted if isinstance(wanted, str) else float(found) == float(wanted)


def tied(scores, i, task):
    """Whether the last bits decide which class wins, which cluster is nearest, or whether a row is an anomaly."""
    if scores is None:
        return False
    row = np.sort(np.atleast_1d(scores[i]) * (-1 if task == "clusterers" else 1))
    margin = row[-1] - row[-2] if len(row) > 1 else abs(row[0])
    return bool(margin < 1e-7 * max(1, abs(row[-1])))


def compare(server, table, rows, answers, keep, model, task):
    """What is wrong with the answers to the rows that Python takes, or None."""
    predicted, scores = answers
    _, field, query = said(model, task)
    status, found = server.post(f"/predict/batch{query}", [body(table, rows[i]) for i in keep])
    if status != 200:
        for i in keep:
            status, found = server.post(f"/predict{query}", body(table, rows[i]))
            if status != 200:
                return f"row {rows[i]} is refused, which Python answers: {found}"
        return f"a batch is refused ({status}), but none of its rows"
    wrong, worst = 0, 0.0
    off = lambda found, exact: np.max(np.abs(np.atleast_1d(found).astype(float) - exact) / np.maximum(1, np.abs(exact)))
    for n, (answer, wanted) in enumerate(zip(found, predicted.tolist())):
        if task.startswith("number"):
            worst = max(worst, off(answer["prediction"], np.atleast_1d(wanted)))
            continue
        wrong += not is_same_label(answer, wanted) and not tied(scores, n, task)
        if field:
            if field not in answer:
                return f"there are no {field}"
            worst = max(worst, off(answer[field], np.atleast_1d(scores[n])))
    if wrong:
        return f"{wrong} of {len(keep)} labels differ, scores are off by {worst:.1e}"
    if not worst <= TOLERANCE:
        return f"scores are off by {worst:.1e}"


def target(draw, table, task):
    """What a model of a kind is fitted to."""
    quantity = np.exp(table.score / 3) * draw.one(1.0, 100.0)
    second = table.score + draw.random.randn(len(table.score)) > np.median(table.score)
    return {"classes": lambda: draw.classes(table.score), "number": lambda: quantity, "numbers": lambda: np.stack([quantity, table.score], axis=1),
        "several": lambda: np.stack([np.digitize(table.score, np.quantile(table.score, [0.3, 0.6])) * draw.one(1, 2), second], axis=1).astype(int).astype(draw.one(int, str)),
        "labels": lambda: np.stack([table.score > np.median(table.score), second], axis=1).astype(int)}.get(task, lambda: None)()


def difference(draw, binary, folder, boosters):
    """Fits a pipeline; what is wrong with its answers, if something is."""
    task = draw.one(*["classes"] * 6, *["number"] * 4, "detectors", "clusterers", "several", "labels", "numbers")
    table = Table(draw)
    model = Pipelines(draw, table, task, boosters).model()
    y = target(draw, table, task)
    if task == "classes" and any(type(part).__name__.startswith("XGB") for part in model.get_params().values()):
        y = np.unique(y, return_inverse=True)[1]
    rows = table.asked()
    model.fit(table.frame(table.fitted()), y)
    answers, keep, refused = asked_of_python(model, table, rows, task)
    end, raw = draw.serialized(model)
    path = folder / f"model.{end}"
    path.write_bytes(raw)
    what = " ".join(f"{model.__repr__(N_CHAR_MAX=10**6)} as {end}".split())
    try:
        with Server(binary, path) as server:
            wrong = compare(server, table, rows, answers, keep, model, task) if keep else None
            for i, reason in refused.items() if not wrong else ():
                status, answer = server.post("/predict", body(table, rows[i]))
                if status != 422:
                    wrong = f"row {rows[i]} is answered ({status}: {answer}), which Python refuses: {reason}"
                    break
    except Refused as error:
        wrong = f"is not served: {error}"
    if wrong:
        kept = pathlib.Path(tempfile.mkdtemp(prefix="random-model-")) / path.name
        kept.write_bytes(raw)
        return f"{wrong}; {what}, kept as {kept}"
