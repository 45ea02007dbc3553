"""The rows that the Python examples ask about, and what the demo model answers to them."""

import pandas as pd

ROWS = pd.DataFrame({
    "sepal_length": [5.1, 6.1, 7.7],
    "sepal_width": [3.5, 2.8, 2.6],
    "petal_length": [1.4, 4.7, 6.9],
    "petal_width": [0.2, 1.2, 2.3],
})
CLASSES = [0, 1, 2]
