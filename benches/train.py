"""Training beside scikit-learn's random forests: `make bench-train` runs this.

    train.py BINARY [--rounds N] [--splits N] [--trees N] [--only PART]

Both get the same rows and the same number of trees, and use two cores.
- Time: the whole command `train`, from the CSV file to the package, beside `fit` alone, in turns; the median of the rounds.
- Memory: the most that either process held. scikit-learn's reads its table from a file of floats.
- Quality on held-out rows: the mean over the splits, each of which holds out another fifth of the rows, and the difference of the two
  with its standard error. Both sides see the same splits, so the differences are paired.

Prints two tables.
"""

import argparse, pathlib, statistics, subprocess, sys, tempfile, time, warnings

import numpy as np
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

CORES = 2
# scikit-learn 1.9 warns about its own threads.
warnings.filterwarnings("ignore", module="sklearn.utils.parallel")


def noisy(rows, columns, seed=1):
    """Two classes by half of the columns, a tenth of them turned over."""
    random = np.random.RandomState(seed)
    x = random.randn(rows, columns).astype(np.float32)
    signal = (x[:, ::2] * np.abs(x[:, ::2])).sum(axis=1)
    return x, ((signal > 0) != (random.rand(rows) < 0.1)).astype(int)


def churn(rows=3000):
    """Customers by age, months, calls, plan and spending; who calls often and is new leaves, and one in twelve for no reason."""
    random = np.random.RandomState(5)
    age, months, calls = random.randint(18, 78, rows), random.randint(1, 60, rows), random.poisson(3, rows)
    plan, spending = random.randint(0, 4, rows), random.gamma(3, 20, rows).round(2)
    leaves = (calls * 6 + (plan == 0) * 15 + (age < 30) * 8 > months + spending / 4) != (random.rand(rows) < 0.08)
    return np.column_stack([age, months, calls, plan, spending, random.randn(rows, 5).round(3)]).astype(np.float32), leaves.astype(int)


def houses(rows=4000):
    """Prices by place, income, age and size, as in the table of California's."""
    random = np.random.RandomState(6)
    north, east, income = random.rand(rows), random.rand(rows), random.gamma(4, 1, rows)
    age, rooms = random.randint(1, 52, rows), random.gamma(9, 0.6, rows)
    coast = np.exp(-8 * np.abs(north - east) ** 1.5)
    price = 0.4 * income + 1.5 * coast + 0.01 * age * (rooms > 5) + 0.08 * rooms + 0.35 * random.randn(rows)
    return np.column_stack([north, east, income, age, rooms, random.rand(rows)]).astype(np.float32), price.round(3)


def bundled(load):
    x, y = load(return_X_y=True)
    return x.astype(np.float32), y


# Rows, columns, trees.
SIZES = [(20_000, 20, 100), (1_000_000, 10, 10)]
CLASSES = {
    "iris": lambda: bundled(datasets.load_iris),
    "wine": lambda: bundled(datasets.load_wine),
    "breast cancer": lambda: bundled(datasets.load_breast_cancer),
    "digits": lambda: bundled(datasets.load_digits),
    "churn": churn,
}
NUMBERS = {"diabetes": lambda: bundled(datasets.load_diabetes), "houses": houses}


def write(path, x, y=None):
    header = [f"c{i}" for i in range(x.shape[1])] + ([] if y is None else ["y"])
    columns = [x[:, i].astype(str) for i in range(x.shape[1])] + ([] if y is None else [y.astype(str)])
    with open(path, "w") as file:
        file.write(",".join(header) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(*columns))


