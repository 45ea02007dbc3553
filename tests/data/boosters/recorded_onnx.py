"""What onnxruntime answers to rows that are hard on an ONNX model."""

import numpy as np
import onnxruntime

import data


def thresholds_of(graph):
    found = {}
    for node in graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        values = {a.name: a for a in node.attribute}
        modes = values["nodes_modes"].strings
        for mode, feature, value in zip(modes, values["nodes_featureids"].ints, values["nodes_values"].floats):
            if mode != b"LEAF":
                found.setdefault(feature, set()).add(np.float32(value))
    return {column: sorted(ts) for column, ts in sorted(found.items())}


def record(out, name, raw, rows):
    """What onnxruntime answers on one thread. On several it adds parts of a large batch first, which has other last bits."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
    answers = session.run(None, {session.get_inputs()[0].name: rows})
    labels = answers[0] if len(answers) == 2 else None
    scores = answers[-1]
    if isinstance(scores, list):
        scores = [[row[key] for key in sorted(row)] for row in scores]
    scores = np.asarray(scores, dtype=np.float64).reshape(len(rows), -1)
    header = {"flavor": "onnx", "file": f"{name}.onnx.gz", "class": "", "rows": len(rows),
              "features": rows.shape[1], "labels": labels is not None, "scores": scores.shape[1]}
    arrays = [rows] + ([np.asarray(labels, dtype=np.float64)] if labels is not None else []) + [scores]
    data.write(out / f"{name}.rows.gz", header, *arrays)
