"""The models that are asked: fixtures of this repository, unpacked or wrapped into packages in a directory of their own."""

import gzip
import io
import json
import math
import pathlib
import random
import shutil
import struct
import tarfile
import zipfile
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
ROWS = 60


@dataclass
class Model:
    """A model and what a client knows of it."""

    key: str
    uri: str
    rows: list  # Rows that its library has answered too; None is a missing value.
    names: list | None = None
    missing: bool = False
    env: dict = field(default_factory=dict)

    @property
    def width(self):
        return len(self.rows[0])

    @property
    def row(self):
        """A row without gaps."""
        return next(row for row in self.rows if None not in row)


def some(rows, missing):
    """Some of the rows, spread over all; those that JSON or `f32` cannot hold are left out."""
    good = []
    for row in rows:
        row = [None if x is None or math.isnan(x) else x for x in row]
        if all(x is None or abs(x) < 3e38 for x in row) and (missing or None not in row):
            good.append(row)
    return good[:: max(1, len(good) // ROWS)][:ROWS]


def onnx(home, name, missing=False, types=None, **more):
    """`types` are the Python types of the columns, where they are not floats."""
    path = home / f"{name}.onnx"
    shutil.copy(DATA / f"onnx/{name}.onnx", path)
    rows = json.loads((DATA / f"onnx/{name}.json").read_text())["rows"]
    if types:
        rows = [[kind(x) for kind, x in zip(types, row)] for row in rows]
    return Model(f"onnx {name}", str(path), some(rows, missing), missing=missing, **more)


def numbers(data, rows, width):
    return struct.unpack(f"<{rows * width}d", data[: rows * width * 8])


def booster(home, file, name, missing=True, **more):
    """`name` is what the unpacked file is called: readers go by its ending."""
    path = home / name
    path.write_bytes(gzip.decompress((DATA / f"boosters/{file}").read_bytes()))
    stem = file.split(".")[0]
    head, data = gzip.decompress((DATA / f"boosters/{stem}.rows.gz").read_bytes()).split(b"\n", 1)
    head = json.loads(head)
    rows, width = head["rows"], head["features"]
    values = numbers(data, rows, width)
    rows = [list(values[i * width : (i + 1) * width]) for i in range(rows)]
    return Model(f"{head['flavor']} {stem}", str(path), some(rows, missing), missing=missing, **more)


def sklearn(home, name, kind, ending, missing=True):
    """A scikit-learn model in one of its serializations."""
    head, data = gzip.decompress((DATA / f"sklearn/{name}.gz").read_bytes()).split(b"\n", 1)
    head = json.loads(head)
    count, width = head["rows"], head["features"]
    values = numbers(data, count, width)  # Column by column.
    rows = [[values[c * count + r] for c in range(width)] for r in range(count)]
    at = count * width * 8 + (count * 2 if head.get("classes") else 0) + count * head["width"] * 8
    for file, size in head["files"]:
        if file == kind:
            (home / f"{name}{ending}").write_bytes(data[at : at + size])
        at += size
    return Model(f"sklearn {name} {kind}", str(home / f"{name}{ending}"), some(rows, missing), head.get("names"), missing)


TYPED = {
    "is new": "boolean", "age": "integer", "visits": "long", "score": "float", "petal length (cm)": "double",
    "Größe µm": "double", 'a "b" <c> / d': "double", "日本": "double",
}
OPTIONAL = ("score", "Größe µm")
MLMODEL = """flavors:
  python_function:
    loader_module: mlflow.{flavor}
  {flavor}:
    code: null
    data: {data}
{keys}mlflow_version: 3.18.0
run_id: c81b08fc43f14e2788ab4116d1b1b616
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '{inputs}'
  outputs: null
  params: null
"""


def package(home, name, flavor, data, model, inputs, example, keys=""):
    folder = home / name
    folder.mkdir()
    (folder / data).write_bytes(model)
    inputs = json.dumps(inputs, ensure_ascii=False)
    (folder / "MLmodel").write_text(MLMODEL.format(flavor=flavor, data=data, keys=keys, inputs=inputs))
    (folder / "input_example.json").write_text(json.dumps(example, ensure_ascii=False))
    return str(folder)


def typed(home, name, flavor, data, model, missing, keys=""):
    """Columns of every type, under names that are hard to quote, two of them optional."""
    draw = random.Random(1)
    kinds = {
        "boolean": lambda: draw.random() < 0.5, "integer": lambda: draw.randrange(0, 40), "long": lambda: draw.randrange(0, 200),
        "float": lambda: draw.randrange(0, 2000) / 2, "double": lambda: round(draw.uniform(0, 0.3), 3),
    }
    gap = 0.05 if missing else 0
    rows = [[None if draw.random() < gap else kinds[kind]() for kind in TYPED.values()] for _ in range(ROWS)]
    inputs = [{"type": kind, "name": column, "required": column not in OPTIONAL} for column, kind in TYPED.items()]
    example = {"columns": list(TYPED), "data": rows[:2]}
    uri = package(home, name, flavor, data, model, inputs, example, keys)
    return Model(f"package {name}", uri, rows, list(TYPED), missing)


def wide(home, width=5000):
    """A model of XGBoost over six columns, spread over five thousand that have names."""
    document = json.loads(gzip.decompress((DATA / "boosters/xgb_squared.json.gz").read_bytes()))
    step = width // 6
    learner = document["learner"]
    learner["learner_model_param"]["num_feature"] = str(width)
    names = learner["feature_names"] = [f"column {i}" for i in range(width)]
    learner["feature_types"] = ["float"] * width
    for tree in learner["gradient_booster"]["model"]["trees"]:
        tree["tree_param"]["num_feature"] = str(width)
        tree["split_indices"] = [i * step for i in tree["split_indices"]]
    path = home / "wide.json"
    path.write_text(json.dumps(document))
    narrow = booster(home, "xgb_squared.json.gz", "xgb_squared.json").rows[:4]
    rows = [[row[c // step] if c % step == 0 and c // step < 6 else 0 for c in range(width)] for row in narrow]
    return Model("xgboost wide", str(path), [row for row in rows if None not in row], names, True)


def archives(folder):
    """The package as `pack.tar.gz` and `pack.zip` beside it."""
    folder = pathlib.Path(folder)
    with tarfile.open(folder.parent / "pack.tar.gz", "w:gz") as tar, zipfile.ZipFile(folder.parent / "pack.zip", "w") as zipped:
        for path in sorted(folder.iterdir()):
            info = tarfile.TarInfo(path.name)
            info.size = path.stat().st_size
            tar.addfile(info, io.BytesIO(path.read_bytes()))
            zipped.write(path, path.name)


def all_models(home):
    """Every model, unpacked below `home`."""
    home = pathlib.Path(home)
    iris_rows = json.loads((DATA / "onnx/iris_rf_double.json").read_text())["rows"]
    lgb = gzip.decompress((DATA / "boosters/lgb_binary.txt.gz").read_bytes())
    forest = (DATA / "onnx/cancer_rf_strings.onnx").read_bytes()
    tensor = [{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]
    iris = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    models = [
        Model("builtin iris", "builtin:iris", some(iris_rows, False), iris),
        onnx(home, "iris_rf_strings"),
        onnx(home, "cancer_rf"),
        onnx(home, "cancer_rf_strings"),
        onnx(home, "diabetes_rf"),
        onnx(home, "diabetes_two_targets"),
        onnx(home, "iris_rf_double"),
        onnx(home, "v5_double"),
        onnx(home, "mode_mixed_missing", missing=True),
        booster(home, "onnx_lgb_multi.onnx.gz", "onnx_lgb_multi.onnx"),
        onnx(home, "typed_columns", types=[float, float, int, bool], names=["f", "d", "i", "b"]),
        onnx(home, "wine_rf_columns_int64", types=[int] * 13, names=[f"c{i}" for i in range(13)]),
        sklearn(home, "1.9.1-random_forest_classifier_text", "pickle5", ".pkl"),
        sklearn(home, "1.9.1-hist_gradient_boosting_classifier_missing", "cloudpickle", ".pkl"),
        sklearn(home, "1.9.1-hist_gradient_boosting_classifier_categories", "joblib", ".joblib"),
        sklearn(home, "1.9.1-pipeline_standard_forest", "skops", ".skops"),
        sklearn(home, "1.0.2-random_forest_regressor_two_targets", "joblib-zlib", ".joblib", missing=False),
        booster(home, "xgb_multi.json.gz", "xgb_multi.json"),
        booster(home, "xgb_binary.ubj.gz", "xgb_binary.ubj"),
        booster(home, "xgb_categories.ubj.gz", "xgb_categories.ubj"),
        booster(home, "oldest_xgb_binary_multi.xgb.gz", "old.xgb"),
        booster(home, "lgb_categories.txt.gz", "lgb_categories.txt"),
        booster(home, "lgb_multi.txt.gz", "lgb_multi.txt"),
        typed(home, "typed_missing", "lightgbm", "model.lgb", lgb, True,
            "    lgb_version: 4.7.0\n    model_class: lightgbm.basic.Booster\n"),
        typed(home, "typed", "onnx", "model.onnx", forest, False, "    onnx_version: 1.23.2\n"),
        Model("package tensor", package(home, "tensor", "onnx", "model.onnx", (DATA / "onnx/iris_rf.onnx").read_bytes(), tensor,
                                        [[5.1, 3.5, 1.4, 0.2]]), some(iris_rows, False)),
        wide(home),
    ]
    shutil.copytree(ROOT / "models/iris", home / "iris")
    archives(home / "iris")
    return models
