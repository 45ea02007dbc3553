"""Makes the seeds of `xgboost_binary`. Needs tests/data/boosters/requirements-oldest.txt."""

import pathlib

import numpy as np
import xgboost as xgb

folder = pathlib.Path(__file__).parent / "seeds" / "xgboost_binary"
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)
x = rng.normal(size=(200, 2))
x[::17] = np.nan
y = (np.nan_to_num(x[:, 0]) > 0).astype(int)
for name, parameters in [
    ("binary", {"objective": "binary:logistic"}),
    ("multi", {"objective": "multi:softprob", "num_class": 2}),
    ("dart", {"objective": "count:poisson", "booster": "dart"}),
    ("linear", {"objective": "reg:squarederror", "booster": "gblinear"}),
]:
    model = xgb.train({"max_depth": 2, **parameters}, xgb.DMatrix(np.nan_to_num(x) if name == "linear" else x, y), 1)
    raw = bytes(model.save_raw())
    folder.joinpath(name).write_bytes(raw.removeprefix(b"binf"))
