"""The tables of the recorded pipelines: what they are fitted to, and the 1,000 rows that they are asked about.

Both are drawn from fixed seeds of numpy's legacy generator, which is the same in every version. Values that models are fitted to lie
on coarse grids, so that thresholds, bin edges and medians are few; the rows lie on them, between them and one step beside them.
"""

import gzip, json, math

import numpy as np
import pandas as pd

ROWS = 1000
CITIES = ["Zürich", "São Paulo", "北京", "new york", "İzmir", "Ærø", "O'Fallon, \"MO\"", "Łódź", "Москва", "x"]
PLANS = ["basic", "plus", "pro"]
JOBS = ["clerk", "nurse", "teacher", "cook", "driver", "smith", "judge", "pilot", "actor", "diver", "monk"]
NOTES = ["", "ok", " ", "n/a", "OK", "late"]
GRADES = ["low", "medium", "high"]
TEXT = {"city": CITIES, "plan": PLANS, "job": JOBS, "note": NOTES, "grade": GRADES}
MIXED = ["age", "income", "score", "ratio", "balance", "month", "city", "plan", "job", "note", "grade", "member"]
NUMERIC, WORDS = MIXED[:6], MIXED[6:11]
UNKNOWN = ["Atlantis", "ZÜRICH", "Pro", "", "nan", "None", "low ", "é" * 3, "0", "true"]


def mixed(random, count):
    """A complete table by column, as Python lists."""
    skewed = lambda k: [min(int(k * x * x), k - 1) for x in random.rand(count)]
    return {
        "age": random.randint(18, 80, count).tolist(),
        "income": np.round(np.exp(random.randn(count) * 0.6 + 7.5), 1).tolist(),
        "score": (random.randint(-12, 13, count) / 4).tolist(),
        "ratio": (random.randint(0, 51, count) / 50).tolist(),
        "balance": np.where(random.rand(count) < 0.4, 0.0, np.round(random.randn(count) * 250, 0)).tolist(),
        "month": random.randint(1, 13, count).tolist(),
        **{name: [words[i] for i in skewed(len(words))] for name, words in TEXT.items()},
        "member": (random.rand(count) < 0.6).tolist(),
    }


def holes(random, columns, share):
    """Takes values away from every column."""
    for values in columns.values():
        for i in np.flatnonzero(random.rand(len(values)) < share):
            values[i] = None


def around(x):
    return [x, float(np.nextafter(x, np.inf)), float(np.nextafter(x, -np.inf)), float(np.float32(x))]


def boundaries(random, columns):
    """Puts the first rows of a complete table onto boundaries."""
    at = 0

    def put(name, values):
        nonlocal at
        for x in values:
            columns[name][at % ROWS] = x
            at += 1

    for k in range(-26, 27):
        put("score", [k / 8])
    for k in range(-13, 14):
        put("score", around(k / 4 + 0.125))
    put("score", [0.0, -0.0, 1e-300, -1e-300, 5e-324, 1e15, -1e15, 3.0, -3.0, 3.25, -3.25, 100.0])
    put("ratio", [0.0, -0.0, 1.0, 1e-300, 0.5, 0.25, 0.75, 0.2, 0.4, 0.6, 0.8] + around(0.5) + around(0.51) + around(1 / 3) + [1.5, -0.5])
    put("balance", [0.0, -0.0, 1e-300, -1e-300, 1e15, -1e15, 0.5, -0.5, 1.0, -1.0] + around(0.5) + around(-0.5))
    put("income", [0.0, 1e-300, 1e15, 1.0, 1e-3] + around(1808.0))
    put("age", [0, 17, 18, 79, 80, 81, 150, 48, 49])
    put("month", [1, 12, 6, 7])


def numbers(random, count):
    """Ten columns of different scales."""
    return np.c_[random.randint(-8, 9, (count, 3)) / 4, np.round(random.randn(count, 2), 1), np.round(random.rand(count, 1) * 4) * 25,
        np.round(np.exp(random.randn(count, 1)), 2), random.randint(0, 4, (count, 1)), np.where(random.rand(count, 1) < 0.7, 0, random.rand(count, 1)),
        np.round(random.randn(count, 1) * 1e3)]


