#!/usr/bin/env python3
"""Records what a binary answers to the corpus: record.py BINARY OUT.json. Only the standard library is needed."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import cases
import commands
import mask
import protocol
from models import Model, all_models
from wire import Wire, free_port, get, http2

SUMMARY = 400  # Characters of a request that a recording repeats.


@dataclass
class Server:
    """One start of the binary and what it is asked."""

    key: str
    model: Model
    cases: list
    env: dict = field(default_factory=dict)
    until: str = '"status":"ready"'  # What /health/ready says when the questions may begin.
    drain: bool = False


def questions(model, first, text):
    """The requests to a model: the same ones to every model, and more to some."""
    asked = [protocol.counted(model), cases.pages(), cases.good(model)]
    if model.width > 100:
        return asked + [[cases.one("a value too few", model.row[:-1]), cases.one("no column by name", {})]]
    asked.append(cases.shapes(model))
    if first or text:
        asked += [cases.queries(model), cases.encodings(model), cases.media(model), cases.values(model, model.width - 1)]
    elif model.names and any(type(value) is not float for value in model.row):
        asked.append(cases.typed(model))
    elif any(word in model.key for word in ("double", "missing", "categories")):
        asked.append(cases.values(model, 0))
    if first:
        asked = [cases.routes(), *asked, cases.paths(), cases.ids(model)]
        asked += [protocol.large(model), protocol.http1(model), protocol.http2(model)]
    return asked


def plan(home):
    """Which requests go to which model."""
    models = all_models(home)
    iris = models[0]
    servers = [Server(model.key, model, sum(questions(model, model is iris, "text" in model.key), [])) for model in models]
    no_docs = cases.routes(["/", "/docs", "/docs/", "/openapi.json"])
    limits = {"MLSERVING__SERVER__MAX_BODY_BYTES": "300", "MLSERVING__SERVER__MAX_BATCH_ROWS": "3"}
    away = Model("a registry that is down", "models:/iris/1", iris.rows, iris.names, env={"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"})
    servers += [
        Server("docs switched off", iris, no_docs + cases.metrics("at the end"), {"MLSERVING__SERVER__DOCS": "false"}),
        Server("small limits", iris, protocol.limits(iris), limits),
        Server("one at a time", iris, protocol.full(iris), {"MLSERVING__SERVER__MAX_IN_FLIGHT": "1"}),
        Server("one second of patience", iris, protocol.slow(iris), {"MLSERVING__SERVER__HEADER_TIMEOUT_SECONDS": "1"}),
        Server("another name", iris, cases.pages() + cases.metrics("at the end"), {"MLSERVING__MODEL__NAME": 'a "name" <b>, é'}),
        Server("no model yet", away, protocol.without_model(away) + cases.metrics("at the end"), until='"reason":"unavailable"'),
        Server("draining", iris, protocol.without_model(iris), {"MLSERVING__SERVER__DRAIN_SECONDS": "4"}, drain=True),
    ]
    return servers


def environment(home, more):
    """Nothing of the caller's, who may have a registry or a proxy."""
    cache = str(pathlib.Path(home) / "cache")
    return {"PATH": os.defpath, "HOME": str(home), "MLSERVING__MODEL__CACHE_DIR": cache} | more


class Stuck(Exception):
    """A server that does not get to where it can be asked."""


