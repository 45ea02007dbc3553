"""Makes tests/data/onnx/ties.json.gz: ONNX models whose scores tie or nearly tie, and what onnxruntime answers for them.

    pip install -r requirements.txt
    python ties.py            # writes the file
    python ties.py --check    # compares the file with what the installed onnxruntime answers

A list of {"name", "model", "rows", "labels", "scores"}: the bytes of the model in hexadecimal digits; labels are null for a
regressor, scores where they are no numbers or, for PROBIT, whatever was in memory.

onnxruntime 1.23 to 1.32 answer the same, but for one thing: until 1.25, LOGISTIC over weights that are all positive is NONE.

The last bit of a sum decides a tie, and onnxruntime sums in the precision of the model. It is asked on one thread, where it
adds the trees in their order. On several threads it adds parts of a large batch first, and a near-tie may go the other way.
"""

import argparse
import gzip
import itertools
import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as ort
from make import PLAIN, ensemble, run
from onnx import TensorProto as T
from onnx import numpy_helper

warnings.filterwarnings("ignore")
ort.set_default_logger_severity(3)
FILE = pathlib.Path(__file__).parent / "onnx" / "ties.json.gz"
CLASSIFIER, REGRESSOR = "TreeEnsembleClassifier", "TreeEnsembleRegressor"


