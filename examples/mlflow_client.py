"""MLflow's own client of scoring servers: what `mlflow models serve` answers, this server answers too."""

import os
from urllib.parse import urlsplit

from mlflow.pyfunc.scoring_server.client import ScoringServerClient

from rows import CLASSES, ROWS

SERVER = urlsplit(os.environ.get("ML_SERVING", "http://localhost:8000"))

client = ScoringServerClient(SERVER.hostname, SERVER.port)
client.wait_server_ready()
print("version", client.get_version())
predictions = client.invoke(ROWS).get_predictions()
print(predictions)
# The demo model is an ONNX graph, of which MLflow answers every output. A model of scikit-learn answers its labels.
assert predictions.output_label.tolist() == CLASSES