class Running:
    """A started server; `with` ends it."""

    def __init__(self, binary, server, home):
        self.port = free_port()
        self.log = open(pathlib.Path(home) / "server.log", "w")
        command = [binary, "serve", "--model", server.model.uri, "--host", "127.0.0.1", "--port", str(self.port)]
        env = environment(home, server.model.env | server.env)
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.log.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def get(self, path):
        return get("127.0.0.1", self.port, path)

    def wait(self, path, text):
        """Asks until the answer holds `text`, for at most twenty seconds."""
        end = time.monotonic() + 20
        while text not in self.get(path):
            if self.process.poll() is not None or time.monotonic() > end:
                log = pathlib.Path(self.log.name).read_text()
                raise Stuck(f"{path} never said {text}; the server's log:\n{log}")
            time.sleep(0.01)

    def run(self, case):
        """The answers to a case, before masking."""
        wire, side, answers = None, None, []
        for kind, *arguments in case.steps:
            if kind == cases.HTTP2:
                answers.append(http2(self.port, *arguments))
                continue
            wire = wire or Wire(self.port)
            if kind == cases.SEND:
                wire.send(*arguments)
            elif kind == cases.END:
                wire.end()
            elif kind == cases.ANSWER:
                answers.append(wire.answer(*arguments))
            elif kind == protocol.HOLD:
                side = Wire(self.port)
                side.send(*arguments)
                # The request that asks is in flight too.
                self.wait("/metrics", "\nhttp_requests_in_flight 2\n")
            elif kind == protocol.RELEASE:
                side.send(*arguments)
                answers.append(side.answer())
        for open_wire in filter(None, (wire, side)):
            open_wire.close()
        return answers

    def end(self, ending):
        """Interrupts the server unless it is `ending`, and returns its exit code."""
        if not ending:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            return "it did not end within 30 s"


def text_of(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()


def summary(case):
    """The beginning of a request, and a hash of all of it."""
    sent = [repr(step) for step in case.steps]
    parts = [text_of(step[1]) for step in case.steps if step[0] in (cases.SEND, protocol.HOLD, protocol.RELEASE)]
    parts += [f"{step[1]} {step[2]} over HTTP/2\n\n{text_of(step[3])}" for step in case.steps if step[0] == cases.HTTP2]
    return {"sent": "".join(parts)[:SUMMARY], "sha256": hashlib.sha256("".join(sent).encode()).hexdigest()[:16]}


def record_server(binary, server, home):
    names = [case.name for case in server.cases]
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled, f"{server.key}: two requests are called {doubled}"
    with Running(binary, server, home) as running:
        running.wait("/health/ready", server.until)
        if server.drain:
            running.process.send_signal(signal.SIGTERM)
            running.wait("/health/ready", '"reason":"draining"')
        base = mask.counters(running.get("/metrics"))
        answered = {}
        for case in server.cases:
            request = summary(case)
            try:
                answers = running.run(case)
            except OSError as error:
                answers = [{"no connection": str(error)}]
            answers = [mask.answer(answer, request["sent"], str(home), base) for answer in answers]
            answered[case.name] = request | {"answers": answers}
        answered["the end of the server"] = {"sent": "", "sha256": "", "answers": [{"exit code": running.end(server.drain)}]}
    return answered


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    binary, out = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]
    began = time.monotonic()
    # A name of a fixed length below a fixed directory: lengths that depend on it stay the same.
    home = pathlib.Path(tempfile.mkdtemp(prefix="ml-serving-corpus-", dir="/tmp"))
    try:
        servers, planned = {}, plan(home)
        for server in planned:
            try:
                servers[server.key] = record_server(binary, server, home)
            except Stuck as stuck:
                said = {"stuck": mask.places(str(stuck), str(home))}
                servers[server.key] = {"the start of the server": {"sent": "", "sha256": "", "answers": [said]}}
            print(f"{len(servers[server.key]):5}  {server.key}", file=sys.stderr)
        with Running(binary, planned[0], home) as running:
            running.wait("/health/ready", '"status":"ready"')
            commands_run = commands.record(binary, home, environment, running.port)
        print(f"{len(commands_run):5}  command lines", file=sys.stderr)
        pathlib.Path(out).write_text(json.dumps({"servers": servers, "commands": commands_run}, indent=1, ensure_ascii=False))
        requests = sum(len(answered) - 1 for answered in servers.values())
        print(f"{len(servers)} servers, {requests} requests, {len(commands_run)} command lines, {time.monotonic() - began:.0f} s",
            file=sys.stderr)
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
