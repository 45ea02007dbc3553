"""One tree as joblib compresses it in every way it offers. Needs requirements-1.9.1.txt and lz4.

    compressed.py DIRECTORY
"""

import bz2, gzip, lzma, pathlib, sys

import joblib, lz4.frame
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

folder = pathlib.Path(sys.argv[1])
folder.mkdir(exist_ok=True)
tree = DecisionTreeClassifier(random_state=0).fit(*load_iris(return_X_y=True))
joblib.dump(tree, folder / "tree.joblib")
for method in ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"]:
    joblib.dump(tree, folder / f"tree.joblib.{method}", compress=(method, 9 if method != "lz4" else 3))
# A None, and behind it far more than anything that a program has written; packed once more, because even that is large.
nones = b"\x80\x04N." + b"N" * (40 << 20)
bombs = {"bz2": bz2.compress(nones), "xz": lzma.compress(nones), "lzma": lzma.compress(nones, lzma.FORMAT_ALONE), "lz4": lz4.frame.compress(nones)}
for method, bomb in bombs.items():
    (folder / f"bomb.{method}.gz").write_bytes(gzip.compress(bomb, 9, mtime=0))
