"""Makes tests/data/onnx: small ONNX models, rows, and what onnxruntime answers for them.

    pip install -r requirements.txt && pip install --no-deps mlflow==3.18.0
    python make.py

Every <name>.onnx has a <name>.json: {"rows": [[...]], "labels": [...] or null, "scores": [[...]]}. A missing value is
null. Rows lie on thresholds and one step to either side of them, where an inexact comparison shows.
"""

import json
import pathlib
import warnings

import ensembles_v5
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T
from onnx import helper as h
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).parent / "onnx"
PLAIN = {"zipmap": False}
DTYPES = {T.FLOAT: np.float32, T.DOUBLE: np.float64, T.INT64: np.int64, T.INT32: np.int32, T.BOOL: np.bool_}


def attributes(model):
    """The attributes of the tree operator, as Python values."""
    for node in model.graph.node:
        if node.op_type.startswith("TreeEnsemble"):
            found = {a.name: h.get_attribute_value(a) for a in node.attribute}
            tensors = {k[: -len("_as_tensor")]: onnx.numpy_helper.to_array(v) for k, v in found.items() if k.endswith("_as_tensor")}
            return found | tensors
    raise SystemExit("no trees")


def near_thresholds(model, rows, unscale, count, rng):
    """Rows of which one feature is moved onto a threshold, or one step beside it."""
    a = attributes(model)
    splits = [i for i, m in enumerate(a["nodes_modes"]) if m != b"LEAF"]
    out = []
    for k in range(count):
        row = rows[rng.integers(len(rows))].copy()
        i = splits[rng.integers(len(splits))]
        feature, threshold = a["nodes_featureids"][i], a["nodes_values"][i]
        value = rows.dtype.type(unscale(feature, float(threshold)) if unscale else threshold)
        if rows.dtype.kind == "f" and k % 3:
            value = np.nextafter(value, rows.dtype.type(np.inf if k % 3 == 1 else -np.inf))
        row[feature] = value
        out.append(row)
    return np.array(out, rows.dtype)


def run(model, rows):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options)
    inputs = session.get_inputs()
    types = {i.name: DTYPES[i.type.tensor_type.elem_type] for i in model.graph.input}
    if len(inputs) == 1:
        feed = {inputs[0].name: rows.astype(types[inputs[0].name])}
    else:
        feed = {i.name: rows[:, [k]].astype(types[i.name]) for k, i in enumerate(inputs)}
    outputs = session.run(None, feed)
    scores = outputs[-1]
    if isinstance(scores, list):  # ZipMap
        scores = np.array([list(row.values()) for row in scores], np.float32)
    labels = [x if isinstance(x, str) else int(x) for x in outputs[0]] if len(outputs) == 2 else None
    return labels, scores


def save(name, model, rows, unscale=None, extra=120):
    # skl2onnx lists the operator sets in the order of a hash.
    opsets = sorted({o.domain: o.version for o in model.opset_import}.items())
    del model.opset_import[:]
    model.opset_import.extend(h.make_opsetid(*o) for o in opsets)
    rng = np.random.default_rng(7)
    rows = rows[rng.permutation(len(rows))]
    if extra:
        rows = rows[:80]
        rows = np.concatenate([rows, near_thresholds(model, rows, unscale, extra, rng)])
    labels, scores = run(model, rows)
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())
    plain = lambda table: [[None if x != x else float(x) for x in row] for row in table.tolist()]
    # A score is an f32: nine digits say which.
    short = [[float(f"{x:.9g}") for x in row] for row in scores.tolist()]
    text = json.dumps({"rows": plain(rows), "labels": labels, "scores": short}, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text + "\n")
    print(f"{name}: {len(rows)} rows, {scores.shape[1]} scores, {len(model.SerializeToString())} bytes")


