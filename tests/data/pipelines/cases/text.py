"""Vectorizers of free text, and models over what they make of it."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold, chi2
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, PassiveAggressiveClassifier, Perceptron, Ridge, RidgeClassifier, SGDClassifier, SGDRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier

from cases.parts import boosted, forest, logistic
from record import VERSION, Case as Recorded


def alone(X):
    """The texts by themselves, as a vectorizer takes them."""
    return X["text"]


def strings(X):
    return X["text"].to_numpy(dtype=object)


def Text(name, model, target, exact="exact", **options):
    """A model of the texts alone."""
    return Recorded(f"text_{name}", model, "reviews", target, exact, **{"prepare": alone, **options})


def Table(name, model, target, exact="exact", **options):
    return Recorded(f"text_{name}", model, "reviews", target, exact, **options)


def frame(X):
    """The texts as a table of one column."""
    return X[["text"]]


def filled(vectorizer, text, flat=np.ravel, arguments=None):
    """A vectorizer, and before it what fills in a missing text."""
    return make_pipeline(SimpleImputer(strategy="constant", fill_value=text), FunctionTransformer(flat, kw_args=arguments), vectorizer)


def columns(vectorizer, *more, text="text", **options):
    return ColumnTransformer([("text", vectorizer, text), ("topic", OneHotEncoder(handle_unknown="ignore"), ["topic"]), *more], **options)


def few(**options):
    return {"max_features": 120, **options}


def sparsified(pipeline):
    """The pipeline, whose last step has its weights in a sparse matrix."""
    def fitted(X, y):
        pipeline.fit(X, y)
        pipeline[-1].sparsify()
        return pipeline
    return fitted


# Before 0.25 hstack sorts what a product with the weights has turned round, or not, as scipy does.
UNION = "exact" if VERSION >= (1, 0) else "blas"


PACKED = {"fitted": True, "skops": "always"}


def cases():
    # Counts.
    yield Text("count_logistic", make_pipeline(CountVectorizer(), logistic()), "two", "libm", every=True)
    yield Text("count_ridge", make_pipeline(CountVectorizer(min_df=2), Ridge()), "value", every=True)
    yield Text("count_binary", make_pipeline(CountVectorizer(binary=True, min_df=2), LinearSVC(random_state=0)), "words")
    yield Text("count_bigrams", make_pipeline(CountVectorizer(ngram_range=(1, 2), min_df=3), RidgeClassifier()), "words3")
    yield Text("count_trigrams_only", make_pipeline(CountVectorizer(ngram_range=(2, 3), min_df=2), Ridge()), "value")
    yield Text("count_english", make_pipeline(CountVectorizer(stop_words="english", ngram_range=(1, 2), max_features=200), Ridge()), "value")
    yield Text("count_stop_list", make_pipeline(CountVectorizer(stop_words=["the", "is", "très", "Good"], min_df=2), LinearSVC(random_state=0)), "booleans")
    yield Text("count_case", make_pipeline(CountVectorizer(lowercase=False, min_df=2, max_df=0.5), RidgeClassifier()), "two")
    yield Text("count_ascii", make_pipeline(CountVectorizer(strip_accents="ascii", min_df=2), Ridge()), "value")
    yield Text("count_unicode", make_pipeline(CountVectorizer(strip_accents="unicode", min_df=2), Ridge()), "value", every=True)
    yield Text("count_char", make_pipeline(CountVectorizer(analyzer="char", ngram_range=(1, 2), max_features=150), Ridge()), "value")
    yield Text("count_char_wb", make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=150), RidgeClassifier()), "words3")
    yield Text("count_char_wb_long", make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(5, 6), max_features=200, strip_accents="unicode"), Ridge()), "value")
    yield Text("count_vocabulary", make_pipeline(CountVectorizer(vocabulary=["good", "bad", "great", "the", "北京", "σίσυφος"]), Ridge()), "value")
    yield Text("count_vocabulary_dict", make_pipeline(CountVectorizer(vocabulary={"good": 1, "bad": 0, "x_1": 2}, dtype=np.float32), forest()), "two")
    yield Text("count_forest", make_pipeline(CountVectorizer(**few()), forest()), "words3", every=True)
    yield Text("count_tfidf", Pipeline([("vect", CountVectorizer(min_df=2)), ("tfidf", TfidfTransformer()), ("clf", SGDClassifier(random_state=0))]), "words3", "blas", every=True)
    yield Text("count_tfidf_l1", make_pipeline(CountVectorizer(min_df=2), TfidfTransformer(norm="l1", smooth_idf=False), Ridge()), "value")
    yield Text("count_tfidf_only_norm", make_pipeline(CountVectorizer(min_df=2), TfidfTransformer(use_idf=False, sublinear_tf=True), Ridge()), "value", "libm")
    yield Text("count_tokens_split", make_pipeline(CountVectorizer(tokenizer=str.split, token_pattern=None, min_df=2), Ridge()), "value")
    yield Text("count_analyzer_split", make_pipeline(CountVectorizer(analyzer=str.split, min_df=2), Ridge()), "value")
    yield Text("count_preprocessed", make_pipeline(CountVectorizer(preprocessor=str.lower, min_df=2), Ridge()), "value")
    yield Text("pattern_letters", make_pipeline(CountVectorizer(token_pattern=r"(?u)\b[^\W\d_]{3,}\b", max_features=100), Ridge()), "value")
    yield Text("pattern_hyphens", make_pipeline(TfidfVectorizer(token_pattern=r"\b\w+(?:['-]\w+)*\b", max_features=100), RidgeClassifier()), "words")
    yield Text("pattern_group", make_pipeline(CountVectorizer(token_pattern=r"[@#]?(\w{2,})[^\s\w]", max_features=80), Ridge()), "value")
    yield Text("pattern_ranges", make_pipeline(CountVectorizer(token_pattern=r"[a-zà-ÿа-я一-龥]+|\d", max_features=80, ngram_range=(1, 2)), Ridge()), "value")
    # Weights.
    yield Text("tfidf_logistic", Pipeline([("tfidf", TfidfVectorizer(min_df=2)), ("clf", logistic())]), "two", "libm", every=True)
    yield Text("tfidf_logistic_three", make_pipeline(TfidfVectorizer(**few()), logistic()), "words3", "libm")
    yield Text("tfidf_ridge", make_pipeline(TfidfVectorizer(min_df=2), Ridge()), "value", every=True)
    yield Text("tfidf_svr", make_pipeline(TfidfVectorizer(**few(norm=None)), LinearSVR(random_state=0)), "value")
    yield Text("tfidf_l1", make_pipeline(TfidfVectorizer(**few(norm="l1", use_idf=False)), RidgeClassifier()), "words")
    yield Text("tfidf_sublinear", make_pipeline(TfidfVectorizer(min_df=2, sublinear_tf=True, smooth_idf=False), Ridge()), "value", "libm", every=True)
    yield Text("tfidf_float32", make_pipeline(TfidfVectorizer(**few(dtype=np.float32)), forest(RandomForestRegressor)), "value", "libm")
    yield Text("tfidf_float32_linear", make_pipeline(TfidfVectorizer(**few(dtype=np.float32, binary=True)), LinearSVC(random_state=0)), "two", "blas")
    yield Text("tfidf_array", make_pipeline(TfidfVectorizer(min_df=2), PassiveAggressiveClassifier(random_state=0)), "booleans", prepare=strings, until=(1, 7))
    yield Text("tfidf_spam", make_pipeline(TfidfVectorizer(stop_words="english", ngram_range=(1, 2), max_features=120, sublinear_tf=True), LogisticRegression(C=10, class_weight="balanced")), "words", "libm")
    yield Text("tfidf_calibrated", make_pipeline(TfidfVectorizer(**few()), CalibratedClassifierCV(LinearSVC(random_state=0), cv=2)), "words3", "libm")
    yield Text("tfidf_calibrated_whole", CalibratedClassifierCV(make_pipeline(TfidfVectorizer(**few()), LinearSVC(random_state=0)), cv=2), "two", "libm")
    yield Text("tfidf_search", GridSearchCV(make_pipeline(TfidfVectorizer(**few()), RidgeClassifier()), {"ridgeclassifier__alpha": [0.5, 1.0]}, cv=2), "words3")
    yield Text("tfidf_voting", VotingClassifier([("a", make_pipeline(TfidfVectorizer(max_features=30), logistic())), ("b", make_pipeline(CountVectorizer(max_features=30, analyzer="char"), forest()))], voting="soft"), "two", "libm")
    yield Text("tfidf_kbest", make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=60), logistic()), "words3", "libm")
    yield Text("tfidf_kbest_forest", make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=40), forest()), "two", every=True)
    yield Text("tfidf_variance", make_pipeline(TfidfVectorizer(**few()), VarianceThreshold(1e-3), Ridge()), "value")
    yield Text("tfidf_scaled", make_pipeline(TfidfVectorizer(**few()), StandardScaler(with_mean=False), Ridge()), "value", every=True)
    yield Text("tfidf_max_abs", make_pipeline(CountVectorizer(**few()), MaxAbsScaler(), Ridge()), "value")
    yield Text("tfidf_normalizer", make_pipeline(CountVectorizer(**few()), Normalizer("l1"), Ridge()), "value")
    yield Text("tfidf_normalizer_max", make_pipeline(CountVectorizer(**few()), Normalizer("max"), LinearSVC(random_state=0)), "words3")
    yield Text("tfidf_union", make_pipeline(FeatureUnion([("word", TfidfVectorizer(**few())), ("char", TfidfVectorizer(**few(analyzer="char_wb", ngram_range=(2, 3))))]), Ridge()), "value", UNION, every=True)
    yield Text("tfidf_union_weights", make_pipeline(FeatureUnion([("word", TfidfVectorizer(**few())), ("char", CountVectorizer(**few(analyzer="char")))], transformer_weights={"word": 2.5, "char": 0.1}), logistic()), "two", "libm")
    yield Text("tfidf_union_normalizer", make_pipeline(FeatureUnion([("word", TfidfVectorizer(**few())), ("char", CountVectorizer(**few(analyzer="char")))]), Normalizer(), Ridge()), "value")
    yield Text("tfidf_tree", make_pipeline(TfidfVectorizer(**few()), DecisionTreeClassifier(max_depth=6, random_state=0)), "words")
    yield Text("tfidf_boosting", make_pipeline(TfidfVectorizer(**few()), GradientBoostingClassifier(n_estimators=6, max_depth=3, random_state=0)), "words3", "libm")
    # Weights that are a sparse matrix.
    yield Text("sparsified_logistic", sparsified(make_pipeline(TfidfVectorizer(**few(max_features=50)), LogisticRegression(penalty="l1", solver="liblinear", C=3.0, random_state=0))), "two", "libm", until=(1, 7), **PACKED)
    yield Text("sparsified_sgd", sparsified(make_pipeline(CountVectorizer(**few(max_features=50)), TfidfTransformer(), SGDClassifier(penalty="l1", random_state=0))), "words3", "blas", **PACKED)
    yield Text("sparsified_perceptron", sparsified(make_pipeline(HashingVectorizer(n_features=64), Perceptron(penalty="l1", random_state=0))), "words", **PACKED)
    yield Table("sparsified_table", sparsified(make_pipeline(columns(TfidfVectorizer(**few(max_features=50)), ("numbers", StandardScaler(), ["stars", "weight"]), sparse_threshold=0), LinearSVC(penalty="l1", dual=False, random_state=0))), "words3", "blas", **PACKED)
    yield Table("sparsified_svr", sparsified(make_pipeline(columns(TfidfVectorizer(**few(max_features=50))), SGDRegressor(penalty="elasticnet", random_state=0))), "value", "blas", until=(1, 7), **PACKED)
    # Support vectors that are rows of a sparse matrix.
    yield Text("svc", make_pipeline(TfidfVectorizer(max_features=20), SVC()), "two", "blas", since=(1, 2), until=(1, 2), skops="always")
    # Hashes.
    yield Text("hashing_logistic", make_pipeline(HashingVectorizer(n_features=512), logistic()), "two", "libm", every=True)
    yield Text("hashing_unsigned", make_pipeline(HashingVectorizer(n_features=300, alternate_sign=False, norm="l1"), Ridge()), "value", every=True)
    yield Text("hashing_signed", make_pipeline(HashingVectorizer(n_features=64, norm=None, ngram_range=(1, 2)), Ridge()), "value")
    yield Text("hashing_binary", make_pipeline(HashingVectorizer(n_features=32, binary=True, norm=None), forest()), "words3")
    yield Text("hashing_char", make_pipeline(HashingVectorizer(n_features=400, analyzer="char_wb", ngram_range=(3, 3)), TfidfTransformer(), LinearSVC(random_state=0)), "words")
    # Other columns beside the text.
    yield Table("table_logistic", make_pipeline(columns(TfidfVectorizer(**few()), ("numbers", StandardScaler(), ["stars", "weight"])), logistic()), "two", "blas", every=True)
    yield Table("table_forest", make_pipeline(columns(TfidfVectorizer(**few()), remainder="drop"), forest()), "words3", every=True)
    yield Table("table_two_texts", make_pipeline(columns(TfidfVectorizer(max_features=50), ("title", CountVectorizer(max_features=40), "title"), ("rest", "passthrough", ["weight"])), Ridge()), "value")
    yield Table("table_dense", make_pipeline(columns(TfidfVectorizer(**few()), ("numbers", "passthrough", ["stars", "weight"]), sparse_threshold=0), Ridge()), "value", "blas")
    yield Table("table_dense_forest", make_pipeline(columns(CountVectorizer(**few()), ("numbers", "passthrough", ["stars", "weight"]), sparse_threshold=0), forest()), "two")
    yield Table("table_places", make_pipeline(ColumnTransformer([("text", TfidfVectorizer(**few()), 0), ("numbers", StandardScaler(), [2, 3])], remainder="drop"), Ridge()), "value", "blas")
    yield Table("table_kbest", make_pipeline(columns(TfidfVectorizer(**few())), SelectKBest(chi2, k=30), StandardScaler(with_mean=False), logistic()), "words", "blas")
    yield Table("table_weights", make_pipeline(columns(TfidfVectorizer(**few()), ("numbers", StandardScaler(), ["weight"]), transformer_weights={"text": 3.0, "numbers": 0.5}), Ridge()), "value", "blas")
    # What is filled in for a missing text.
    yield Table("filled", make_pipeline(columns(filled(TfidfVectorizer(**few(max_features=20)), ""), ("rest", "passthrough", ["weight"]), text=["text"]), Ridge()), "value", "blas")
    yield Table("filled_word", make_pipeline(columns(filled(CountVectorizer(**few(max_features=30)), "missing text", np.reshape, {"newshape": -1}), text=["text"]), logistic()), "two", "blas", until=(1, 5))
    yield Table("filled_squeeze", make_pipeline(columns(filled(HashingVectorizer(n_features=32), "none", np.squeeze, {"axis": 1}), text=["text"]), Ridge()), "value", "blas")
    yield Table("filled_frequent", make_pipeline(columns(make_pipeline(SimpleImputer(strategy="most_frequent"), FunctionTransformer(np.squeeze), FeatureUnion([("a", TfidfVectorizer(max_features=30)), ("b", CountVectorizer(max_features=20, analyzer="char"))])), text=["text"]), forest()), "words3")
    yield Table("filled_alone", Pipeline([("fill", SimpleImputer(strategy="constant", fill_value="")), ("flat", FunctionTransformer(np.ravel)), ("tfidf", TfidfVectorizer(max_features=20)), ("clf", RidgeClassifier())]), "words", prepare=frame)
    # Boosters, to which what a sparse matrix does not store is missing or zero.
    yield Text("lightgbm", make_pipeline(TfidfVectorizer(**few()), boosted("LGBMClassifier")), "two", "libm")
    yield Text("lightgbm_counts", make_pipeline(CountVectorizer(**few(dtype=np.float32)), boosted("LGBMRegressor")), "value")
    yield Table("lightgbm_table", make_pipeline(columns(TfidfVectorizer(**few()), ("numbers", "passthrough", ["stars", "weight"])), boosted("LGBMClassifier")), "words3", "libm")
    yield Text("xgboost", make_pipeline(TfidfVectorizer(**few()), xgboost("XGBClassifier")), "two", "libm")
    yield Text("xgboost_counts", make_pipeline(CountVectorizer(**few()), xgboost("XGBRegressor")), "value", "libm")
    yield Table("xgboost_table", make_pipeline(columns(TfidfVectorizer(**few()), ("numbers", "passthrough", ["stars", "weight"])), xgboost("XGBClassifier")), "two", "libm")


def xgboost(kind):
    def make():
        import xgboost
        return getattr(xgboost, kind)(n_estimators=6, max_depth=3, n_jobs=1, random_state=0)
    return make()
