"""Holds a random pipeline against the server over HTTP: equal answers, and a refusal wherever Python refuses."""

import numpy as np

from pipelines import Pipelines
from server import Refused, Server
from tables import Table

TOLERANCE = 1e-5


def asked_of_python(model, table, rows, classifier):
    """What Python answers: (labels, numbers, margins) of the rows that it takes, those rows' indexes, and what it refuses with a reason."""
    scores = next((getattr(model, name) for name in ("predict_proba", "decision_function") if classifier and hasattr(model, name)), None)
    ask = lambda some: (model.predict(table.frame(some)), scores(table.frame(some)) if scores else None)
    try:
        return ask(rows), list(range(len(rows))), {}
    except Exception:
        refused = {}
    # A column that is an integer in the whole table is one in each row as well, because `frame` goes by the values.
    for i, row in enumerate(rows):
        try:
            ask([row])
        except Exception as error:
            refused[i] = (str(error).splitlines() or [""])[0][:120]
    keep = [i for i in range(len(rows)) if i not in refused]
    return (ask([rows[i] for i in keep]) if keep else (np.zeros(0), None)), keep, refused


def body(table, row):
    return {"features": row if table.plain else dict(zip(table.columns, row))}


def single(server, table, row):
    status, answer = server.post("/predict?probabilities=true", body(table, row))
    return status, answer


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
    status, found = server.post("/predict/batch?probabilities=true", [body(table, rows[i]) for i in keep])
    if status != 200:
        for i in keep:
            status, found = single(server, table, rows[i])
            if status != 200:
                return f"row {rows[i]} is refused, which Python answers: {found}"
        return f"a batch is refused ({status}), but none of its rows"
    wrong, worst = 0, 0.0
    for n, (answer, wanted) in enumerate(zip(found, predicted.tolist())):
        if not classifier:
            numbers, exact = np.atleast_1d(answer["prediction"]).astype(float), np.atleast_1d(wanted)
            if not np.isfinite(exact).all():
                continue
            worst = max(worst, np.max(np.abs(numbers - exact) / np.maximum(1, np.abs(exact))))
            continue
        wrong += not is_same_label(answer, wanted) and not tied(scores, n)
        if is_probability:
            if "probabilities" not in answer:
                return "there are no probabilities"
            exact = scores[n]
            if np.isfinite(exact).all():
                worst = max(worst, np.max(np.abs(np.array(answer["probabilities"], dtype=float) - exact)))
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
                status, answer = single(server, table, rows[i])
                if status != 422:
                    wrong = f"row {rows[i]} is answered ({status}: {answer}), which Python refuses: {reason}"
                    break
    except Refused as error:
        wrong = f"is not served: {error}"
    return wrong and f"{wrong}; {what}"
