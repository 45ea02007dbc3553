"""Pipelines of the classes that skl2onnx converts, in many variants: targets, inputs, options and operator sets.

`kept.txt` names those that are recorded. `make.py DIRECTORY NAME all` records the others too, for a look at all of them at once.
"""

import numpy as np
from sklearn import (
    calibration as CA, cluster as C, covariance, cross_decomposition as CD, decomposition as D, discriminant_analysis as DA, dummy, ensemble as E,
    feature_selection as F, gaussian_process as G, impute as I, kernel_approximation as KA, kernel_ridge, linear_model as L, mixture,
    multiclass as M, multioutput as MO, naive_bayes as B, neighbors as N, neural_network as NN, preprocessing as P, random_projection as RP,
    svm as S, tree as T,
)
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.feature_extraction import text as FT
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union

import raw, tables
from graph import COLUMNS, VERSION, Case


def Z(name, model, **k):
    return Case(name, model, **k)
def cases():
    clf = {
     "logistic": lambda: L.LogisticRegression(max_iter=300), "logistic_cv": lambda: L.LogisticRegressionCV(cv=2, max_iter=200), "sgd_log": lambda: L.SGDClassifier(loss="log_loss", random_state=0),
     "sgd_hinge": lambda: L.SGDClassifier(random_state=0), "sgd_huber": lambda: L.SGDClassifier(loss="modified_huber", random_state=0), "perceptron": lambda: L.Perceptron(random_state=0), "pa": lambda: L.PassiveAggressiveClassifier(random_state=0),
     "ridgec": lambda: L.RidgeClassifier(), "ridgeccv": lambda: L.RidgeClassifierCV(), "linsvc": lambda: S.LinearSVC(random_state=0),
     "tree": lambda: T.DecisionTreeClassifier(max_depth=4, random_state=0), "extratree": lambda: T.ExtraTreeClassifier(max_depth=4, random_state=0),
     "rf": lambda: E.RandomForestClassifier(4, max_depth=4, random_state=0), "et": lambda: E.ExtraTreesClassifier(4, max_depth=4, random_state=0),
     "gb": lambda: E.GradientBoostingClassifier(n_estimators=4, random_state=0), "hgb": lambda: E.HistGradientBoostingClassifier(max_iter=4, random_state=0),
     "ada": lambda: E.AdaBoostClassifier(n_estimators=4, random_state=0), "bag": lambda: E.BaggingClassifier(n_estimators=3, random_state=0), "bag_feat": lambda: E.BaggingClassifier(L.LogisticRegression(), n_estimators=3, max_features=0.5, random_state=0),
     "bag_svc": lambda: E.BaggingClassifier(S.LinearSVC(), n_estimators=3, random_state=0),
     "voting_hard": lambda: E.VotingClassifier([("a", L.LogisticRegression()), ("b", T.DecisionTreeClassifier(max_depth=3)), ("c", B.GaussianNB())], flatten_transform=False), "voting_soft": lambda: E.VotingClassifier([("a", L.LogisticRegression()), ("b", T.DecisionTreeClassifier(max_depth=3))], voting="soft", weights=np.array([1, 2]), flatten_transform=False),
     "stacking": lambda: E.StackingClassifier([("a", L.LogisticRegression()), ("b", T.DecisionTreeClassifier(max_depth=3))], cv=2), "stacking_pass": lambda: E.StackingClassifier([("a", L.LogisticRegression()), ("b", T.DecisionTreeClassifier(max_depth=3))], cv=2, passthrough=True),
     "cal_sig": lambda: CA.CalibratedClassifierCV(L.LogisticRegression(), cv=2), "cal_iso": lambda: CA.CalibratedClassifierCV(T.DecisionTreeClassifier(max_depth=4), cv=2, method="isotonic"), "cal_svc": lambda: CA.CalibratedClassifierCV(S.LinearSVC(), cv=2), "cal_rf": lambda: CA.CalibratedClassifierCV(E.RandomForestClassifier(3, max_depth=3), cv=2),
     "ovr": lambda: M.OneVsRestClassifier(L.LogisticRegression()), "ovr_tree": lambda: M.OneVsRestClassifier(T.DecisionTreeClassifier(max_depth=3)), "ovo": lambda: M.OneVsOneClassifier(L.LogisticRegression()), "ovo_svc": lambda: M.OneVsOneClassifier(S.LinearSVC()), "occ": lambda: M.OutputCodeClassifier(L.LogisticRegression(), random_state=0),
     "svc": lambda: S.SVC(probability=False), "svc_proba": lambda: S.SVC(probability=True, random_state=0), "svc_lin": lambda: S.SVC(kernel="linear", C=0.1, max_iter=500), "svc_poly": lambda: make_pipeline(P.StandardScaler(), S.SVC(kernel="poly", degree=2)), "svc_sig": lambda: S.SVC(kernel="sigmoid"), "nusvc": lambda: S.NuSVC(nu=0.3), "nusvc_proba": lambda: S.NuSVC(nu=0.3, probability=True), "svc_ovo": lambda: S.SVC(decision_function_shape="ovo", max_iter=2000),
     "knn": lambda: N.KNeighborsClassifier(3), "knn_dist": lambda: N.KNeighborsClassifier(5, weights="distance"), "knn_man": lambda: N.KNeighborsClassifier(3, p=1), "knn_min": lambda: N.KNeighborsClassifier(3, p=3), "knn_cheb": lambda: N.KNeighborsClassifier(3, metric="chebyshev"), "rnn": lambda: N.RadiusNeighborsClassifier(500.0, outlier_label=0), "centroid": lambda: N.NearestCentroid(), "nca": lambda: make_pipeline(N.NeighborhoodComponentsAnalysis(2, random_state=0), N.KNeighborsClassifier(3)),
     "gnb": lambda: B.GaussianNB(), "bnb": lambda: B.BernoulliNB(), "bnb_bin": lambda: B.BernoulliNB(binarize=0.5), "mnb": lambda: make_pipeline(P.MinMaxScaler(), B.MultinomialNB()), "cnb": lambda: make_pipeline(P.MinMaxScaler(), B.ComplementNB()), "catnb": lambda: make_pipeline(P.KBinsDiscretizer(3, encode="ordinal", strategy="uniform"), B.CategoricalNB()),
     "mlp": lambda: NN.MLPClassifier((5,), max_iter=20, random_state=0), "mlp_tanh": lambda: NN.MLPClassifier((5, 4), activation="tanh", max_iter=20, random_state=0), "mlp_log": lambda: NN.MLPClassifier((5,), activation="logistic", max_iter=20, random_state=0), "mlp_id": lambda: NN.MLPClassifier((5,), activation="identity", max_iter=20, random_state=0),
     "lda": lambda: DA.LinearDiscriminantAnalysis(), "qda": lambda: DA.QuadraticDiscriminantAnalysis(reg_param=0.1), "dummy": lambda: dummy.DummyClassifier(), "gpc": lambda: G.GaussianProcessClassifier(),
    }
    for n, m in clf.items():
        for t in ["two", "three", "words", "words3"]:
            yield Z(f"c_{n}_{t}", m, target=t)
        yield Z(f"c_{n}_nozip", m, target="three", options={"zipmap": False})
        yield Z(f"c_{n}_cols", m, target="words", options={"zipmap": "columns"})
        yield Z(f"c_{n}_double", m, target="two", inputs="double", options={"zipmap": False})
        yield Z(f"c_{n}_op12", m, target="three", opset={"": 12, "ai.onnx.ml": 2})
        yield Z(f"c_{n}_pipe", lambda m=m: make_pipeline(P.StandardScaler(), m()), target="odd", options={"zipmap": False})
        yield Z(f"c_{n}_each", lambda m=m: make_pipeline(P.StandardScaler(), m()), target="two", inputs="columns")
        yield Z(f"c_{n}_raw", m, target="two", options={"raw_scores": True, "zipmap": False})
        yield Z(f"c_{n}_raw3", m, target="three", options={"raw_scores": True, "zipmap": False})
        yield Z(f"c_{n}_bool", m, target="booleans", options={"zipmap": False})
    knnopt = {"optim": "cdist"}
    for p in ["knn", "knn_dist", "knn_man", "rnn"]:
        yield Z(f"c_{p}_cdist", clf[p], target="three", options={"optim": "cdist", "zipmap": False})
    reg = {"linear": L.LinearRegression, "ridge": L.Ridge, "ridgecv": L.RidgeCV, "lasso": L.Lasso, "elastic": L.ElasticNet, "bayes": L.BayesianRidge, "ard": L.ARDRegression, "huber": L.HuberRegressor, "lars": L.Lars, "lassolars": L.LassoLars, "omp": L.OrthogonalMatchingPursuit, "theil": lambda: L.TheilSenRegressor(random_state=0), "sgd": lambda: make_pipeline(P.StandardScaler(), L.SGDRegressor(random_state=0)), "par": lambda: L.PassiveAggressiveRegressor(random_state=0), "quantile": L.QuantileRegressor, "ransac": lambda: L.RANSACRegressor(random_state=0), "linsvr": lambda: S.LinearSVR(random_state=0),
      "poisson": lambda: make_pipeline(P.StandardScaler(), L.PoissonRegressor()), "gamma": lambda: make_pipeline(P.StandardScaler(), L.GammaRegressor()), "tweedie": lambda: make_pipeline(P.StandardScaler(), L.TweedieRegressor(power=1.5, link="log")), "tweedie0": lambda: L.TweedieRegressor(power=0),
      "tree": lambda: T.DecisionTreeRegressor(max_depth=4), "extratree": lambda: T.ExtraTreeRegressor(max_depth=4), "rf": lambda: E.RandomForestRegressor(4, max_depth=4), "et": lambda: E.ExtraTreesRegressor(4, max_depth=4), "gb": lambda: E.GradientBoostingRegressor(n_estimators=4), "hgb": lambda: E.HistGradientBoostingRegressor(max_iter=4), "ada": lambda: E.AdaBoostRegressor(n_estimators=4, random_state=0), "bag": lambda: E.BaggingRegressor(n_estimators=3, random_state=0), "bag_feat": lambda: E.BaggingRegressor(L.Ridge(), n_estimators=3, max_features=0.5, random_state=0),
      "voting": lambda: E.VotingRegressor([("a", L.Ridge()), ("b", T.DecisionTreeRegressor(max_depth=3))]), "stacking": lambda: E.StackingRegressor([("a", L.Ridge()), ("b", T.DecisionTreeRegressor(max_depth=3))], cv=2), "stacking_pass": lambda: E.StackingRegressor([("a", L.Ridge()), ("b", T.DecisionTreeRegressor(max_depth=3))], cv=2, passthrough=True),
      "svr": S.SVR, "svr_lin": lambda: S.SVR(kernel="linear", max_iter=500), "svr_poly": lambda: make_pipeline(P.StandardScaler(), S.SVR(kernel="poly", degree=2)), "svr_sig": lambda: S.SVR(kernel="sigmoid"), "nusvr": S.NuSVR, "knn": lambda: N.KNeighborsRegressor(3), "knn_dist": lambda: N.KNeighborsRegressor(3, weights="distance"), "rnn": lambda: N.RadiusNeighborsRegressor(3000.0), "mlp": lambda: NN.MLPRegressor(hidden_layer_sizes=(5,), max_iter=20, random_state=0), "mlp_tanh": lambda: NN.MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=20, random_state=0), "dummy": dummy.DummyRegressor, "gpr": lambda: G.GaussianProcessRegressor(), "ttr": lambda: TransformedTargetRegressor(L.Ridge(), func=np.log1p, inverse_func=np.expm1), "pls": lambda: CD.PLSRegression(2), "kernelridge": lambda: kernel_ridge.KernelRidge(), "chain": lambda: MO.RegressorChain(L.Ridge())}
    for n, m in reg.items():
        yield Z(f"r_{n}_float", m, target="value")
        yield Z(f"r_{n}_double", m, target="value", inputs="double")
        yield Z(f"r_{n}_op12", m, target="value", opset={"": 12, "ai.onnx.ml": 1})
        yield Z(f"r_{n}_each", lambda m=m: make_pipeline(P.StandardScaler(), m()), target="value", inputs="columns")
        yield Z(f"r_{n}_pair", m, target="pair")
        yield Z(f"r_{n}_multi", lambda m=m: MO.MultiOutputRegressor(m()), target="pair")
    tr = {"standard": P.StandardScaler, "minmax": P.MinMaxScaler, "minmaxclip": lambda: P.MinMaxScaler(clip=True), "maxabs": P.MaxAbsScaler, "robust": P.RobustScaler, "norm_l1": lambda: P.Normalizer("l1"), "norm_l2": P.Normalizer, "norm_max": lambda: P.Normalizer("max"), "binarizer": lambda: P.Binarizer(threshold=0.3), "poly": lambda: P.PolynomialFeatures(2), "poly3": lambda: P.PolynomialFeatures(3, interaction_only=True, include_bias=False), "power": P.PowerTransformer, "quantile": lambda: P.QuantileTransformer(n_quantiles=20), "quantile_n": lambda: P.QuantileTransformer(n_quantiles=20, output_distribution="normal"), "spline": P.SplineTransformer, "kbins": lambda: P.KBinsDiscretizer(4, strategy="uniform"), "kbins_q": lambda: P.KBinsDiscretizer(4, encode="ordinal"), "kbins_d": lambda: P.KBinsDiscretizer(4, encode="onehot-dense"), "pca": lambda: D.PCA(3), "pca_w": lambda: D.PCA(3, whiten=True), "tsvd": lambda: D.TruncatedSVD(3), "ipca": lambda: D.IncrementalPCA(3), "kpca": lambda: D.KernelPCA(3, kernel="rbf"), "fa": lambda: D.FactorAnalysis(3), "ica": lambda: D.FastICA(3, random_state=0), "nmf": lambda: make_pipeline(P.MinMaxScaler(), D.NMF(2)), "kbest": lambda: F.SelectKBest(k=4), "var": F.VarianceThreshold, "percentile": F.SelectPercentile, "frommodel": lambda: F.SelectFromModel(L.Ridge()), "rfe": lambda: F.RFE(L.Ridge(), n_features_to_select=3), "rfecv": lambda: F.RFECV(L.Ridge()), "fpr": F.SelectFpr, "fdr": F.SelectFdr, "fwe": F.SelectFwe, "generic": F.GenericUnivariateSelect, "sfs": lambda: F.SequentialFeatureSelector(L.Ridge(), n_features_to_select=3), "func": lambda: P.FunctionTransformer(), "rp": lambda: RP.GaussianRandomProjection(3, random_state=0), "kernelcenter": P.KernelCenterer, "union": lambda: make_union(P.StandardScaler(), D.PCA(2)), "unionf": lambda: FeatureUnion([("a", P.StandardScaler()), ("b", P.MinMaxScaler())], transformer_weights={"a": 2.0, "b": 0.5}), "kmeans_t": lambda: C.KMeans(3, n_init=2, random_state=0), "lda_t": DA.LinearDiscriminantAnalysis, "rte": lambda: E.RandomTreesEmbedding(3, max_depth=2, random_state=0), "nystroem": lambda: KA.Nystroem(n_components=5, random_state=0), "rbfs": lambda: KA.RBFSampler(n_components=5, random_state=0)}
    for n, m in tr.items():
        yield Z(f"t_{n}_log", lambda m=m: make_pipeline(m(), L.LogisticRegression(max_iter=200)), target="two", options={"zipmap": False})
        yield Z(f"t_{n}_rf", lambda m=m: make_pipeline(m(), E.RandomForestClassifier(3, max_depth=3, random_state=0)), target="words3")
        yield Z(f"t_{n}_double", lambda m=m: make_pipeline(m(), L.Ridge()), target="value", inputs="double")
        yield Z(f"t_{n}_alone", m, target="value")
        yield Z(f"t_{n}_each", lambda m=m: make_pipeline(m(), T.DecisionTreeRegressor(max_depth=4)), target="value", inputs="columns")
        yield Z(f"t_{n}_op12", lambda m=m: make_pipeline(m(), L.Ridge()), target="value", opset={"": 12, "ai.onnx.ml": 2})
    imp = {"imp_mean": I.SimpleImputer, "imp_med": lambda: I.SimpleImputer(strategy="median"), "imp_freq": lambda: I.SimpleImputer(strategy="most_frequent"), "imp_const": lambda: I.SimpleImputer(strategy="constant", fill_value=-1.0), "imp_ind": lambda: I.SimpleImputer(add_indicator=True), "knnimp": lambda: I.KNNImputer(n_neighbors=2), "indicator": lambda: I.MissingIndicator(), "iter": lambda: I.IterativeImputer()}
    for n, m in imp.items():
        for k, mk in {"log": lambda: L.LogisticRegression(max_iter=200), "rf": lambda: E.RandomForestClassifier(3, max_depth=3, random_state=0), "svc": lambda: S.SVC()}.items():
            yield Z(f"i_{n}_{k}", lambda m=m, mk=mk: make_pipeline(m(), P.StandardScaler(), mk()), target="two", table="numbers_missing", options={"zipmap": False})
        yield Z(f"i_{n}_double", lambda m=m: make_pipeline(m(), L.Ridge()), target="value", table="numbers_missing", inputs="double")
    yield Z("i_hgb", lambda: E.HistGradientBoostingClassifier(max_iter=4), target="two", table="numbers_missing")
    yield Z("i_hgbr", lambda: E.HistGradientBoostingRegressor(max_iter=4), target="value", table="numbers_missing")
    yield Z("i_rf", lambda: E.RandomForestClassifier(3, max_depth=4), target="two", table="numbers_missing")
    oth = {"iforest": lambda: E.IsolationForest(n_estimators=5, random_state=0), "iforest_c": lambda: E.IsolationForest(n_estimators=5, random_state=0, contamination=0.1), "kmeans": lambda: C.KMeans(3, n_init=2, random_state=0), "mbkmeans": lambda: C.MiniBatchKMeans(3, n_init=2, random_state=0), "ocsvm": lambda: S.OneClassSVM(nu=0.2), "lof": lambda: N.LocalOutlierFactor(novelty=True), "gmm": lambda: mixture.GaussianMixture(2, random_state=0), "gmm_d": lambda: mixture.GaussianMixture(2, covariance_type="diag", random_state=0), "bgm": lambda: mixture.BayesianGaussianMixture(n_components=2, random_state=0), "elliptic": lambda: covariance.EllipticEnvelope(random_state=0), "bisect": lambda: C.BisectingKMeans(3, random_state=0)}
    for n, m in oth.items():
        for s, k in {"float": {}, "double": {"inputs": "double"}, "op12": {"opset": {"": 12, "ai.onnx.ml": 2}}, "score": {"options": {"score_samples": True}}}.items():
            yield Z(f"o_{n}_{s}", m, **k)
        yield Z(f"o_{n}_pipe", lambda m=m: make_pipeline(P.StandardScaler(), m()), inputs="columns")
    mo = {"moc": lambda: MO.MultiOutputClassifier(L.LogisticRegression()), "moc_rf": lambda: MO.MultiOutputClassifier(E.RandomForestClassifier(3, max_depth=3, random_state=0)), "rfm": lambda: E.RandomForestClassifier(3, max_depth=3, random_state=0), "treem": lambda: T.DecisionTreeClassifier(max_depth=3, random_state=0), "knnm": lambda: N.KNeighborsClassifier(3), "mlpm": lambda: NN.MLPClassifier((4,), max_iter=10, random_state=0)}
    for n, m in mo.items():
        for t in ["two+three", "words+words3", "two+booleans"]:
            yield Z(f"s_{n}_{t.replace('+', '_')}", m, target=t, options={"zipmap": False})
    W = tables.WORDS; NUM = tables.NUMERIC
    ohe = lambda **k: P.OneHotEncoder(**{"handle_unknown": "ignore", **({"sparse_output": False} if VERSION >= (1, 2) else {"sparse": False}), **k})
    num = lambda: make_pipeline(I.SimpleImputer(strategy="median"), P.StandardScaler())
    core = lambda model, word=ohe, number=num, rem="drop": (lambda: make_pipeline(ColumnTransformer([("n", number(), NUM), ("w", word(), W)], remainder=rem), model()))
    finals = {"log": lambda: L.LogisticRegression(max_iter=300), "rf": lambda: E.RandomForestClassifier(4, max_depth=4, random_state=0), "gb": lambda: E.GradientBoostingClassifier(n_estimators=4), "hgb": lambda: E.HistGradientBoostingClassifier(max_iter=4), "svc": lambda: S.SVC(probability=True), "knn": lambda: N.KNeighborsClassifier(3), "mlp": lambda: NN.MLPClassifier((5,), max_iter=10), "linsvc": lambda: S.LinearSVC(), "voting": lambda: E.VotingClassifier([("a", L.LogisticRegression()), ("b", T.DecisionTreeClassifier(max_depth=3))], voting="soft", flatten_transform=False), "cal": lambda: CA.CalibratedClassifierCV(E.RandomForestClassifier(3, max_depth=3), cv=2), "ada": lambda: E.AdaBoostClassifier(n_estimators=3), "bag": lambda: E.BaggingClassifier(n_estimators=3), "nb": lambda: B.BernoulliNB(), "lda": lambda: DA.LinearDiscriminantAnalysis()}
    for n, m in finals.items():
        for t in ["two", "words3"]:
            yield Z(f"m_core_{n}_{t}", core(m), target=t, table="mixed", inputs="columns")
        yield Z(f"m_core_{n}_nozip", core(m), target="three", table="mixed", inputs="columns", options={"zipmap": False})
        yield Z(f"m_core_{n}_colszip", core(m), target="words", table="mixed", inputs="columns", options={"zipmap": "columns"})
        yield Z(f"m_core_{n}_pass", core(m, rem="passthrough"), target="words", table="clean", inputs={k: ("float" if v in ("float", "double", "bool") else v) for k, v in COLUMNS.items()})
        yield Z(f"m_core_{n}_op12", core(m), target="two", table="mixed", inputs="columns", opset={"": 12, "ai.onnx.ml": 2})
    words = {"ord": lambda: P.OrdinalEncoder(), "ord_unk": lambda: P.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), "ohe_err": lambda: P.OneHotEncoder(), "ohe_drop": lambda: P.OneHotEncoder(drop="first", handle_unknown="ignore"), "ohe_drop_err": lambda: P.OneHotEncoder(drop="first"), "ohe_bin": lambda: P.OneHotEncoder(drop="if_binary", handle_unknown="ignore"), "ohe_dense": lambda: P.OneHotEncoder(handle_unknown="ignore", **({"sparse_output": False} if VERSION >= (1, 2) else {"sparse": False})), "ohe_freq": lambda: P.OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20), "ohe_max": lambda: P.OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3), "imp_ohe": lambda: make_pipeline(I.SimpleImputer(strategy="most_frequent", missing_values=""), ohe()), "imp_const": lambda: make_pipeline(I.SimpleImputer(strategy="constant", fill_value="gone", missing_values=""), ohe()), "target": lambda: P.TargetEncoder() if VERSION >= (1, 3) else ohe()}
    for n, w in words.items():
        for f, m in {"log": finals["log"], "rf": finals["rf"], "ridge": lambda: L.Ridge()}.items():
            yield Z(f"m_{n}_{f}", core(m, word=w), target="value" if f == "ridge" else "words", table="mixed", inputs="columns")
            yield Z(f"m_{n}_{f}_clean", core(m, word=w), target="value" if f == "ridge" else "words", table="clean", inputs="columns")
    regs = {"ridge": L.Ridge, "rfr": lambda: E.RandomForestRegressor(3, max_depth=3), "gbr": lambda: E.GradientBoostingRegressor(n_estimators=3), "svr": S.SVR, "knnr": lambda: N.KNeighborsRegressor(3), "hgbr": lambda: E.HistGradientBoostingRegressor(max_iter=3)}
    for n, m in regs.items():
        yield Z(f"m_core_{n}", core(m), target="value", table="mixed", inputs="columns")
        yield Z(f"m_core_{n}_double", core(m), target="value", table="mixed", inputs={k: ("double" if v == "float" else v) for k, v in COLUMNS.items()})
    ints = {"age": "int64", "month": "int64", "city": "string", "score": "float"}
    for n, m in {"log": finals["log"], "rf": finals["rf"], "ridge": L.Ridge}.items():
        yield Z(f"n_int_ohe_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", ohe(), ["month"]), ("a", P.StandardScaler(), ["age", "score"]), ("w", ohe(), ["city"])]), m()), target="value" if n == "ridge" else "two", table="clean", inputs=ints)
        yield Z(f"n_int_word_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", ohe(), ["month", "city"]), ("a", "passthrough", ["age", "score"])]), m()), target="value" if n == "ridge" else "two", table="clean", inputs=ints)
        yield Z(f"n_int_ord_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", P.OrdinalEncoder(), ["month", "city"]), ("a", P.MinMaxScaler(), ["age", "score"])]), m()), target="value" if n == "ridge" else "two", table="clean", inputs=ints)
        yield Z(f"n_bins_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", P.KBinsDiscretizer(3), ["age", "score"]), ("w", ohe(), ["city"])]), m()), target="value" if n == "ridge" else "two", table="clean", inputs=ints)
        yield Z(f"n_poly_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", P.PolynomialFeatures(2), ["age", "score"]), ("w", ohe(), ["city"])]), F.SelectKBest(k=5) if n != "ridge" else F.SelectKBest(F.f_regression, k=5), m()), target="value" if n == "ridge" else "two", table="clean", inputs=ints)
    bools = {"member": "bool", "plan": "string", "score": "float"}
    for n, m in {"log": finals["log"], "rf": finals["rf"]}.items():
        yield Z(f"n_bool_{n}", lambda m=m: make_pipeline(ColumnTransformer([("i", "passthrough", ["member", "score"]), ("w", ohe(), ["plan"])]), m()), target="two", table="clean", inputs=bools)
    yield from vectorizers(ohe)
    yield from raw.cases()


