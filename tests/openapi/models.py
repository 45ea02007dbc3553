"""Takes models out of the recorded cases, for servers to serve: models.py OUT."""

import gzip
import json
import pathlib
import sys

data = pathlib.Path(__file__).parents[1] / "data"
out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def pipeline(case, name):
    """The first serialization of a recorded pipeline: tests/data/pipelines/make.py has the layout."""
    raw = gzip.decompress((data / "pipelines" / f"{case}.gz").read_bytes())
    head, _, _ = raw.partition(b"\n")
    files = json.loads(head)["files"]
    start = len(raw) - sum(size for _, size in files)
    (out / name).write_bytes(raw[start : start + files[0][1]])


# Text columns, whose unknown words the encoder ignores, or refuses; classes that are words.
pipeline("1.9.1-core_forest", "words.pkl")
pipeline("1.9.1-core_forest_error", "closed.pkl")
pipeline("1.9.1-columns_by_names", "labels.pkl")
# Anomalies, clusters with distances, and several targets, numbered or in words.
pipeline("1.9.1-answers_isolation_words", "anomalies.pkl")
pipeline("1.9.1-answers_kmeans", "clusters.pkl")
pipeline("1.9.1-answers_dummy_targets", "targets.pkl")
pipeline("1.9.1-answers_dummy_targets_words", "target_words.pkl")
# A regressor that takes missing values.
for name in ("lgb_regression.txt.gz",):
    (out / "regressor.txt").write_bytes(gzip.decompress((data / "boosters" / name).read_bytes()))
