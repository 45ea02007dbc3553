"""One tree as joblib compresses it in every way it offers. Needs requirements-1.9.1.txt and lz4.

    compressed.py DIRECTORY
"""

import bz2, lzma, pathlib, sys

import joblib, lz4.frame
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

folder = pathlib.Path(sys.argv[1])
folder.mkdir(exist_ok=True)
tree = DecisionTreeClassifier(random_state=0).fit(*load_iris(return_X_y=True))
joblib.dump(tree, folder / "tree.joblib")
for method in ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"]:
    joblib.dump(tree, folder / f"tree.joblib.{method}", compress=(method, 9 if method != "lz4" else 3))
# What unpacks to far more than anything that a program has written.
nones = b"N" * (40 << 20)
(folder / "bomb.bz2").write_bytes(bz2.compress(nones))
(folder / "bomb.xz").write_bytes(lzma.compress(nones))
(folder / "bomb.lzma").write_bytes(lzma.compress(nones, lzma.FORMAT_ALONE))
(folder / "bomb.lz4").write_bytes(lz4.frame.compress(nones))
