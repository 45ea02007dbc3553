"""Models that carry what no prediction needs: scorers, distributions, tables, dates, functions. They are served all the same.

    skipped.py DIRECTORY

Needs requirements-1.9.1.txt and scikit-optimize 0.10.2. Writes files as make.py does.
"""

import collections, datetime, decimal, enum, functools, pathlib, re, sys, zoneinfo

import numpy as np, pandas as pd, scipy.stats
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from skopt import BayesSearchCV

import make


class Colour(enum.Enum):
    RED = 1


class Note:
    """Of this script: pickle stores its name, cloudpickle its code."""

    def __init__(self, text):
        self.text = text


def double(x):
    return 2 * x


def noted(**parameters):
    """A tree with attributes that somebody has put beside those of the fit."""
    tree = DecisionTreeClassifier(**parameters)
    tree.note, tree.double, tree.took = Note("by me"), double, datetime.timedelta(seconds=3)
    tree.counts = collections.Counter("aab")
    return tree


def burdened(**parameters):
    """The same with whatever pickles can hold."""
    forest = RandomForestClassifier(**parameters)
    forest.training_table = pd.DataFrame({
        "when": pd.date_range("2024-02-28", periods=5, tz="Europe/Berlin"), "city": pd.Categorical(list("aabca")),
        "a": np.arange(5.0), "b": np.arange(5.0) * 2, "text": ["x", None, "y", "é", ""], "n": pd.array([1, None, 3, 4, 5], dtype="Int64"),
    })
    forest.by_columns = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    forest.days = np.array(["2024-02-29", "NaT"], dtype="datetime64[D]")
    forest.waves, forest.halves = np.array([1 + 2j]), np.array([0.5], dtype=np.float16)
    forest.long = np.array([1.0], dtype=np.longdouble)
    forest.points = np.array([(1.0, (2, 3))], dtype=[("x", "f8"), ("pair", "i4", 2)])
    forest.masked = np.ma.masked_array([1.0, 2.0], [True, False])
    forest.trained_at = datetime.datetime(2024, 2, 29, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    forest.took, forest.day = datetime.timedelta(seconds=3), datetime.date(2024, 2, 29)
    forest.path, forest.price, forest.colour = pathlib.PurePosixPath("/data/train.csv"), decimal.Decimal("1.10"), Colour.RED
    forest.pattern, forest.huge = re.compile("a+"), 10 ** 30
    forest.counts, forest.queue = collections.Counter("aab"), collections.deque([1, 2])
    forest.note, forest.double, forest.half = Note("by me"), double, functools.partial(double, 0.5)
    forest.method = forest.note.__init__
    return forest


def possible(model):
    """The serializations that can hold the model: skops has no form for enumerations, nor for what refers to itself."""
    def dumps(model):
        try:
            return skops_dumps(model)
        except Exception as error:
            print("without skops:", type(error).__name__, str(error)[:90])
            return b""

    make.skops.io.dumps = dumps
    return [(kind, blob) for kind, blob in plain(model) if blob]


plain, make.serializations, skops_dumps = make.serializations, possible, make.skops.io.dumps
folder = pathlib.Path(sys.argv[1])
folder.mkdir(exist_ok=True)
data = make.datasets()
iris, cancer = data["iris"], data["cancer"]
hist = HistGradientBoostingClassifier(scoring="roc_auc", early_stopping=True, n_iter_no_change=2, max_iter=8, max_leaf_nodes=5)
tree = DecisionTreeClassifier(random_state=0)
drawn = RandomizedSearchCV(tree, {"max_depth": scipy.stats.randint(2, 4), "ccp_alpha": scipy.stats.uniform(0, 0.01)}, n_iter=2, cv=2)
searched = BayesSearchCV(tree, {"max_depth": (2, 4)}, n_iter=2, cv=2)
make.record(folder, "scorer", hist, cancer[0], cancer[1], False)
make.record(folder, "distributions", drawn, iris[0], iris[1], False)
make.record(folder, "bayes_search", searched, iris[0], iris[1], False)
make.record(folder, "attributes", burdened(n_estimators=3, max_depth=3, random_state=0), iris[0], iris[1], False)
make.record(folder, "notes", noted(max_depth=2, random_state=0), iris[0], iris[1], False)
# No ballast, but of the same kind: parameters as a search sets them that draws from arrays.
flags = make_pipeline(StandardScaler(with_mean=np.True_, with_std=np.False_), tree)
make.record(folder, "numpy_flags", flags, iris[0], iris[1], False)
