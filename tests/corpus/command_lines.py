"""The command lines. `<home>` is the directory of the models, `<web>` a web server over it, `<host>` a server of the embedded model."""

import signal
from dataclasses import dataclass, field

from models import DATA

IRIS = "sepal_length,sepal_width,petal_length,petal_width\n"
TYPED = 'is new,age,visits,score,petal length (cm),Größe µm,"a ""b"" <c> / d",日本\n'
SHOP = "age,months,calls,churned\n" + "".join(
    f"{18 + i * 7 % 60},{1 + i * 11 % 59},{i * 3 % 10},{'yes' if i * 18 % 30 > 1 + i * 11 % 59 else 'no'}\n" for i in range(60)
)


@dataclass
class Command:
    name: str
    line: list
    files: dict = field(default_factory=dict)  # Text or bytes by name, in the working directory.
    stdin: str = ""
    env: dict = field(default_factory=dict)
    signal: int = signal.SIGTERM  # What ends it, if it is a server: as soon as it is ready at the port `<port>`.


def words(line, **more):
    """A command that is called as it is written."""
    return Command(line, line.split(), **more)


def flags():
    subcommands = ["serve", "train", "inspect", "fetch", "push", "predict", "openapi", "check"]
    lines = ["--help", "--version", "help", *(f"{name} --help" for name in subcommands)]
    lines += ["--nothing", "nothing", "inspect", "inspect a b", "inspect --nothing builtin:iris", "predict builtin:iris", "serve extra"]
    lines += ["train --data iris", "train --data iris --out x --trees many", "train --data iris --out x --features most", "check"]
    lines += ["fetch builtin:iris", "push x", "serve --port many", "serve --port 99999", "serve --port -1"]
    lines += ["--port 1 inspect builtin:iris", "serve --model"]
    return [words(line) for line in lines]


FILES = ["<home>/iris_rf_strings.onnx", "file://<home>/diabetes_rf.onnx", "<home>/typed", "<home>/typed_missing",
    "<home>/lgb_categories.txt"]
URIS = [
    "<home>/typed_missing/MLmodel", "<home>/none", "builtin:mnist", "", "a\u001b[31mb\nc", "models:/iris", "models:/iris/1",
    "models:/iris/0",
    "models:/iris@", "models://iris/1", "runs:/", "runs:/a/b", "mlflow-artifacts:/x", "https://", "http://[", "ftp://x/y", "hdfs:/x",
    "s3://",
    "gs://", "http://127.0.0.1:1/model.onnx", "http://user:secret@127.0.0.1:1/x?token=secret",
]


def cards():
    """`inspect` and `openapi` of models good and bad, and URIs of every kind."""
    more = ["<home>/xgb_binary.ubj", "<home>/1.9.1-pipeline_standard_forest.skops"]
    cases = [Command(f"inspect {uri!r}", ["inspect", uri]) for uri in ["builtin:iris", *FILES, *more, *URIS]]
    cases += [Command(f"inspect --json {uri}", ["inspect", "--json", uri]) for uri in ["builtin:iris", "builtin:mnist", *FILES]]
    return cases + [words("openapi")] + [Command(f"openapi {uri}", ["openapi", uri]) for uri in ["builtin:iris", "<home>/none", *FILES]]


def fetches():
    cases = [
        words("fetch builtin:iris out"), words("fetch builtin:iris file", files={"file": "x"}),
        words("fetch builtin:iris full", files={"full/a": "x"}), words("fetch none out"), words("fetch file out", files={"file": "x"}),
        words("fetch builtin:iris old", files={"old/MLmodel": "x", "old/other": "y"}), words("fetch models:/iris/1 out"),
    ]
    for path in ["iris", "iris/", "pack.zip", "pack.tar.gz", "iris/model.onnx", "none", "none.zip", "xgb_multi.json"]:
        cases += [words(f"inspect <web>/{path}"), words(f"fetch <web>/{path} out")]
    return cases


NO_MODELS = {
    "empty.onnx": b"", "noise.onnx": b"\x08\x07abc", "noise.pkl": b"\x80\x04.", "evil.pkl": b"cos\nsystem\n(S'true'\ntR.",
    "noise.json": b"{}",
    "noise.txt": b"tree\n", "noise.ubj": b"{", "noise.skops": b"PK\x03\x04", "noise.xgb": b"binf", "some.file": b"x",
}
MLMODELS = {
    "no YAML": "a: [", "empty": "", "no flavors": "a: 1", "another flavor": "flavors: {spark: {data: x}}",
    "no data file": "flavors: {onnx: {data: model.onnx}}", "outside": "flavors: {onnx: {data: ../model.onnx}}",
    "a text column": "flavors: {onnx: {data: m.onnx}}\nsignature: {inputs: '[{\"type\": \"string\", \"name\": \"a\"}]'}",
}
EXAMPLES = {
    "not JSON": "{", "too narrow": "[[1, 2]]", "of text": '[["a", "b", "c", "d"]]', "with null": "[[1, 2, null, 4]]",
    "good": "[[1, 2, 3, 4]]",
}
RECORDED = {"right": "[[1.0, 0.0, 0.0]]", "wrong": "[[0.0, 1.0, 0.0]]", "short": "[[1.0]]", "none": "[]", "wide": "[[1.0, 0.0, 0.0, 9.0]]"}


