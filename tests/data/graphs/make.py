"""Converts fitted pipelines with the skl2onnx of the running interpreter and records what onnxruntime answers.

    make.py DIRECTORY [NAME [all]]

Writes one file per case, DIRECTORY/VERSION-CASE.gz, where VERSION is that of skl2onnx; or only those whose name begins with NAME.
`kept.txt` names the cases that are recorded, and after a space the rows where these are not 80; with `all` every case of zoo.py is. The
tables are those of ../pipelines (tables.py there). A case is gzipped. Its first line is JSON:

    case, table, rows     its name, and how many rows of which table it is asked, from the first on
    inputs                [name, type, width] of the graph's inputs: "float", "double", "int64", "bool" or "string"
    outputs               [name, kind, width, names] of its outputs: kind "f" (f32), "d" (f64), "i" (i64) or "s" (u16 into `names`); a map of
                          ZipMap is recorded as its values, and `names` are its keys; a sequence of tensors, side by side
    refused               rows that onnxruntime answers with an error
    bytes                 the size of the model

Then follow the outputs, row by row and little-endian, and the model. A null of the table is NaN in a column of numbers, and "" in one
of text. Refused rows have zeros. `StringNormalizer` asks for the locale en_US.UTF-8; where it is not installed, LOCPATH may name a folder in
which it is a copy of C.utf8.
"""

import gzip, json, pathlib, sys, warnings

import numpy as np
import onnxruntime as ort
import skl2onnx

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here), str(here.parent / "pipelines"), str(here.parent / "pipelines" / "cases")]
import tables, zoo

NAMES = {"tensor(float)": "float", "tensor(double)": "double", "tensor(int64)": "int64", "tensor(bool)": "bool", "tensor(string)": "string"}
DTYPES = {"float": np.float32, "double": np.float64, "int64": np.int64, "bool": np.bool_, "string": object}


def cells(values, kind):
    if kind == "string":
        return np.array([["" if v is None else v] for v in values], dtype=object)
    return np.array([[np.nan if v is None else v] for v in values], dtype=DTYPES[kind])


def feeds(session, table):
    """What the session is given: every input takes the table's columns of its name, or the next ones that no other has taken."""
    rows, names, at, found, inputs = table["rows"], table["columns"], 0, {}, []
    for put in session.get_inputs():
        kind, width = NAMES[put.type], put.shape[1] if len(put.shape) > 1 else 1
        if names and put.name in names:
            places = [names.index(put.name)]
        else:
            width = width if isinstance(width, int) else len(rows[0])
            places = list(range(at, at + width))
            at += width
        columns = [cells([row[i] for row in rows], kind) for i in places]
        found[put.name] = columns[0][:, 0] if len(put.shape) == 1 else np.concatenate(columns, axis=1)
        inputs.append([put.name, kind, len(places)])
    return found, inputs


def plain(value, count):
    """An output as an array of rows, and the keys of its maps."""
    if isinstance(value, list) and not isinstance(value[0], dict):
        return np.concatenate(value, axis=1), None
    if isinstance(value, list):
        keys = list(value[0])
        return np.array([[row[key] for key in keys] for row in value]), [k if isinstance(k, str) else int(k) for k in keys]
    value = np.asarray(value)
    if value.ndim == 2 and len(value) == 1 and count > 1:
        # Of some classifiers the label is a row.
        value = value.T if value.shape[1] > 1 else value
    if value.ndim == 3 and len(value) != count and value.shape[1] == count:
        # Of several targets, one after the other.
        value = np.moveaxis(value, 1, 0)
    return (value.reshape(len(value), -1) if value.ndim != 2 else value), None


def run(session, feed, count, alone):
    """The outputs, and the rows that are refused."""
    try:
        # Texts change what others in their batch are answered.
        if alone:
            raise ValueError
        return [plain(v, count) for v in session.run(None, feed)], []
    except Exception:
        found, refused = [], []
        for i in range(count):
            try:
                found.append([plain(v, 1) for v in session.run(None, {k: v[i : i + 1] for k, v in feed.items()})])
            except Exception:
                found.append(None)
                refused.append(i)
        first = next(f for f in found if f is not None)
        zero = [np.zeros_like(v) if v.dtype != object else np.array([[""] * v.shape[1]], object) for v, _ in first]
        joined = [np.concatenate([zero[j] if f is None else f[j][0] for f in found]) for j in range(len(first))]
        return [(v, k) for v, (_, k) in zip(joined, first)], refused


def packed(value, names):
    if value.dtype.kind in "OU":
        words = sorted(set(value.ravel().tolist()))
        return "s", words, np.array([[words.index(w) for w in row] for row in value.tolist()], "<u2").tobytes()
    kind = "f" if value.dtype == np.float32 else "d" if value.dtype == np.float64 else "i"
    return kind, names, value.astype({"f": "<f4", "d": "<f8", "i": "<i8"}[kind]).tobytes()


def record(folder, version, case, graph):
    raw = graph if isinstance(graph, bytes) else graph.SerializeToString()
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = ort.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
    table = tables.tables()[case.table]
    table["rows"] = table["rows"][: case.rows]
    feed, inputs = feeds(session, table)
    answers, refused = run(session, feed, len(table["rows"]), case.table == "reviews")
    outputs, data = [], b""
    for put, (value, keys) in zip(session.get_outputs(), answers):
        kind, names, part = packed(value, keys)
        outputs.append([put.name, kind, value.shape[1], names])
        data += part
    head = {"case": case.name, "table": case.table, "rows": len(table["rows"]), "inputs": inputs, "outputs": outputs, "refused": refused, "bytes": len(raw)}
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    body = gzip.compress(line + b"\n" + data + raw, 9, mtime=0)
    (folder / f"{version}-{case.name}.gz").write_bytes(body)
    return len(body)


def main():
    warnings.simplefilter("ignore")
    folder, prefix = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    version, total, count, failed = skl2onnx.__version__, 0, 0, []
    kept = dict((line.split() + [80])[:2] for line in (here / "kept.txt").read_text().splitlines())
    for case in zoo.cases():
        if not case.name.startswith(prefix) or (case.name not in kept and "all" not in sys.argv):
            continue
        case.rows = int(kept.get(case.name, 200))
        try:
            total += record(folder, version, case, case.graph())
            count += 1
        except Exception as error:
            failed.append(f"{case.name}: {type(error).__name__}: {str(error)[:200]}")
    print(f"{version}: {count} cases, {total / 1e6:.2f} MB", *failed, sep="\n  ")


if __name__ == "__main__":
    main()
