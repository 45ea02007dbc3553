"""Holds a random pipeline against the server over HTTP: equal answers, and a refusal wherever Python refuses."""

import pathlib, tempfile

import numpy as np

from pipelines import Pipelines
from server import Refused, Server
from tables import Table

TOLERANCE = 1e-5


def asked_of_python(model, table, rows, classifier):
    """What Python answers: (labels or numbers, scores) of the rows that it takes, those rows' indexes, and what it refuses with a reason.

    An answer that is no finite number is a refusal as well: JSON cannot carry it.
    """
    scores = next((getattr(model, name) for name in ("predict_proba", "decision_function") if classifier and hasattr(model, name)), None)
    # One table, so that a column has the same type whichever rows are taken.
    X = table.frame(rows)
    pick = lambda some: X if some is None else X[some] if table.plain else X.iloc[some]
    ask = lambda some: (model.predict(pick(some)), scores(pick(some)) if scores else None)
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
    numbers = [answers[0] if not classifier else np.zeros(len(keep)), answers[1] if scores else np.zeros(len(keep))]
    finite = np.logical_and.reduce([np.isfinite(x.reshape(len(keep), -1).astype(float)).all(axis=1) for x in numbers])
    refused.update({i: "its answer is not finite" for i, fine in zip(keep, finite) if not fine})
    return tuple(x[finite] if x is not None else None for x in answers), [i for i in keep if i not in refused], refused


def body(table, row):
    return {"features": row if table.plain else dict(zip(table.columns, row))}


def label(answer):
    return answer["label"] if "label" in answer else answer["prediction"]


def is_same_label(answer, wanted):
    found = label(answer)
    return found == wanted if isinstance(wanted, str) else float(found) == float(wanted)


def tied(scores, i):
    """Whether the last bits decide which class wins."""
    if scores is None:
        return False
    row = np.sort(np.atleast_1d(scores[i]))
    margin = row[-1] - row[-2] if len(row) > 1 else abs(row[0])
    return bool(margin < 1e-7)


def compare(server, table, rows, answers, keep, classifier, is_probability):
    """What is wrong with the answers to the rows that Python takes, or None."""
    predicted, scores = answers
    query = "?probabilities=true" if is_probability else ""
    status, found = server.post(f"/predict/batch{query}", [body(table, rows[i]) for i in keep])
    if status != 200:
        for i in keep:
            status, found = server.post(f"/predict{query}", body(table, rows[i]))
            if status != 200:
                return f"row {rows[i]} is refused, which Python answers: {found}"
        return f"a batch is refused ({status}), but none of its rows"
    wrong, worst = 0, 0.0
    for n, (answer, wanted) in enumerate(zip(found, predicted.tolist())):
        if not classifier:
            numbers, exact = np.atleast_1d(answer["prediction"]).astype(float), np.atleast_1d(wanted)
            worst = max(worst, np.max(np.abs(numbers - exact) / np.maximum(1, np.abs(exact))))
            continue
        wrong += not is_same_label(answer, wanted) and not tied(scores, n)
        if is_probability:
            if "probabilities" not in answer:
                return "there are no probabilities"
            worst = max(worst, np.max(np.abs(np.array(answer["probabilities"], dtype=float) - scores[n])))
    if wrong:
        return f"{wrong} of {len(keep)} labels differ, scores are off by {worst:.1e}"
    if not worst <= TOLERANCE:
        return f"scores are off by {worst:.1e}"


def difference(draw, binary, folder, boosters):
    """Fits a pipeline; what is wrong with its answers, if something is."""
    classifier = draw.chance(0.6)
    table = Table(draw)
    model = Pipelines(draw, table, classifier, boosters).model()
    y = draw.classes(table.score) if classifier else np.exp(table.score / 3) * draw.one(1.0, 100.0)
    if classifier and any(type(part).__name__.startswith("XGB") for part in model.get_params().values()):
        y = np.unique(y, return_inverse=True)[1]
    rows = table.asked()
    model.fit(table.frame(table.fitted()), y)
    answers, keep, refused = asked_of_python(model, table, rows, classifier)
    end, raw = draw.serialized(model)
    path = folder / f"model.{end}"
    path.write_bytes(raw)
    what = " ".join(f"{model.__repr__(N_CHAR_MAX=10**6)} as {end}".split())
    try:
        with Server(binary, path) as server:
            wrong = compare(server, table, rows, answers, keep, classifier, hasattr(model, "predict_proba")) if keep else None
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
