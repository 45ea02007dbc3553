"""Neighbours, kernels, nets, vectorizers and what stands around them, drawn at random; `Pipelines` draws from here too."""

import numpy as np, sklearn
from sklearn import cluster, decomposition, discriminant_analysis, ensemble, impute, linear_model, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree
from sklearn.feature_extraction import text

VERSION = tuple(int(x) for x in sklearn.__version__.split(".")[:2])
BASE = "estimator" if VERSION >= (1, 2) else "base_estimator"


def kernel(draw):
    """Options of a support vector machine."""
    return dict(kernel=draw.one("rbf", "rbf", "linear", "poly", "sigmoid"), gamma=draw.one("scale", "auto", 0.1), coef0=draw.one(0.0, 0.5), degree=draw.one(2, 3))


def neighbours(draw):
    return dict(n_neighbors=int(draw.one(1, 3, 5, 8)), weights=draw.one("uniform", "distance"), algorithm=draw.one("auto", "brute", "kd_tree", "ball_tree"),
        **draw.one({}, {}, {"p": 1}, {"p": 3}, {"metric": "chebyshev"}, {"metric": "manhattan"}))


def net(draw):
    return dict(hidden_layer_sizes=draw.one((5,), (8, 4), ()), activation=draw.one("relu", "tanh", "logistic", "identity"), max_iter=30, random_state=0)


def classifiers(draw):
    few = dict(n_estimators=int(draw.one(2, 4)), random_state=0)
    stump = lambda: tree.DecisionTreeClassifier(max_depth=int(draw.one(1, 3)), random_state=0)
    linear = lambda: linear_model.LogisticRegression(max_iter=200)
    boosts = {"algorithm": draw.one("SAMME", "SAMME.R")} if VERSION < (1, 4) else {"algorithm": "SAMME"} if VERSION < (1, 6) else {}
    return [
        svm.SVC(probability=draw.chance(0.5), decision_function_shape=draw.one("ovr", "ovo"), random_state=0, **kernel(draw)), svm.SVC(C=draw.one(0.1, 10)), svm.NuSVC(nu=0.1, gamma="scale"),
        neighbors.KNeighborsClassifier(**neighbours(draw)), neighbors.NearestCentroid(),
        naive_bayes.GaussianNB(), naive_bayes.BernoulliNB(alpha=draw.one(1.0, 0.1), binarize=draw.one(0.0, 0.5)),
        pipeline.make_pipeline(preprocessing.MinMaxScaler(clip=True), draw.one(naive_bayes.MultinomialNB(), naive_bayes.ComplementNB(norm=draw.chance(0.5)))),
        neural_network.MLPClassifier(**net(draw)),
        discriminant_analysis.LinearDiscriminantAnalysis(**draw.one({}, {"solver": "lsqr", "shrinkage": 0.2}, {"solver": "eigen", "shrinkage": "auto"})),
        discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.3),
        ensemble.BaggingClassifier(draw.one(stump(), linear(), svm.SVC()), max_features=draw.one(1.0, 0.6), bootstrap_features=draw.chance(0.3), **few),
        ensemble.AdaBoostClassifier(stump(), **few, **boosts),
        multiclass.OneVsRestClassifier(draw.one(stump(), linear(), svm.LinearSVC(dual=False))), multiclass.OneVsOneClassifier(draw.one(stump(), linear(), svm.LinearSVC(dual=False))),
        multiclass.OutputCodeClassifier(draw.one(stump(), linear()), random_state=0),
    ]


def regressors(draw):
    few = dict(n_estimators=int(draw.one(2, 5)), random_state=0)
    deep = lambda: tree.DecisionTreeRegressor(max_depth=int(draw.one(2, 4)), random_state=0)
    return [
        svm.SVR(**kernel(draw)), svm.NuSVR(gamma="scale"), neighbors.KNeighborsRegressor(**neighbours(draw)), neural_network.MLPRegressor(**net(draw)),
        ensemble.BaggingRegressor(draw.one(deep(), linear_model.Ridge()), max_features=draw.one(1.0, 0.6), bootstrap_features=draw.chance(0.3), **few),
        ensemble.AdaBoostRegressor(deep(), loss=draw.one("linear", "square", "exponential"), **few),
    ]


def members(draw, classifier):
    return classifiers(draw) if classifier else regressors(draw)


def detectors(draw):
    """What tells anomalies."""
    return [
        ensemble.IsolationForest(n_estimators=int(draw.one(3, 10)), contamination=draw.one("auto", 0.1), max_features=draw.one(1.0, 0.6), max_samples=draw.one("auto", 0.5), random_state=0),
        svm.OneClassSVM(nu=0.2, **kernel(draw)),
    ]


