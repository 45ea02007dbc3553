"""The pipelines of pipelines.py: what is fitted, how it is logged, and what pyfunc answers."""
import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor, StackingRegressor,
    VotingClassifier)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

NUMBERS, WORDS = ["tenure", "MonthlyCharges", "Total Charges"], ["Contract", "gender", "city"]
VALUES = {"Contract": ["Month-to-month", "One year", "Two year"], "gender": ["Female", "Male"], "city": [f"Zürich {i}" for i in range(12)]}


def table(count, seed, lacking):
    """Customers, as a CSV or a query would give them."""
    random = np.random.RandomState(seed)
    frame = pd.DataFrame({
        "tenure": random.randint(0, 73, count), "MonthlyCharges": np.round(random.rand(count) * 100 + 18, 2), "Total Charges": np.round(np.exp(random.randn(count) + 7), 1),
        **{name: np.array(values, dtype=object)[(random.rand(count) ** 2 * len(values)).astype(int)] for name, values in VALUES.items()},
        "SeniorCitizen": random.rand(count) < 0.2,
    })
    score = frame.tenure / 30 - frame.MonthlyCharges / 50 + frame.Contract.map({v: i for i, v in enumerate(VALUES["Contract"])}) + random.randn(count) * 0.5
    if lacking:
        for name in ["MonthlyCharges", "Total Charges", *WORDS]:
            frame.loc[random.rand(count) < 0.06, name] = np.nan
    return frame, score.to_numpy()


def columns(number=None, word=None, remainder="drop", where=(NUMBERS, WORDS)):
    number = number or Pipeline([("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())])
    word = word or Pipeline([("imputer", SimpleImputer(strategy="most_frequent")), ("onehot", OneHotEncoder(handle_unknown="ignore"))])
    return ColumnTransformer([("num", number, where[0]), ("cat", word, where[1])], remainder=remainder)


def whole(last, **options):
    return Pipeline([("preprocessor", columns(**options)), ("classifier", last)])


def cases():
    """Dictionaries: name, model, target and how to log it. `form` is MLflow's serialization, None for its default."""
    import lightgbm, xgboost
    forest = dict(n_estimators=10, max_depth=6, random_state=0)
    light, extreme = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1, n_jobs=1), xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1)
    fill = lambda value: SimpleImputer(strategy="constant", fill_value=value)
    yield dict(name="churn logistic", model=whole(LogisticRegression(max_iter=500)), target="words")
    yield dict(name="churn forest", model=whole(RandomForestClassifier(**forest)), target="two")
    yield dict(name="churn forest cloudpickle", model=whole(RandomForestClassifier(**forest)), target="words", form="cloudpickle")
    yield dict(name="churn forest pickle", model=whole(RandomForestClassifier(**forest)), target="two", form="pickle", signature=False)
    yield dict(name="churn lightgbm", model=whole(light), target="two", form="cloudpickle")
    yield dict(name="lightgbm flavor", model=whole(light), target="two", flavor="lightgbm")
    # MLflow's flavor xgboost takes no pipeline: it calls `save_model` of what it is given.
    yield dict(name="churn xgboost", model=whole(extreme, word=make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False))), target="two", form="cloudpickle")
    yield dict(name="drop first", model=whole(Ridge(), word=make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(drop="first", handle_unknown="ignore"))), target="value", form="pickle")
    yield dict(name="boosting, unknown is an error", model=whole(GradientBoostingClassifier(n_estimators=8), word=make_pipeline(fill("missing"), OneHotEncoder(handle_unknown="error"))), target="two", form="cloudpickle")
    ordinal = make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))
    yield dict(name="ordinal hist", model=whole(HistGradientBoostingClassifier(max_iter=10), number="passthrough", word=ordinal), target="three", form="cloudpickle")
    yield dict(name="constants", model=whole(RandomForestRegressor(**forest), number=fill(0), word=make_pipeline(fill("missing"), OneHotEncoder(handle_unknown="ignore"))), target="value", signature=False)
    yield dict(name="positions", model=whole(LogisticRegression(max_iter=500), where=([0, 1, 2], slice(3, 6))), target="two", form="cloudpickle", integers=True)
    yield dict(name="remainder", model=whole(RandomForestClassifier(**forest), remainder="passthrough"), target="two", form="cloudpickle")
    yield dict(name="log target", model=TransformedTargetRegressor(whole(Lasso(alpha=0.01)), func=np.log1p, inverse_func=np.expm1), target="value", form="cloudpickle")
    yield dict(name="rare words", model=whole(LogisticRegression(max_iter=500), word=make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"))), target="three")
    yield dict(name="search", model=GridSearchCV(whole(RandomForestClassifier(**forest)), {"classifier__max_depth": [3, 6]}, cv=2), target="words", form="cloudpickle")
    members = [("logistic", LogisticRegression(max_iter=500)), ("forest", RandomForestClassifier(**forest))]
    yield dict(name="voting", model=whole(VotingClassifier(members, voting="soft"), number=make_pipeline(SimpleImputer(), RobustScaler())), target="two")
    yield dict(name="calibrated", model=CalibratedClassifierCV(whole(RandomForestClassifier(**forest)), method="isotonic", cv=2), target="two", form="cloudpickle", function="predict_proba")
    stack = StackingRegressor([("ridge", Ridge()), ("forest", RandomForestRegressor(**forest))], final_estimator=LinearRegression(), cv=2)
    yield dict(name="stacking", model=whole(stack, number=make_pipeline(SimpleImputer(), KBinsDiscretizer(5, subsample=None, quantile_method="linear"))), target="value", form="cloudpickle")
    nested = Pipeline([("all", Pipeline([("preprocessor", columns(make_pipeline(SimpleImputer(strategy="median"), FunctionTransformer(np.log1p), MinMaxScaler()))), ("keep", "passthrough")])), ("model", LogisticRegression(max_iter=500))])
    yield dict(name="nested", model=nested, target="words", form="cloudpickle", function="predict_proba")


def targets(score):
    two = (score > np.median(score)).astype(int)
    return {"two": two, "words": np.array(["No", "Yes"])[two], "three": np.digitize(score, np.quantile(score, [0.4, 0.8])), "value": np.round(np.exp(score / 2) * 100, 2)}


def records(frame):
    """Rows as JSON's values."""
    values = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(k): v.item() if hasattr(v, "item") else v for k, v in row.items()} for row in values]


