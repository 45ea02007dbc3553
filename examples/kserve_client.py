"""KServe's own client: V1 and V2 over REST, and gRPC."""

import asyncio
import os
from urllib.parse import urlsplit

from kserve import InferInput, InferRequest, InferenceGRPCClient, InferenceRESTClient, RESTConfig

from rows import CLASSES, ROWS

SERVER = os.environ.get("ML_SERVING", "http://localhost:8000")


def request():
    rows = InferInput("rows", list(ROWS.shape), "FP64")
    rows.set_data_from_numpy(ROWS.to_numpy(), binary_data=False)
    return InferRequest("iris", [rows])


async def main():
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    answer = await v1.infer(SERVER, {"instances": ROWS.to_numpy().tolist()}, model_name="iris")
    print("V1", answer)
    assert answer["predictions"] == CLASSES

    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await v2.is_server_ready(SERVER) and await v2.is_model_ready(SERVER, "iris")
    answer = await v2.infer(SERVER, request(), model_name="iris")
    print("V2", answer.to_dict()[0] if isinstance(answer.to_dict(), tuple) else answer.to_dict())
    assert answer.outputs[0].as_numpy().ravel().tolist() == CLASSES

    async with InferenceGRPCClient(urlsplit(SERVER).netloc) as grpc:
        assert await grpc.is_server_ready() and await grpc.is_model_ready("iris")
        answer = await grpc.infer(request())
        print("gRPC", answer.outputs[0].as_numpy())
        assert answer.outputs[0].as_numpy().ravel().tolist() == CLASSES


asyncio.run(main())
