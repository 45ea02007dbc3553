"""Measuring the engine and other libraries in turns, on one thread. A figure is the fastest call, which other work on the machine disturbs
least, and of the rounds the median."""

import argparse, os, pathlib, re, statistics, subprocess, time

SIZES = (1, 100, 10_000)
ROOT = pathlib.Path(__file__).parent.parent
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1}


def arguments():
    """The folder of the models, which is there afterwards, the number of rounds, and a part of the names of the models that are measured."""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=lambda path: pathlib.Path(path).resolve())
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default="", help="models whose name has this in it")
    args = options.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    return args


def engine(folder, only):
    """Seconds of the fastest call per model and number of rows, as divan prints them."""
    run = ["cargo", "bench", "--quiet", "--bench", "kernel", "--", only]
    shown = subprocess.run(run, cwd=ROOT, env={**os.environ, "MODELS": str(folder)}, stdout=subprocess.PIPE, text=True, check=True).stdout
    times, size = {}, None
    for line in shown.splitlines():
        if found := re.match(r"\s*[├╰]─ (\d+)\s", line):
            size = int(found[1])
        elif found := re.match(r"[\s│]*[├╰]─ (\w+)\s+(\S+) (\S+)\s*│", line):
            times[found[1], size] = float(found[2]) * UNITS[found[3]]
    return times


def fastest_call(ask, rows, size):
    parts = [rows[i : i + size] for i in range(0, min(len(rows), 200 * size), size)]
    ask(parts[0])
    times = []
    for i in range({1: 300, 100: 30}.get(size, 3)):
        began = time.perf_counter()
        ask(parts[i % len(parts)])
        times.append(time.perf_counter() - began)
    return min(times)


def in_turns(folder, only, rounds, asked):
    """Seconds by (name, rows, library), where the engine is the library None. `asked` has for each name its rows, and what to call by library."""
    times = {}
    for _ in range(rounds):
        for (name, size), seconds in engine(folder, only).items():
            times.setdefault((name, size, None), []).append(seconds)
        for name, (rows, libraries) in asked.items():
            for size in SIZES:
                for library, ask in libraries.items():
                    times.setdefault((name, size, library), []).append(fastest_call(ask, rows, size))
    return {key: statistics.median(seconds) for key, seconds in times.items()}


def shown(seconds):
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
