"""Twenty pipelines in the shapes that teams log, through a real MLflow.

    pipelines.py log TRACKING_URI OUT           logs and registers them, and records what mlflow.pyfunc answers to 100 rows of each
    pipelines.py compare TRACKING_URI OUT BINARY   serves each with the server, and holds /predict/batch against that, and MLflow's own
                                                /invocations where the server has it

OUT is JSON: [{"name", "uri", "task", "answers": [what pyfunc's predict answers per row, or null], "refused": {index: message},
"rows": [{column: value}]}]. A row that Python refuses has the answer null and has to be refused with 422.
"""
import json, os, pathlib, sys, warnings


warnings.simplefilter("ignore")
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "random"))
TOLERANCE = 1e-5


def log(tracking, out):
    import mlflow
    import pipelines_logged

    mlflow.set_tracking_uri(tracking)
    recorded = [pipelines_logged.record(mlflow, case) for case in pipelines_logged.cases()]
    pathlib.Path(out).write_text(json.dumps(recorded, allow_nan=False))
    print(len(recorded), "pipelines logged")


def equal(found, wanted):
    """Whether an answer is Python's: words and whole numbers exactly, others nearly; a list number by number."""
    if isinstance(wanted, list):
        found = found if isinstance(found, list) else list(found.values()) if isinstance(found, dict) else [found]
        return len(found) == len(wanted) and all(equal(a, b) for a, b in zip(found, wanted))
    if isinstance(wanted, str) or isinstance(found, str):
        return found == wanted
    return abs(float(found) - float(wanted)) <= TOLERANCE * max(1, abs(float(wanted)))


def differences(server, case):
    """What is wrong with a model's answers."""
    answered = [i for i in range(len(case["rows"])) if case["answers"][i] is not None]
    rows = [case["rows"][i] for i in answered]
    there = "/invocations" in server.get("/openapi.json")["paths"]
    status, body = server.post("/invocations", {"dataframe_records": rows}) if there else (200, {"predictions": [case["answers"][i] for i in answered]})
    if status != 200:
        yield f"/invocations refuses: {body}"
    else:
        wrong = [i for i, found in zip(answered, body["predictions"]) if not equal(found, case["answers"][i])]
        if wrong:
            yield f"{len(wrong)} of {len(rows)} answers of /invocations differ, row {wrong[0]}: {body['predictions'][answered.index(wrong[0])]} for {case['answers'][wrong[0]]}"
    status, body = server.post("/predict/batch?probabilities=true", [{"features": row} for row in rows])
    if status != 200:
        yield f"/predict/batch refuses: {body}"
    else:
        found = [one["probabilities"] if case["task"] == "probabilities" else one.get("label", one["prediction"]) for one in body]
        wrong = [i for i, one in zip(answered, found) if not equal(one, case["answers"][i])]
        if wrong:
            yield f"{len(wrong)} of {len(rows)} answers of /predict/batch differ, row {wrong[0]}: {found[answered.index(wrong[0])]} for {case['answers'][wrong[0]]}"
    for i, reason in case["refused"].items():
        status, body = server.post("/predict", {"features": case["rows"][int(i)]})
        if status != 422:
            yield f"row {i} is answered ({status}: {body}), which Python refuses: {reason}"
            return


def compare(tracking, out, binary):
    from server import Refused, Server

    os.environ["MLFLOW_TRACKING_URI"] = tracking
    cases, failed = json.loads(pathlib.Path(out).read_text()), 0
    for case in cases:
        try:
            with Server(binary, case["uri"]) as server:
                wrong = list(differences(server, case))
        except Refused as error:
            wrong = [f"is not served: {error}"]
        failed += bool(wrong)
        print(*[f"{case['name']}: {text}" for text in wrong] or [f"{case['name']}: as Python"], sep="\n")
    sys.exit(f"{failed} of {len(cases)} pipelines differ" if failed else 0)


if __name__ == "__main__":
    {"log": log, "compare": compare}[sys.argv[1]](*sys.argv[2:])
