"""What teams write today: FastAPI and pydantic with scikit-learn or onnxruntime, one uvicorn process, with the server's routes and bodies.

    incumbent.py FOREST.pkl|FOREST.onnx HOST PORT
"""

import sys
import time
from typing import Annotated

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field


def of_sklearn(path):
    """How many numbers a row has, and what predicts: one call for labels and probabilities, where `predict` would repeat `predict_proba`."""
    import pickle

    with open(path, "rb") as file:
        forest = pickle.load(file)

    def predict(rows):
        probabilities = forest.predict_proba(np.array(rows, np.float32))
        return forest.classes_[probabilities.argmax(axis=1)], probabilities

    return forest.n_features_in_, predict


def of_onnx(path):
    """The same for a graph, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    [asked] = session.get_inputs()
    return asked.shape[1], lambda rows: session.run(None, {asked.name: np.array(rows, np.float32)})


def main(path, host, port):
    columns, predict = (of_onnx if path.endswith(".onnx") else of_sklearn)(path)

    class Row(BaseModel):
        features: Annotated[list[float], Field(min_length=columns, max_length=columns)]

    class Scored(BaseModel):
        prediction: int
        confidence: float

    class Prediction(Scored):
        latency_ms: float

    def score(rows):
        labels, probabilities = predict(rows)
        return zip(labels.tolist(), probabilities.max(axis=1).tolist())

    app = FastAPI()

    @app.post("/predict")
    async def one(row: Row) -> Prediction:
        start = time.perf_counter()
        [(prediction, confidence)] = score([row.features])
        return Prediction(prediction=prediction, confidence=confidence, latency_ms=(time.perf_counter() - start) * 1e3)

    @app.post("/predict/batch")
    async def many(rows: list[Row]) -> list[Scored]:
        return [Scored(prediction=p, confidence=c) for p, c in score([row.features for row in rows])]

    uvicorn.run(app, host=host, port=int(port), log_level="warning", access_log=False)


main(*sys.argv[1:])