def watched(command):
    """Seconds and the most MiB of a process. What the system counts at the end begins with the memory of this process here."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    held = 0
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        held = max(held, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
        time.sleep(0.005)
    assert process.returncode == 0, command
    return time.perf_counter() - began, held / 1024


def train(binary, data, out, trees, seed, *more):
    return [binary, "train", "--data", data, "--target", "y", "--out", out, "--trees", str(trees), "--seed", str(seed), "--test-split", "0", *more]


def speed(binary, folder, rounds):
    print("| rows × columns, trees | ml-serving `train` | scikit-learn `fit` | ratio | memory | scikit-learn's |\n|---|---:|---:|---:|---:|---:|")
    for rows, columns, trees in SIZES:
        x, y = noisy(rows, columns)
        data, table = folder / "speed.csv", folder / "speed.npz"
        write(data, x, y)
        np.savez(table, x=x, y=y)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(watched(train(binary, data, folder / "speed", trees, 1)))
            _, held = watched([sys.executable, __file__, "--fit", table, str(trees), folder / "took"])
            theirs.append((float((folder / "took").read_text()), held))
        (mine, my_memory), (other, memory) = (map(statistics.median, zip(*times)) for times in (ours, theirs))
        name = f"{rows:,} × {columns}, {trees}"
        print(f"| {name} | {mine:.2f} s | {other:.2f} s | {mine / other:.2f} | {my_memory:.0f} MiB | {memory:.0f} MiB |", flush=True)


def fit(table, trees, took):
    """What runs in a process of its own."""
    table = np.load(table)
    x, y = table["x"], table["y"]
    began = time.perf_counter()
    RandomForestClassifier(int(trees), n_jobs=CORES, random_state=1).fit(x, y)
    pathlib.Path(took).write_text(str(time.perf_counter() - began))


def held_out(binary, folder, kind, x, y, trees, seed):
    """The scores of both on the rows of one split."""
    numbers = kind is RandomForestRegressor
    splitter = (ShuffleSplit if numbers else StratifiedShuffleSplit)(1, test_size=0.2, random_state=seed)
    (kept, tested), = splitter.split(x, y)
    write(folder / "train.csv", x[kept], y[kept])
    write(folder / "test.csv", x[tested])
    more = ["--task", "regression"] if numbers else []
    quiet = {"check": True, "stdout": subprocess.PIPE, "text": True}
    subprocess.run(train(binary, folder / "train.csv", folder / "model", trees, seed, *more), **quiet)
    answers = subprocess.run([binary, "predict", folder / "model", "--input", folder / "test.csv"], **quiet).stdout.split()
    answers = [line.split(",")[0] for line in answers[1:]]
    mine = np.array(answers, dtype=float if numbers else int)
    other = kind(trees, n_jobs=CORES, random_state=seed).fit(x[kept], y[kept]).predict(x[tested])
    score = r2_score if numbers else accuracy_score
    return score(y[tested], mine), score(y[tested], other)


def quality(binary, folder, splits, trees, only):
    print("\n| table | measure | ml-serving | scikit-learn | difference |\n|---|---|---:|---:|---:|")
    for tables, kind, measure in ((CLASSES, RandomForestClassifier, "accuracy"), (NUMBERS, RandomForestRegressor, "R²")):
        for name in tables:
            if only not in name:
                continue
            x, y = tables[name]()
            scores = np.array([held_out(binary, folder, kind, x, y, trees, seed) for seed in range(splits)])
            error = lambda values: values.std(ddof=1) / np.sqrt(splits)
            (mine, other), (my_error, other_error) = scores.mean(axis=0), map(error, scores.T)
            difference = scores[:, 0] - scores[:, 1]
            shown = f"{name}, {len(x):,} × {x.shape[1]} | {measure} | {mine:.4f} ± {my_error:.4f} | {other:.4f} ± {other_error:.4f}"
            print(f"| {shown} | {difference.mean():+.4f} ± {error(difference):.4f} |", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary", type=lambda path: pathlib.Path(path).resolve())
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--splits", type=int, default=20)
    options.add_argument("--trees", type=int, default=100, help="for the quality")
    options.add_argument("--only", default="", help="tables whose name has this in it, and no times")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if not args.only:
            speed(args.binary, folder, args.rounds)
        quality(args.binary, folder, args.splits, args.trees, args.only)


if sys.argv[1] == "--fit":
    fit(*sys.argv[2:])
else:
    main()
