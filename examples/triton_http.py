"""tritonclient over HTTP: the rows as one tensor, binary in both directions, which is that client's default."""

import os
from urllib.parse import urlsplit

import numpy as np
import tritonclient.http as triton

from rows import CLASSES, ROWS

SERVER = os.environ.get("ML_SERVING", "http://localhost:8000")

client = triton.InferenceServerClient(urlsplit(SERVER).netloc)
assert client.is_server_ready() and client.is_model_ready("iris")
for tensor in client.get_model_metadata("iris")["inputs"]:
    print("input", tensor)

rows = triton.InferInput("rows", list(ROWS.shape), "FP64")
rows.set_data_from_numpy(ROWS.to_numpy())
wanted = [triton.InferRequestedOutput(name) for name in ("predict", "predict_proba")]
answer = client.infer("iris", [rows], outputs=wanted)
classes, probabilities = (answer.as_numpy(name) for name in ("predict", "predict_proba"))
print(classes, probabilities, sep="\n")
assert classes.ravel().tolist() == CLASSES
assert np.allclose(probabilities.sum(axis=1), 1)

# The same by columns, as JSON.
columns = []
for name in ROWS:
    column = triton.InferInput(name, [len(ROWS)], "FP64")
    column.set_data_from_numpy(ROWS[name].to_numpy(), binary_data=False)
    columns.append(column)
answer = client.infer("iris", columns, outputs=[triton.InferRequestedOutput("predict", binary_data=False)])
assert answer.as_numpy("predict").ravel().tolist() == CLASSES
