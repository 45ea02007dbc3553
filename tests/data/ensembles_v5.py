"""`TreeEnsemble` of ai.onnx.ml 5, built by hand: no exporter writes it yet."""

import numpy as np
from onnx import TensorProto as T
from onnx import helper as h
from onnx.numpy_helper import from_array

LEQ, LT, GTE, GT, EQ, NEQ, MEMBER = range(7)
ELEM = {np.float32: T.FLOAT, np.float64: T.DOUBLE}


def random_trees(rng, grid, dtype=np.float32, trees=6, depth=4, modes=(LEQ,), targets=1, width=3, sets=(), missing=False):
    """Trees whose branches end at any depth; one of them is a leaf alone, and the last one hangs below two roots."""
    a = {k: [] for k in ("featureids", "modes", "splits", "truenodeids", "falsenodeids", "trueleafs", "falseleafs")}
    leaf_ids, leaf_weights, members, roots = [], [], [], []

    def leaf():
        leaf_ids.append(int(rng.integers(targets)))
        leaf_weights.append(float(dtype(rng.normal())))
        return len(leaf_ids) - 1, 1

    def node(level):
        if level == depth or level and rng.random() < 0.15:
            return leaf()
        at = len(a["modes"])
        mode = int(rng.choice(modes))
        a["modes"].append(mode)
        a["featureids"].append(int(rng.integers(width)))
        a["splits"].append(0.0 if mode == MEMBER else float(dtype(rng.choice(grid))))
        for name in ("truenodeids", "falsenodeids", "trueleafs", "falseleafs"):
            a[name].append(0)
        if mode == MEMBER:
            members.extend([*sets[rng.integers(len(sets))], np.nan])
        for branch in ("true", "false"):
            a[branch + "nodeids"][at], a[branch + "leafs"][at] = node(level + 1)
        return at, 0

    for _ in range(trees):
        roots.append(node(0)[0])
    at, _ = leaf()
    roots.append(len(a["modes"]))
    for name, value in dict(modes=LEQ, featureids=0, splits=0.0, truenodeids=at, falsenodeids=at, trueleafs=1, falseleafs=1).items():
        a[name].append(value)
    roots.append(roots[-2])
    found = {f"nodes_{k}": v for k, v in a.items()}
    found["nodes_splits"] = from_array(np.array(a["splits"], dtype))
    # One in the raw bytes, the other in a field of numbers: both are found in files.
    modes = np.array(a["modes"], np.uint8)
    raw = from_array(modes)
    found["nodes_modes"] = raw if sets else h.make_tensor("modes", T.UINT8, modes.shape, modes.tolist())
    if missing:
        found["nodes_missing_value_tracks_true"] = rng.integers(0, 2, len(modes)).tolist()
    if members:
        found["membership_values"] = from_array(np.array(members, dtype))
    return found | {
        "leaf_targetids": leaf_ids, "leaf_weights": from_array(np.array(leaf_weights, dtype)), "tree_roots": roots, "n_targets": targets,
    }


def model(attributes, dtype=np.float32, width=3, behind=(), outputs=None):
    node = h.make_node("TreeEnsemble", ["X"], ["scores"], domain="ai.onnx.ml", **attributes)
    scores = h.make_tensor_value_info("scores", ELEM[dtype], [None, None])
    graph = h.make_graph([node, *behind], "g", [h.make_tensor_value_info("X", ELEM[dtype], [None, width])], (outputs or []) + [scores])
    return h.make_model(graph, opset_imports=[h.make_opsetid("ai.onnx.ml", 5), h.make_opsetid("", 20)], ir_version=10)


def beside(rng, rows):
    """The rows, of whose numbers two thirds move by one step up or down."""
    to = rng.choice([0, np.inf, -np.inf], rows.shape)
    return np.where(to == 0, rows, np.nextafter(rows, to.astype(rows.dtype)))


def models(save):
    rng = np.random.default_rng(17)
    grid = np.arange(-3, 4, 0.5)
    rows = beside(rng, rng.choice(grid, (1000, 3)).astype(np.float32))
    holes = np.where(rng.random(rows.shape) < 0.15, np.float32(np.nan), rows)
    for name, mode in (("leq", LEQ), ("lt", LT), ("gte", GTE), ("gt", GT), ("eq", EQ), ("neq", NEQ)):
        save(f"v5_{name}", model(random_trees(rng, grid, modes=[mode], missing=True)), holes, extra=0)
    mixed = random_trees(rng, grid, modes=[LEQ, LT, GTE, GT, EQ, NEQ], trees=9)
    save("v5_mixed_average", model(mixed | {"aggregate_function": 0}), rows, extra=0)
    save("v5_one_target", model(random_trees(rng, grid) | {"post_transform": 1}), rows, extra=0)
    for transform in range(4):
        trees = random_trees(rng, grid, targets=3) | {"post_transform": transform}
        save(f"v5_three_targets_{transform}", model(trees), rows, extra=0)
    wide = rng.normal(size=(40, 3))
    double = model(random_trees(rng, wide.ravel(), np.float64), np.float64)
    save("v5_double", double, beside(rng, rng.choice(wide.ravel(), (1000, 3))), extra=0)
    # Small sets are exact, others are not: a fraction counts as its whole part.
    codes = np.where(rng.random((1000, 3)) < 0.8, rng.integers(-1, 70, (1000, 3)) // rng.integers(1, 9, (1000, 3)), rng.choice(grid, (1000, 3)))
    codes = codes.astype(np.float32)
    gaps = np.where(rng.random(codes.shape) < 0.15, np.float32(np.nan), codes)
    sets = [[1, 2, 3], [0], [5, 0, 7, 30, 11], [4, 60, 0], [31], [8, 9, 10, 69, 40]]
    for missing, table in ((False, codes), (True, gaps)):
        trees = random_trees(rng, [0.5, 3.0, 20.0], modes=[MEMBER, MEMBER, LEQ], sets=sets, missing=missing)
        save("v5_sets_missing" if missing else "v5_sets", model(trees), table, extra=0)
    # A classifier: the largest of the scores, and names for it.
    first = h.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0)
    label = [h.make_tensor_value_info("label", T.INT64, [None])]
    for transform in (0, 1, 2):
        trees = random_trees(rng, grid, targets=4) | {"post_transform": transform}
        save(f"v5_argmax_{transform}", model(trees, behind=[first], outputs=label), rows, extra=0)
    first = h.make_node("ArgMax", ["scores"], ["index"], axis=-1, keepdims=0)
    keys = {"keys_int64s": [2, 0, 1]}
    for name, values, elem in (
        ("strings", {"values_strings": ["two", "zero", "one"]}, T.STRING),
        ("integers", {"values_int64s": [20, -5, 10]}, T.INT64),
    ):
        encoder = h.make_node("LabelEncoder", ["index"], ["label"], domain="ai.onnx.ml", **keys, **values)
        label = [h.make_tensor_value_info("label", elem, [None])]
        save(f"v5_argmax_{name}", model(random_trees(rng, grid, targets=3), behind=[first, encoder], outputs=label), rows, extra=0)
