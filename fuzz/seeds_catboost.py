"""Makes the seeds of CatBoost's formats: the smallest recorded models. Needs nothing but Python."""

import gzip, json, pathlib

here = pathlib.Path(__file__).parent
CASES = ["two_floats", "gaps_counted", "depthwise_one_hot", "lossguide", "statistics"]
# In JSON only, without statistics.
IN_JSON = ["one_hot_words_first"]
for case in CASES + IN_JSON:
    packed = gzip.decompress((here.parent / f"tests/data/catboost/1.2.10-{case}.gz").read_bytes())
    line, _, rest = packed.partition(b"\n")
    header = json.loads(line)
    at = 8 * header["rows"] * (header["width"] + header["score_width"])
    for form, size in header["files"]:
        raw = rest[at:at + size]
        at += size
        if form == "json":
            model = json.loads(raw)
            model["model_info"] = {key: model["model_info"][key] for key in ("class_params", "params") if key in model["model_info"]}
            raw = json.dumps(model, separators=(",", ":")).encode()
        # Of large files the fuzzer makes little.
        if form in ("cbm", "json")[case in IN_JSON :] and len(raw) < (20000 if form == "cbm" else 30000):
            folder = here / f"seeds/catboost_{form}"
            folder.mkdir(parents=True, exist_ok=True)
            folder.joinpath(case).write_bytes(raw)