def packages():
    """Files that are no models, and packages with something wrong."""
    model = (DATA / "onnx/iris_rf.onnx").read_bytes()
    onnx = "flavors: {onnx: {data: m.onnx}}\n"

    def inspect(name, mlmodel, **files):
        files = {f"pack/{file}.json": text for file, text in files.items()}
        return Command(f"inspect, {name}", ["inspect", "pack"], {"pack/MLmodel": mlmodel, "pack/m.onnx": model} | files)

    cases = [Command(f"inspect {name}", ["inspect", name], {name: data}) for name, data in NO_MODELS.items()]
    cases += [inspect(f"MLmodel: {name}", text) for name, text in MLMODELS.items()]
    cases += [inspect(f"example: {name}", onnx, input_example=text) for name, text in EXAMPLES.items()]
    for name, scores in RECORDED.items():
        recorded = f"{onnx}metadata: {{example_outputs: {{classes: [0], scores: {scores}}}}}"
        cases.append(inspect(f"recorded answers: {name}", recorded, input_example="[[5.1, 3.5, 1.4, 0.2]]"))
    return cases


ROWS = {
    "good": "5.1,3.5,1.4,0.2\n7,3.2,4.7,1.4\n", "no row": "", "Windows lines": "5.1,3.5,1.4,0.2\r\n7,3.2,4.7,1.4\r\n",
    "spaces": " 5.1, 3.5 ,1.4,0.2\n", "quotes": '"5.1","3.5",1.4,0.2\n', "a word": "1,2,3,4\n1,2,x,4\n", "an empty cell": "1,2,,4\n",
    "NaN": "1,2,NaN,4\n", "inf": "1,2,inf,4\n", "too large": "1,2,1e39,4\n", "far too large": "1,2,1e400,4\n", "short row": "1,2,3\n",
    "long row": "1,2,3,4,5\n", "empty line": "1,2,3,4\n\n1,2,3,4\n", "an open quote": '1,2,"3,4\n', "hexadecimal": "0x1,2,3,4\n",
    "escape characters": "1,2,\u001b[31mx,4\n", "true": "true,2,3,4\n", "a bad row behind many": "5.1,3.5,1.4,0.2\n" * 1500 + "1,2,x,4\n",
}
TABLES = {name: IRIS + rows for name, rows in ROWS.items()} | {
    "no header": "5.1,3.5,1.4,0.2\n", "empty file": "", "a column missing": "sepal_length,sepal_width\n1,2\n",
    "other order": "petal_width,note,petal_length,sepal_width,sepal_length\n0.2,a,1.4,3.5,5.1\n",
    "a column twice": "sepal_length," + IRIS + "1,2,3,4,5\n", "byte order mark": "\ufeff" + IRIS + "1,2,3,4\n",
    "semicolons": IRIS.replace(",", ";") + "1;2;3;4\n", "latin-1": (IRIS + "1,2,\xe9,4\n").encode("latin-1"),
    "UTF-16": (IRIS + "1,2,3,4\n").encode("utf-16"), "NUL": IRIS + "1,2,\0,4\n",
}
TYPED_ROWS = {
    "good": "true,1,2,3.5,0.1,0.2,0.3,0.4\nfalse,-1,-2,-3,0,0,0,0\n", "1 and 0": "1,1,2,3,0,0,0,0\n0,1,2,3,0,0,0,0\n",
    "a fraction in integer": "true,1.5,2,3,0,0,0,0\n", "a fraction in long": "true,1,2.5,3,0,0,0,0\n",
    "1.0 in integer": "true,1.0,2.0,3,0,0,0,0\n",
    "a large integer": "true,3000000000,2,3,0,0,0,0\n", "a large long": "true,1,1e30,3,0,0,0,0\n", "2 in boolean": "2,1,2,3,0,0,0,0\n",
    "yes in boolean": "yes,1,2,3,0,0,0,0\n", "True in boolean": "True,1,2,3,0,0,0,0\n", "true in double": "true,1,2,3,true,0,0,0\n",
    "missing": ",,,,,,,\nNA,nan,null,NaN,0,0,0,0\n",
}
BY_PLACE = {
    "iris_rf_strings.onnx": "1,2,3,4\n", "diabetes_two_targets.onnx": "1,2,3,4,5,6,7,8,9,10\n", "v5_double.onnx": "1,2,3\n",
    "cancer_rf.onnx": "1,2\n",
}