def clusterers(draw):
    return [cluster.KMeans(int(draw.one(2, 3, 5)), n_init=1, random_state=0), cluster.MiniBatchKMeans(3, n_init=1, random_state=0), cluster.Birch(n_clusters=draw.one(None, 3))]


def several(draw):
    """Classifiers of two targets, of two classes and of three."""
    stump = lambda: tree.DecisionTreeClassifier(max_depth=int(draw.one(2, 4)), random_state=0)
    few = dict(n_estimators=int(draw.one(2, 5)), max_depth=draw.one(3, None), random_state=0)
    return [
        tree.DecisionTreeClassifier(max_depth=4, random_state=0), ensemble.RandomForestClassifier(**few), ensemble.ExtraTreesClassifier(**few),
        neighbors.KNeighborsClassifier(**neighbours(draw)), multioutput.MultiOutputClassifier(draw.one(stump(), linear_model.LogisticRegression(max_iter=200), svm.LinearSVC(dual=False))),
    ]


def labels(draw):
    """Classifiers of two labels, each of which a row has or has not."""
    linear = lambda: linear_model.LogisticRegression(max_iter=200)
    return [*several(draw), multiclass.OneVsRestClassifier(linear()), multioutput.ClassifierChain(linear(), order=draw.one(None, [1, 0])), neural_network.MLPClassifier(**net(draw))]


def numbers(draw):
    """Regressors of two targets."""
    deep = lambda: tree.DecisionTreeRegressor(max_depth=4, random_state=0)
    return [
        deep(), ensemble.RandomForestRegressor(3, random_state=0), linear_model.Ridge(), neighbors.KNeighborsRegressor(**neighbours(draw)), neural_network.MLPRegressor(**net(draw)),
        multioutput.MultiOutputRegressor(draw.one(deep(), svm.SVR())), multioutput.RegressorChain(draw.one(deep(), linear_model.Ridge()), order=draw.one(None, [1, 0])),
    ]


def scalers(draw):
    """What makes numbers of numbers, none of which is missing."""
    made = [
        preprocessing.QuantileTransformer(n_quantiles=int(draw.one(5, 30)), output_distribution=draw.one("uniform", "normal"), random_state=0),
        decomposition.PCA(draw.one(1, None), whiten=draw.chance(0.3)), preprocessing.Normalizer(draw.one("l1", "l2", "max")), preprocessing.Binarizer(threshold=draw.one(0, 0.5)),
    ]
    if VERSION >= (1, 0):
        made.append(preprocessing.SplineTransformer(n_knots=int(draw.one(3, 5)), degree=int(draw.one(1, 2, 3)), knots=draw.one("uniform", "quantile"), include_bias=draw.chance(0.5),
            extrapolation=draw.one("constant", "linear", "continue", "error", "periodic")))
    return made


def imputer(draw):
    return impute.KNNImputer(n_neighbors=int(draw.one(1, 3, 5)), weights=draw.one("uniform", "distance"), add_indicator=draw.chance(0.2))


def vectorizer(draw):
    """What makes numbers of a text."""
    ways = dict(lowercase=draw.chance(0.8), strip_accents=draw.one(None, None, "ascii", "unicode"), dtype=draw.one(np.float64, np.float64, np.float32))
    if draw.chance(0.3):
        ways.update(analyzer=draw.one("char", "char_wb"), ngram_range=draw.one((1, 2), (2, 3), (3, 3)))
    else:
        ways.update(ngram_range=draw.one((1, 1), (1, 1), (1, 2), (2, 2)), stop_words=draw.one(None, None, "english", ["the", "straße"]), token_pattern=draw.one(r"(?u)\b\w\w+\b", r"(?u)\b\w\w+\b", r"\S+", r"[a-zA-Z]+", r"(?u)\b\w+\b"))
    norm = draw.one("l2", "l2", "l1", None)
    if draw.chance(0.2):
        return text.HashingVectorizer(n_features=int(draw.one(16, 100, 2**12)), norm=norm, alternate_sign=draw.chance(0.6), binary=draw.chance(0.3), **ways)
    ways.update(max_features=draw.one(None, None, 20), binary=draw.chance(0.2))
    if draw.chance(0.4):
        return text.CountVectorizer(**ways)
    tfidf = dict(norm=norm, use_idf=draw.chance(0.8), smooth_idf=draw.chance(0.8), sublinear_tf=draw.chance(0.3))
    if draw.chance(0.3):
        return pipeline.make_pipeline(text.CountVectorizer(**ways), text.TfidfTransformer(**tfidf))
    return text.TfidfVectorizer(**ways, **tfidf)
