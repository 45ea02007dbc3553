"""Scores rows with a package that `ml-serving train` wrote, in onnxruntime and in mlflow.pyfunc, and records the answers.

    python parity.py PACKAGE ROWS.csv EXPECTED.json [--check]

Fails when the two disagree. EXPECTED.json is {"labels": [...], "probabilities": [[...]]}, columns in the order of the
model's labels ({"values": [...]} for a regressor); a test compares the server with it. With --check the file is
compared instead of written.
"""

import argparse
import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd


def onnx_answers(package, frame):
    path = package / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    # On several threads the trees of a regressor are added in another order, which may change the last bit.
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (only,) = session.get_inputs()
    return session.run(None, {only.name: frame.to_numpy(np.float32)})


def pyfunc_answers(package, frame):
    model = mlflow.pyfunc.load_model(str(package))
    answer = model.predict(frame)
    assert isinstance(answer, pd.DataFrame), type(answer)
    return answer, model.metadata.signature


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("rows", type=pathlib.Path)
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()

    frame = pd.read_csv(arguments.rows)
    answers = onnx_answers(arguments.package, frame)
    pyfunc, signature = pyfunc_answers(arguments.package, frame.astype(np.float64))
    assert signature is not None and signature.inputs.input_names() == list(frame.columns), signature

    if len(answers) == 1:
        values = answers[0][:, 0]
        other = pyfunc["variable"].to_numpy(np.float32).ravel()
        assert np.allclose(values, other, rtol=1e-6, atol=0), "mlflow.pyfunc and onnxruntime disagree on a value"
        found = {"values": [float(f"{v:.9g}") for v in values.tolist()]}
    else:
        labels, maps = answers
        names = list(maps[0])
        table = np.array([[row[name] for name in names] for row in maps], np.float32)
        assert list(pyfunc["output_label"]) == list(labels), "mlflow.pyfunc and onnxruntime disagree on a label"
        other = np.array([[row[name] for name in names] for row in pyfunc["output_probability"]], np.float32)
        assert np.array_equal(table, other), "mlflow.pyfunc and onnxruntime disagree on a probability"
        winner = [names[i] for i in table.argmax(axis=1)]
        wrong = sum(a != b for a, b in zip(winner, labels))
        assert wrong == 0, f"{wrong} labels are not those of the largest probability"
        found = {
            "labels": [label if isinstance(label, str) else int(label) for label in labels],
            "probabilities": [[float(f"{p:.9g}") for p in row] for row in table.tolist()],
        }
    text = json.dumps(found, separators=(",", ":")) + "\n"
    if arguments.check:
        if arguments.expected.read_text() != text:
            sys.exit(f"{arguments.expected} is out of date: run without --check")
    else:
        arguments.expected.write_text(text)
    print(f"{len(frame)} rows: onnxruntime {ort.__version__} and mlflow {mlflow.__version__} agree")


if __name__ == "__main__":
    main()