def number_rows():
    random = np.random.RandomState(41)
    rows = numbers(random, ROWS)
    at = 0
    for column in range(10):
        odd = [0.0, -0.0, 1e-300, 1e15 if column in (4, 9) else 30.0, -2.0, 2.0] + around(0.125) + around(-0.125) + around(0.5)
        for x in odd:
            rows[at, column] = x
            at += 1
    for k in range(-17, 18):
        rows[at, :3] = k / 8
        at += 1
    return rows


TOPICS = ["billing", "delivery", "returns", "Größe", "other"]
GOOD = "great good excellent love perfect fast happy thanks recommend toll sehr gut wunderbar génial très bien excelente rápido хорошо отлично 很好 最高".split()
BAD = "bad terrible broken slow refund never worst angry late kaputt schlecht enttäuscht mauvais nul cassé malo lento плохо ужасно 很差 最悪".split()
PLAIN = """the a and it is was of to in my for on with this that not I you they we be have has delivery order product price phone box colour size
day week again today still very really quite after before between café naïve Straße İzmir ΟΔΟΣ ΣΊΣΥΦΟΣ ΑΣ Ærø Łódź crème brûlée smörgåsbord don't can't it's O'Brien
re-order e-mail user_name x_1 2nd 100 3.14 1,000 10% $5 #tag @me 😀 👍🏽 北京 東京都 서울 한국어 สวัสดี हिन्दी العربية עברית ½ ² ﬁne Ⓐ ǅ ª C++ http://a.b/c?d=e
v2.0 A B i x""".split()
ODD = ["", " ", "   \t\n ", "a", "ß", "ẞ", "İ", "Σ", "ΑΣ", "ΑΣ ΑΣΑ Σ", "e\u0301te\u0301 no\u0308w", "n\u0303", "\u0301", "zero\u200bwidth a\u200db", "tab\tnew\nline\r\nend", "\x1c\x1dfile sep\x1egroup\x1f", "\x00nul\x01",
    "no\u00a0break\u2003em\u3000wide", "UPPER lower MiXeD", "aaaaaaaaaa" * 30, "word " * 60, "__init__ _ __", "0", "12345678901234567890", "a.b.c.d", "...", "😀😀👍🏽", "北京很好很好", "ｆｕｌｌ ｗｉｄｔｈ", "Ⅷ ⅷ ①②", "the THE The tHe",
    "don't can't won't", "good_bad good-bad good.bad", "K Å ſ", "ŉ ǰ ΐ", "ᾳ ᾼ ΑΙ", "very  very   very", "good\u2028bad\u2029late", "İSTANBUL ısparta"]


def reviews(random, count):
    """A table with a free text, by column."""
    liked = random.randint(0, 3, count)
    texts = []
    for mood in liked.tolist():
        words = []
        for k in range(int(random.randint(1, 24))):
            pool = PLAIN if random.rand() < 0.6 else [BAD, PLAIN, GOOD][mood] if random.rand() < 0.85 else GOOD + BAD
            word = pool[random.randint(len(pool))]
            word = word.upper() if random.rand() < 0.06 else word.capitalize() if k == 0 else word
            words.append(word + ["", "", "", "", ",", ".", "!", "?!", "...", ";"][random.randint(10)])
        texts.append([" ", " ", " ", "  ", "\n"][random.randint(5)].join(words))
    columns = {
        "text": texts, "topic": [TOPICS[i] for i in random.randint(0, len(TOPICS), count)],
        "stars": np.clip(liked * 2 + random.randint(0, 2, count), 1, 5).tolist(), "weight": (random.randint(0, 41, count) / 8).tolist(),
    }
    columns["title"] = [" ".join(text.split()[:3]) for text in texts]
    return columns, liked


def review_rows():
    """The rows that are asked: odd texts first, some that are missing, and topics that no model was fitted to."""
    random = np.random.RandomState(52)
    columns, _ = reviews(random, ROWS)
    for i, text in enumerate(ODD):
        columns["text"][i] = text
        columns["title"][-1 - i] = text
    for i in (100, 333, 777):
        columns["text"][i] = None
    columns["title"][200] = None
    for i in np.flatnonzero(random.rand(ROWS) < 0.02):
        columns["topic"][i] = "unheard"
    return columns


