"""SimpleImputer and MissingIndicator, over numbers, words and both."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from cases.parts import forest, logistic, numbers, one, words
from record import Case
from tables import NUMERIC, WORDS

KNOWN = dict(handle_unknown="use_encoded_value", unknown_value=-1)


def encoded(imputer, **options):
    return make_pipeline(imputer, OneHotEncoder(**{"handle_unknown": "ignore", **options}))


def of_numbers():
    for strategy in ("mean", "median", "most_frequent", "constant"):
        yield Case(f"imputer_{strategy}", make_pipeline(SimpleImputer(strategy=strategy), Ridge()), "numbers_missing", "value", "blas", every=strategy != "mean")
        yield Case(f"imputer_{strategy}_forest", one(SimpleImputer(strategy=strategy), NUMERIC, forest()), "mixed", "two")
    yield Case("imputer_constant_given", one(SimpleImputer(strategy="constant", fill_value=-1), NUMERIC, Ridge()), "mixed", "value", "blas", every=True)
    yield Case("imputer_constant_float", make_pipeline(SimpleImputer(strategy="constant", fill_value=0.125), forest()), "numbers_missing", "three")
    yield Case("imputer_of_minus_two", make_pipeline(SimpleImputer(missing_values=-2.0, strategy="mean"), Ridge()), "numbers", "value", "blas")
    yield Case("imputer_of_zero", make_pipeline(SimpleImputer(missing_values=0, strategy="most_frequent"), forest()), "numbers", "two")
    yield Case("imputer_of_zero_integers", one(SimpleImputer(missing_values=12, strategy="median"), ["month", "age"], forest()), "clean", "two")
    yield Case("imputer_of_zero_missing", one(SimpleImputer(missing_values=0, strategy="mean"), ["balance"], forest()), "mixed", "two", fit=lambda X: X.assign(balance=X["balance"].fillna(0)))
    yield Case("imputer_indicator", make_pipeline(SimpleImputer(add_indicator=True), Ridge()), "numbers_missing", "value", "blas", every=True)
    yield Case("imputer_indicator_forest", one(SimpleImputer(strategy="median", add_indicator=True), NUMERIC, forest()), "mixed", "words3")
    yield Case("imputer_indicator_some", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), Ridge()), "numbers_missing", "value", "blas", fit=filled)
    yield Case("imputer_twice", one(make_pipeline(SimpleImputer(strategy="most_frequent"), SimpleImputer()), NUMERIC + ["member"], forest()), "mixed", "two")
    # Numbers and truth values together are an array of objects, if anything is missing.
    yield Case("imputer_numbers_and_truth", one(SimpleImputer(strategy="median"), ["score", "member"], Ridge()), "mixed", "value", "blas")
    yield Case("imputer_truth_most_frequent", one(SimpleImputer(strategy="most_frequent"), ["member"], forest(), remainder="drop"), "mixed", "two")
    empty = lambda X: X.assign(ratio=np.nan)
    yield Case("imputer_column_without_values", one(SimpleImputer(strategy="median"), NUMERIC, Ridge()), "mixed", "value", "blas", fit=empty, every=True)
    yield Case("imputer_column_without_values_constant", one(SimpleImputer(strategy="constant", fill_value=7), NUMERIC, Ridge()), "mixed", "value", "blas", fit=empty)
    keep = lambda **options: (lambda: one(SimpleImputer(keep_empty_features=True, **options), NUMERIC, Ridge()))
    yield Case("imputer_keep_empty", keep(strategy="mean"), "mixed", "value", "blas", fit=empty, since=(1, 2), every=True)
    yield Case("imputer_keep_empty_indicator", keep(strategy="most_frequent", add_indicator=True), "mixed", "value", "blas", fit=empty, since=(1, 2))
    yield Case("imputer_keep_empty_constant", keep(strategy="constant", fill_value=5), "mixed", "value", "blas", fit=empty, since=(1, 2))


def filled(X):
    """Without missing values in all columns but two."""
    X = X.copy()
    for column in range(2, X.shape[1]):
        X[np.isnan(X[:, column]), column] = 0
    return X


def of_words():
    fill = lambda **options: SimpleImputer(**{"strategy": "most_frequent", **options})
    yield Case("imputer_words", one(encoded(fill()), WORDS, Ridge()), "mixed", "value", "blas", every=True)
    yield Case("imputer_words_constant", one(encoded(fill(strategy="constant")), WORDS, forest()), "mixed", "two", every=True)
    yield Case("imputer_words_constant_given", one(encoded(fill(strategy="constant", fill_value="?")), WORDS, Ridge()), "mixed", "value", "blas")
    yield Case("imputer_words_constant_empty", one(encoded(fill(strategy="constant", fill_value="")), WORDS, forest()), "mixed", "words3")
    yield Case("imputer_words_ordinal", one(make_pipeline(fill(), OrdinalEncoder(**KNOWN)), WORDS, forest()), "mixed", "two")
    for name, missing in {"empty": "", "word": "n/a", "question": "?"}.items():
        yield Case(f"imputer_of_{name}", one(encoded(fill(missing_values=missing)), WORDS, forest()), "clean", "two", every=name == "empty")
        yield Case(f"imputer_of_{name}_constant", one(encoded(fill(missing_values=missing, strategy="constant", fill_value="ok")), ["note", "plan"], Ridge()), "clean", "value", "blas")
    yield Case("imputer_of_empty_missing", one(encoded(fill(missing_values="")), WORDS, Ridge()), "mixed", "value", "blas", fit=lambda X: X.fillna({name: "" for name in WORDS}))
    # The word that stands for what is missing occurs only in the rows that are asked, and the encoder refuses what it does not know.
    unseen = lambda encoder: make_pipeline(fill(), fill(missing_values="Atlantis"), fill(missing_values="low "), encoder)
    yield Case("imputer_of_unseen_word", one(unseen(OneHotEncoder(handle_unknown="error")), ["plan", "job", "grade"], Ridge()), "mixed", "value", "blas", every=True)
    yield Case("imputer_of_unseen_word_ordinal", one(unseen(OrdinalEncoder()), ["plan", "job", "grade"], forest()), "mixed", "two")
    # The model behind the encoder refuses NaN, which the word that stands for what is missing is for a moment.
    yield Case("imputer_of_word_ordinal", one(make_pipeline(fill(missing_values="late"), OrdinalEncoder()), ["plan", "note"], Ridge()), "clean", "value", "blas", every=True)
    nan = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    yield Case("imputer_of_word_ordinal_nan", one(make_pipeline(fill(missing_values="late"), nan), ["grade", "note"], forest(RandomForestRegressor)), "clean", "value")
    # What is filled in is a word that the encoder does not know, because nothing was missing when it was fitted.
    complete = lambda X: X.fillna({"plan": "pro", "job": "monk", "grade": "low", "note": "ok", "city": "x"})
    unknown = fill(strategy="constant", fill_value="missing")
    yield Case("imputer_fills_unknown_error", one(make_pipeline(unknown, OneHotEncoder(handle_unknown="error")), ["plan", "grade"], Ridge()), "mixed", "value", "blas", fit=complete, every=True)
    yield Case("imputer_fills_unknown_error_ordinal", one(make_pipeline(unknown, OrdinalEncoder()), ["plan", "grade"], forest()), "mixed", "two", fit=complete)
    yield Case("imputer_fills_unknown_ignore", one(make_pipeline(unknown, OneHotEncoder(handle_unknown="ignore", drop=None)), ["plan", "grade"], Ridge()), "mixed", "value", "blas", fit=complete)
    # What stays None is a category of its own, and an unknown one where only NaN was seen.
    yield Case("imputer_of_none", one(encoded(fill(missing_values=None)), WORDS, Ridge()), "mixed", "value", "blas", none=True, every=True)
    yield Case("imputer_of_none_constant", one(encoded(fill(missing_values=None, strategy="constant", fill_value="missing")), WORDS, forest()), "mixed", "two", none=True)
    yield Case("imputer_none_is_not_nan", one(encoded(fill()), WORDS, Ridge()), "mixed", "value", "blas", none=True)
    yield Case("imputer_words_indicator", one(Pipeline([("fill", fill(strategy="constant", fill_value="?", add_indicator=True)), ("encode", OneHotEncoder(handle_unknown="ignore"))]), WORDS, Ridge()), "mixed", "value", "blas", every=True)
    yield Case("imputer_words_and_numbers", one(encoded(fill()), ["month", "plan", "member", "note"], Ridge()), "mixed", "value", "blas", every=True)
    yield Case("imputer_months_constant", one(encoded(fill(strategy="constant", fill_value=0)), ["month"], Ridge()), "mixed", "value", "blas")


def indicators():
    union = lambda **options: FeatureUnion([("fill", SimpleImputer(strategy="median")), ("missing", MissingIndicator(**options))])
    yield Case("indicator", make_pipeline(union(), Ridge()), "numbers_missing", "value", "blas", every=True)
    yield Case("indicator_all", make_pipeline(union(features="all"), forest()), "numbers_missing", "two")
    yield Case("indicator_sparse", make_pipeline(union(sparse=True), forest()), "numbers_missing", "words3")
    yield Case("indicator_new_is_an_error", make_pipeline(union(), Ridge()), "numbers_missing", "value", "blas", fit=filled)
    yield Case("indicator_new_is_fine", make_pipeline(union(error_on_new=False), Ridge()), "numbers_missing", "value", "blas", fit=filled)
    yield Case("indicator_of_words", make_pipeline(ColumnTransformer([("missing", MissingIndicator(features="all"), WORDS), ("numbers", numbers(), NUMERIC), ("words", words(), WORDS)]), logistic()), "mixed", "two", "blas", every=True)
    yield Case("indicator_of_zero", make_pipeline(FeatureUnion([("scale", StandardScaler()), ("zero", MissingIndicator(missing_values=0, features="all"))]), Ridge()), "numbers", "value", "blas")
    yield Case("indicator_of_empty_words", make_pipeline(ColumnTransformer([("missing", MissingIndicator(missing_values="", features="all"), ["note", "plan"]), ("numbers", StandardScaler(), NUMERIC)]), forest()), "clean", "three")


def cases():
    yield from of_numbers()
    yield from of_words()
    yield from indicators()
