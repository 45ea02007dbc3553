"""Ensembles of imbalanced-learn, whose members were fitted to samples of the rows."""

from imblearn import FunctionSampler
from imblearn.ensemble import BalancedBaggingClassifier, BalancedRandomForestClassifier, EasyEnsembleClassifier, RUSBoostClassifier
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as sampled
from sklearn.ensemble import AdaBoostClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import VERSION, Case

# The parameter that made the warnings of the version about its defaults.
BALANCED = dict(sampling_strategy="all", replacement=True, bootstrap=False) if (1, 2) <= VERSION else {}
REAL = dict(algorithm="SAMME.R") if VERSION < (1, 6) else {}
DISCRETE = dict(algorithm="SAMME") if VERSION < (1, 6) else {}


def tree(**options):
    return DecisionTreeClassifier(**{"max_depth": 3, "random_state": 0, **options})


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def forests():
    balanced = lambda **options: forest(BalancedRandomForestClassifier, **{**BALANCED, **options})
    yield Case("imbalanced_forest", balanced(), "numbers", "two", every=True)
    yield Case("imbalanced_forest_words", make_pipeline(columns(), balanced(max_features=None)), "mixed", "words", every=True)
    yield Case("imbalanced_forest_three", balanced(criterion="entropy", max_depth=None, min_samples_leaf=5), "numbers", "words3")
    yield Case("imbalanced_forest_in_voting", VotingClassifier([("a", balanced()), ("b", scaled(logistic()))], voting="soft"), "numbers", "booleans", "blas")


def bags():
    bag = lambda member=None, **options: BalancedBaggingClassifier(member, **{"n_estimators": 3, "random_state": 0, **options})
    yield Case("imbalanced_bag", bag(tree()), "numbers", "two", every=True)
    yield Case("imbalanced_bag_words", make_pipeline(columns(word=words(**dense(False))), bag(tree(), max_features=0.7)), "mixed", "words")
    yield Case("imbalanced_bag_logistic", bag(scaled(logistic()), max_features=0.6), "numbers", "odd", "blas")
    yield Case("imbalanced_bag_votes", bag(LinearSVC(random_state=0, dual=False)), "numbers", "words3")
    yield Case("imbalanced_bag_over", bag(tree(), sampler=RandomOverSampler(random_state=0)), "numbers", "floats", since=(1, 2))
    yield Case("imbalanced_search", GridSearchCV(bag(tree()), {"max_features": [0.4, 0.8]}, cv=2), "numbers", "words")


def boosted():
    easy = lambda member, **options: EasyEnsembleClassifier(2, **{("estimator" if VERSION >= (1, 2) else "base_estimator"): member, "random_state": 0, **options})
    rus = lambda member, **options: RUSBoostClassifier(member, **{"n_estimators": 4, "random_state": 0, **options})
    yield Case("imbalanced_easy", easy(AdaBoostClassifier(n_estimators=5, **DISCRETE)), "numbers", "two", "libm", every=True)
    yield Case("imbalanced_easy_words", make_pipeline(columns(word=words(**dense(False))), easy(AdaBoostClassifier(tree(max_depth=2), n_estimators=3, **REAL))), "mixed", "words", "libm")
    yield Case("imbalanced_easy_three", easy(AdaBoostClassifier(tree(max_depth=2), n_estimators=3, **DISCRETE)), "numbers", "words3", "libm")
    yield Case("imbalanced_rus", rus(tree(max_depth=1), **REAL), "numbers", "two", "libm", every=True)
    yield Case("imbalanced_rus_discrete", rus(tree(), learning_rate=0.5, **DISCRETE), "numbers", "words3", "libm", every=True)
    yield Case("imbalanced_rus_words", make_pipeline(columns(), rus(tree(), **DISCRETE)), "mixed", "words", "libm")
    yield Case("imbalanced_rus_logistic", scaled(rus(LogisticRegression(), **REAL)), "numbers", "odd", "blas")


def pipelines():
    yield Case("imbalanced_pipeline_function", sampled(StandardScaler(), FunctionSampler(), forest()), "numbers", "two")


def cases():
    for part in (forests, bags, boosted, pipelines):
        yield from part()