def log(mlflow, case, model, X, y):
    """Logs and registers a model; returns its URI."""
    three = int(mlflow.__version__.split(".")[0]) >= 3
    options = {"name": "pipeline"} if three else {"artifact_path": "pipeline"}
    options["registered_model_name"] = name = case["name"]
    if case.get("signature", True):
        answer = model.predict_proba(X) if case.get("function") else model.predict(X)
        options.update(signature=mlflow.models.infer_signature(X, answer), input_example=X.head(3))
    flavor = case.get("flavor", "sklearn")
    if flavor == "sklearn":
        options["pyfunc_predict_fn"] = case.get("function", "predict")
        if case.get("form"):
            options["serialization_format"] = case["form"]
    if three and not case.get("form"):
        # Even a SimpleImputer keeps a type that skops does not trust by itself: numpy.dtype.
        import skops.io
        options["skops_trusted_types"] = skops.io.get_untrusted_types(data=skops.io.dumps(model))
    with mlflow.start_run():
        getattr(mlflow, flavor).log_model(model, **options)
    return f"models:/{name}/1"


def record(mlflow, case):
    X, score = table(400, 1, lacking=True)
    rows, _ = table(100, 2, lacking=True)
    rows.loc[[5, 25, 45], "city"] = ["Bern", "", "zürich 1"]
    if case.get("integers"):
        X.columns = rows.columns = range(X.shape[1])
    y = targets(score)[case["target"]]
    model = case["model"].fit(X, y)
    uri = log(mlflow, case, model, X, y)
    python = mlflow.pyfunc.load_model(uri)
    answers, refused = [], {}
    for i in range(len(rows)):
        try:
            answers.append(np.asarray(python.predict(rows.iloc[[i]])).tolist()[0])
        except Exception as error:
            answers.append(None)
            refused[i] = str(error).splitlines()[0][:200]
    task = "probabilities" if case.get("function") else "regressor" if case["target"] == "value" else "classifier"
    return {"name": case["name"], "uri": uri, "task": task, "answers": answers, "refused": refused, "rows": records(rows)}
