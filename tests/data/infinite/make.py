"""Asks models about infinite numbers, as pandas reads them from rows.csv, and records what they answer.

    make.py        with tests/data/pipelines/requirements-1.9.1.txt

Writes the models beside this file and answers.json: for each the probability of the second class of every row, or null where Python
refuses the row.
"""

import json, pathlib, pickle

import lightgbm, numpy as np, pandas as pd, xgboost
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

out = pathlib.Path(__file__).parent
random = np.random.RandomState(0)
X = np.round(random.randn(200, 3), 2)
y = (X[:, 0] + X[:, 1] > 0).astype(int)
rows = pd.read_csv(out / "rows.csv").to_numpy()

light = lambda: lightgbm.LGBMClassifier(n_estimators=3, num_leaves=5, verbose=-1, n_jobs=1)
extreme = lambda: xgboost.XGBClassifier(n_estimators=3, max_depth=3, n_jobs=1)
hist = lambda: HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=5)
first = lambda step: ColumnTransformer([("it", step, [0])], remainder="passthrough")
models = {
    "lightgbm.pkl": light(), "xgboost.pkl": extreme(), "hist.pkl": hist(), "forest.pkl": RandomForestClassifier(3, max_depth=3, random_state=0),
    "scaled.pkl": make_pipeline(StandardScaler(), light()), "scaled_one.pkl": make_pipeline(first(StandardScaler()), light()),
    "selected.pkl": make_pipeline(SelectKBest(k=2), hist()), "voting.pkl": VotingClassifier([("a", light()), ("b", hist())], voting="soft"),
}


def answer(ask):
    answers = []
    for row in rows:
        try:
            answers.append(float(np.asarray(ask(row[None]), dtype=float).ravel()[-1]))
        except (ValueError, xgboost.core.XGBoostError):
            answers.append(None)
    return answers


answers = {}
for name, model in models.items():
    model.fit(X, y)
    (out / name).write_bytes(pickle.dumps(model))
    answers[name] = answer(model.predict_proba)
booster = models["lightgbm.pkl"].booster_
booster.save_model(out / "lightgbm.txt")
answers["lightgbm.txt"] = answer(booster.predict)
booster = models["xgboost.pkl"].get_booster()
booster.save_model(out / "xgboost_booster.ubj")
answers["xgboost_booster.ubj"] = answer(lambda row: booster.predict(xgboost.DMatrix(row)))
(out / "answers.json").write_text(json.dumps(answers, indent=1) + "\n")
