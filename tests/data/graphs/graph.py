"""A case: a pipeline, and how it is converted."""

import dataclasses, warnings
from typing import Any, Callable

import numpy as np
import sklearn
from skl2onnx import to_onnx
from skl2onnx.common.data_types import BooleanTensorType, DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

import tables

VERSION = tuple(int(n) for n in sklearn.__version__.split(".")[:2])
KINDS = {"float": FloatTensorType, "double": DoubleTensorType, "int64": Int64TensorType, "bool": BooleanTensorType, "string": StringTensorType}
# What the columns of the mixed table are to the graph, where it has an input for each.
TEXTS = ["text", "title"]
COLUMNS = {"age": "float", "income": "float", "score": "float", "ratio": "float", "balance": "float", "month": "float", "city": "string",
    "plan": "string", "job": "string", "note": "string", "grade": "string", "member": "bool"}


@dataclasses.dataclass
class Case:
    name: str
    model: Callable[[], Any]
    # Several are joined by "+".
    target: str = "two"
    table: str = "numbers"
    # "float", "double", "columns" (an input for each column), or a dict of columns and types.
    inputs: Any = "float"
    options: dict = dataclasses.field(default_factory=dict)
    # Options of the steps, by their class.
    steps: dict = dataclasses.field(default_factory=dict)
    opset: Any = None
    # Whether a text alone is a list rather than a column.
    flat: bool = False
    rows: int = 80

    def graph(self):
        X, targets = tables.fitted(self.table)
        names = None
        if isinstance(self.inputs, str) and self.inputs in TEXTS:
            # A vectorizer alone takes a list of texts.
            X, names = X[self.inputs].tolist(), [(self.inputs, StringTensorType([None] if self.flat else [None, 1]))]
        elif not isinstance(X, np.ndarray):
            for column in [name for name in tables.WORDS if name in X]:
                X[column] = X[column].astype(object).where(X[column].notna(), "")
            kinds = COLUMNS if self.inputs == "columns" else self.inputs
            X, names = X[list(kinds)], [(n, KINDS[k]([None, 1])) for n, k in kinds.items()]
            for name, kind in kinds.items():
                if kind == "int64":
                    X[name] = X[name].astype("int64")
        else:
            X = X.astype(np.float32) if self.inputs == "float" else X
            if isinstance(self.inputs, list):
                names = self.inputs
            elif self.inputs == "columns":
                names = [(f"c{i}", FloatTensorType([None, 1])) for i in range(X.shape[1])]
            else:
                names = [("X", KINDS[self.inputs]([None, X.shape[1]]))]
        y = [targets[name] for name in self.target.split("+")]
        y = y[0] if len(y) == 1 else np.column_stack(y)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self.model()
            model.fit(X, y)
            options = {**self.steps, **({id(model): self.options} if self.options else {})} or None
            return to_onnx(model, initial_types=names, options=options, target_opset=self.opset)

