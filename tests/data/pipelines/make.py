"""Fits whole pipelines with the scikit-learn of the running interpreter and records what they answer.

    make.py DIRECTORY [NAME]

Writes DIRECTORY/rows-TABLE.json.gz, the tables that the cases are asked about, and one file per case, DIRECTORY/VERSION-CASE.gz, or
only those whose name begins with NAME. `make` runs this once per version of scikit-learn, each in an environment of its own.

A table is gzipped JSON: {"columns": [name, …] or null, "rows": [[value, …], …]}. A value is a number, a string, true, false or null.
A number with a point or an exponent is a float, one without is an integer. `columns` is null where Python is given a plain array.
`numbers_missing` and `mixed` have missing values; `mixed` also has words and months that no model was fitted to. `clean` is `mixed`
without both, row by row. `reviews` has a column of free text in many languages, with odd texts first and a few that are missing.

A case is gzipped. Its first line is JSON, what follows it up to the end is binary, without gaps, little-endian:

    answers   task "classifier": the index of the predicted label in `labels`, u16 for each row
              task "regressor":  what `predict` says, f64, column by column, `targets` columns
              task "anomaly":    as of a classifier of -1 and 1, whose scores are `decision_function` and `score_samples`
              task "cluster":    as of a classifier of the clusters' numbers, whose scores are `predict_proba` or `transform`, if it has any
              task "targets":    as of a classifier, `targets` columns of indexes; the scores are the probabilities, target by target
    scores    f64, column by column: `width` columns, or only the second of two where `half` is true, because then the first is
              1 - the second to the last bit
    files     the model in each serialization of `files`, one after the other

A refused row has the index 65535, or NaN for a number. Other rows may be infinite or NaN too, where Python answers so.
The keys of the header:

    sklearn   version that fitted the model
    name      name of the case
    table     which table the rows are from
    rows      how many of the table's rows are answered, from the first on: all in two cases of every class or more (record.py)
    names     names of the columns that Python was given, or null for a plain array: the table's columns in their order, or of
              onehot_of_all_array its five columns of words
    null      what Python was given for a null in a column of text: "nan", or "none" for None. Everywhere else it was NaN
    exact     "exact" where nothing but comparisons, correctly rounded operations and sums in a fixed order is done, "libm" where an
              exponential, a logarithm or a power is taken, "blas" where numpy's dot product sums in an order of its own
    task      "classifier", "regressor", "anomaly", "cluster" or "targets"
    labels    the classes in scikit-learn's order, as integers or strings (a boolean as 0 or 1, a float as an integer), or null; of
              several targets a list for each
    listed    of several targets, whether `predict_proba` answers a list of arrays, or one array of the second classes' probabilities
    label_type  for a classifier, the type of the labels in Python: int, float, bool or str
    targets   how many numbers or labels `predict` answers per row
    proba     whether there is predict_proba
    scores    what the scores are: "predict_proba", "decision_function" where there is no predict_proba, or null
    width     how many scores there are per row
    half      see above
    refused   rows that Python refuses to predict: [index, class of the exception, first line of its message]
    lightgbm, xgboost  the version of the library in cases of it
    categories  of XGBoost before 3.1, whose files hold no words: {column: [category, …]}, the model compares places in these lists
    told      {column: type} of a signature that the model is to be read with
    unknown   of XGBoost: rows that Python answers although a category is unknown (NOTES.md). In xgboost_categories_missing unknown
              words were given as missing ones
    files     [[serialization, bytes], …]: "pickle4" or "pickle5" is pickle's default protocol; a part of the cases also have
              "cloudpickle", "joblib" and, where the version has it, "skops"
"""

import importlib, os, pathlib, sys, tempfile, warnings

import sklearn

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import record, tables

# Of these all rows are asked where an answer is one number.
MODULES = [
    "core",
    "composition",
    "searches",
    "imputers",
    "onehot",
    "encoders",
    "scalers",
    "functions",
    "selectors",
    "trees",
    "boosters",
    "linear",
    "around",
    "targets",
    "more_transformers",
    "more_estimators",
]
# Of these few rows are asked, but of the cases that whole.txt names, two or more for every class.
BRIEF = [
    "cat_boost",
    "decompose",
    "nets",
    "curves",
    "dicts",
    "categories",
    "kernels",
    "bayes",
    "neighbours",
    "bagging",
    "ada_boost",
    "imbalanced",
    "several_targets",
    "leaves",
    "several_classes",
    "answers",
    "text",
    "outliers",
]


def main():
    warnings.simplefilter("ignore")
    folder = pathlib.Path(sys.argv[1]).resolve()
    prefix = sys.argv[2] if len(sys.argv) > 2 else ""
    tables.write(folder)
    # What fits with a cache makes it beside nothing of ours.
    os.chdir(tempfile.mkdtemp())
    total, count, names, failed = 0, 0, set(), []
    whole = set((pathlib.Path(__file__).parent / "whole.txt").read_text().split())
    for module in MODULES + BRIEF:
        for case in importlib.import_module(f"cases.{module}").cases():
            if module in BRIEF:
                case.shorten(case.name in whole)
            assert case.name not in names, f"{case.name} is there twice"
            names.add(case.name)
            if not case.name.startswith(prefix) or not case.recorded():
                continue
            count += 1
            try:
                total += record.record(folder, case)
            except Exception as error:
                failed.append(f"{case.name}: {type(error).__name__}: {str(error)[:300]}")
    print(f"scikit-learn {sklearn.__version__}: {count - len(failed)} cases, {total} bytes", *failed, sep="\n")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
