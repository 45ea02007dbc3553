"""Makes the models of this folder and what their libraries answer: `make.py` with requirements.txt, `make.py old` with
requirements-old.txt, `make.py oldest` with requirements-oldest.txt, `make.py ancient` with requirements-xgboost-VERSION.txt,
`make.py catboost` with requirements-catboost.txt; `make.py onnxruntime` asks onnxruntime once more, for the converted models and the rows that are here.

Every `<name>.rows.gz` holds a JSON line, then rows, labels (of classifiers) and scores as little-endian f64.
"""

import pathlib
import sys

out = pathlib.Path(__file__).parent
(out / "refused").mkdir(exist_ok=True)
if sys.argv[1:] == ["ancient"]:
    import ancient_xgboost

    ancient_xgboost.make(out)
    sys.exit()
if sys.argv[1:] == ["catboost"]:
    import boosted_catboost

    boosted_catboost.make(out)
    sys.exit()
import boosted_lightgbm
import boosted_xgboost

if sys.argv[1:] == ["oldest"]:
    boosted_xgboost.oldest(out)
    sys.exit()
if sys.argv[1:] == ["onnxruntime"]:
    import boosted_onnx

    boosted_onnx.record_again(out)
    sys.exit()
prefix = "old_" if sys.argv[1:] == ["old"] else ""
boosted_xgboost.make(out, prefix)
boosted_lightgbm.make(out, prefix)
if not prefix:
    import boosted_onnx

    boosted_onnx.make(out)