def tables():
    """Every table as it is written: names of the columns or nothing, and rows of JSON's values."""
    columns = mixed(np.random.RandomState(11), ROWS)
    boundaries(np.random.RandomState(12), columns)
    clean = [list(row) for row in zip(*columns.values())]
    random = np.random.RandomState(13)
    # Rows with words and months that no model was fitted to.
    for i in np.flatnonzero(random.rand(ROWS) < 0.03):
        name = (WORDS + ["month"])[random.randint(6)]
        columns[name][i] = 13 if name == "month" else UNKNOWN[random.randint(len(UNKNOWN))]
    holes(random, columns, 0.04)
    written = review_rows()
    plain = number_rows()
    lacking = plain.copy()
    lacking[np.random.RandomState(42).rand(*lacking.shape) < 0.06] = np.nan
    return {
        "mixed": {"columns": MIXED, "rows": [list(row) for row in zip(*columns.values())]},
        "clean": {"columns": MIXED, "rows": clean},
        "reviews": {"columns": list(written), "rows": [list(row) for row in zip(*written.values())]},
        "numbers": {"columns": None, "rows": plain.tolist()},
        "numbers_missing": {"columns": None, "rows": [[None if math.isnan(x) else x for x in row] for row in lacking.tolist()]},
    }


def write(folder):
    for name, table in tables().items():
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        (folder / f"rows-{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def column(values, none):
    """Values of JSON as the column of a DataFrame that pandas would make of them; `none` keeps a missing word as None."""
    kinds = {type(v) for v in values if v is not None}
    lacking = any(v is None for v in values)
    if kinds <= {int, float} and (lacking or float in kinds):
        return pd.Series([np.nan if v is None else float(v) for v in values], dtype=float)
    if kinds <= {bool, str} and lacking and (bool in kinds or none):
        return pd.Series([v if v is not None or none and str in kinds else np.nan for v in values], dtype=object)
    if kinds == {str} and lacking and pd.__version__ < "3":
        return pd.Series([np.nan if v is None else v for v in values], dtype=object)
    return pd.Series(values)


def given(table, none=False):
    """A table of JSON as what Python's `predict` is given: a DataFrame, or an array if the columns have no names."""
    if table["columns"] is None:
        return np.array([[np.nan if v is None else v for v in row] for row in table["rows"]], dtype=float)
    return pd.DataFrame({name: column([row[i] for row in table["rows"]], none) for i, name in enumerate(table["columns"])})


FITTED = 400


def targets(score):
    """What models learn, by kind, from a number per row."""
    two, three = (score > np.median(score)).astype(int), np.digitize(score, np.quantile(score, [0.4, 0.75]))
    value = np.round(np.exp(score / 4) * 10 + 1, 2)
    return {
        "two": two, "three": three, "words": np.array(["no", "yes, è"], dtype=object)[two], "words3": np.array(["a", "bb", "c c"], dtype=object)[three],
        "booleans": two == 1, "floats": two * 1.0, "odd": three * 5 - 3, "value": value, "signed": value - 12, "pair": np.c_[value, score],
    }


def fitted(name, none=False):
    """X and the targets by kind."""
    random = np.random.RandomState({"mixed": 1, "clean": 1, "numbers": 2, "numbers_missing": 2, "reviews": 3}[name])
    if name == "reviews":
        columns, liked = reviews(random, FITTED)
        return given({"columns": list(columns), "rows": [list(row) for row in zip(*columns.values())]}), targets(liked + random.randn(FITTED) * 0.5)
    if name.startswith("numbers"):
        X = numbers(random, FITTED)
        score = X[:, 0] + X[:, 1] * X[:, 2] + np.sin(X[:, 3]) + X[:, 9] / 1e3 + random.randn(FITTED) * 0.4
        if name == "numbers_missing":
            X[random.rand(*X.shape) < 0.06] = np.nan
        return X, targets(score)
    columns = mixed(random, FITTED)
    weight = lambda name: np.array([TEXT[name].index(w) for w in columns[name]])
    score = np.array(columns["score"]) + (weight("city") % 3) + 0.7 * weight("grade") + np.array(columns["ratio"]) - 1.5 * np.array(columns["member"])
    score = score + 0.02 * np.array(columns["age"]) + (np.array(columns["month"]) % 5 == 2) * 1.5 + random.randn(FITTED) * 0.6
    if name == "mixed":
        holes(random, columns, 0.05)
    rows = [list(row) for row in zip(*columns.values())]
    return given({"columns": MIXED, "rows": rows}, none), targets(score)
