"""Makes the seeds: the smallest model of each kind. Needs tests/data/boosters/requirements.txt."""

import gzip
import json
import pathlib
import shutil

import lightgbm as lgb
import numpy as np
import xgboost as xgb

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
x = np.column_stack([rng.normal(size=200), rng.integers(0, 9, 200)])
x[::17] = np.nan
y = (np.nan_to_num(x[:, 0]) > 0) ^ (np.nan_to_num(x[:, 1]).astype(int) % 3 == 0)
three = (np.nan_to_num(x[:, 1]) // 3).astype(int)
shutil.rmtree(here / "seeds", ignore_errors=True)


def seed(target, name, raw):
    folder = here / "seeds" / target
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath(name).write_bytes(raw)


table = {"feature_types": ["float", "c"], "enable_categorical": True}
for name, labels, parameters in [
    ("binary", y, {"objective": "binary:logistic"}),
    ("multi", three, {"objective": "multi:softprob", "num_class": 3}),
    ("dart", y, {"objective": "count:poisson", "booster": "dart"}),
    ("linear", y, {"objective": "reg:squarederror", "booster": "gblinear", "updater": "coord_descent"}),
]:
    matrix = xgb.DMatrix(np.nan_to_num(x) if name == "linear" else x, labels, **({} if name == "linear" else table))
    model = xgb.train({"max_depth": 2, "max_cat_to_onehot": 1, **parameters}, matrix, 1)
    seed("xgboost_json", name, bytes(model.save_raw("json")))
    seed("xgboost_ubj", name, bytes(model.save_raw("ubj")).removeprefix(b"{L"))
for name, labels, parameters in [
    ("binary", y, {"objective": "binary"}),
    ("multi", three, {"objective": "multiclass", "num_class": 3}),
    ("zero", y, {"objective": "regression", "zero_as_missing": True}),
]:
    parameters = {"verbosity": -1, "num_leaves": 4, "min_data_in_leaf": 5, "min_data_per_group": 5, "num_threads": 1, **parameters}
    model = lgb.train(parameters, lgb.Dataset(x, labels, categorical_feature=[1]), 1)
    text = model.model_to_string()
    seed("lightgbm", name, text[: text.index("end of trees") + 13].encode())
graphs = (here.parent / "tests/data/onnx").glob("*.onnx")
for path in sorted(graphs, key=lambda path: (path.stat().st_size, path.name))[:12]:
    seed("onnx", path.stem, path.read_bytes())
# The smallest graph of some kinds of pipelines, which have all operators between them.
for kind in (
    "c_ada c_bag_feat c_cal_iso c_catnb c_gnb c_knn_dist c_knn_cdist c_logistic c_mlp c_ovo c_ovr c_qda c_rnn c_sgd c_svc_proba c_svc_lin i_imp_ind "
    "m_core_log m_imp_ohe n_int_ord n_poly o_gmm o_kmeans o_ocsvm r_ada r_bag_feat r_svr t_binarizer t_kbins t_norm t_power t_quantile"
).split():
    recorded = (here.parent / "tests/data/graphs").glob(f"1.20.0-{kind}_*.gz")
    for path in sorted(recorded, key=lambda path: (path.stat().st_size, path.name))[:1]:
        packed = gzip.decompress(path.read_bytes())
        size = json.loads(packed[: packed.index(b"\n")])["bytes"]
        seed("onnx", path.stem, packed[-size:])
for name in ("v5_sets_missing", "v5_argmax_strings"):
    seed("onnx", name, here.parent.joinpath(f"tests/data/onnx/{name}.onnx").read_bytes())


def pipelines(target, serializations, count, most):
    """The smallest recorded pipelines in a serialization, each of another kind."""
    kinds = set()
    cases = (here.parent / "tests/data/pipelines").glob("1.9.1-*.gz")
    for path in sorted(cases, key=lambda path: (path.stat().st_size, path.name)):
        kind = path.stem.split("-")[1].split("_")[0]
        packed = gzip.decompress(path.read_bytes())
        files = json.loads(packed[:packed.index(b"\n")])["files"]
        at = len(packed) - sum(size for _, size in files)
        for serialization, size in files:
            if serialization in serializations and size < most and kind not in kinds and len(kinds) < count:
                kinds.add(kind)
                seed(target, f"pipeline_{kind}", packed[at:at + size])
            at += size


pipelines("pickle", ("pickle4", "pickle5"), 24, 12_000)
pipelines("skops", ("skops",), 12, 40_000)
