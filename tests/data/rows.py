"""Writes the rows that parity is measured on: around the data of a training, far from it, and rounded so that many lie on thresholds."""

import csv
import random

IRIS = {
    "sepal_length": (4.0, 8.2),
    "sepal_width": (1.8, 4.6),
    "petal_length": (0.8, 7.2),
    "petal_width": (0.0, 2.7),
}
WINE = {
    "fixed_acidity": (4.5, 16.0),
    "volatile_acidity": (0.1, 1.6),
    "citric_acid": (0.0, 1.0),
    "residual_sugar": (0.9, 15.5),
    "chlorides": (0.01, 0.62),
    "free_sulfur_dioxide": (1.0, 72.0),
    "total_sulfur_dioxide": (6.0, 290.0),
    "density": (0.99, 1.004),
    "pH": (2.7, 4.1),
    "sulphates": (0.3, 2.0),
    "alcohol": (8.4, 15.0),
}


def write(path, columns, count):
    random.seed(7)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for i in range(count):
            row = [random.uniform(low, high) for low, high in columns.values()]
            if i % 3 == 1:
                row = [round(x, 1) for x in row]
            if i % 3 == 2:
                row = [round(x * 20) / 20 for x in row]
            if i % 50 == 0:
                row = [random.choice([-1e30, -5.0, 0.0, 1e-40, 1e6, 3e38]) for _ in row]
            writer.writerow([repr(x) for x in row])


write("tests/data/iris_rows.csv", IRIS, 1500)
write("tests/data/wine_rows.csv", WINE, 1000)