def sklearn_models():
    iris, cancer, diabetes, wine = load_iris(), load_breast_cancer(), load_diabetes(), load_wine()
    x, y = iris.data.astype(np.float32), iris.target
    forest = lambda **k: RandomForestClassifier(16, max_depth=5, random_state=1, **k)

    pipe = make_pipeline(StandardScaler(), forest()).fit(x, y)
    unscale = lambda f, t: t * pipe[0].scale_[f] + pipe[0].mean_[f]
    save("iris_rf", to_onnx(pipe, x), x, unscale)
    save("iris_rf_plain", to_onnx(pipe, x, options=PLAIN), x, unscale)
    save("iris_rf_open_width", to_onnx(pipe, initial_types=[("X", FloatTensorType([None, None]))], options=PLAIN), x, unscale)
    names = [n.replace(" (cm)", "").replace(" ", "_") for n in iris.feature_names]
    for suffix, kind in (("float", FloatTensorType), ("double", DoubleTensorType)):
        types = [(n, kind([None, 1])) for n in names]
        save(f"iris_rf_columns_{suffix}", to_onnx(pipe, initial_types=types), x, unscale)
    strings = make_pipeline(StandardScaler(), forest()).fit(x, iris.target_names[y])
    save("iris_rf_strings", to_onnx(strings, x), x, unscale)
    wide = make_pipeline(StandardScaler(), forest()).fit(iris.data, y)
    save("iris_rf_double", to_onnx(wide, iris.data, options=PLAIN), iris.data, lambda f, t: t * wide[0].scale_[f] + wide[0].mean_[f])
    minmax = make_pipeline(MinMaxScaler(), forest()).fit(x, y)
    save("iris_rf_minmax", to_onnx(minmax, x, options=PLAIN), x, lambda f, t: (t - minmax[0].min_[f]) / minmax[0].scale_[f])
    save("iris_tree", to_onnx(DecisionTreeClassifier(max_depth=4, random_state=1).fit(x, y), x, options=PLAIN), x)
    save("iris_gb", to_onnx(GradientBoostingClassifier(n_estimators=12, random_state=1).fit(x, y), x), x)

    rng = np.random.default_rng(3)
    holes = np.where(rng.random(x.shape) < 0.2, np.float32(np.nan), x)
    trees = ExtraTreesClassifier(16, max_depth=6, random_state=1).fit(holes, y)
    save("iris_et_missing", to_onnx(trees, x, options=PLAIN), holes)

    ints = (wine.data * 10).astype(np.int64)
    save("wine_rf_int64", to_onnx(forest().fit(ints, wine.target), ints, options=PLAIN), ints)
    types = [(f"c{i}", Int64TensorType([None, 1])) for i in range(ints.shape[1])]
    scaled = make_pipeline(StandardScaler(), forest()).fit(ints, wine.target)
    save("wine_rf_columns_int64", to_onnx(scaled, initial_types=types, options=PLAIN), ints, extra=1)

    c = cancer.data[:, :8].astype(np.float32)
    named = np.array(["malignant", "benign"])[cancer.target]
    save("cancer_rf", to_onnx(forest().fit(c, cancer.target), c), c)
    save("cancer_rf_strings", to_onnx(forest().fit(c, named), c, options=PLAIN), c)
    boosted = GradientBoostingClassifier(n_estimators=20, random_state=1).fit(c, cancer.target)
    save("cancer_gb", to_onnx(boosted, c), c)
    save("cancer_gb_raw", to_onnx(boosted, c, options=PLAIN | {"raw_scores": True}), c)

    d, target = diabetes.data.astype(np.float32), diabetes.target
    save("diabetes_rf", to_onnx(RandomForestRegressor(12, max_depth=5, random_state=1).fit(d, target), d), d)
    save("diabetes_gb", to_onnx(GradientBoostingRegressor(n_estimators=30, random_state=1).fit(d, target), d), d)
    two = np.stack([target, target**0.5], axis=1)
    save("diabetes_two_targets", to_onnx(DecisionTreeRegressor(max_depth=5, random_state=1).fit(d, two), d), d)


def ensemble(op, attrs, elem=T.FLOAT, width=3, ml=1):
    outputs = [h.make_tensor_value_info("scores", T.FLOAT, [None, None])]
    if op == "TreeEnsembleClassifier":
        kind = T.STRING if "classlabels_strings" in attrs else T.INT64
        outputs.insert(0, h.make_tensor_value_info("label", kind, [None]))
    node = h.make_node(op, ["X"], [o.name for o in outputs], domain="ai.onnx.ml", **attrs)
    graph = h.make_graph([node], "g", [h.make_tensor_value_info("X", elem, [None, width])], outputs)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("ai.onnx.ml", ml), h.make_opsetid("", 15)])
    model.ir_version = 8
    return model


