"""The requests, in groups. Each one is the same bytes on every run: what differs between two recordings is the server."""

import gzip
import json
from dataclasses import dataclass

SEND, ANSWER, END, WAIT, HTTP2 = "send", "answer", "end", "wait", "http2"


@dataclass
class Case:
    """Steps on one connection: bytes to send and answers to read."""

    name: str
    steps: list


def raw(name, data, answers=1, head=False, end=False):
    """Bytes as they are; `end` says afterwards that nothing more comes."""
    return Case(name, [(SEND, data)] + [(END,)] * end + [(ANSWER, head)] * answers)


def message(method, target, body=None, headers=(), version="HTTP/1.1"):
    """The bytes of a request; a body is JSON unless the headers say something else (a value of None: say nothing)."""
    lines = {"Host": "corpus"}
    if body is not None:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    given = dict(headers)
    lines = {name: value for name, value in (lines | given).items() if value is not None}
    head = f"{method} {target} {version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    return head.encode("latin-1") + (body or b"")


def ask(name, method, target, body=None, headers=(), version="HTTP/1.1"):
    body = body.encode() if isinstance(body, str) else body
    return raw(name, message(method, target, body, headers, version), head=method == "HEAD")


def post(name, target, body, headers=()):
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body, ensure_ascii=False)
    return ask(name, "POST", target, body, headers)


def one(name, features, query=""):
    return post(name, "/predict" + query, {"features": features})


def many(name, rows, query=""):
    return post(name, "/predict/batch" + query, [{"features": row} for row in rows])


def named(model, row, order=None):
    """The row by name, in the model's order or as `order` sorts the columns."""
    pairs = list(zip(model.names, row))
    return dict(order(pairs) if order else pairs)


def backwards(pairs):
    return pairs[::-1]


ROUTES = ["/", "/docs", "/openapi.json", "/model", "/metrics", "/health/live", "/health/ready", "/predict", "/predict/batch"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]


def routes(routes=ROUTES, methods=METHODS):
    """Every route by every method. What GET /metrics says depends on the past, so that it has a case of its own."""
    every = [(method, path) for path in routes for method in methods if (method, path) != ("GET", "/metrics")]
    return [ask(f"{method} {path}", method, path) for method, path in every]


def metrics(when):
    return [ask(f"GET /metrics {when}", "GET", "/metrics")]


def pages():
    """What a server says about its model."""
    paths = ["/model", "/health/ready", "/health/live", "/openapi.json"]
    return [ask(f"the page {path}", "GET", path) for path in paths]


def paths():
    targets = [
        "/docs/", "/docs//", "/docs/index.html", "/docs?x=1", "/docs/?x=1", "/?x=1", "/model/", "/predict/", "/predict/batch/", "//predict",
        "//", "/predict//batch", "/Predict", "/PREDICT/BATCH", "/health", "/health/", "/health/live/", "/health/ready/", "/health/live?x=1",
        "/metrics/", "/metrics?name=x", "/openapi.json?x=1", "/openapi.json/", "/openapi", "/openapi.yaml", "/nothing", "/nothing/at/all",
        "/%70redict", "/predict%2Fbatch", "/model%20", "/model;x=1", "/../model", "/./model", "/model/..", "/favicon.ico", "/robots.txt",
        "/.env", "/v2", "/v2/health/ready", "/v1/models/iris", "/invocations", "/ping", "/version", "/model?", "/model#x", "/a" * 2000,
        "/%ff", "/%zz", "http://corpus/model", "http://corpus", "model", "/m\u00f6del", "/model?\u00f6",
    ]
    short = [target if len(target) < 60 else f"{target[:20]}… of {len(target)} characters" for target in targets]
    got = [ask(f"GET path {name}", "GET", target) for name, target in zip(short, targets)]
    return got + [post(f"POST path {target}", target, "{}") for target in
                  ["/predict/", "//predict", "/Predict", "/predict/batch/", "/predict/1", "/nothing", "/docs/", "/%70redict"]]


