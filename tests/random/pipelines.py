"""Whole pipelines drawn at random: tables with words, transformers by column, an estimator, and perhaps something around it."""

import numpy as np, sklearn

import zoo

VERSION = tuple(int(x) for x in sklearn.__version__.split(".")[:2])
if VERSION < (1, 0):
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: the classes are not there without it
from sklearn import calibration, compose, dummy, ensemble, feature_selection, impute, linear_model, model_selection, pipeline, preprocessing, svm, tree

SPARSE = "sparse_output" if VERSION >= (1, 2) else "sparse"
p = preprocessing


class Pipelines:
    def __init__(self, draw, table, task, boosters):
        self.draw, self.table, self.boosters = draw, table, boosters
        self.task, self.classifier = task, task == "classes"
        self.one, self.chance, self.random = draw.one, draw.chance, draw.random
        self.neighbours = draw.chance(0.15)
        if self.neighbours:
            table.scatter()

    def steps(self, *steps):
        steps = [step for step in steps if step is not None]
        return steps[0] if len(steps) == 1 else pipeline.make_pipeline(*steps)

    def number_imputer(self):
        if self.neighbours:
            return zoo.imputer(self.draw)
        strategy = self.one("mean", "median", "median", "most_frequent", "constant")
        more = {"keep_empty_features": True} if VERSION >= (1, 2) and self.chance(0.1) else {}
        return impute.SimpleImputer(strategy=strategy, add_indicator=self.chance(0.15), **({"fill_value": self.one(0, -1, 2.5)} if strategy == "constant" else {}), **more)

    def scaler(self):
        bins = dict(n_bins=int(self.random.randint(2, 7)), encode=self.one("onehot", "onehot-dense", "ordinal"), strategy=self.one("uniform", "quantile"))
        if VERSION >= (1, 3):
            bins["subsample"] = None
        if self.chance(0.25):
            return self.one(*zoo.scalers(self.draw))
        function = self.one(None, np.abs, np.square, np.cbrt, np.arctan, np.log1p, np.log, np.sqrt, np.exp)
        return self.one(None, p.StandardScaler(), p.StandardScaler(), p.StandardScaler(with_mean=False), p.MinMaxScaler(), p.MinMaxScaler((-1, 2), clip=True), p.MaxAbsScaler(),
            p.RobustScaler(), p.RobustScaler(quantile_range=(10, 90), unit_variance=self.chance(0.3)), p.PowerTransformer(self.one("yeo-johnson", "yeo-johnson", "box-cox"), standardize=self.chance(0.7)), p.KBinsDiscretizer(**bins),
            p.PolynomialFeatures(2, interaction_only=self.chance(0.5), include_bias=self.chance(0.5)), p.FunctionTransformer(function), feature_selection.VarianceThreshold(),
            pipeline.make_union(p.StandardScaler(), p.FunctionTransformer(np.square)))

    def numbers(self):
        lacking = set(self.table.lacking) & set(self.table.names("number", "truth"))
        scaler = self.scaler()
        imputer = self.number_imputer() if lacking or self.chance(0.7) else None
        takes_gaps = (type(None), p.StandardScaler, p.MinMaxScaler, p.MaxAbsScaler, p.RobustScaler, p.PowerTransformer, p.QuantileTransformer, p.FunctionTransformer)
        if not isinstance(scaler, takes_gaps) and imputer is None:
            imputer = self.number_imputer()
        return self.steps(imputer, scaler) if imputer or scaler else "passthrough"

    def onehot(self):
        options = {"handle_unknown": self.one("ignore", "ignore", "ignore", "error"), SPARSE: self.chance(0.6)}
        if self.chance(0.3) and (VERSION >= (1, 0) or options["handle_unknown"] == "error"):
            options["drop"] = self.one("first", "if_binary")
        if VERSION >= (1, 1) and self.chance(0.3):
            options["handle_unknown"] = self.one("ignore", "infrequent_if_exist", "infrequent_if_exist", "error", *(["warn"] if VERSION >= (1, 6) else []))
            options[self.one("min_frequency", "max_categories")] = int(self.random.randint(2, 9))
        return p.OneHotEncoder(**options)

    def ordinal(self):
        options = self.one({}, {"handle_unknown": "use_encoded_value", "unknown_value": self.one(-1, 99)})
        if VERSION < (1, 0) and self.table.none:
            # Where the fit has seen no None, it is an unknown word and NaN is an error, and a request cannot say which it is.
            options = {}
        if VERSION >= (1, 1) and self.chance(0.7):
            options["encoded_missing_value"] = self.one(-2, -5)
        if VERSION >= (1, 3) and self.chance(0.3):
            options[self.one("min_frequency", "max_categories")] = int(self.random.randint(2, 9))
        return p.OrdinalEncoder(**options)

    def words(self):
        fill = self.one(None, impute.SimpleImputer(strategy="most_frequent"), impute.SimpleImputer(strategy="constant", fill_value=self.one("missing", "", "a")),
            impute.SimpleImputer(strategy="most_frequent", missing_values=self.one("", "no")) if not self.table.lacking else None)
        if self.table.none and fill is not None:
            # Whether null is None or NaN makes a difference here, and a request cannot say which it is.
            fill.set_params(missing_values=None)
        encoders = [self.onehot(), self.onehot(), self.onehot(), self.ordinal()]
        if VERSION >= (1, 3) and self.task in ("classes", "number"):
            encoders.append(p.TargetEncoder(random_state=0, smooth=self.one("auto", 5.0), cv=3))
        return self.steps(fill, self.one(*encoders))

    def columns(self):
        """A ColumnTransformer whose columns are named in one of the ways."""
        table, names = self.table, list(self.table.columns)
        if table.plain:
            return self.steps(self.number_imputer() if table.lacking else None, self.scaler()) if table.lacking or self.chance(0.8) else None
        numbers, words, truths = table.names("number"), table.names("word"), table.names("truth")
        parts = [("n", self.numbers(), numbers), ("w", self.words(), words)]
        if len(words) > 1 and self.chance(0.3):
            parts[1:] = [("w", self.words(), words[:1]), ("v", self.words(), words[1:])]
        for i, name in enumerate(table.names("text")):
            parts.append((f"x{i}", zoo.vectorizer(self.draw), name))
        if truths:
            parts.append(("t", self.one(self.number_imputer(), "drop") if set(truths) & set(table.lacking) else self.one(self.onehot(), "passthrough", "drop"), truths))
        rest = "drop"
        if len(numbers) > 1 and not set(table.lacking) & set(numbers) and self.chance(0.3):
            parts[0], rest = ("n", parts[0][1], numbers[:1]), self.one("passthrough", p.StandardScaler())
            parts = [part for part in parts if part[0] != "t"] if self.chance(0.3) and not set(table.lacking) & set(truths) else parts
        way = self.one("names", "names", "positions", "mask", "array")
        at = {"names": lambda c: c, "positions": lambda c: [names.index(n) for n in c], "mask": lambda c: [n in c for n in names], "array": lambda c: np.array(c, dtype=object)}[way]
        # A vectorizer takes one column, which is no list.
        place = lambda c: at(c) if isinstance(c, list) else names.index(c) if way == "positions" else c
        self.random.shuffle(parts)
        more = {"transformer_weights": {"n": 0.5}} if self.chance(0.1) else {}
        made = compose.ColumnTransformer([(name, step, place(cols)) for name, step, cols in parts], remainder=rest, sparse_threshold=self.one(0.3, 0.3, 0.0, 1.0), **more)
        dense = not table.names("text") and not any(isinstance(x, p.KBinsDiscretizer) and x.encode == "onehot" or getattr(x, SPARSE, False) is True for x in self.inside(made))
        if VERSION >= (1, 2) and dense and self.chance(0.2):
            made.set_output(transform="pandas")
        return made

    def inside(self, made):
        return [value for value in made.get_params().values()]

    def selector(self):
        if self.task not in ("classes", "number") or not self.chance(0.2):
            return None
        score = feature_selection.f_classif if self.classifier else feature_selection.f_regression
        base = tree.DecisionTreeClassifier(max_depth=3, random_state=0) if self.classifier else tree.DecisionTreeRegressor(max_depth=3, random_state=0)
        return self.one(feature_selection.VarianceThreshold(), feature_selection.SelectKBest(score, k=2), feature_selection.SelectPercentile(score, percentile=50),
            feature_selection.SelectFromModel(base), feature_selection.RFE(base, n_features_to_select=2))

    def member(self):
        """An estimator of the kind that is asked for."""
        l, e, c = linear_model, ensemble, self.classifier
        trees = dict(max_depth=self.one(2, 4, None), min_samples_leaf=self.one(1, 5), random_state=0)
        many = dict(n_estimators=int(self.one(2, 5, 10)), **trees)
        if c:
            kinds = [tree.DecisionTreeClassifier(**trees), e.RandomForestClassifier(**many), e.ExtraTreesClassifier(**many), e.GradientBoostingClassifier(n_estimators=4, max_depth=2),
                l.LogisticRegression(C=self.one(0.1, 1, 10), max_iter=200), l.LogisticRegression(max_iter=200, fit_intercept=False), l.LogisticRegression(max_iter=200, class_weight="balanced"),
                l.SGDClassifier(loss="log_loss" if VERSION >= (1, 1) else "log", random_state=0), l.SGDClassifier(loss=self.one("hinge", "modified_huber"), random_state=0),
                l.RidgeClassifier(), svm.LinearSVC(dual=False, random_state=0), l.Perceptron(random_state=0), dummy.DummyClassifier(strategy=self.one("prior", "most_frequent"))]
        else:
            kinds = [tree.DecisionTreeRegressor(**trees), e.RandomForestRegressor(**many), e.ExtraTreesRegressor(**many), e.GradientBoostingRegressor(n_estimators=4, max_depth=2),
                l.LinearRegression(), l.Ridge(alpha=self.one(0.1, 10)), l.Lasso(alpha=0.05), l.ElasticNet(alpha=0.05), l.LassoLars(alpha=0.05), l.BayesianRidge(), l.HuberRegressor(max_iter=300),
                l.SGDRegressor(random_state=0), svm.LinearSVR(random_state=0), l.PoissonRegressor(), l.GammaRegressor(), l.TweedieRegressor(power=self.one(0, 1.5)), dummy.DummyRegressor(strategy=self.one("mean", "median"))]
        kinds += [kinds[1]] * 3 + zoo.members(self.draw, c)
        for name in self.boosters:
            kinds += [self.booster(name)] * 3
        return self.one(*kinds)

    def booster(self, name):
        if name == "hist":
            kind = ensemble.HistGradientBoostingClassifier if self.classifier else ensemble.HistGradientBoostingRegressor
            return kind(max_iter=4, min_samples_leaf=5, random_state=0)
        library = __import__(name)
        if name == "lightgbm":
            return getattr(library, "LGBMClassifier" if self.classifier else "LGBMRegressor")(n_estimators=5, min_child_samples=5, verbose=-1, n_jobs=1)
        return getattr(library, "XGBClassifier" if self.classifier else "XGBRegressor")(n_estimators=5, max_depth=3, n_jobs=1, verbosity=0)

    def around(self):
        """An estimator, or several in something."""
        some = lambda: self.member()
        members = [(name, some()) for name in "abc"[:self.one(2, 3)]]
        if self.chance(0.6):
            return some()
        if not self.classifier:
            function = compose.TransformedTargetRegressor(some(), func=np.log1p, inverse_func=np.expm1)
            by = compose.TransformedTargetRegressor(some(), transformer=self.one(p.StandardScaler(), p.MinMaxScaler(), p.PowerTransformer()))
            return self.one(ensemble.VotingRegressor(members, weights=self.one(None, [1, 2, 3][:len(members)])), ensemble.StackingRegressor(members, final_estimator=linear_model.Ridge(), cv=2, passthrough=self.chance(0.3)), function, by)
        calibrated = calibration.CalibratedClassifierCV(some(), method=self.one("sigmoid", "isotonic"), cv=2, ensemble=self.chance(0.5))
        kinds = [ensemble.VotingClassifier(members, voting=self.one("hard", "soft")), ensemble.StackingClassifier(members, final_estimator=linear_model.LogisticRegression(), cv=2, passthrough=self.chance(0.3)),
            calibrated, calibrated]
        if VERSION >= (1, 5):
            kinds.append(model_selection.FixedThresholdClassifier(some(), threshold=self.one(0.3, 0.6)))
        return self.one(*kinds)

    def categorical(self):
        """A booster alone, over pandas categories of words and of some integers."""
        self.table.categorize()
        names = [name for name in self.boosters if name == "lightgbm" or name == "hist" and VERSION >= (1, 6)]
        return self.booster(self.one(*names)) if names else None

    def model(self):
        alone = self.categorical() if self.task in ("classes", "number") and not self.table.plain and self.chance(0.1) else None
        if alone is not None:
            return alone
        last = self.around() if self.task in ("classes", "number") else self.one(*getattr(zoo, self.task)(self.draw))
        steps = [self.columns(), self.selector(), last]
        whole = pipeline.make_pipeline(*[step for step in steps if step is not None])
        if self.task in ("classes", "number") and self.chance(0.1):
            whole = model_selection.GridSearchCV(whole, {"memory": [None]}, cv=2)
        return whole
