"""Forests and boosters beside onnxruntime and the libraries that made them: `make bench-kernel` runs this.

    engine.py DIR [--rounds N] [--only PART]

- m1, m2, m3: random forests of 1,544, 132,086 and 1.6 million nodes (models.py).
- xgboost: 300 trees of depth 8. lightgbm: 100 trees of 255 leaves.

DIR gets each model, and its rows: <name>.rows (10,000 rows of little-endian float32), made once. The engine is benches/kernel.rs. All are
measured in turns, on one thread (turns.py). Prints a table.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import lightgbm, numpy as np, onnxruntime, tl2cgen, treelite, xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

import models
from turns import SIZES, arguments, in_turns, shown

ROWS = SIZES[-1]


FORESTS = tuple(models.MODELS)
BOOSTER = dict(learning_rate=0.1, n_jobs=2, random_state=1)
BOOSTERS = {
    "xgboost": lambda: xgboost.XGBClassifier(n_estimators=300, max_depth=8, tree_method="hist", **BOOSTER),
    "lightgbm": lambda: lightgbm.LGBMClassifier(n_estimators=100, num_leaves=255, verbose=-1, **BOOSTER),
}


def graph_of(name, folder):
    # The engine reads boosters in their own form, and knows this ending for none.
    return folder / f"{name}.{'onnx' if name in FORESTS else 'graph'}"


def make(name, folder):
    if name in FORESTS:
        return models.make(name, folder)
    x, y = make_classification(110_000, n_features=30, n_informative=15, n_redundant=5, flip_y=0.1, random_state=7)
    x, rows, y, _ = train_test_split(x.astype("<f4"), y, test_size=ROWS, random_state=1)
    model = BOOSTERS[name]().fit(x, y)
    columns = [("x", FloatTensorType([None, x.shape[1]]))]
    if name == "xgboost":
        model.save_model(folder / "xgboost.json")
        graph = convert_xgboost(model.get_booster(), initial_types=columns, target_opset=15)
    else:
        model.booster_.save_model(folder / "lightgbm.txt")
        graph = convert_lightgbm(model.booster_, initial_types=columns, target_opset=15)
    graph_of(name, folder).write_bytes(graph.SerializeToString())
    rows.tofile(folder / f"{name}.rows")


def onnx(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (x,) = session.get_inputs()
    return lambda rows: session.run(None, {x.name: rows})


def compiled(model, path):
    """Treelite's model as C, through a compiler."""
    if not path.exists():
        tl2cgen.export_lib(model, toolchain="gcc", libpath=path, params={"parallel_comp": 32})
    predictor = tl2cgen.Predictor(path, nthread=1)
    return lambda rows: predictor.predict(tl2cgen.DMatrix(rows))


def libraries(name, folder):
    """What to call, by library."""
    asked = {"onnxruntime": onnx(graph_of(name, folder))}
    if name == "xgboost":
        booster = xgboost.Booster({"nthread": 1}, model_file=folder / "xgboost.json")
        asked["XGBoost"] = booster.inplace_predict
        model = treelite.frontend.load_xgboost_model(folder / "xgboost.json")
        asked["tl2cgen"] = compiled(model, folder / "xgboost.so")
    if name == "lightgbm":
        booster = lightgbm.Booster(model_file=folder / "lightgbm.txt")
        asked["LightGBM"] = lambda rows: booster.predict(rows, num_threads=1)
        model = treelite.frontend.load_lightgbm_model(folder / "lightgbm.txt")
        asked["tl2cgen"] = compiled(model, folder / "lightgbm.so")
    return asked


def main():
    args = arguments()
    asked = {}
    for name in (*FORESTS, *BOOSTERS):
        if args.only in name:
            if not (args.folder / f"{name}.rows").exists():
                make(name, args.folder)
            rows = np.fromfile(args.folder / f"{name}.rows", "<f4").reshape(ROWS, -1)
            asked[name] = rows, libraries(name, args.folder)
    times = in_turns(args.folder, args.only, args.rounds, asked)
    print("| model | rows | ml-serving | library | its time | ratio |\n|---|---:|---:|---|---:|---:|")
    for (name, size, library), seconds in times.items():
        if library:
            mine = times[name, size, None]
            print(f"| {name} | {size:,} | {shown(mine)} | {library} | {shown(seconds)} | {seconds / mine:.1f} |")


if __name__ == "__main__":
    main()
