#!/usr/bin/env python3
"""scoring.py BINARY [PART OF A NAME]: the answers of BINARY beside those of MLflow for the same packages. MLflow answers within this
process, by the function that its server calls; with SERVE=1 in the environment by `mlflow models serve`.

Prints a table of packages and requests. A cell is `=` where both answer the same values, `*` where MLflow refuses and we answer, and
what differs otherwise; then the script ends with 1."""
import io, json, os, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

import mlflow.pyfunc.scoring_server as server
import mlflow
import numpy as np
import pandas as pd

import mlflow_models
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

BINARY, PART, SERVE = sys.argv[1], " ".join(sys.argv[2:]), os.environ.get("SERVE")


def plain(frame):
    """A frame as JSON has it: null for what is missing."""
    return json.loads(frame.to_json(orient="split"))


def requests(rows):
    """Every kind of request: its name, media type and body."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
    split = plain(frame)
    records = json.loads(frame.to_json(orient="records"))
    columns = {str(name): [row[at] for row in split["data"]] for at, name in enumerate(split["columns"])}
    more = frame.assign(other="x", another=1)[["other", *frame.columns[::-1], "another"]]
    as_json = {
        "split": {"dataframe_split": split},
        "split, data first": {"dataframe_split": {"data": split["data"], "columns": split["columns"]}},
        "split, more columns": {"dataframe_split": plain(more)},
        "records": {"dataframe_records": records},
        "instances rows": {"instances": split["data"]},
        "instances objects": {"instances": records},
        "inputs rows": {"inputs": split["data"]},
        "inputs columns": {"inputs": columns},
    }
    for kind, body in as_json.items():
        yield kind, "application/json", json.dumps(body)
    # Python writes NaN, as MLflow's own client does.
    yield "split, NaN", "application/json", json.dumps({"dataframe_split": frame.to_dict(orient="split")})
    text = io.StringIO()
    frame.to_csv(text, index=False)
    yield "csv", "text/csv", text.getvalue()


def ask(url, media_type, body):
    request = urllib.request.Request(url, body.encode(), {"content-type": media_type})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def within(path):
    """What asks the package within this process."""
    model = mlflow.pyfunc.load_model(path)
    schema = model.metadata.get_input_schema()

    def answer(media_type, body):
        try:
            answered = server.invocations(body, media_type, model, schema)
        except Exception as error:  # the server answers each of them with 400
            return 400, str(error)
        return answered.status, json.loads(answered.response)

    return answer


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def started(command, url, log):
    # `mlflow models serve` looks for its server there.
    path = {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | path, start_new_session=True)
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return process
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit(f"{command} does not answer at {url}; {log.name} has the reason")


def same(ours, theirs):
    """Whether both are the same values; numbers of 32 bits may differ in their last bit, where the library's order of sums differs."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, bool) or isinstance(theirs, str) or theirs is None:
        return type(ours) is type(theirs) and ours == theirs
    return not isinstance(ours, bool) and isinstance(ours, (int, float)) and ours == theirs


def near(ours, theirs):
    """The same within a few last bits of 32."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(near(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(near, ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, (int, float)):
        return bool(np.isclose(ours, theirs, rtol=1e-6, atol=1e-9))
    return same(ours, theirs)


def cell(ours, theirs):
    (our_status, our_answer), (their_status, their_answer) = ours, theirs
    if their_status != 200:
        return "both refuse" if our_status != 200 else "*"
    if our_status != 200:
        return f"WE REFUSE: {our_answer}"
    if same(our_answer, their_answer):
        return "="
    return "~" if near(our_answer, their_answer) else f"OTHER: {str(our_answer)[:150]} for {str(their_answer)[:150]}"


def main():
    table, wrong = {}, []
    with tempfile.TemporaryDirectory() as directory:
        for name, path, rows in mlflow_models.log(directory, PART):
            first, second = port(), port()
            with open(f"{directory}/log", "ab") as log:
                command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", path, "-p", str(first), "--env-manager", "local"]
                theirs = started(command, f"http://127.0.0.1:{first}/ping", log) if SERVE else None
                by_mlflow = (lambda *body: ask(f"http://127.0.0.1:{first}/invocations", *body)) if SERVE else within(path)
                command = [BINARY, "serve", "--model", path, "--host", "127.0.0.1", "--port", str(second)]
                ours = started(command, f"http://127.0.0.1:{second}/health/ready", log)
            try:
                row = table[name] = {}
                for kind, media_type, body in requests(rows):
                    ours_is = ask(f"http://127.0.0.1:{second}/invocations", media_type, body)
                    row[kind] = cell(ours_is, by_mlflow(media_type, body))
                    if row[kind][0] in "WO":
                        wrong.append(f"{name}, {kind}: {row[kind]}")
                # The client of MLflow itself, which writes NaN.
                client = ScoringServerClient("127.0.0.1", second)
                client.wait_server_ready()
                given = json.dumps(rows.to_dict(orient="split") if isinstance(rows, pd.DataFrame) else rows.tolist())
                key = "dataframe_split" if isinstance(rows, pd.DataFrame) else "inputs"
                wanted = by_mlflow("application/json", f'{{"{key}": {given}}}')
                row["client"] = cell((200, {"predictions": client.invoke(rows)["predictions"]}), wanted)
                version = urllib.request.urlopen(f"http://127.0.0.1:{second}/version").read().decode()
                row["version"] = "=" if version == mlflow.__version__ else "OTHER"
            finally:
                for process in filter(None, (theirs, ours)):
                    os.killpg(process.pid, 15)
                    process.wait()
    frame = pd.DataFrame(table).T
    print(frame.map(lambda text: text.split(":")[0]).to_string())
    print("\n".join(wrong))
    print("= the same values; ~ the same but for last bits of 32-bit numbers; * MLflow refuses, we answer")
    sys.exit(bool(wrong))


main()