def random_trees(rng, prefix, leaf, trees=6, depth=4, modes=("BRANCH_LEQ",), missing=False, width=3, grid=None):
    """Full binary trees; `leaf(tree)` gives a list of (class or target, weight)."""
    a = {f"nodes_{k}": [] for k in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")}
    tracks, ids, nodeids, treeids, weights = [], [], [], [], []
    for tree in range(trees):
        count = 2**depth - 1
        for i in range(count):
            split = i < 2 ** (depth - 1) - 1
            value = float(rng.choice(grid)) if grid is not None else float(np.float32(rng.normal()))
            a["nodes_treeids"].append(tree)
            a["nodes_nodeids"].append(i)
            a["nodes_featureids"].append(int(rng.integers(width)) if split else 0)
            a["nodes_modes"].append(str(rng.choice(modes)) if split else "LEAF")
            a["nodes_values"].append(value if split else 0.0)
            a["nodes_truenodeids"].append(2 * i + 1 if split else 0)
            a["nodes_falsenodeids"].append(2 * i + 2 if split else 0)
            tracks.append(int(split and rng.random() < 0.5))
            for id_, weight in [] if split else leaf(tree):
                ids.append(id_)
                nodeids.append(i)
                treeids.append(tree)
                weights.append(float(np.float32(weight)))
    if missing:
        a["nodes_missing_value_tracks_true"] = tracks
    return a | {f"{prefix}_ids": ids, f"{prefix}_nodeids": nodeids, f"{prefix}_treeids": treeids, f"{prefix}_weights": weights}


def equality_chain(thresholds, shared, mode="BRANCH_EQ"):
    """x == t0 → leaf 0, else x == t1 → leaf 1 …; `shared`: one common leaf, as onnxmltools writes LightGBM's categories."""
    k = len(thresholds)
    return {
        "nodes_treeids": [0] * (2 * k + 1),
        "nodes_nodeids": list(range(2 * k + 1)),
        "nodes_featureids": [0] * (2 * k + 1),
        "nodes_modes": [mode] * k + ["LEAF"] * (k + 1),
        "nodes_values": list(thresholds) + [0.0] * (k + 1),
        "nodes_truenodeids": [k if shared else k + i for i in range(k)] + [0] * (k + 1),
        "nodes_falsenodeids": [i + 1 if i + 1 < k else 2 * k for i in range(k)] + [0] * (k + 1),
        "n_targets": 1,
        "target_ids": [0] * (k + 1),
        "target_nodeids": list(range(k, 2 * k + 1)),
        "target_treeids": [0] * (k + 1),
        "target_weights": [float(i + 1) for i in range(k + 1)],
    }


def hand_models():
    rng = np.random.default_rng(11)
    grid = np.arange(-3, 4, 0.5)
    rows = rng.choice(grid, (120, 3)).astype(np.float32)
    holes = np.where(rng.random(rows.shape) < 0.15, np.float32(np.nan), rows)
    reg, cls = "TreeEnsembleRegressor", "TreeEnsembleClassifier"
    one = lambda tree: [(0, rng.normal())]
    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
    for mode in modes:
        trees = random_trees(rng, "target", one, modes=[mode], missing=True, grid=grid)
        save("mode_" + mode.removeprefix("BRANCH_").lower(), ensemble(reg, trees | {"n_targets": 1}), holes)
    trees = random_trees(rng, "target", one, modes=modes, missing=True, grid=grid)
    save("mode_mixed_missing", ensemble(reg, trees | {"n_targets": 1, "base_values": [0.25]}), holes)
    trees = random_trees(rng, "target", one, modes=modes, grid=grid)
    save("mode_mixed", ensemble(reg, trees | {"n_targets": 1, "aggregate_function": "AVERAGE", "base_values": [3.5]}), rows)

    both = lambda tree: [(0, rng.normal()), (1, rng.normal()), (1, 0.5)]
    for link in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"):
        trees = random_trees(rng, "target", both, grid=grid)
        extra = {"n_targets": 2, "post_transform": link, "aggregate_function": "AVERAGE", "base_values": [0.5, -0.25]}
        save("two_targets_" + link.lower(), ensemble(reg, trees | extra), rows)
    trees = random_trees(rng, "target", one, grid=grid)
    save("one_target_logistic", ensemble(reg, trees | {"n_targets": 1, "post_transform": "LOGISTIC"}), rows)

    # One class per tree, as gradient boosting writes several classes; one leaf lists its class twice.
    share = lambda tree: [(tree % 3, rng.normal())] + ([(tree % 3, 0.125)] if tree == 0 else [])
    for link in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"):
        trees = random_trees(rng, "class", share, grid=grid)
        save("three_classes_" + link.lower(), ensemble(cls, trees | {"post_transform": link, "classlabels_strings": ["a", "b", "c"]}), rows)
    trees = random_trees(rng, "class", lambda tree: [(int(rng.integers(3)), 0.125)], grid=grid)
    save("three_classes_votes", ensemble(cls, trees | {"classlabels_int64s": [5, 7, 9], "base_values": [0.25, 0.5, 0.0]}), rows)
    # A leaf may list nothing but zeros for a class: the others stay exactly zero.
    zero = lambda tree: [(0, 0.0), (1, 0.0), (2, 1.0 if tree == 0 else 0.0), (int(rng.integers(2)), rng.choice([0.0, 1.5, -1.5]))]
    trees = random_trees(rng, "class", zero, trees=3, grid=grid)
    save("three_classes_zeros", ensemble(cls, trees | {"post_transform": "SOFTMAX_ZERO", "classlabels_int64s": [0, 1, 2]}), rows)

    positive = lambda tree: [(0, rng.integers(0, 5) / 16)]
    mixed = lambda tree: [(0, rng.normal())]
    for sign, leaf in (("positive", positive), ("mixed", mixed)):
        for link in ("NONE", "LOGISTIC", "SOFTMAX"):
            for base in ([], [0.125]):
                trees = random_trees(rng, "class", leaf, trees=5, grid=grid)
                extra = {"post_transform": link, "classlabels_int64s": [3, 8]} | ({"base_values": base} if base else {})
                name = f"one_column_{sign}_{link.lower()}" + ("_base" if base else "")
                save(name, ensemble(cls, trees | extra), rows, extra=60)

    for name, thresholds in (("integers", [1.0, 2.0, 3.0]), ("halves", [0.5, -1.5, 2.0])):
        for shared in (False, True):
            suffix = "_shared" if shared else ""
            save(f"eq_chain_{name}{suffix}", ensemble(reg, equality_chain(thresholds, shared)), rows, extra=40)
    save("neq_chain", ensemble(reg, equality_chain([1.0, 2.0], False, "BRANCH_NEQ")), rows, extra=40)

    # Node ids that neither start at zero nor come in order, in trees that do not either; the first node is the root.
    odd = equality_chain([1.0, 2.0], False, "BRANCH_LEQ")
    new = [4, 0, 3, 1, 2]
    odd |= {
        "nodes_treeids": [9] * 5,
        "nodes_nodeids": [new[i] for i in odd["nodes_nodeids"]],
        "nodes_truenodeids": [new[i] for i in odd["nodes_truenodeids"]],
        "nodes_falsenodeids": [new[i] for i in odd["nodes_falsenodeids"]],
        "target_nodeids": [new[i] for i in odd["target_nodeids"]],
        "target_treeids": [9] * 3,
    }
    save("odd_node_ids", ensemble(reg, odd), rows, extra=40)

    doubles = rng.normal(size=(120, 3))
    trees = random_trees(rng, "target", one, trees=8)
    for key in ("nodes_values", "target_weights"):
        numbers = [v + 1e-12 for v in trees.pop(key)]
        trees[key + "_as_tensor"] = h.make_tensor(key, T.DOUBLE, [len(numbers)], numbers)
    trees["base_values_as_tensor"] = onnx.numpy_helper.from_array(np.array([0.1]), "base")
    save("double_tensors", ensemble(reg, trees | {"n_targets": 1}, T.DOUBLE, ml=3), doubles)

    # Columns of four types, each cast to float, then joined and scaled: what a typed frame becomes.
    kinds = [("f", T.FLOAT), ("d", T.DOUBLE), ("i", T.INT64), ("b", T.BOOL)]
    trees = random_trees(rng, "class", lambda tree: [(0, rng.integers(0, 3) / 16)], width=4, grid=grid)
    model = ensemble("TreeEnsembleClassifier", trees | {"classlabels_strings": ["no", "yes"]}, width=4)
    tree = model.graph.node[0]
    tree.input[0] = "scaled"
    casts = [h.make_node("Cast", [n], [n + "_float"], to=T.FLOAT) for n, _ in kinds]
    concat = h.make_node("Concat", [n + "_float" for n, _ in kinds], ["joined"], axis=1)
    scaler = h.make_node("Scaler", ["joined"], ["scaled"], domain="ai.onnx.ml", offset=[0.5, 0.0, 1.0, 0.0], scale=[2.0, 0.1, 0.5, 1.0])
    graph = h.make_graph(casts + [concat, scaler, tree], "g", [h.make_tensor_value_info(n, t, [None, 1]) for n, t in kinds], model.graph.output)
    typed = h.make_model(graph, opset_imports=model.opset_import)
    typed.ir_version = 8
    table = np.stack([rng.choice(grid, 150), rng.normal(size=150), rng.integers(-3, 4, 150), rng.integers(0, 2, 150)], axis=1)
    save("typed_columns", typed, table, extra=1)

    # Scaler on doubles: computed in double, answered in float.
    scaler = h.make_node("Scaler", ["X"], ["scaled"], domain="ai.onnx.ml", offset=[0.1, 0.2, 0.3], scale=[1.1, 0.7, 3.0])
    trees = random_trees(rng, "target", one)
    model = ensemble(reg, trees | {"n_targets": 1}, T.DOUBLE)
    tree = model.graph.node[0]
    tree.input[0] = "scaled"
    del model.graph.node[:]
    model.graph.node.extend([scaler, tree])
    save("double_scaler", model, doubles, lambda f, t: t / [1.1, 0.7, 3.0][f] + [0.1, 0.2, 0.3][f])


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    sklearn_models()
    hand_models()
    ensembles_v5.models(save)
    print(sum(f.stat().st_size for f in OUT.iterdir()) // 1024, "KiB")
