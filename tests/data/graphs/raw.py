"""Graphs that are made node by node: local functions, and operators that skl2onnx writes for no class of ours, or for one that is no estimator."""

import numpy as np
from onnx import TensorProto as T, helper as H, numpy_helper as N
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import tables
from graph import Case

OPSET = 18
KINDS = {"float": (T.FLOAT, np.float32), "double": (T.DOUBLE, np.float64)}


class Raw(Case):
    """A case whose `model` makes the graph."""

    def graph(self):
        return self.model()


def cases():
    for kind in KINDS:
        yield Raw(f"f_calls_{kind}", lambda kind=kind: calls(kind))
        yield Raw(f"f_branches_{kind}", lambda kind=kind: branches(kind), table="numbers_missing")
        yield Raw(f"b_norm_{kind}", lambda kind=kind: norm(kind, {"float": 1e-5, "double": 1e-2}[kind]))
        yield Raw(f"p_places_{kind}", lambda kind=kind: places(kind))
    yield Raw("u_curves", lambda: curves(["Erf", "Sinh", "Cosh", "Asinh", "Atan"], 0.5))
    yield Raw("u_erf_small", lambda: curves(["Erf", "Tan", "Asin", "Acos", "Atanh"], 0.2, "Tanh"))
    yield Raw("u_acosh", lambda: curves(["Acosh", "Erf"], 1.0, "Cosh"))
    yield Raw("p_mod", mod)
    for n, (features, signed) in {"h_signed": (8, True), "h_plain": (13, False)}.items():
        yield Raw(n, lambda f=features, s=signed: hasher(f, s), target="two", table="reviews")


def model(nodes, kind="float", functions=(), constants=(), width=10):
    """A graph from the input X to the output Y."""
    elem = KINDS[kind][0]
    constants = [N.from_array(v, n) for n, v in dict(constants).items()]
    graph = H.make_graph(list(nodes), "raw", [H.make_tensor_value_info("X", elem, [None, 10])], [H.make_tensor_value_info("Y", elem, [None, width])], constants)
    opsets = [H.make_opsetid("", OPSET), H.make_opsetid("own", 1)]
    return H.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=9)


def function(name, inputs, outputs, nodes, attributes=(), defaults=(), opset=OPSET):
    opsets = [H.make_opsetid("", opset), H.make_opsetid("own", 1)]
    return H.make_function("own", name, inputs, outputs, list(nodes), opsets, list(attributes), list(defaults))


def bound(op, inputs, outputs, name, attribute, kind):
    """A node whose attribute is one of its function's."""
    node = H.make_node(op, inputs, outputs)
    ref = node.attribute.add()
    ref.name, ref.ref_attr_name, ref.type = name, attribute, kind
    return node


def call(name, inputs, outputs, **attributes):
    return H.make_node(name, inputs, outputs, domain="own", **attributes)


def calls(kind):
    """Functions in functions: attributes with a default and without, an input that is left out, names that are used twice."""
    _, dtype = KINDS[kind]
    one = [bound("Constant", [], ["factor"], "value_float", "factor", 1), H.make_node("CastLike", ["factor", "X"], ["like"]), H.make_node("Mul", ["X", "like"], ["Y"])]
    scaled = function("scaled", ["X"], ["Y"], one, defaults=[H.make_attribute("factor", 0.5)])
    two = [call("scaled", ["A"], ["X"]), bound("scaled", ["X"], ["Y"], "factor", "by", 1), H.make_node("Clip", ["Y", "low", "high"], ["C"]), H.make_node("Neg", ["C"], ["D"])]
    two[1].domain = "own"
    cut = function("cut", ["A", "low", "high"], ["C", "D"], two, ["by"])
    sums = function("sums", ["X"], ["S"], [bound("ReduceSum", ["X", "axes"], ["S"], "keepdims", "keep", 2)], ["keep"])
    sums.node.insert(0, H.make_node("Constant", [], ["axes"], value=N.from_array(np.array([1], np.int64))))
    nodes = [
        call("cut", ["X", "", "limit"], ["C", "unread"], by=3.0),
        call("cut", ["C", "low"], ["unread too", "D"]),
        call("sums", ["D"], ["S"]),
        H.make_node("Add", ["C", "S"], ["Y"]),
    ]
    return model(nodes, kind, [scaled, cut, sums], {"limit": np.array(1.5, dtype), "low": np.array(-0.25, dtype)})


