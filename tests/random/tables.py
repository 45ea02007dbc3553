"""Tables with columns of numbers, words and truth values, drawn at random."""

import numpy as np, pandas as pd

WORDS = ["a", "b", "", " ", "yes", "no", "New York", "Zürich", "北京", "x,y", '"q"', "nan", "None", "true", "0", "10", "é", "low", "medium", "high", "Low", "o'clock"]
NAMES = ["age", "income", "city", "plan", "is member", "note,1", "größe", "Score", "month", "grade", "x", "y z"]


TEXTS = ["the", "free", "Offer", "ÜBER", "straße", "STRASSE", "isn't", "a", "e-mail", "naïve", "re\u0301sume\u0301", "北京 大学", "3.14", "x_1", "U.S.A.", "don’t", "İstanbul", "ὈΔΥΣΣΕΎΣ", "win!!", "😀", "२०२४", "the\tend", "line\nbreak", "ﬁne", "½"]


class Table:
    """`columns` is name → (kind, values), None for missing; `plain` has no names: an array of numbers."""

    def __init__(self, draw):
        r = self.random = draw.random
        self.draw, self.count = draw, int(r.randint(80, 300))
        self.categories, self.plain, self.none = {}, draw.chance(0.15), draw.chance(0.15)
        names = [NAMES[i] for i in r.permutation(len(NAMES))]
        kinds = ["number"] * r.randint(1, 4) if self.plain else ["number"] * r.randint(1, 4) + ["word"] * r.randint(1, 4) + ["truth"] * r.randint(0, 2) + ["text"] * draw.one(0, 0, 1, 2)
        r.shuffle(kinds)
        self.columns = {name: (kind, getattr(self, kind)()) for name, kind in zip(names, kinds)}
        self.score = r.randn(self.count) * 0.4 + sum(self.weight(kind, values) for kind, values in self.columns.values())
        self.lacking = [name for name in self.columns if draw.chance(0.5) and self.columns[name][0] != "text"] if draw.chance(0.7) else []
        for name in self.lacking:
            self.hole(self.columns[name][1], 0.1)

    def number(self):
        r, n = self.random, self.count
        whole = lambda x: [int(v) for v in x]
        return self.draw.one(np.round(r.randn(n), 2).tolist(), (r.randint(-8, 9, n) / 4).tolist(), whole(r.randint(1, 13, n)), whole(r.randint(18, 80, n)),
            np.where(r.rand(n) < 0.5, 0.0, np.round(r.randn(n) * 100)).tolist(), np.round(np.exp(r.randn(n) + 5), 1).tolist(), (r.randint(0, 5, n) / 4).tolist())

    def word(self):
        some = [WORDS[i] for i in self.random.permutation(len(WORDS))[:self.random.randint(2, 9)]]
        return [some[min(int(len(some) * x * x), len(some) - 1)] for x in self.random.rand(self.count)]

    def text(self):
        r = self.random
        return [" ".join(TEXTS[i] for i in r.randint(0, len(TEXTS), r.randint(1, 12))) for _ in range(self.count)]

    def truth(self):
        return [bool(x) for x in self.random.rand(self.count) < 0.6]

    def weight(self, kind, values):
        number = {"word": lambda v: WORDS.index(v) % 5, "text": lambda v: v.count("free") + len(v) / 20}.get(kind, float)
        x = np.array([number(v) for v in values])
        return (x - x.mean()) / (x.std() + 1e-9) * self.random.rand()

    def hole(self, values, share):
        for i in np.flatnonzero(self.random.rand(len(values)) < share):
            values[i] = None

    def names(self, *kinds):
        return [name for name, (kind, _) in self.columns.items() if kind in kinds]

    def scatter(self):
        """From here on no number occurs twice: which of the neighbours that are equally far fill a gap is left open by numpy."""
        for name in self.names("number"):
            values = self.columns[name][1]
            values[:] = [None if x is None else x + float(self.random.rand()) / 64 for x in values]

    def categorize(self):
        """From here on words, and some columns of integers, are categories of pandas. LightGBM keeps other names than these."""
        self.columns = {name.replace(" ", "_").replace(",", "_"): column for name, column in self.columns.items()}
        whole = [name for name in self.names("number") if all(v is None or isinstance(v, int) for v in self.columns[name][1])]
        self.categories = {*self.names("word"), *(name for name in whole if self.draw.chance(0.5))}
        self.columns = {name: column for name, column in self.columns.items() if column[0] not in ("truth", "text")}

    def frame(self, rows):
        """Rows of JSON's values as Python's `fit` and `predict` are given them."""
        if self.plain:
            return np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)
        frame = pd.DataFrame({name: self.column(kind, [row[i] for row in rows]) for i, (name, (kind, _)) in enumerate(self.columns.items())})
        return frame.astype({name: "category" for name in self.categories})

    def column(self, kind, values):
        lacking = any(v is None for v in values)
        if kind == "number":
            whole = not lacking and all(isinstance(v, int) for v in values)
            return pd.Series([np.nan if v is None else v for v in values], dtype=int if whole else float)
        if kind == "truth":
            return pd.Series([np.nan if v is None else v for v in values], dtype=object) if lacking else pd.Series(values, dtype=bool)
        return pd.Series(values, dtype=object) if self.none else pd.Series([np.nan if v is None else v for v in values], dtype=None if any(values) else object)

    def fitted(self):
        return [list(row) for row in zip(*(values for _, values in self.columns.values()))]

    def asked(self, count=120):
        """Rows of the table, some with one odd value each: between and beside the fitted ones, unknown words, missing values."""
        r, rows = self.random, self.fitted()
        out = [list(rows[r.randint(len(rows))]) for _ in range(count)]
        kinds = [kind for kind, _ in self.columns.values()]
        for row in out[count // 3:]:
            i = r.randint(len(row))
            if kinds[i] == "number" and row[i] is not None:
                whole = isinstance(row[i], int)
                row[i] = self.draw.one(0, -1, 13, 200, row[i] + 1) if whole else self.draw.one(0.0, -0.0, 1e-300, -2.5, 1e6, row[i] + 0.125, float(np.nextafter(row[i], np.inf)), float(np.float32(row[i])), -row[i])
            elif kinds[i] == "text" and self.draw.chance(0.9):
                row[i] = self.draw.one("", " ", "nobody knows", row[i].upper(), row[i] + " " + row[i], "THE the tHe", "\u0301a\u0327", "ſtraße FREE")
            elif kinds[i] == "word" and self.draw.chance(0.6):
                row[i] = self.draw.one("Atlantis", "", "A", "b ", "nan", "None", "1")
            elif self.draw.chance(0.6):
                row[i] = None
        return out