def stumps(prefix, leaves, elem=T.FLOAT):
    """A stump for every feature: `leaves[i]` are the two leaves of feature i, each a list of (class or target, weight)."""
    a = {f"nodes_{k}": [] for k in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")}
    ids, nodeids, treeids, weights = [], [], [], []
    for tree, pair in enumerate(leaves):
        for i in range(3):
            a["nodes_treeids"].append(tree)
            a["nodes_nodeids"].append(i)
            a["nodes_featureids"].append(0 if i else tree)
            a["nodes_modes"].append("LEAF" if i else "BRANCH_LEQ")
            a["nodes_values"].append(0.0)
            a["nodes_truenodeids"].append(0 if i else 1)
            a["nodes_falsenodeids"].append(0 if i else 2)
            for id_, weight in pair[i - 1] if i else []:
                ids.append(id_)
                nodeids.append(i)
                treeids.append(tree)
                weights.append(float(weight))
    a |= {f"{prefix}_ids": ids, f"{prefix}_nodeids": nodeids, f"{prefix}_treeids": treeids, f"{prefix}_weights": weights}
    if elem == T.DOUBLE:
        for name in ("nodes_values", f"{prefix}_weights"):
            a[name + "_as_tensor"] = numpy_helper.from_array(np.array(a.pop(name), np.float64), name)
    return a


# Parts of a half that binary numbers do not have, and sums of which lie on it and one step beside it.
PARTS = [0.1, 1 / 6, 1 / 12, 0.1, 0.15, 0.2, 0.05]
# The same of zero.
MIXED = [0.3, -0.1, -0.2, 0.6, -0.5, 0.1, -0.1]
# Two shares that are the same numbers in another order.
VOTES = [0.1, 0.2, 0.3, 0.3, 0.2, 0.1]
ROWS = np.array(list(itertools.product([0.0, 1.0], repeat=len(PARTS))), np.float32)
LABELS = {
    "integers": {"classlabels_int64s": [3, 8]},
    "reversed": {"classlabels_int64s": [1, 0]},
    "strings": {"classlabels_strings": ["b", "a"]},
}


def binary(kind, ids, link, base, labels, elem):
    """Weights of a two-class ensemble: `kind` positive sums up to about one, mixed to about zero."""
    columns = {"0": [0], "1": [1], "both": [0, 1]}[ids]
    leaf = lambda weight: [(column, weight) for column in columns]
    attributes = stumps("class", [[leaf(0.0), leaf(part)] for part in (PARTS if kind == "positive" else MIXED)], elem)
    if base and elem == T.DOUBLE:
        attributes["base_values_as_tensor"] = numpy_helper.from_array(np.array(base, np.float64), "base")
    elif base:
        attributes["base_values"] = base
    attributes |= LABELS[labels] | {"post_transform": link}
    return ensemble(CLASSIFIER, attributes, elem=elem, width=len(PARTS), ml=3 if elem == T.DOUBLE else 1)


def hand_models():
    for kind, link, base in itertools.product(
        ("positive", "mixed"), ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"), ([], [0.1], [0.1, 0.2])
    ):
        name = "_".join([kind, link.lower()] + (["base"] * len(base)))
        yield f"binary_{name}", binary(kind, "0", link, base, "integers", T.FLOAT), ROWS
    for ids, link in itertools.product(("1", "both"), ("NONE", "LOGISTIC")):
        yield f"binary_class_ids_{ids}_{link.lower()}", binary("positive", ids, link, [], "integers", T.FLOAT), ROWS
    for labels, kind in itertools.product(("reversed", "strings"), ("positive", "mixed")):
        yield f"binary_{kind}_{labels}", binary(kind, "0", "NONE", [], labels, T.FLOAT), ROWS
    for name, elem in (("double", T.DOUBLE), ("int64", T.INT64)):
        for kind, base in itertools.product(("positive", "mixed"), ([], [0.1])):
            suffix = "_base" if base else ""
            yield f"binary_{kind}_{name}{suffix}", binary(kind, "0", "NONE", base, "integers", elem), ROWS

    # Each stump adds its share to one of two classes; the last gives a third class something.
    votes = [[[(0, p)], [(1, p)]] for p in VOTES] + [[[(2, 0.1)], [(2, 0.2)]]]
    for elem, base in itertools.product((T.FLOAT, T.DOUBLE), ([], [0.1, 0.05, 0.3])):
        attributes = stumps("class", votes, elem) | {"classlabels_int64s": [5, 7, 9]}
        if base and elem == T.DOUBLE:
            attributes["base_values_as_tensor"] = numpy_helper.from_array(np.array(base), "base")
        elif base:
            attributes["base_values"] = base
        name = "_".join(["three", "double" if elem == T.DOUBLE else "float"] + ["base"] * bool(base))
        yield name, ensemble(CLASSIFIER, attributes, elem=elem, width=len(PARTS), ml=3 if elem == T.DOUBLE else 1), ROWS

    targets = [[[(0, p), (1, -p)], [(0, -p), (1, 0.3)]] for p in PARTS]
    for elem, how in itertools.product((T.FLOAT, T.DOUBLE), ("SUM", "AVERAGE")):
        attributes = stumps("target", targets, elem) | {"n_targets": 2, "aggregate_function": how}
        name = f"targets_{how.lower()}_{'double' if elem == T.DOUBLE else 'float'}"
        yield name, ensemble(REGRESSOR, attributes, elem=elem, width=len(PARTS), ml=3 if elem == T.DOUBLE else 1), ROWS
        one = stumps("target", [[[(0, p)], [(0, -p)]] for p in PARTS], elem) | {"n_targets": 1, "aggregate_function": how}
        name = f"target_{how.lower()}_{'double' if elem == T.DOUBLE else 'float'}"
        yield name, ensemble(REGRESSOR, one, elem=elem, width=len(PARTS), ml=3 if elem == T.DOUBLE else 1), ROWS


def forests():
    """What skl2onnx makes of forests with an even number of trees, and rows of which many tie."""
    from skl2onnx import to_onnx
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    rng = np.random.default_rng(5)
    x = rng.integers(0, 6, (60, 3)).astype(np.float32)
    noisy = (x.sum(axis=1) + rng.normal(0, 3, len(x)) > 7.5).astype(int)
    grid = np.array(list(itertools.product(range(6), repeat=3)), np.float32)
    for cls, short in ((RandomForestClassifier, "rf"), (ExtraTreesClassifier, "et")):
        for trees in (6, 10, 12, 14, 24, 30, 100):
            model = cls(trees, random_state=trees, max_depth=4 if trees == 100 else None).fit(x, noisy)
            written = to_onnx(model, x, options=PLAIN)
            labels, _ = run(written, grid)
            # scikit-learn sums in f64 and may see a near-tie where onnxruntime sees a tie; here they agree on nearly all rows.
            same = np.mean(np.array(labels) == model.predict(grid))
            yield f"{short}_{trees}", written, grid, same
    three = (noisy + (x[:, 0] > 3)).astype(int)
    model = RandomForestClassifier(12, random_state=1).fit(x, three)
    yield "rf_three_classes", to_onnx(model, x, options=PLAIN), grid, 1.0
    words = np.array(["no", "yes"])[noisy]
    model = RandomForestClassifier(10, random_state=1).fit(x, words)
    yield "rf_strings", to_onnx(model, x, options=PLAIN), grid, 1.0
    model = RandomForestClassifier(10, random_state=1).fit(x.astype(np.float64), noisy)
    yield "rf_double", to_onnx(model, x.astype(np.float64), options=PLAIN), grid, 1.0


def answers(name, model, rows):
    labels, scores = run(model, rows)
    # A score is an f32: nine digits say which.
    short = [[float(f"{x:.9g}") for x in row] for row in scores.tolist()]
    return {"labels": labels, "scores": None if "probit" in name or np.isnan(scores).any() else short}


def write():
    cases, ties = [], 0
    made = [(*case, None) for case in hand_models()] + list(forests())
    for name, model, rows, same in made:
        # skl2onnx lists the operator sets in the order of a hash.
        opsets = sorted({o.domain: o.version for o in model.opset_import}.items())
        del model.opset_import[:]
        model.opset_import.extend(onnx.helper.make_opsetid(*o) for o in opsets)
        case = {"name": name, "model": model.SerializeToString().hex(), "rows": rows.tolist()} | answers(name, model, rows)
        best = [sorted(s)[-2:] for s in case["scores"] or [] if len(s) > 1]
        near = [s for s in best if s[1] - s[0] < 1e-6]
        ties += len(near)
        agree = "" if same is None else f", {same:.1%} of the labels are scikit-learn's"
        print(f"{name}: {len(rows)} rows, {len(near)} within 1e-6 of a tie{agree}")
        cases.append(case)
    text = json.dumps(cases, separators=(",", ":")).encode()
    FILE.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(cases)} models, {ties} rows at a tie or beside it, {FILE.stat().st_size} bytes")


def check():
    wrong = 0
    for case in json.loads(gzip.decompress(FILE.read_bytes())):
        model = onnx.load_from_string(bytes.fromhex(case["model"]))
        found = answers(case["name"], model, np.array(case["rows"]))
        labels = sum(a != b for a, b in zip(found["labels"] or [], case["labels"] or []))
        scores = sum(a != b for a, b in zip(found["scores"] or [], case["scores"] or []))
        if labels or scores:
            wrong += 1
            print(f"{case['name']}: onnxruntime {ort.__version__} has other labels in {labels} rows, other scores in {scores}")
    sys.exit(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check() if parser.parse_args().check else write()