def predictions():
    def predict(name, model, table):
        return Command(f"predict, {name}", ["predict", model, "--input", "rows.csv"], {"rows.csv": table})

    cases = [predict(f"iris, {name}", "builtin:iris", text) for name, text in TABLES.items()]
    for model in ["typed", "typed_missing"]:
        cases += [predict(f"{model}, {name}", f"<home>/{model}", TYPED + text) for name, text in TYPED_ROWS.items()]
    left_out = 'is new,age,visits,petal length (cm),"a ""b"" <c> / d",日本\ntrue,1,2,3,4,5\n'
    cases.append(predict("typed_missing, optional columns left out", "<home>/typed_missing", left_out))
    for name, row in BY_PLACE.items():
        header = ",".join("abcdefghij"[: row.count(",") + 1]) + "\n"
        cases.append(predict(f"{name}, by place", f"<home>/{name}", header + row * 2))
    good = {"rows.csv": TABLES["good"]}
    bad = {"rows.csv": TABLES["a bad row behind many"], "out.csv": "before\n"}
    line = "predict builtin:iris --input rows.csv --output"
    return cases + [
        words(f"{line} out.csv", files=good), words(f"{line} no/such/out.csv", files=good),
        Command("predict --output, a bad row", [*line.split(), "out.csv"], bad),
        words("predict builtin:iris --input none.csv"), words("predict builtin:iris --input . --output out.csv"),
        words("predict none --input rows.csv --output out.csv", files=good), words("predict builtin:iris --input -"),
        Command("predict, standard input", "predict builtin:iris --input -".split(), stdin=TABLES["good"]),
    ]


def first_age(text):
    """The table with another age in its first row."""
    return SHOP.replace("\n18,", f"\n{text},", 1)


SHOPS = {
    "good": SHOP, "empty": "", "header only": "a,b,churned\n", "one row": "a,b,churned\n1,2,x\n", "one class": "a,churned\n" + "1,x\n" * 20,
    "two rows": "a,churned\n1,x\n2,y\n", "a word": first_age("old"), "an empty cell": first_age(""), "NaN": first_age("nan"),
    "inf": first_age("inf"),
    "too large": first_age("1e39"), "escape characters": first_age("\u001b[31m"), "short row": SHOP + "1,2\n",
    "long row": SHOP + "1,2,3,4,5\n",
    "no target in a row": SHOP + "1,2,3,\n", "a column twice": SHOP.replace("months", "age", 1),
    "no such target": SHOP.replace("churned", "left", 1),
    "target only": "churned\n" + "a\nb\n" * 20, "byte order mark": "\ufeff" + SHOP, "Windows lines": SHOP.replace("\n", "\r\n"),
    "semicolons": SHOP.replace(",", ";"), "integer classes": SHOP.replace("yes", "7").replace("no", "-3"),
    "fraction classes": SHOP.replace("yes", "0.5").replace("no", "1.5"), "latin-1": SHOP.replace("yes", "j\xe4").encode("latin-1"),
    "odd names": SHOP.replace("age", "Größe µm").replace("yes", '"a ""b"", c"'),
}
PARAMETERS = [
    "--test-split 0", "--test-split 1", "--test-split 2", "--test-split x", "--max-depth 0", "--max-depth 3", "--max-depth 1000",
    "--min-leaf 0",
    "--min-leaf 50", "--features 0", "--features 2", "--features 99", "--features 1.5", "--features 1.0", "--seed 7", "--seed -1",
    "--register models:/x", "--task regression", "--task classification", "--task x",
]


def trainings():
    line = "train --data t.csv --target churned --out out".split()
    cases = [Command(f"train, {name}", [*line, "--trees", "5"], {"t.csv": text}) for name, text in SHOPS.items()]
    cases += [Command(f"train {more}", [*line, "--trees", "5", *more.split()], {"t.csv": SHOP}) for more in PARAMETERS]
    cases += [Command(f"train --trees {trees}", [*line, "--trees", trees], {"t.csv": SHOP}) for trees in ["0", "100000"]]
    lines = ["iris --out out --trees 5", "winequality --out out --trees 3 --max-depth 4",
        "winequality --out out --trees 3 --task regression", "iris --target petal_width --out out",
        "iris --target nothing --out out"]
    lines += ["none.csv --target y --out out", "none --target y --out out", ". --target y --out out", "iris --out a/b/c --trees 2"]
    cases += [words(f"train --data {line}") for line in lines]
    return cases + [words("train --data t.csv --out out", files={"t.csv": SHOP}),
        words("train --data iris --out full", files={"full/a": "x"})]


