"""own_code.py: models of several flavors that MLflow logs with a python_function of their own beside, which answers otherwise.

The last line that it prints is JSON: {flavor: {"uri", "pyfunc", "own", "rows"}}, what mlflow.pyfunc and what the library itself answer to the rows. The flavors are
those whose library this Python has. One model more, `predict_joint_log_proba`, is scikit-learn's, logged with that method.
"""
import importlib, json, pathlib, tempfile, types, warnings

import mlflow
import numpy as np
from mlflow.models import Model, infer_signature
from sklearn.datasets import load_iris
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB

warnings.simplefilter("ignore")
rows, target = load_iris(return_X_y=True)
rows, target = rows[:100].astype(np.float32), target[:100]
CODE = """
import numpy

class Always:
    def predict(self, rows, params=None):
        return numpy.full(len(rows), 7)

def _load_pyfunc(path):
    return Always()
"""
LOCATION = {"artifact_path": None, "name": "model"} if mlflow.__version__ > "3" else {"artifact_path": "model"}


def boosted():
    return GradientBoostingClassifier(n_estimators=3, random_state=0).fit(rows, target)


def onnx():
    from skl2onnx import to_onnx

    return to_onnx(boosted(), rows[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})


def xgboost():
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=3).fit(rows, target)


def lightgbm():
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=3, verbose=-1).fit(rows, target)


def catboost():
    from catboost import CatBoostClassifier

    return CatBoostClassifier(iterations=3, verbose=False, allow_writing_files=False).fit(rows, target)


def with_own_code(flavor, model):
    """The flavor's module as MLflow takes it, with another python_function in the model that it saves."""
    module = importlib.import_module(f"mlflow.{flavor}")
    options = {"serialization_format": "cloudpickle"} if flavor in ("sklearn", "lightgbm") and mlflow.__version__ > "3" else {}

    def save_model(path, mlflow_model, **_):
        module.save_model(model, path, mlflow_model=mlflow_model, signature=infer_signature(rows), pip_requirements=["scikit-learn"], **options)
        code = pathlib.Path(path) / "code"
        code.mkdir()
        # Python keeps a module of a name that it has once loaded.
        (code / f"always_{flavor}.py").write_text(CODE)
        mlflow.pyfunc.add_to_model(mlflow_model, loader_module=f"always_{flavor}", code="code")
        mlflow_model.save(f"{path}/MLmodel")

    return types.SimpleNamespace(save_model=save_model, __name__=f"mlflow.{flavor}")


found = {}
for flavor, make in {"sklearn": boosted, "onnx": onnx, "xgboost": xgboost, "lightgbm": lightgbm, "catboost": catboost}.items():
    try:
        model = make()
    except ImportError:
        continue
    own = boosted() if flavor == "onnx" else model
    with mlflow.start_run() as run:
        info = Model.log(flavor=with_own_code(flavor, model), **LOCATION)
    found[flavor] = {"uri": info.model_uri, "own": np.ravel(own.predict(rows)).tolist()}
bayes = GaussianNB().fit(rows, target)
with mlflow.start_run():
    info = mlflow.sklearn.log_model(
        bayes, pyfunc_predict_fn="predict_joint_log_proba", signature=infer_signature(rows), pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle", **LOCATION)
found["predict_joint_log_proba"] = {"uri": info.model_uri, "own": bayes.predict(rows).tolist()}
for each in found.values():
    each["pyfunc"] = np.ravel(mlflow.pyfunc.load_model(each["uri"]).predict(rows)).tolist()
    each["rows"] = rows.astype(float).tolist()
print(json.dumps(found))