def good(model):
    """Rows that the model's own library has answered too."""
    cases = [
        one("in order", model.row),
        one("in order, probabilities", model.row, "?probabilities=true"),
        many("no row", []),
        many("one row", [model.row]),
        many("three rows", model.rows[:3]),
        many(f"all {len(model.rows)} rows, probabilities", model.rows, "?probabilities=true"),
    ]
    if model.missing:
        gaps = next((row for row in model.rows if None in row), model.row[:-1] + [None])
        cases += [one("with gaps, probabilities", gaps, "?probabilities=true"), one("all missing", [None] * model.width)]
    if model.names:
        cases += [
            one("by name", named(model, model.row)),
            one("by name, backwards", named(model, model.row, backwards)),
            one("by name, sorted, probabilities", named(model, model.row, sorted), "?probabilities=true"),
            many("by name and in order", [named(model, model.row, backwards), model.row, named(model, model.row)]),
        ]
    return cases


QUERIES = [
    "true", "false", "1", "0", "True", "FALSE", "TRUE", "yes", "no", "", "2", "null", "%74rue", "true%20", "+true", "%22true%22", "t", "on",
]
ODD_QUERIES = [
    "?probabilities", "?", "?x=1", "?probabilities=true&x=1", "?x=1&probabilities=true", "?probabilities=true&probabilities=true",
    "?probabilities=true&probabilities=false", "?probabilities=false&probabilities=true", "?probabilities=maybe&probabilities=true",
    "?probabilities=true&probabilities=maybe", "?Probabilities=true", "?%70robabilities=true", "?probabilities[]=true",
    "?&&probabilities=true&",
    "?probability=true", "?probabilities==true", "?probabilities=true;x=1", "?probabilities=%ff", "?probabilities=true?x",
]


def queries(model):
    cases = [one(f"?probabilities={value}", model.row, f"?probabilities={value}") for value in QUERIES]
    cases += [one(query, model.row, query) for query in ODD_QUERIES]
    return cases + [many(f"batch ?probabilities={value}", model.rows[:2], f"?probabilities={value}") for value in ["true", "0", "True",
        "x"]]


# As they stand in the JSON: Python would write some of them in another way, and others not at all.
VALUES = [
    "null", "true", "false", "1", "0", "1.0", "1.5", "-0.0", "-0", "1e30", "-1e30", "1e39", "-1e39", "1e308", "1e309", "-1e400", "1e-320",
    "1e-400", "3.4028235e38", "3.4028236e38", "2147483647", "2147483648", "-2147483648", "-2147483649", "9007199254740993",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
    "1" * 40, "1" * 400, "0." + "1" * 400, "1E5", "1e+2", "01", "+1", ".5", "1.", "0x10", "1_000", "NaN", "-NaN", "Infinity", "-Infinity",
    "nan", "None", "True", "undefined", '""', '"1"', '"abc"', '"NaN"', '"true"', '"1,5"', "[]", "[1]", "[[1]]", "{}", '{"a": 1}', "", " ",
]


def values(model, column, among=VALUES):
    """Every value in one column."""
    cases = []
    for value in among:
        cells = [json.dumps(cell) for cell in model.row]
        cells[column] = value
        short = value if len(value) < 40 else f"{value[:9]}… of {len(value)} characters"
        cases.append(post(f"column {column} = {short or 'nothing'}", "/predict", '{"features": [' + ", ".join(cells) + "]}"))
    return cases


TYPE_VALUES = [
    "null", "true", "1", "0", "2", "1.0", "1.5", "-0.0", "1e30", "1e39", "1e309", "2147483648", "9223372036854775808", '"1"', '"true"',
    "[1]",
    "{}", "NaN",
]


def typed(model):
    """A value of each kind in a column of each type."""
    cases = [case for column in range(min(5, model.width)) for case in values(model, column, TYPE_VALUES)]
    for column, name in enumerate(model.names[:5]):
        left = named(model, model.row)
        del left[name]
        cases.append(one(f"column {column} left out", left))
        cases.append(one(f"column {column} null by name", named(model, model.row) | {name: None}))
        cases.append(one(f"column {column} is text by name", named(model, model.row) | {name: "x"}))
    return cases