SETTINGS = {
    "none": "", "unknown key": "server: {prot: 1}", "unknown section": "sever: {}", "no YAML": "server: [", "a list": "- 1",
    "port a word": "server: {port: many}", "port too large": "server: {port: 70000}", "port negative": "server: {port: -1}",
    "limit a fraction": "server: {max_batch_rows: 1.5}", "no one in flight": "server: {max_in_flight: 0}",
    "no patience": "server: {header_timeout_seconds: 0}", "long drain": "server: {drain_seconds: 99999}",
    "docs a word": "server: {docs: maybe}",
    "level": "log: {level: loud}", "format": "log: {format: xml}", "short digest": "model: {sha256: abc}", "model a number": "model: 1",
    "three mistakes": "server: {max_in_flight: 0}\nmodel: {sha256: abc}\nlog: {level: loud}",
    "another digest": f"model: {{sha256: {'0' * 64}}}",
}
VARIABLES = {
    "MLSERVING__SERVER__PROT": "1", "MLSERVING__SERVER__MAX_BODY_BYTES": "-1", "MLSERVING__SERVER__MAX_BATCH_ROWS": "1e3",
    "MLSERVING__SERVER__MAX_IN_FLIGHT": "0", "MLSERVING__SERVER__DOCS": "yes", "MLSERVING__SERVER__DRAIN_SECONDS": "1.5",
    "MLSERVING__SERVER__SHUTDOWN_SECONDS": "99999999999999999999", "MLSERVING__NOTHING__X": "1",
    "MLSERVING__LOG__FORMAT": "xml", "LOG_LEVEL": "loud", "MLFLOW_TRACKING_URI": "nonsense",
}


def servers():
    """`serve` with settings that are wrong, and starts that are right."""
    host, port = ["--host", "127.0.0.1"], ["--port", "<port>"]
    start, no_drain = ["serve", *host, *port], {"MLSERVING__SERVER__DRAIN_SECONDS": "0"}
    cases = []
    for name, text in SETTINGS.items():
        line = ["serve", "--config", "c.yaml", *host, *([] if "port" in text else port)]
        cases.append(Command(f"serve, settings: {name}", line, {"c.yaml": text}, env=no_drain if "drain" not in text else {}))
    cases += [Command(f"serve, {name}={value}", start, env=no_drain | {name: value}) for name, value in VARIABLES.items()]
    cases.append(Command("serve, MLSERVING__SERVER=x", start, env={"MLSERVING__SERVER": "x"}))
    cases.append(Command("serve, port from the environment", ["serve", *host], env={"MLSERVING__SERVER__PORT": "many"}))
    for name in ["[::1]", "::1", "localhost"]:
        cases.append(Command(f"serve --host {name}", ["serve", "--host", name, *port], env=no_drain))
    cases.append(Command("serve, the port is taken", ["serve", *host, "--port", "<taken>"]))
    cases += [Command(f"serve --model {uri}", [*start, "--model", uri]) for uri in ["none", "ftp://x/y", "models:/iris/1", "builtin:none"]]
    json_log = {"MLSERVING__LOG__FORMAT": "json"}
    signals = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT, "SIGHUP": signal.SIGHUP, "SIGQUIT": signal.SIGQUIT}
    cases += [Command(f"serve and {name}", start, env=no_drain, signal=number) for name, number in signals.items()]
    return cases + [
        Command("serve, no such settings", [*start, "--config", "none.yaml"]),
        Command("serve, log in JSON", start, env=json_log | no_drain),
        Command("serve, log in JSON, no such model", [*start, "--model", "none"], env=json_log),
        Command("serve, log of errors only, no such model", [*start, "--model", "none"], env={"LOG_LEVEL": "error"}),
        Command("serve, debug", start, env=no_drain | {"LOG_LEVEL": "DEBUG"}),
        Command("serve without a docs page", start, env=no_drain | {"MLSERVING__SERVER__DOCS": "false"}),
    ]


def others():
    away = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}
    urls = ["http://<host>/health/ready", "http://<host>", "http://<host>/nothing", "https://<host>/", "<host>/model",
        "http://127.0.0.1:1/", "<web>/iris/MLmodel"]
    row = '{"features":[5.1,3.5,1.4,0.2]}'
    data = {"a good row": row, "a bad row": "{}"}
    return [words(f"check {url}") for url in urls] + [
        *(Command(f"check --data, {name}", ["check", "http://<host>/predict", "--data", text]) for name, text in data.items()),
        words("push out models:/x"), words("push <home>/iris models:/x/1"), words("push <home>/iris x"),
        Command("push, no registry answers", "push <home>/iris models:/x".split(), env=away),
        Command("push, no package", "push . models:/x".split(), env=away),
    ]


def all_commands():
    return flags() + cards() + fetches() + packages() + predictions() + trainings() + servers() + others()
