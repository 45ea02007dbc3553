#!/usr/bin/env python3
"""The server beside bare hyper and beside what teams run today, in turns, on the same forests: `make bench` runs this.

    compare.py BINARIES MODELS ENVIRONMENTS [--baseline BINARY] [--rounds N] [--seconds S] [--write FILE…]

BINARIES holds the release build of the server and `examples/bare_hyper`, MODELS what benches/models.py has made, ENVIRONMENTS the virtual
environments `incumbent`, `incumbent-onnx` and, where it could be made, `incumbent-mlserver`. Another binary of the server (--baseline) is
measured in the same rounds. Two tables go to the standard output, and into each FILE: whole between the lines `<!-- bench all -->` and
`<!-- /bench -->`, the larger forests between `<!-- bench forests -->` and `<!-- /bench -->`, and without hyper and the baseline between
`<!-- bench -->` and `<!-- /bench -->`. docs/benchmarks.md says what is measured and how.
"""

import argparse
import array
import contextlib
import datetime
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import forests
import show
from servers import HERE, LOADS, Server, same_classes, stopping, tensors
from show import digits, duration

ROW = [5.1, 3.5, 1.4, 0.2]
FASTAPI = "FastAPI + scikit-learn", "FastAPI + onnxruntime"
# What the image sets: Dockerfile.
SETTINGS = "MIMALLOC_PURGE_DELAY=0"
MLSERVER = """{"name": "model", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "%s"}}"""


def rows(models, name, columns, places, count=1000):
    """The first rows of a model, with as many decimal places as such data have."""
    values = array.array("f")
    with open(models / f"{name}.rows", "rb") as file:
        values.fromfile(file, count * columns)
    values = [round(value, places) for value in values]
    return [values[at : at + columns] for at in range(0, len(values), columns)]


def ours(binary, name, model, asked, **more):
    return Server(name, ["env", SETTINGS, binary, "--model", model, "--host", "{host}", "--port", "{port}"], asked, **more)


def incumbents(environments, models, name, asked, **more):
    """FastAPI with either library."""
    made = zip(FASTAPI, ("incumbent", "incumbent-onnx"), ("pkl", "onnx"))
    script = HERE / "incumbent.py"
    return [Server(called, [environments / place / "bin/python", script, models / f"{name}.{ending}", "{host}", "{port}"], asked, **more) for called, place, ending in made]


def mlserver(environments, models, name, asked, work):
    """MLServer with one process, where it is installed and reads the model."""
    place = environments / "incumbent-mlserver"
    if not (place / "built").exists():
        return []
    folder = work / "mlserver"
    folder.mkdir()
    (folder / "model-settings.json").write_text(MLSERVER % (models / f"{name}.pkl").resolve())
    ports = [f"MLSERVER_{kind}_PORT={{{port}}}" for kind, port in (("HTTP", "port"), ("GRPC", "other"), ("METRICS", "third"))]
    command = ["env", *ports, "MLSERVER_HOST={host}", "MLSERVER_PARALLEL_WORKERS=0", place / "bin/mlserver", "start", folder]
    return [Server("MLServer", command, asked, form=tensors)]


def measure(servers, args, work):
    with stopping(servers), open(work / "servers.log", "w") as log:
        for number in range(args.rounds):
            order = servers[:: -1 if number % 2 else 1]
            # Two processes of one binary differ by some per cent for as long as they live, so each round has new ones.
            for server in order:
                server.stop()
                server.start(log)
            if number == 0:
                same_classes([server for server in servers if "batch" in server.loads])
            for load, server in ((load, server) for load in LOADS for server in order if load in server.loads):
                server.load(load, args.seconds if load != "one" else 1, work)
            for server in servers:
                server.loaded.append(server.memory())
            print(f"round {number + 1} of {args.rounds}", file=sys.stderr, flush=True)


def ratios(server, other):
    """Pairs the runs of each round, so that what disturbed a round disturbs both sides."""
    for load in server.loads:
        if load in other.loads and load != "one":
            pairs = list(zip(server.runs[load], other.runs[load]))
            parts = [f"{text} {show.spread([a[what] / b[what] for a, b in pairs])}" for what, text in (("cpu", "CPU"), ("rate", "throughput"))]
            path, _ = other.form(other.rows, LOADS[load][0])
            print(f"- {server.name} / {other.name}, {path}: {', '.join(parts)}")


