"""Rows that are dicts: what is missing is left out."""

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from cases.parts import forest, logistic
from record import Case
from tables import NUMERIC, WORDS


def dicts(names):
    """What turns a table into dicts of some columns."""
    def of(X):
        rows = X[names].to_dict("records")
        present = lambda x: x is not None and x == x
        out = np.empty(len(rows), dtype=object)
        out[:] = [{name: x for name, x in row.items() if present(x)} for row in rows]
        return out
    return of


def cases():
    all_names, words = dicts([*NUMERIC, *WORDS, "member"]), dicts(WORDS)
    yield Case("dicts_linear", make_pipeline(DictVectorizer(), MaxAbsScaler(), logistic()), "mixed", "words", "blas", prepare=all_names, every=True)
    yield Case("dicts_forest", make_pipeline(DictVectorizer(), forest()), "mixed", "words3", prepare=all_names)
    yield Case("dicts_dense", make_pipeline(DictVectorizer(sparse=False), StandardScaler(), forest()), "mixed", "two", prepare=all_names)
    yield Case("dicts_words", make_pipeline(DictVectorizer(separator="::", sort=False), forest(RandomForestRegressor)), "clean", "value", prepare=words)
    yield Case("dicts_float32", make_pipeline(DictVectorizer(dtype=np.float32), Ridge()), "mixed", "value", "blas", prepare=dicts(["score", "ratio", "income", "plan"]))
    yield Case("dicts_float32_forest", make_pipeline(DictVectorizer(dtype=np.float32, sparse=False), forest()), "mixed", "two", prepare=all_names)
    yield Case("dicts_whole", make_pipeline(DictVectorizer(dtype=np.int64, sparse=False), forest()), "mixed", "three", prepare=all_names)
    yield Case("dicts_numbers", make_pipeline(DictVectorizer(), StandardScaler(with_mean=False), logistic()), "clean", "booleans", "blas", prepare=dicts(NUMERIC))

    def restricted(X, y):
        vectorizer = DictVectorizer().fit(X)
        vectorizer.restrict(np.arange(len(vectorizer.vocabulary_)) % 3 > 0)
        return Pipeline([("dicts", vectorizer), ("forest", forest().fit(vectorizer.transform(X), y))])
    yield Case("dicts_restricted", restricted, "mixed", "two", prepare=all_names, fitted=True)
