"""Support vector machines: every kernel, dense and sparse fits, Platt's probabilities, pairs of classes, and all of it inside others."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, one, words
from record import VERSION, Case as Recorded
from tables import WORDS

# Every row may become a part of the model: few are fitted.
FEW = 70


def Case(name, model, table, target, *more, **options):
    few = lambda rows: rows[:FEW]
    return Recorded(name, model, table, lambda targets: few(targets[target]), *more, fit=few, labels=True, **options)


PLATT = dict(probability=True, random_state=0)


def scaled(model, scaler=StandardScaler):
    return make_pipeline(scaler(), model)


def only_words(model, **options):
    return make_pipeline(ColumnTransformer([("words", words(**options), WORDS)]), model)


def classifiers():
    """Name, what makes it, the classes it is fitted to."""
    yield "rbf", lambda: SVC(), "two"
    yield "rbf_words", lambda: SVC(gamma="auto", C=10.0, class_weight="balanced"), "words"
    yield "rbf_three", lambda: SVC(gamma=0.05, C=2.0), "words3"
    yield "linear", lambda: SVC(kernel="linear", C=0.1), "booleans"
    yield "linear_three", lambda: SVC(kernel="linear", C=0.05, break_ties=True), "odd"
    yield "poly", lambda: SVC(kernel="poly", degree=2, coef0=1.5), "floats"
    yield "poly_three", lambda: SVC(kernel="poly", gamma="auto", degree=5, decision_function_shape="ovo"), "three"
    yield "sigmoid", lambda: SVC(kernel="sigmoid", gamma=0.02, coef0=-0.25), "two"
    yield "sigmoid_three", lambda: SVC(kernel="sigmoid", gamma=0.03, break_ties=True), "odd"
    yield "platt", lambda: SVC(**PLATT), "two"
    yield "platt_words", lambda: SVC(kernel="linear", C=0.1, **PLATT), "words"
    yield "platt_three", lambda: SVC(C=3.0, **PLATT), "words3"
    yield "platt_poly", lambda: SVC(kernel="poly", coef0=1.0, break_ties=True, **PLATT), "odd"
    yield "platt_booleans", lambda: SVC(kernel="sigmoid", gamma=0.05, **PLATT), "booleans"
    yield "nu", lambda: NuSVC(nu=0.3), "words"
    yield "nu_linear", lambda: NuSVC(kernel="linear", nu=0.4), "two"
    yield "nu_three", lambda: NuSVC(nu=0.2, kernel="poly", degree=1, decision_function_shape="ovo"), "three"
    yield "nu_platt", lambda: NuSVC(nu=0.35, gamma=0.1, **PLATT), "odd"


def regressors():
    yield "rbf", lambda: SVR()
    yield "rbf_wide", lambda: SVR(C=20.0, epsilon=2.0, gamma=0.02)
    yield "linear", lambda: SVR(kernel="linear", C=0.1)
    yield "poly", lambda: SVR(kernel="poly", degree=4, coef0=0.5, gamma="auto")
    yield "sigmoid", lambda: SVR(kernel="sigmoid", gamma=0.01, coef0=0.1)
    # Every row is near enough: no vectors are left.
    yield "of_nothing", lambda: SVR(epsilon=1e6)
    yield "nu", lambda: NuSVR(nu=0.3)
    yield "nu_poly", lambda: NuSVR(kernel="poly", degree=2, C=0.5)


def sparse():
    """What was fitted on a sparse matrix stays sparse in the file."""
    yield Case("svm_sparse_rbf", make_pipeline(columns(), SVC()), "mixed", "two", "blas", every=True)
    yield Case("svm_sparse_rbf_three", make_pipeline(columns(), SVC(C=4.0, gamma="auto")), "mixed", "words3", "blas")
    yield Case("svm_sparse_linear", make_pipeline(columns(), SVC(kernel="linear", C=0.2)), "mixed", "odd", "blas")
    yield Case("svm_sparse_poly", only_words(SVC(kernel="poly", degree=2, coef0=1.0, **PLATT)), "mixed", "words", "blas")
    yield Case("svm_sparse_sigmoid", only_words(SVC(kernel="sigmoid", **PLATT), handle_unknown="error", drop="first"), "mixed", "words3", "blas")
    yield Case("svm_sparse_nu", make_pipeline(columns(), NuSVC(nu=0.3)), "mixed", "booleans", "blas")
    yield Case("svm_sparse_of_many", one(OneHotEncoder(handle_unknown="ignore"), ["age", "city", "income", "balance"], SVC()), "clean", "two", "blas", since=(1, 2))
    yield Case("svm_sparse_of_many_poly", one(OneHotEncoder(handle_unknown="ignore"), ["age", "income"], SVC(kernel="poly", degree=2, coef0=1.0)), "clean", "three", "blas")
    yield Case("svm_sparse_regressor", make_pipeline(columns(), SVR(C=5.0)), "mixed", "value", "blas")
    yield Case("svm_sparse_regressor_linear", only_words(NuSVR(kernel="linear")), "mixed", "signed", "blas")
    yield Case("svm_sparse_regressor_of_nothing", only_words(SVR(epsilon=1e6)), "mixed", "signed", "blas")
    yield Case("svm_dense_words", make_pipeline(columns(word=words(**dense(False))), SVC(**PLATT)), "mixed", "words3", "blas")


def anomalies():
    one = OneClassSVM
    yield Case("svm_one_class", scaled(one()), "numbers", "two", "blas")
    yield Case("svm_one_class_linear", scaled(one(kernel="linear", nu=0.2), lambda: MinMaxScaler(clip=True)), "numbers", "two", "blas")
    yield Case("svm_one_class_poly", scaled(one(kernel="poly", degree=2, gamma="auto", nu=0.1), MinMaxScaler), "numbers", "two", "blas")
    yield Case("svm_one_class_words", make_pipeline(columns(), one(kernel="sigmoid", gamma=0.02, nu=0.3)), "mixed", "two", "blas")
    if VERSION >= (1, 0):
        from sklearn.linear_model import SGDOneClassSVM
        yield Case("svm_one_class_sgd", scaled(SGDOneClassSVM(random_state=0)), "numbers", "two", "blas", since=(1, 2))
        yield Case("svm_one_class_sgd_words", make_pipeline(columns(), SGDOneClassSVM(nu=0.2, random_state=0)), "mixed", "two", "blas", since=(1, 2))


def inside():
    svc = lambda **options: scaled(SVC(**options))
    yield Case("svm_calibrated", CalibratedClassifierCV(svc(), cv=2), "numbers", "two", "blas", since=(1, 2))
    yield Case("svm_calibrated_three", CalibratedClassifierCV(svc(kernel="poly"), method="isotonic", cv=2), "numbers", "words3", "blas")
    yield Case("svm_calibrated_linear", CalibratedClassifierCV(svc(kernel="linear", C=0.1), cv=2, ensemble=False), "numbers", "odd", "blas")
    both = [("svc", svc()), ("tree", DecisionTreeClassifier(max_depth=3, random_state=0)), ("nu", svc(kernel="sigmoid"))]
    yield Case("svm_voting_hard", VotingClassifier(both), "numbers", "words", "blas")
    yield Case("svm_voting_soft", VotingClassifier([("a", svc(**PLATT)), ("b", svc(kernel="poly", **PLATT))], voting="soft"), "numbers", "three", "blas")
    yield Case("svm_stacking", StackingClassifier(both, final_estimator=LogisticRegression(), cv=2), "numbers", "booleans", "blas")
    yield Case("svm_stacking_three", StackingClassifier(both[:1], final_estimator=SVC(kernel="linear", **PLATT), cv=2), "numbers", "three", "blas")
    yield Case("svm_one_vs_rest", OneVsRestClassifier(svc(C=0.5)), "numbers", "words3", "blas")
    search = GridSearchCV(make_pipeline(columns(), SVC(random_state=0)), {"svc__kernel": ["rbf", "linear"], "svc__C": [0.5]}, cv=2)
    yield Case("svm_search", search, "mixed", "words3", "blas")
    yield Case("svm_of_scaled_target", TransformedTargetRegressor(scaled(SVR()), transformer=StandardScaler()), "numbers", "value", "blas")


def cases():
    for name, make, target in classifiers():
        yield Case(f"svm_{name}", lambda make=make: scaled(make()), "numbers", target, "blas", every=name == "rbf")
    for name, make in regressors():
        yield Case(f"svr_{name}", lambda make=make: scaled(make(), MinMaxScaler), "numbers", "value", "blas")
    float32 = lambda X: X.astype("float32")
    yield Case("svm_f32", scaled(SVC(**PLATT)), "numbers", "two", "blas", prepare=float32)
    yield Case("svr_f32", scaled(SVR()), "numbers", "value", "blas", prepare=float32)
    for part in (sparse, anomalies, inside):
        yield from part()
