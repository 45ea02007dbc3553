"""A request that MLServer's codecs make of a DataFrame, and of an array; its codecs read the answer."""

import os

import requests
from mlserver.codecs import NumpyCodec, NumpyRequestCodec, PandasCodec
from mlserver.types import InferenceResponse

from rows import CLASSES, ROWS

SERVER = os.environ.get("ML_SERVING", "http://localhost:8000")

for codec, rows in [(PandasCodec, ROWS), (NumpyRequestCodec, ROWS.to_numpy())]:
    request = codec.encode_request(rows)
    response = requests.post(
        f"{SERVER}/v2/models/iris/infer",
        data=request.model_dump_json(exclude_none=True),
        headers={"content-type": "application/json"},
        timeout=10,
    )
    response.raise_for_status()
    answer = InferenceResponse.model_validate(response.json())
    classes = NumpyCodec.decode_output(answer.outputs[0])
    print(codec.__name__, classes)
    assert classes.ravel().tolist() == CLASSES
