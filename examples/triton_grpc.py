"""tritonclient over gRPC, on the same port as HTTP."""

import os
from urllib.parse import urlsplit

import tritonclient.grpc as triton

from rows import CLASSES, ROWS

SERVER = os.environ.get("ML_SERVING", "http://localhost:8000")

client = triton.InferenceServerClient(urlsplit(SERVER).netloc)
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("iris")
print(client.get_model_metadata("iris"))

rows = triton.InferInput("rows", list(ROWS.shape), "FP64")
rows.set_data_from_numpy(ROWS.to_numpy())
answer = client.infer("iris", [rows], request_id="42", client_timeout=10)
print(answer.as_numpy("predict"))
assert answer.get_response().id == "42"
assert answer.as_numpy("predict").ravel().tolist() == CLASSES

try:
    client.get_model_metadata("another")
    raise AssertionError("there is no such model")
except triton.InferenceServerException as error:
    assert error.status() == "StatusCode.NOT_FOUND", error
