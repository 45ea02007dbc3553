#!/usr/bin/env python3
"""Holds the engine to the number of instructions that a row takes, which no other work on the machine changes.

    benches/instructions/check.py [--record]      --record writes what is counted to recorded.json

A kernel that the compiler understands a little less loses half its speed, and no other test sees it. More than 15 % above what is recorded
is an error. Needs valgrind. Counts are those of x86-64; elsewhere this does nothing.
"""

import json, os, pathlib, platform, re, subprocess, sys

HERE = pathlib.Path(__file__).parent
RECORDED = HERE / "recorded.json"
MODELS = ("forest", "deep", "small", "booster", "booster_f64")
# Of what is recorded.
MOST = 1.15
# Rows of a call: one, and a block.
SIZES = (1, 2048)


def count(binary, *arguments):
    run = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", binary, *map(str, arguments)]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"I\s+refs:\s+([\d,]+)", said)[1].replace(",", ""))


def per_row(binary, name, rows):
    # What comes before the first call is in both counts, but differs a little: the tables of a build hash by chance.
    calls = 5000 if rows == 1 else 4
    return round((count(binary, name, rows, 2 * calls) - count(binary, name, rows, calls)) / (calls * rows))


def main():
    if platform.machine() != "x86_64":
        print("instructions are counted on x86-64 only")
        return
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")) / "instructions"
    subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", HERE / "Cargo.toml", "--target-dir", target], check=True)
    counted = {f"{name}, {rows} rows": per_row(target / "release/instructions", name, rows) for name in MODELS for rows in SIZES}
    if "--record" in sys.argv:
        RECORDED.write_text(json.dumps(counted, indent=2) + "\n")
    recorded = json.loads(RECORDED.read_text())
    wrong = False
    for name, now in counted.items():
        ratio = now / recorded[name]
        wrong |= ratio > MOST
        print(f"{name:22} {now:8,} instructions a row, {ratio:.3f} of the record{': too many' if ratio > MOST else ''}")
    if wrong:
        sys.exit("see what has changed in the kernels, or record it: benches/instructions/check.py --record")


main()
