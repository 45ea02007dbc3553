"""What teams write today: FastAPI, pydantic and scikit-learn, one uvicorn process, with the server's routes and bodies.

    incumbent.py fit FOREST.pkl                fits the forest that all servers of the comparison serve
    incumbent.py serve FOREST.pkl HOST PORT
"""

import pickle
import sys

FEATURES = 4


def fit(path):
    from sklearn.datasets import load_iris
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(100, random_state=42).fit(*load_iris(return_X_y=True))
    with open(path, "wb") as file:
        pickle.dump(forest, file)


def serve(path, host, port):
    import time
    from typing import Annotated

    import numpy as np
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel, Field

    with open(path, "rb") as file:
        forest = pickle.load(file)

    class Row(BaseModel):
        features: Annotated[list[float], Field(min_length=FEATURES, max_length=FEATURES)]

    class Scored(BaseModel):
        prediction: int
        confidence: float

    class Prediction(Scored):
        latency_ms: float

    def score(rows):
        """One call for labels and probabilities: `predict` would only repeat the work of `predict_proba`."""
        probabilities = forest.predict_proba(np.array(rows))
        classes = probabilities.argmax(axis=1)
        return [(int(forest.classes_[c]), float(p[c])) for c, p in zip(classes, probabilities)]

    app = FastAPI()

    @app.post("/predict")
    async def predict(row: Row) -> Prediction:
        start = time.perf_counter()
        [(prediction, confidence)] = score([row.features])
        return Prediction(prediction=prediction, confidence=confidence, latency_ms=(time.perf_counter() - start) * 1e3)

    @app.post("/predict/batch")
    async def predict_batch(rows: list[Row]) -> list[Scored]:
        return [Scored(prediction=p, confidence=c) for p, c in score([row.features for row in rows])]

    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    command, path, *address = sys.argv[1:]
    if command == "fit":
        fit(path)
    else:
        serve(path, address[0], int(address[1]))
