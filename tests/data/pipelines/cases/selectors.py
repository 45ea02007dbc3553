"""What keeps some of the columns."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import (RFE, RFECV, SelectFromModel, SelectKBest, SelectPercentile, VarianceThreshold, chi2, f_classif, f_regression,
    mutual_info_classif)
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from cases.parts import columns, dense, forest, logistic, numbers, words
from record import Case
from tables import NUMERIC, WORDS


def cases():
    ranked = lambda: columns(numbers(scaler=MinMaxScaler))
    linear = lambda: LogisticRegression(solver="liblinear", random_state=0)
    yield Case("select_variance", make_pipeline(VarianceThreshold(), Ridge()), "numbers", "value", "blas", fit=flat, every=True)
    yield Case("select_variance_words", make_pipeline(columns(), VarianceThreshold(0.05), forest()), "mixed", "two", whole=True)
    yield Case("select_best", make_pipeline(SelectKBest(k=4), forest()), "numbers", "two", every=True)
    yield Case("select_best_words", make_pipeline(columns(), SelectKBest(f_classif, k=12), logistic()), "mixed", "words3", "blas")
    yield Case("select_best_chi2", make_pipeline(ranked(), SelectKBest(chi2, k=9), forest()), "mixed", "words", whole=True)
    yield Case("select_best_all", make_pipeline(StandardScaler(), SelectKBest(f_regression, k="all"), Ridge()), "numbers", "value", "blas")
    yield Case("select_best_in_columns", make_pipeline(ColumnTransformer([("n", make_pipeline(StandardScaler(), SelectKBest(k=2)), NUMERIC), ("w", make_pipeline(OneHotEncoder(handle_unknown="ignore"), SelectKBest(chi2, k=5)), WORDS)]), logistic()), "clean", "two", "blas")
    yield Case("select_percentile", make_pipeline(columns(), SelectPercentile(f_classif, percentile=40), forest()), "mixed", "two", every=True, whole=True)
    yield Case("select_percentile_numbers", make_pipeline(SelectPercentile(f_regression, percentile=50), Ridge()), "numbers", "value", "blas")
    yield Case("select_mutual", make_pipeline(SelectKBest(mutual_info_classif, k=5), forest()), "numbers", "words3")
    yield Case("select_from_linear", make_pipeline(columns(), SelectFromModel(linear()), forest()), "mixed", "two", every=True)
    yield Case("select_from_forest", make_pipeline(columns(), SelectFromModel(ExtraTreesClassifier(5, max_depth=4, random_state=0), threshold="median"), logistic()), "mixed", "words3", "blas")
    yield Case("select_from_lasso", make_pipeline(StandardScaler(), SelectFromModel(Lasso(alpha=0.5)), Ridge()), "numbers", "value", "blas")
    yield Case("select_from_most", make_pipeline(SelectFromModel(forest(), max_features=3, threshold=-1.0), forest()), "numbers", "three")
    yield Case("select_from_scaled", make_pipeline(StandardScaler(), SelectFromModel(linear(), threshold="1.25*mean"), logistic()), "numbers", "two", "blas")
    prefit = lambda X, y: make_pipeline(SelectFromModel(linear().fit(X, y), prefit=True, threshold="mean"), logistic()).fit(X, y)
    yield Case("select_from_prefit", prefit, "numbers", "two", "blas", fitted=True, since=(1, 2), until=(1, 7))
    yield Case("select_rfe", make_pipeline(RFE(linear(), n_features_to_select=4), logistic()), "numbers", "two", "blas", every=True)
    yield Case("select_rfe_words", make_pipeline(columns(word=words(**dense(False))), RFE(forest(), n_features_to_select=6, step=8), forest()), "mixed", "words", whole=True)
    # As the last step it predicts by the estimator inside.
    yield Case("select_rfe_last", Pipeline([("scale", StandardScaler()), ("rfe", RFE(LinearRegression(), n_features_to_select=3))]), "numbers", "value", "blas")
    yield Case("select_rfecv", make_pipeline(columns(word=words(**dense(False))), RFECV(forest(n_estimators=3), step=10, cv=2, min_features_to_select=5), forest()), "mixed", "two", whole=True)
    yield Case("select_rfecv_last", make_pipeline(StandardScaler(), RFECV(linear(), cv=2)), "numbers", "two", "blas")
    yield Case("select_twice", make_pipeline(VarianceThreshold(0.1), StandardScaler(), SelectKBest(f_regression, k=5), SelectFromModel(LinearRegression()), Ridge()), "numbers", "signed", "blas")


def flat(X):
    """Two columns without differences."""
    X = X.copy()
    X[:, 2], X[:, 7] = 0.5, 0.0
    return X
