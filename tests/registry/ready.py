"""ready.py PREFIX PACKAGE: opens every READY version of the models whose names begin with PREFIX, which were all made of the package.

Prints JSON: {"opened": how many, "broken": [what is wrong with which]}.
"""
import hashlib, json, pathlib, sys, tempfile, warnings

import mlflow
import pandas as pd

warnings.simplefilter("ignore")
prefix, package = sys.argv[1], pathlib.Path(sys.argv[2])
client = mlflow.MlflowClient()
sha = lambda path: hashlib.sha256(path.read_bytes()).hexdigest()
files = {path.relative_to(package).as_posix(): sha(path) for path in package.rglob("*") if path.is_file() and path.name != "MLmodel"}
row = json.loads((package / "input_example.json").read_text())
row = pd.DataFrame(row["data"], columns=row["columns"])


def wrong(version):
    with tempfile.TemporaryDirectory() as folder:
        got = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{version.name}/{version.version}", dst_path=folder))
        for name, digest in files.items():
            if not (got / name).exists():
                return f"has no {name}"
            if sha(got / name) != digest:
                return f"has other bytes of {name}"
        mlflow.pyfunc.load_model(str(got)).predict(row)


broken, opened = [], 0
page = client.search_registered_models(f"name LIKE '{prefix}%'", max_results=1000)
assert not page.token
for model in page:
    for version in client.search_model_versions(f"name = '{model.name}'"):
        if version.status != "READY":
            continue
        try:
            problem = wrong(version)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        opened += problem is None
        if problem:
            broken.append(f"{version.name}/{version.version} {problem}")
print(json.dumps({"opened": opened, "broken": broken}))
