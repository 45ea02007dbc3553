"""Parts that the cases are put together from."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from record import VERSION
from tables import NUMERIC, WORDS


def dense(value):
    """OneHotEncoder's argument, renamed in 1.2."""
    return {"sparse_output" if VERSION >= (1, 2) else "sparse": value}


def numbers(strategy="median", scaler=StandardScaler):
    return Pipeline([("impute", SimpleImputer(strategy=strategy)), ("scale", scaler())])


def words(**options):
    return Pipeline([("impute", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder(**{"handle_unknown": "ignore", **options}))])


def columns(number=None, word=None, remainder="drop"):
    return ColumnTransformer([("numbers", number or numbers(), NUMERIC), ("words", word or words(), WORDS)], remainder=remainder)


def forest(kind=RandomForestClassifier, **options):
    return kind(**{"n_estimators": 4, "max_depth": 3, "random_state": 0, **options})


def boosted(kind, **options):
    import lightgbm
    return getattr(lightgbm, kind)(**{"n_estimators": 5, "num_leaves": 5, "verbose": -1, "n_jobs": 1, **options})


def logistic(**options):
    return LogisticRegression(**{"max_iter": 300, **options})


def one(transformer, names, model, remainder="drop", **options):
    """A transformer of some columns, and a model."""
    return make_pipeline(ColumnTransformer([("it", transformer, names)], remainder=remainder, **options), model)