def vectorizers(ohe):
    """Vectorizers of text, alone and among other columns."""
    log, flat = lambda: L.LogisticRegression(max_iter=300), {"zipmap": False}
    C, T = FT.CountVectorizer, FT.TfidfVectorizer
    ways = {
        "tfidf": lambda: T(min_df=4), "count": lambda: C(min_df=4), "grams": lambda: C(ngram_range=(1, 2), min_df=3, stop_words="english"),
        "pairs": lambda: T(ngram_range=(2, 2), min_df=3), "char": lambda: C(analyzer="char", ngram_range=(2, 3), min_df=25), "char1": lambda: T(analyzer="char"),
        "case": lambda: C(lowercase=False, binary=True, max_features=60), "sub": lambda: T(sublinear_tf=True, norm="l1", token_pattern="[a-z]+", max_features=50),
        "bare": lambda: T(norm=None, use_idf=False, token_pattern=r"\b[A-Za-z]{3,}\b", min_df=4), "max": lambda: T(smooth_idf=False, max_df=0.3, token_pattern=r"\w+|[^\w\s]+", max_features=80),
        "after": lambda: make_pipeline(C(min_df=5), FT.TfidfTransformer()),
    }
    finals = {"log": log, "sgd": lambda: L.SGDClassifier(loss="log_loss", random_state=0), "svc": lambda: S.LinearSVC(random_state=0), "nb": lambda: B.MultinomialNB(),
        "rf": lambda: E.RandomForestClassifier(4, max_depth=5, random_state=0)}
    if VERSION < (1, 5):
        # Of a short text with emoji onnxruntime 1.15 makes the text "Conversion Error".
        del ways["char"], ways["char1"]
    for n, way in ways.items():
        for f, m in finals.items():
            yield Z(f"v_{n}_{f}", lambda way=way, m=m: make_pipeline(way(), m()), target="two" if f in ("sgd", "rf") else "words3", table="reviews", inputs="text", options={} if f == "svc" else flat)
    for n, step in {"seps": {"separators": [" ", "[.]", "\\?", ",", ";", "!"]}, "empty": {"keep_empty_string": True}, "locale": {"locale": "C.UTF-8"}, "exp": {"tokenexp": "a|[a-z]+?|[0-9]+[.]?[0-9]*"}}.items():
        yield Z(f"v_{n}_log", lambda: make_pipeline(T(min_df=3), log()), target="words3", table="reviews", inputs="text", options=flat, steps={T: step})
    several = lambda: ColumnTransformer([("t", T(min_df=4), "text"), ("h", C(ngram_range=(1, 2), min_df=4), "title"), ("o", ohe(), ["topic"]), ("n", P.StandardScaler(), ["stars", "weight"])])
    every = {"text": "string", "title": "string", "topic": "string", "stars": "float", "weight": "float"}
    for f, m in finals.items():
        if f != "nb":
            yield Z(f"v_columns_{f}", lambda m=m: make_pipeline(several(), m()), target="words3", table="reviews", inputs=every)
    yield Z("v_columns_op12", lambda: make_pipeline(several(), log()), target="two", table="reviews", inputs=every, opset={"": 12, "ai.onnx.ml": 2})
    yield Z("v_alone_tfidf", lambda: T(max_features=20), table="reviews", inputs="text")
    yield Z("v_list_log", lambda: make_pipeline(C(max_features=40), log()), target="two", table="reviews", inputs="text", flat=True)