def image(binary):
    """Size of the built image, where Docker has it; else of what the Dockerfile copies into it."""
    with contextlib.suppress(OSError):
        asked = subprocess.run(["docker", "image", "inspect", "--format", "{{.Size}}", "ml-serving:test"], capture_output=True, text=True)
        if asked.returncode == 0:
            return int(asked.stdout) / 1e6
    certificates = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    return (binary.stat().st_size + (certificates.stat().st_size if certificates.exists() else 0)) / 1e6


def installed(server):
    """Megabytes of the packages of an environment of Python."""
    program = next(pathlib.Path(part) for part in server.command if "/bin/" in str(part))
    files = (file for file in (program.parent.parent / "lib").rglob("*") if file.is_file() and not file.is_symlink())
    return f"{sum(file.stat().st_size for file in files) / 1e6:.0f} MB and Python"


def table(servers, sizes):
    """Markdown: a column for each server."""

    def both(load):
        return lambda s: f"{duration(s.median(load, 'p50'))}, {duration(s.median(load, 'p99'))}"

    lines = {
        "Requests a second, 16 clients": lambda s: digits(s.median("many", "rate")),
        "Latency p50, p99, 16 clients": both("many"),
        "Latency p50, p99, 1 client": both("one"),
        "CPU per request": lambda s: duration(s.median("many", "cpu")),
        "Rows a second, batches of 1,000": lambda s: digits(s.median("batch", "rate") * len(s.rows)) if "batch" in s.loads else "",
        "Image": lambda s: sizes.get(s.name, ""),
        "Memory after the start, under load": lambda s: f"{statistics.median(s.idle):.0f}, {statistics.median(s.loaded):.0f} MiB",
        "Start to first answer": lambda s: duration(statistics.median(s.starts)),
    }
    return show.table(["", *(s.name for s in servers)], [[name, *map(cell, servers)] for name, cell in lines.items()])


def where(args, binary):
    """When, on what and with what the figures were made."""
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    kind = subprocess.run(["file", "--brief", binary], capture_output=True, text=True).stdout
    static = " (static, as in the image)" if "static" in kind else ""
    versions = show.pinned(*sorted(HERE.glob("requirements*.txt")))
    return f"\n{datetime.date.today():%-d %B %Y}; {show.machine()}; {version}{static}, {', '.join(versions)}. Medians of {args.rounds} rounds.\n"


def main():
    options = argparse.ArgumentParser()
    for name in ("binaries", "models", "environments"):
        options.add_argument(name, type=pathlib.Path)
    options.add_argument("--baseline", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--write", type=pathlib.Path, nargs="*", default=[])
    args = options.parse_args()
    for tool in ("wrk", "taskset"):
        shutil.which(tool) or sys.exit(f"install {tool} first (`make bench` does)")

    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
    binary, bare = args.binaries / "ml-serving", args.binaries / "examples/bare_hyper"
    forest = args.models / "m1.pkl"
    asked = [ROW, *rows(args.models, "m1", 4, 1)[1:]]
    mine = ours(binary, "ml-serving", forest, asked)
    baseline = [ours(args.baseline, "baseline", forest, asked)] if args.baseline else []
    theirs = [*incumbents(args.environments, args.models, "m1", asked), *mlserver(args.environments, args.models, "m1", asked, work)]
    floors = [
        Server("bare hyper, with the forest", [bare, "{address}", forest], asked, ("one", "many")),
        Server("bare hyper, a fixed answer", [bare, "{address}"], asked, ("one", "many")),
    ]
    measure([mine, *baseline, *theirs, *floors], args, work)
    sizes = {mine.name: f"{image(binary):.1f} MB", **{server.name: installed(server) for server in theirs}}
    below = where(args, binary)
    whole = table([mine, *baseline, *theirs, *floors], sizes) + below
    print(whole)
    for other in [*baseline, *floors, *theirs]:
        ratios(mine, other)
    large = forests.table(
        {name: [ours(binary, mine.name, args.models / f"{name}.pkl", asked, patience=120), *incumbents(args.environments, args.models, name, asked, patience=120)]
            for name, asked in (("m1", asked), ("m2", rows(args.models, "m2", 30, 4)), ("m3", rows(args.models, "m3", 50, 4)))},
        args, work,
    )
    print(f"\n{large}")
    for file in args.write:
        show.insert(file, {"<!-- bench all -->": whole, "<!-- bench forests -->": large, "<!-- bench -->": table([mine, *theirs], sizes) + below})
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
