"""Searches over whole pipelines, and pipelines of imbalanced-learn."""

from scipy import stats
from sklearn.experimental import enable_halving_search_cv  # noqa: the class below is not there without it
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from cases.parts import columns, dense, forest, logistic, words
from record import Case


def whole(model):
    return Pipeline([("columns", columns()), ("model", model)])


def searches():
    depth, strategy = {"model__max_depth": [2, 4]}, {"columns__numbers__impute__strategy": ["mean", "median"]}
    yield Case("search_grid", GridSearchCV(whole(forest()), {**depth, **strategy}, cv=2), "mixed", "two", every=True)
    yield Case("search_grid_logistic", GridSearchCV(whole(logistic()), {"model__C": [0.1, 1.0]}, cv=StratifiedKFold(2, shuffle=True, random_state=0), scoring="roc_auc"), "mixed", "words", "blas")
    yield Case("search_grid_scores", GridSearchCV(whole(logistic()), {"columns__numbers__scale": [StandardScaler(), MinMaxScaler(), "passthrough"]}, cv=2, scoring=["accuracy", "f1_macro"], refit="f1_macro"), "mixed", "odd", "blas")
    yield Case("search_grid_in_pipeline", make_pipeline(columns(), GridSearchCV(forest(), {"max_depth": [2, 3]}, cv=2)), "mixed", "words3")
    yield Case("search_random", RandomizedSearchCV(whole(forest()), {"model__max_depth": stats.randint(2, 5), "model__min_samples_leaf": [1, 3]}, n_iter=2, cv=2, random_state=0), "mixed", "three", every=True)
    # The name of this distribution moved inside scipy.
    yield Case("search_random_logistic", RandomizedSearchCV(whole(logistic()), {"model__C": stats.loguniform(1e-2, 1e1), "columns__numbers__impute__strategy": ["median", "mean"]}, n_iter=2, cv=2, random_state=1), "mixed", "two", "blas")
    yield Case("search_random_ridge", RandomizedSearchCV(whole(Ridge()), {"model__alpha": stats.uniform(0.1, 3)}, n_iter=2, cv=2, random_state=2), "mixed", "value", "blas")
    yield Case("search_halving", HalvingGridSearchCV(whole(forest()), depth, cv=2, random_state=0), "mixed", "words", every=True)
    yield Case("search_halving_random", HalvingRandomSearchCV(whole(logistic()), {"model__C": stats.expon(scale=1)}, n_candidates=2, cv=2, random_state=0), "mixed", "two", "blas")


def samplers():
    from imblearn.over_sampling import SMOTE, RandomOverSampler
    from imblearn.pipeline import Pipeline as Imbalanced, make_pipeline as imbalanced
    from imblearn.under_sampling import RandomUnderSampler
    dense_columns = lambda: columns(word=words(**dense(False)))
    yield Case("imblearn_smote", Imbalanced([("columns", dense_columns()), ("sample", SMOTE(random_state=0, k_neighbors=3)), ("model", forest())]), "mixed", "words3", every=True)
    yield Case("imblearn_smote_logistic", imbalanced(dense_columns(), SMOTE(random_state=0), logistic()), "mixed", "two", "blas")
    yield Case("imblearn_under", imbalanced(columns(), RandomUnderSampler(random_state=0), forest()), "mixed", "odd", every=True)
    yield Case("imblearn_under_first", imbalanced(RandomUnderSampler(random_state=0), StandardScaler(), forest()), "numbers", "words3")
    yield Case("imblearn_over", Imbalanced([("scale", StandardScaler()), ("over", RandomOverSampler(random_state=0)), ("under", RandomUnderSampler(random_state=0)), ("model", logistic())]), "numbers", "three", "blas")
    yield Case("imblearn_search", GridSearchCV(Imbalanced([("columns", columns()), ("sample", RandomUnderSampler(random_state=0)), ("model", forest())]), {"model__max_depth": [2, 4]}, cv=2), "mixed", "two")


def cases():
    yield from searches()
    yield from samplers()
