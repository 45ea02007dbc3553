"""Naive Bayes: every kind, on numbers and on words, alone and inside others."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, words
from record import VERSION, Case
from tables import WORDS

UNKNOWN = dict(handle_unknown="use_encoded_value", unknown_value=-1)
BINS = dict(n_bins=4, encode="ordinal", strategy="uniform", **({"subsample": None} if VERSION >= (1, 2) else {}))


def only_words(model, **options):
    return make_pipeline(ColumnTransformer([("words", words(**options), WORDS)]), model)


def codes(model, names=WORDS, **options):
    return make_pipeline(ColumnTransformer([("codes", make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder(**options)), names)]), model)


def gaussian():
    yield Case("bayes_gaussian", GaussianNB(), "numbers", "two", "blas")
    yield Case("bayes_gaussian_three", make_pipeline(StandardScaler(), GaussianNB(var_smoothing=1e-3)), "numbers", "words3", "blas", rows=150)
    yield Case("bayes_gaussian_priors", make_pipeline(MinMaxScaler(), GaussianNB(priors=[0.3, 0.7])), "numbers", "booleans", "blas")
    yield Case("bayes_gaussian_words", make_pipeline(columns(word=words(**dense(False))), GaussianNB(var_smoothing=1e-2)), "mixed", "words", "blas", rows=120)
    yield Case("bayes_gaussian_f32", make_pipeline(StandardScaler(), GaussianNB()), "numbers", "odd", "blas", prepare=lambda X: X.astype("float32"), rows=120, until=(1, 7))


def counts():
    yield Case("bayes_multinomial", make_pipeline(MinMaxScaler(), MultinomialNB()), "numbers", "two", "blas")
    yield Case("bayes_multinomial_three", only_words(MultinomialNB(alpha=0.1)), "mixed", "words3", "blas", rows=150)
    yield Case("bayes_multinomial_priors", make_pipeline(MinMaxScaler(), MultinomialNB(fit_prior=False)), "numbers", "booleans", "blas")
    yield Case("bayes_multinomial_given", only_words(MultinomialNB(class_prior=[0.2, 0.8]), **dense(False)), "mixed", "floats", "blas", rows=120)
    yield Case("bayes_complement", make_pipeline(MinMaxScaler(), ComplementNB()), "numbers", "odd", "blas", rows=150)
    yield Case("bayes_complement_two", only_words(ComplementNB(norm=True)), "mixed", "words", "blas")
    yield Case("bayes_complement_norm", make_pipeline(MinMaxScaler(), ComplementNB(alpha=0.5, norm=True)), "numbers", "two", "blas")


def bernoulli():
    yield Case("bayes_bernoulli", BernoulliNB(), "numbers", "two", "blas")
    yield Case("bayes_bernoulli_cut", make_pipeline(StandardScaler(), BernoulliNB(binarize=0.5, alpha=0.3)), "numbers", "words", "blas")
    yield Case("bayes_bernoulli_words", only_words(BernoulliNB(binarize=None)), "mixed", "booleans", "blas", rows=120)
    yield Case("bayes_bernoulli_three", only_words(BernoulliNB(fit_prior=False)), "mixed", "odd", "blas", rows=150)


def categorical():
    yield Case("bayes_categorical", make_pipeline(KBinsDiscretizer(**BINS), CategoricalNB()), "numbers", "two", "blas", rows=150)
    # What the encoder does not know is -1, which is refused.
    yield Case("bayes_categorical_words", codes(CategoricalNB(alpha=0.2), **UNKNOWN), "mixed", "words", "blas")
    more = dict(min_categories=14) if VERSION >= (1, 2) else {}
    yield Case("bayes_categorical_months", make_pipeline(ColumnTransformer([("month", SimpleImputer(strategy="median"), ["month", "age"])]), CategoricalNB(fit_prior=False, **more)), "mixed", "two", "blas")
    # Fractions lose their digits, and what lies beyond the fit is refused.
    yield Case("bayes_categorical_cut", make_pipeline(MinMaxScaler((0, 3)), CategoricalNB()), "numbers", "booleans", "blas")


def inside():
    both = [("bayes", GaussianNB()), ("tree", DecisionTreeClassifier(max_depth=3, random_state=0)), ("bernoulli", BernoulliNB())]
    yield Case("bayes_calibrated", CalibratedClassifierCV(make_pipeline(StandardScaler(), GaussianNB()), method="isotonic", cv=2), "numbers", "words3", "blas", rows=120)
    yield Case("bayes_voting", VotingClassifier(both, voting="soft"), "numbers", "words", "blas", rows=120)
    yield Case("bayes_stacking", StackingClassifier([(name, make_pipeline(StandardScaler(), model)) for name, model in both], final_estimator=LogisticRegression(), cv=2), "numbers", "odd", "blas", rows=120)
    yield Case("bayes_search", GridSearchCV(only_words(MultinomialNB()), {"multinomialnb__alpha": [0.1, 1.0]}, cv=2), "mixed", "words3", "blas", rows=120)


def cases():
    for part in (gaussian, counts, bernoulli, categorical, inside):
        yield from part()
