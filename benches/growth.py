"""Time per row of random forests that grow in one direction at a time, beside onnxruntime: `make bench-growth` runs this.

    growth.py DIR PICTURE.svg [--rounds N] [--only PART]

Every forest is fitted on noise, so that its trees grow as far as they may. DIR gets each model as ONNX, and its rows, made once. Both are
measured in turns, on one thread (turns.py). Prints a table and draws it.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import collections, pathlib, sys

import matplotlib
import numpy as np
from matplotlib import pyplot
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

from engine import onnx
from turns import SIZES, arguments, in_turns, shown

ROWS = SIZES[-1]
# What every forest has but for the direction in which it grows. A tree of noise has about 1.2 nodes for each row it is fitted on.
USUAL = dict(fitted=2_000, trees=100, depth=None, features=20, classes=2)
GROWTH = {
    "nodes": ("fitted", [12, 120, 1_200, 4_000, 12_000, 40_000]),
    "trees": ("trees", [1, 10, 100, 300, 1_000]),
    "depth": ("depth", [1, 2, 4, 8, 16]),
    "features": ("features", [2, 10, 50, 200, 1_000]),
    "classes": ("classes", [2, 5, 20, 100]),
}


def forest(fitted, trees, depth, features, classes):
    random = np.random.default_rng(3)
    x = random.standard_normal((fitted, features), dtype=np.float32)
    y = np.concatenate([np.arange(classes), random.integers(0, classes, fitted)])[:fitted]
    model = RandomForestClassifier(trees, max_depth=depth, random_state=1, n_jobs=-1).fit(x, y)
    return model, random.standard_normal((ROWS, features), dtype=np.float32)


def make(folder, only):
    """The forests by name: direction, how far it went, and the number of nodes."""
    made = {}
    for direction, (what, steps) in GROWTH.items():
        for step in steps:
            name = f"{direction}_{step}"
            note = folder / f"{name}.nodes"
            if only not in name:
                continue
            if not note.exists():
                model, rows = forest(**{**USUAL, what: step})
                (folder / f"{name}.onnx").write_bytes(to_onnx(model, rows[:1], options={"zipmap": False}, target_opset=17).SerializeToString())
                rows.astype("<f4").tofile(folder / f"{name}.rows")
                note.write_text(str(sum(tree.tree_.node_count for tree in model.estimators_)))
            nodes = int(note.read_text())
            made[name] = direction, nodes if direction == "nodes" else step, nodes
    return made


def draw(points, picture):
    """A panel for each direction; the time of a row over how far it went, both logarithmic."""
    matplotlib.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 8})
    figure, panels = pyplot.subplots(1, len(points), figsize=(2.6 * len(points), 2.9), sharey=True, layout="constrained")
    for panel, (direction, lines) in zip(np.atleast_1d(panels), points.items()):
        for (who, size), line in lines.items():
            panel.loglog(*zip(*sorted(line)), marker=".", color="C0" if who == "ml-serving" else "0.5", ls="-" if size == 1 else "--", label=f"{who}, {size:,} at once")
        panel.set_xlabel(direction)
        panel.grid(alpha=0.3)
    panel.figure.axes[0].set_ylabel("µs per row")
    panel.legend(fontsize=6)
    figure.savefig(picture, metadata={"Date": None})


def main():
    picture = pathlib.Path(sys.argv.pop(2)).resolve()
    args = arguments()
    made = make(args.folder, args.only)
    rows = {name: np.fromfile(args.folder / f"{name}.rows", "<f4").reshape(ROWS, -1) for name in made}
    asked = {name: (rows[name], {"onnxruntime": onnx(args.folder / f"{name}.onnx")}) for name in made}
    times = in_turns(args.folder, args.only, args.rounds, asked)
    points = collections.defaultdict(lambda: collections.defaultdict(list))
    print("| grows | to | nodes | rows | ml-serving | onnxruntime | ratio |\n|---|---:|---:|---:|---:|---:|---:|")
    for name, (direction, step, nodes) in made.items():
        for size in SIZES:
            mine, other = times[name, size, None], times[name, size, "onnxruntime"]
            print(f"| {direction} | {step:,} | {nodes:,} | {size:,} | {shown(mine)} | {shown(other)} | {other / mine:.1f} |")
            if size != 100:
                points[direction]["ml-serving", size].append((step, mine / size * 1e6))
                points[direction]["onnxruntime", size].append((step, other / size * 1e6))
    draw(points, picture)


main()