def branches(kind):
    """`If` whose condition is no row's: in a function, in a branch, with a function in it."""
    elem, dtype = KINDS[kind]
    info = lambda name: H.make_tensor_value_info(name, elem, None)
    filled = function("filled", ["X", "with"], ["Y"], [H.make_node("IsNaN", ["X"], ["gone"]), H.make_node("Where", ["gone", "with", "X"], ["Y"])])
    inner = H.make_node("If", ["no"], ["B"], then_branch=H.make_graph([H.make_node("Neg", ["X"], ["A"])], "a", [], [info("A")]),
        else_branch=H.make_graph([call("filled", ["X", "number"], ["A"])], "b", [], [info("A")], [N.from_array(np.array(2.5, dtype), "number")]))
    outer = H.make_node("If", ["yes"], ["Y"], then_branch=H.make_graph([inner, H.make_node("Abs", ["B"], ["A"])], "a", [], [info("A")]),
        else_branch=H.make_graph([H.make_node("Identity", ["X"], ["A"])], "b", [], [info("A")]))
    decided = function("decided", ["X", "yes"], ["Y"], [H.make_node("Not", ["yes"], ["no"]), outer])
    return model([call("decided", ["X", "flag"], ["Y"])], kind, [decided, filled], {"flag": np.array(True)})


def norm(kind, epsilon):
    draw = lambda low, high: np.random.RandomState(3).uniform(low, high, 10).astype(KINDS[kind][1])
    node = H.make_node("BatchNormalization", ["X", "scale", "bias", "mean", "variance"], ["Y"], epsilon=epsilon)
    return model([node], kind, (), {"scale": draw(0.5, 2), "bias": draw(-1, 1), "mean": draw(-3, 3), "variance": draw(0.1, 9)})


def places(kind):
    """`GatherND` of cells and of rows of a constant; `ScatterElements` at fixed places and at those that the rows say."""
    _, dtype = KINDS[kind]
    constants = {
        "weights": np.arange(12, dtype=dtype).reshape(3, 4), "cells": np.array([[0, 3], [-1, 1]], np.int64), "lines": np.array([[2], [0]], np.int64),
        "at": np.array([[4, -1]], np.int64), "axes": np.array([1], np.int64), "nothing": np.array(0, np.int64),
    }
    nodes = [
        H.make_node("GatherND", ["weights", "cells"], ["two"]),
        H.make_node("GatherND", ["weights", "lines"], ["four"]),
        H.make_node("ReduceSum", ["four"], ["total"], keepdims=0),
        H.make_node("ArgMax", ["X"], ["most"], axis=1, keepdims=1),
        H.make_node("ReduceMin", ["X", "axes"], ["least"], keepdims=1),
        H.make_node("ScatterElements", ["X", "most", "least"], ["cut"], axis=1),
        H.make_node("Mul", ["most", "nothing"], ["no place"]),
        H.make_node("Add", ["no place", "at"], ["both"]),
        H.make_node("Add", ["least", "two"], ["new"]),
        H.make_node("ScatterElements", ["cut", "both", "new"], ["put"], axis=1),
        H.make_node("Add", ["put", "total"], ["Y"]),
    ]
    return model(nodes, kind, (), constants)


def curves(ops, scale, before=None):
    """Functions of one number, side by side."""
    nodes = [H.make_node("Clip", ["X", "low", "high"], ["near zero"]), H.make_node("Mul", ["near zero", "scale"], ["scaled"])]
    at = "scaled"
    if before:
        nodes.append(H.make_node(before, ["scaled"], ["near"]))
        at = "near"
    nodes += [H.make_node(op, [at], [op]) for op in ops]
    nodes.append(H.make_node("Concat", ops, ["Y"], axis=1))
    constants = {"scale": scale, "low": -3, "high": 3}
    return model(nodes, "float", (), {name: np.array(x, np.float32) for name, x in constants.items()}, 10 * len(ops))


def mod():
    """Rests of whole numbers and of fractions, of both signs."""
    constants = {"by": np.array([3, -3, 7, -7, 5, -5, 2, -2, 11, -11], np.int64), "rest": np.array([0.75, -0.75, 2, -2, 0.5, -0.5, 1.25, -1.25, 3, -3], np.float32)}
    nodes = [
        H.make_node("Cast", ["X"], ["whole"], to=T.INT64),
        H.make_node("Mod", ["whole", "by"], ["python"]),
        H.make_node("Mod", ["whole", "by"], ["c"], fmod=1),
        H.make_node("Cast", ["python"], ["a"], to=T.FLOAT),
        H.make_node("Cast", ["c"], ["b"], to=T.FLOAT),
        H.make_node("Mod", ["X", "rest"], ["d"], fmod=1),
        H.make_node("Concat", ["a", "b", "d"], ["Y"], axis=1),
    ]
    return model(nodes, "float", (), constants, 30)


def hasher(features, signed):
    """`FeatureHasher` of words, as skl2onnx converts it."""
    X, targets = tables.fitted("reviews")
    words = [[word] for word in X["topic"].fillna("").astype(object)]
    pipeline = make_pipeline(FeatureHasher(features, input_type="string", alternate_sign=signed, dtype=np.float32), LogisticRegression())
    pipeline.fit(words, targets["two"])
    return to_onnx(pipeline, initial_types=[("topic", StringTensorType([None, 1]))], options={id(pipeline): {"zipmap": False}})
