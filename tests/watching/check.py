#!/usr/bin/env python3
"""Holds the dashboard and the alerts of the chart to a real server and a real Prometheus.

    tests/watching/check.py BINARY      BINARY: the server

A server with a model and one that waits for its registry are scraped as two pods of a release would be. Then every query of every panel has data,
every rule is evaluated without a fault, and the operations and buckets that the chart names are those that the server has.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
RELEASE = {"namespace": "models", "app_kubernetes_io_name": "ml-serving", "app_kubernetes_io_instance": "demo", "app_kubernetes_io_component": "server"}
# What Grafana would put in the place of the dashboard's variables.
VARIABLES = {"namespace": "models", "release": "demo", "name": "ml-serving", "track": ".*"}
ROW = {"features": [5.1, 3.5, 1.4, 0.2]}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def render(name):
    arguments = ["helm", "template", "demo", "charts/ml-serving", "--namespace", "models", "--show-only", f"templates/{name}.yaml"]
    arguments += ["--set", "metrics.prometheusRule.enabled=true,metrics.dashboard.enabled=true"]
    return yaml.safe_load(subprocess.run(arguments, cwd=TOP, check=True, capture_output=True, text=True).stdout)


def ask(url, body=None):
    request = urllib.request.Request(url, body and json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def until(what, seconds, found):
    late = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > late:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.3)
    return result


def dashboard():
    return json.loads(next(iter(render("dashboard")["data"].values())))


def filled(text, interval="20s"):
    return re.sub(r"\$(\w+)", lambda m: (VARIABLES | {"__rate_interval": interval})[m.group(1)], text)


def query(prometheus, text, path="query", **more):
    return json.loads(ask(f"{prometheus}/api/v1/{path}?{urllib.parse.urlencode({'query': text} | more)}")[1])


def answers(url):
    try:
        return ask(url)[0] == 200
    except OSError:
        return False


def serve(binary, port, environment, *arguments):
    command = [binary, "serve", "--host", "127.0.0.1", "--port", str(port), *arguments]
    return subprocess.Popen(command, env=os.environ | {"MLSERVING__SERVER__DRAIN_SECONDS": "0"} | environment, stderr=subprocess.DEVNULL)


def scrape(work, port, pods, seconds=1):
    """A Prometheus on the port, its data in `work`, that scrapes the pods (port, name, track) as it would those of a release."""
    targets = [{"targets": [f"127.0.0.1:{at}"], "labels": RELEASE | {"pod": pod, "ml_serving_track": track}} for at, pod, track in pods]
    (work / "rules.yaml").write_text(yaml.safe_dump(render("prometheusrule")["spec"]))
    config = {"global": {"scrape_interval": f"{seconds}s", "evaluation_interval": "1s"}, "rule_files": ["rules.yaml"],
              "scrape_configs": [{"job_name": "demo", "static_configs": targets}]}
    (work / "prometheus.yml").write_text(yaml.safe_dump(config))
    return subprocess.Popen(["prometheus", f"--config.file={work}/prometheus.yml", f"--storage.tsdb.path={work}/tsdb",
                             f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])


def end(processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(30)


def requests(base):
    """What a release gets: rows, batches, what no model takes, and more at a time than the server wants."""
    for _ in range(20):
        ask(f"{base}/predict", ROW)
        ask(f"{base}/predict/batch", [ROW, ROW])
    ask(f"{base}/predict", {"features": [[]]})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(f"{base}/predict/batch", [ROW] * 5000), range(16)))


def faults(prometheus, metrics):
    board = dashboard()
    for panel in board["panels"]:
        if panel["type"] == "timeseries" and not panel["options"]["legend"]["showLegend"]:
            yield f"panel {panel['title']}: nothing says which line is which"
        for target in panel.get("targets", []):
            text = filled(target["expr"]).replace(" offset 1w", "")
            answer = query(prometheus, text)
            values = [s["value"][1] for s in answer.get("data", {}).get("result", [])]
            if not values or "NaN" in values[:1]:
                yield f"panel {panel['title']}: no data for {text}: {answer.get('error', values)}"
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
            if not query(prometheus, f"group by ({label}) ({filled(series)})")["data"]["result"]:
                yield f"variable {variable['name']}: no values"

    for group in json.loads(ask(f"{prometheus}/api/v1/rules")[1])["data"]["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                yield f"rule {rule['name']}: {rule['health']} {rule.get('lastError', '')}"
    if not query(prometheus, "ml_serving:errors:ratio_rate5m > 0")["data"]["result"]:
        yield "nothing is recorded of the requests that failed"
    if not query(prometheus, "ml_serving:slow:ratio_rate5m >= 0")["data"]["result"]:
        yield "nothing is recorded of the latency"

    named = set(re.search(r'operation=~"([^"]*)"', json.dumps(board).replace('\\"', '"')).group(1).replace("\\", "").split("|"))
    known = set(re.findall(r'http_request_duration_seconds_count\{operation="(\w+)"', metrics))
    predict = {name for name in known if re.search(r"predict|_infer$|invocations", name)}
    # One of the protocols has routes only where its platform says so by the environment.
    if named - {"vertex_predict"} != predict - {"vertex_predict"}:
        yield f"the chart counts {sorted(named)} as predictions, the server has {sorted(predict)}"
    schema = json.loads((TOP / "charts/ml-serving/values.schema.json").read_text())
    rule = schema["properties"]["metrics"]["properties"]["prometheusRule"]["properties"]
    for bound in rule["objectives"]["properties"]["latency"]["properties"]["seconds"]["enum"]:
        if f'prediction_latency_seconds_bucket{{model_name="iris",le="{bound}"}}' not in metrics:
            yield f"objectives.latency.seconds may be {bound}, and the server has no such bucket"


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    ports = [free_port() for _ in range(3)]
    bases = [f"http://127.0.0.1:{port}" for port in ports]
    processes = []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        pods = zip(ports, ("demo-ml-serving-a", "demo-ml-serving-canary-b"), ("stable", "canary"))
        try:
            processes.append(serve(binary, ports[0], {"MLSERVING__SERVER__MAX_IN_FLIGHT": "1"}, "--model", "builtin:iris"))
            processes.append(serve(binary, ports[1], {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}, "--model", "models:/none/1"))
            processes.append(scrape(work, ports[2], pods))
            until("the server", 60, lambda: answers(f"{bases[0]}/health/ready"))
            until("Prometheus", 60, lambda: answers(f"{bases[2]}/-/ready"))
            found = []
            # The first failure of a kind makes its series, and only the next ones are an increase.
            for _ in range(10):
                requests(bases[0])
                time.sleep(3)
                found = list(faults(bases[2], ask(f"{bases[0]}/metrics")[1].decode()))
                if not found:
                    break
        finally:
            end(processes)
    print("\n".join(found) or "every panel has data, every rule is evaluated")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
