"""Writes the rows that parity is measured on: around the iris data, far from it, and rounded so that many lie on thresholds."""

import csv
import random

COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
LOW, HIGH = [4.0, 1.8, 0.8, 0.0], [8.2, 4.6, 7.2, 2.7]

random.seed(7)
with open("tests/data/iris_rows.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for i in range(1500):
        row = [random.uniform(low, high) for low, high in zip(LOW, HIGH)]
        if i % 3 == 1:
            row = [round(x, 1) for x in row]
        if i % 3 == 2:
            row = [round(x * 20) / 20 for x in row]
        if i % 50 == 0:
            row = [random.choice([-1e30, -5.0, 0.0, 1e-40, 1e6, 3e38]) for _ in row]
        writer.writerow([repr(x) for x in row])