def shapes(model):
    """Bodies that are JSON, but not what is asked for."""
    row, width = model.row, model.width
    flat = json.dumps(row)
    bodies = {
        "one value too few": {"features": row[:-1]},
        "one value too many": {"features": row + [1]},
        "no value": {"features": []},
        "features nested": {"features": [row]},
        "features twice nested": {"features": [[row]]},
        "features null": {"features": None}, "features a number": {"features": 1}, "features a text": {"features": "1,2"},
        "features true": {"features": True}, "features an empty object": {"features": {}},
        "features by an unknown name": {"features": {"nobody knows": 1}},
        "features by place": {"features": {str(i): x for i, x in enumerate(row)}},
        "features given twice": '{"features": %s, "features": %s}' % (flat, flat),
        "a further field": {"features": row, "id": 7},
        "a further field first": {"id": 7, "features": row},
        "another field": {"instances": [row]},
        "another spelling": {"Features": row},
        "rows of rows": [[1, 2]], "an array": row, "an empty object": {}, "null": None, "an empty array": [], "a text": "features",
        "a number": 1, "true": True, "a row in an array": [{"features": row}], "data": {"data": row}, "inputs": {"inputs": [row]},
        "a dataframe": {"dataframe_split": {"columns": ["a"], "data": [row]}}, "an array of null": [None], "an array of numbers": [1, 2],
        "an array of empty objects": [{}, {}], "good and bad rows": [{"features": row}, {"features": row[:-1]}, {}, {"features": row}],
        "a batch in an object": {"rows": [{"features": row}]}, "a very long field name": {"x" * 300: row},
        "an odd field name": {"a\n\u001b[31m\u0000\u202e": row},
    }
    if model.names:
        by_name, first = named(model, row), model.names[0]
        del_first = {name: x for name, x in by_name.items() if name != first}
        text = json.dumps(by_name, ensure_ascii=False)
        bodies |= {
            "a column is missing": {"features": del_first},
            "a column is unknown": {"features": by_name | {"nobody knows": 1}},
            "a column is missing and one unknown": {"features": del_first | {first + " ": 1}},
            "a column is null": {"features": by_name | {first: None}},
            "a column is given twice": '{"features": {%s: 1, %s}}' % (json.dumps(first), text[1:-1]),
            "a column is given twice, null": '{"features": {%s: null, %s}}' % (json.dumps(first), text[1:-1]),
            "a column in another case": {"features": {(n.upper() if n == first else n): x for n, x in by_name.items()}},
            "a column in an array": {"features": by_name | {first: [1]}},
            "a very long column name": {"features": by_name | {"é" * 300: 1}},
            "an odd column name": {"features": by_name | {"a\n\u001b[31m\u0000\u202e": 1}},
            "a pair of columns by name in a batch": [{"features": by_name}, {"features": del_first}],
        }
    cases = [post(f"one: {name}", "/predict", body) for name, body in bodies.items()]
    cases += [post(f"batch: {name}", "/predict/batch", body) for name, body in bodies.items()]
    bad = [{"features": ["x"] * width}] * 30
    cases.append(post("batch: more than twenty mistakes", "/predict/batch", bad))
    cases.append(post("batch: many kinds of mistakes", "/predict/batch", [{}, {"x": 1}, {"features": 1}, None,
        {"features": [None] * width}, [row]] * 5))
    return cases


def encodings(model):
    """Bodies that are not JSON, or not quite."""
    body = json.dumps({"features": model.row}).encode()
    first = json.dumps({"features": model.row[:1]}).encode()[:-2]
    bodies = {
        "trailing garbage": body + b"x", "trailing brace": body + b"}", "two documents": body + body, "trailing space": body + b" \r\n\t ",
        "leading space": b" \r\n\t" + body, "trailing NUL": body + b"\0", "truncated": body[:-1], "truncated in the array": body[:-2],
        "truncated in a number": first, "truncated in a name": body[:5], "byte order mark": b"\xef\xbb\xbf" + body,
        "UTF-16 with a mark": body.decode().encode("utf-16"), "UTF-16 without a mark": body.decode().encode("utf-16-le"),
        "UTF-32": body.decode().encode("utf-32"), "invalid UTF-8": b'{"features\xff": [1]}',
        "invalid UTF-8 in a value": b'{"features": ["\xc3("]}',
        "latin-1": '{"Größe": 1}'.encode("latin-1"), "empty": b"", "spaces only": b"  \n ", "a word": b"hello",
        "single quotes": body.replace(b'"', b"'"),
        "no quotes": body.replace(b'"', b""), "trailing comma": body.replace(b"]", b",]"),
        "trailing comma in the object": body.replace(b"]}", b"],}"),
        "a comment": b"// row\n" + body, "NaN": b'{"features": [NaN]}', "control character": b'{"fea\ntures": []}',
        "lone surrogate": b'{"\\ud800": 1}',
        "escaped name": body.replace(b"features", b"\\u0066eatures"), "CSV": b"5.1,3.5,1.4,0.2\n", "XML": b"<features/>",
        "a form": b"features=1&x=2",
        "YAML": b"features: [1, 2]", "JSON lines": body + b"\n" + body, "deep arrays": b'{"features": ' + b"[" * 300 + b"]" * 300 + b"}",
        "deep objects": b'{"a":' * 300 + b"1" + b"}" * 300, "compressed": gzip.compress(body, mtime=0), "a lone bracket": b"[",
        "a lone brace": b"{",
        "an error behind a wrong value": b'{"features": ["x", tru',
    }
    cases = [post(f"one: {name}", "/predict", data) for name, data in bodies.items()]
    return cases + [post(f"batch: {name}", "/predict/batch", data) for name, data in bodies.items()]


