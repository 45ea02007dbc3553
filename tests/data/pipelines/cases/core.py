"""What teams log most: imputed and scaled numbers, imputed and encoded words, and one model behind them."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from record import VERSION, Case
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
    return kind(**{"n_estimators": 6, "max_depth": 4, "random_state": 0, **options})


def boosted(kind, **options):
    import lightgbm
    return getattr(lightgbm, kind)(**{"n_estimators": 6, "num_leaves": 6, "verbose": -1, "n_jobs": 1, **options})


def cases():
    logistic = lambda **options: LogisticRegression(max_iter=300, **options)
    yield Case("core_logistic", Pipeline([("columns", columns()), ("model", logistic())]), "mixed", "two", "blas")
    yield Case("core_logistic_words", make_pipeline(columns(), logistic(C=0.3)), "mixed", "words", "blas")
    yield Case("core_logistic_three", make_pipeline(columns(numbers("mean"), words(**dense(False))), logistic()), "mixed", "words3", "blas")
    yield Case("core_logistic_clean", make_pipeline(ColumnTransformer([("numbers", StandardScaler(), NUMERIC), ("words", OneHotEncoder(), WORDS)]), logistic()), "clean", "odd", "blas")
    yield Case("core_forest", make_pipeline(columns(), forest()), "mixed", "two")
    yield Case("core_forest_words", make_pipeline(columns(numbers("mean", MinMaxScaler), words(**dense(False))), forest()), "mixed", "words3")
    yield Case("core_forest_error", make_pipeline(columns(word=words(handle_unknown="error")), forest()), "mixed", "booleans")
    yield Case("core_forest_drop_first", make_pipeline(columns(word=words(handle_unknown="error", drop="first")), forest()), "clean", "floats")
    yield Case("core_forest_member", make_pipeline(ColumnTransformer([("numbers", "passthrough", NUMERIC), ("words", OneHotEncoder(), WORDS)], remainder="passthrough"), forest()), "clean", "two")
    yield Case("core_forest_regressor", make_pipeline(columns(), forest(RandomForestRegressor)), "mixed", "value")
    constant = Pipeline([("impute", SimpleImputer(strategy="constant", fill_value="missing")), ("encode", OneHotEncoder(handle_unknown="ignore"))])
    yield Case("core_forest_constant", make_pipeline(columns(numbers("most_frequent"), constant), forest(n_estimators=8)), "mixed", "odd")
    ordinal = Pipeline([("impute", SimpleImputer(strategy="most_frequent")), ("encode", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))])
    yield Case("core_forest_ordinal", make_pipeline(columns(word=ordinal), forest()), "mixed", "three")
    yield Case("core_linear", make_pipeline(columns(), LinearRegression()), "mixed", "signed", "blas")
    yield Case("core_ridge", make_pipeline(columns(numbers("mean"), words(drop="first")) if VERSION >= (1, 0) else columns(), Ridge(alpha=2.0)), "mixed", "value", "blas")
    yield Case("core_lightgbm", Pipeline([("columns", columns()), ("model", boosted("LGBMClassifier"))]), "mixed", "two", "libm")
    yield Case("core_lightgbm_three", make_pipeline(columns(numbers("mean"), words(**dense(False))), boosted("LGBMClassifier")), "mixed", "words3", "libm")
    yield Case("core_lightgbm_regressor", make_pipeline(columns(), boosted("LGBMRegressor")), "mixed", "value")