MEDIA = [
    None, "", "application/json", "APPLICATION/JSON", "application/json;charset=utf-8", "application/json; charset=UTF-8",
    'application/json; charset="utf-8"', "application/json; charset=utf8", "application/json; charset=us-ascii",
    "application/json; charset=latin-1",
    "application/json; charset=utf-16", "application/json; charset=", "application/json; x=1; charset=utf-16", "application/json;",
    "application/jsonx",
    "application/problem+json", "application/vnd.x+json; charset=utf-8", "application/ld+JSON", "text/json", "text/plain", "text/csv",
    "*/*", "json",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream", "application/x-ndjson",
    "application/cbor",
    "text/html", "application/json, text/plain", " application/json ", "application / json", "application/j\u00f6on", "+json",
]


def media(model):
    body = json.dumps({"features": model.row})
    cases = [post(f"content-type {value!r}", "/predict", body, {"Content-Type": value}) for value in MEDIA]
    cases += [post(f"batch content-type {value!r}", "/predict/batch", "[]", {"Content-Type": value}) for value in ["text/plain", None]]
    for coding in ["gzip", "identity", "br", "deflate", "", "gzip, identity", "IDENTITY"]:
        data = gzip.compress(body.encode(), mtime=0) if coding == "gzip" else body
        cases.append(post(f"content-encoding {coding!r}", "/predict", data, {"Content-Encoding": coding}))
    for accept in ["text/html", "application/xml", "application/problem+json", "*/*;q=0", "gzip"]:
        cases.append(post(f"accept {accept}", "/predict", body, {"Accept": accept}))
    cases += [post(f"accept-encoding {coding}", "/predict", body, {"Accept-Encoding": coding}) for coding in ["gzip", "br", "identity;q=0"]]
    return cases


def ids(model):
    body = json.dumps({"features": model.row})
    given = ["abc-1", "x" * 128, "x" * 129, "", " padded ", "with space", "tab\there", "\u00e9", '"quoted"', "<script>", "a,b",
        "00000000-0000-0000-0000-000000000000"]
    cases = [post(f"x-request-id {value[:40]!r} of {len(value)}", "/predict", body, {"X-Request-Id": value}) for value in given]
    cases += [ask(f"{target} with x-request-id", "GET", target, headers={"X-Request-ID": "mine"}) for target in ["/model", "/nothing",
        "/docs", "/metrics/"]]
    cases.append(raw("two x-request-ids", message("GET", "/model", headers={"X-Request-Id": "one\r\nx-request-id: two"})))
    traces = ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "nonsense", "\u00e9"]
    cases += [post(f"traceparent {value}", "/predict", body, {"traceparent": value, "tracestate": "a=b"}) for value in traces]
    origin = {"Origin": "http://elsewhere", "Access-Control-Request-Method": "POST"}
    cases.append(ask("a browser asks first", "OPTIONS", "/predict", headers=origin))
    cases += [ask(f"GET {path}, accept-encoding gzip", "GET", path, headers={"Accept-Encoding": "gzip"}) for path in ["/docs",
        "/openapi.json"]]
    return cases + [ask("if-none-match", "GET", "/openapi.json", headers={"If-None-Match": "*"}),
        ask("a range", "GET", "/model", headers={"Range": "bytes=0-9"})]
