"""Requests that are odd as HTTP, and servers in special states."""

import json

from cases import ANSWER, HTTP2, SEND, Case, ask, message, many, metrics, one, post, raw, routes

HOLD, RELEASE = "hold", "release"


def chunked(*chunks, end=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def http1(model):
    """Framing: versions, lengths, chunks, pipelines, and requests that are none."""
    body = json.dumps({"features": model.row}).encode()
    plain, size = message("POST", "/predict", body), len(body)
    head = message("POST", "/predict", body, {"Content-Length": None, "Transfer-Encoding": "chunked"})[: -size]
    expecting = message("POST", "/predict", body, {"Expect": "100-continue"})[: -size]
    live = message("GET", "/health/live")
    http10 = message("POST", "/predict", body, version="HTTP/1.0")
    closing = message("POST", "/predict", body, {"Connection": "close"})
    kept = message("GET", "/health/live", headers={"Connection": "keep-alive"}, version="HTTP/1.0")
    return [
        raw("HTTP/1.0", http10), raw("HTTP/1.0 GET", message("GET", "/health/live", version="HTTP/1.0")),
        raw("HTTP/1.0 keep-alive", kept * 2, 2),
        raw("connection: close", closing), raw("a batch, connection: close",
            message("POST", "/predict/batch", b"[]", {"Connection": "close"})),
        raw("two requests in one piece", plain * 2, 2), raw("five requests in one piece", live * 2 + plain + live + plain, 5),
        raw("a request behind a refused one", message("POST", "/predict", b"{}") + plain, 2),
        raw("a request behind one without a path", message("POST", "/nothing", body) + plain, 2),
        raw("a request behind a wrong method", message("PUT", "/predict", body) + plain, 2),
        raw("a request behind a wrong media type", message("POST", "/predict", body, {"Content-Type": "text/plain"}) + plain, 2),
        raw("a GET with a body, and a request", message("GET", "/model", body) + plain, 2),
        Case("a request in three pieces", [(SEND, plain[:7]), (SEND, plain[7:-3]), (SEND, plain[-3:]), (ANSWER, False)]),
        Case("one after the other on a connection", [(SEND, plain), (ANSWER, False)] * 3),
        raw("one chunk", head + chunked(body)), raw("three chunks", head + chunked(body[:5], body[5:9], body[9:])),
        raw("a chunk per byte", head + chunked(*(body[i : i + 1] for i in range(size)))),
        raw("no chunk", head + chunked()), raw("chunks with a trailer", head + chunked(body, end=b"0\r\nx-a: 1\r\n\r\n")),
        raw("a chunk with an extension", head + b"%x;a=b\r\n%s\r\n0\r\n\r\n" % (size, body)),
        raw("a bad chunk size", head + b"zz\r\n" + body), raw("chunks that end early", head + b"ff\r\n" + body, end=True),
        raw("chunks without an end", head + chunked(body, end=b""), end=True),
        raw("chunks and a length", message("POST", "/predict", b"", {"Transfer-Encoding": "chunked",
            "Content-Length": "5"}) + chunked(body)),
        raw("gzip, chunked", message("POST", "/predict", b"", {"Content-Length": None,
            "Transfer-Encoding": "gzip, chunked"}) + chunked(body)),
        Case("expect: 100-continue", [(SEND, expecting), (ANSWER, False), (SEND, body), (ANSWER, False)]),
        raw("expect: 100-continue on a wrong path", expecting.replace(b"/predict", b"/nothing")),
        raw("expect: 100-continue with a wrong media type", expecting.replace(b"application/json", b"text/plain")),
        raw("expect: something else", expecting.replace(b"100-continue", b"a miracle") + body),
        raw("a body that ends early", message("POST", "/predict", body, {"Content-Length": str(size + 9)}), end=True),
        raw("a body longer than it says", message("POST", "/predict", body, {"Content-Length": str(size - 9)}), 2),
        raw("no length at all", message("POST", "/predict", body, {"Content-Length": None}), 2),
        raw("a length that is no number", message("POST", "/predict", body, {"Content-Length": "many"})),
        raw("a negative length", message("POST", "/predict", body, {"Content-Length": "-1"})),
        raw("two equal lengths", message("POST", "/predict", body, {"Content-Length": f"{size}\r\nContent-Length: {size}"})),
        raw("two lengths", message("POST", "/predict", body, {"Content-Length": f"{size}\r\nContent-Length: 3"})),
        raw("no host", message("GET", "/model", headers={"Host": None})),
        raw("two hosts", message("GET", "/model", headers={"Host": "a\r\nHost: b"})),
        raw("an odd method", message("BREW", "/predict")), raw("a method in lower case", message("get", "/model")),
        raw("TRACE", message("TRACE", "/model")), raw("CONNECT", message("CONNECT", "corpus:80")),
        raw("OPTIONS *", message("OPTIONS", "*")),
        raw("HTTP/2 in the first line", message("GET", "/model", version="HTTP/2.0")),
        raw("HTTP/3 in the first line", message("GET", "/model", version="HTTP/3")),
        raw("no version", b"GET /model\r\n\r\n"), raw("line feeds only", live.replace(b"\r\n", b"\n")),
        raw("empty lines first", b"\r\n\r\n" + live),
        raw("a space in the path", message("GET", "/mo del")), raw("a header without a colon",
            message("GET", "/model", headers={"a\r\nb": "c"})),
        raw("a space before the colon", message("GET", "/model", headers={"a ": "c"})),
        raw("a folded header", message("GET", "/model", headers={"a": "b\r\n c"})),
        raw("a NUL in a header", message("GET", "/model", headers={"a": "b\0c"})),
        raw("many headers", message("GET", "/model", headers={f"h{i}": "x" for i in range(90)})),
        raw("too many headers", message("GET", "/model", headers={f"h{i}": "x" for i in range(200)})),
        raw("a large header", message("GET", "/model", headers={"a": "x" * 30_000})), raw("no HTTP at all", b"hello\r\n\r\n"),
        raw("TLS", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", end=True), raw("nothing", b"", end=True),
        raw("half a line", b"GET /mod", end=True),
        raw("upgrade to HTTP/2", message("GET", "/model", headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c",
            "HTTP2-Settings": "AAMAAABkAAQAAP__"})),
        raw("upgrade to a websocket", message("GET", "/docs/x", headers={"Connection": "Upgrade", "Upgrade": "websocket"})),
    ]


def http2(model):
    body = json.dumps({"features": model.row})
    asked = [
        ("GET", "/health/live", ""), ("GET", "/model", ""), ("GET", "/nothing", ""), ("POST", "/predict?probabilities=true", body),
        ("POST", "/predict", body[:-1]), ("POST", "/predict", "{}"), ("PUT", "/predict", body), ("HEAD", "/model", ""),
    ]
    return [Case(f"HTTP/2 {method} {path} {text[:12]}", [(HTTP2, method, path, text.encode())]) for method, path, text in asked]


def limits(model):
    """For a server that takes 300 bytes and three rows."""
    body = json.dumps({"features": model.row}).encode()
    exact, over = body.ljust(300), body.ljust(301)
    chunks = message("POST", "/predict", b"", {"Content-Length": None, "Transfer-Encoding": "chunked"})
    expecting = message("POST", "/predict", over, {"Expect": "100-continue"})[: -len(over)]
    row = {"features": model.row}
    return [
        post("a body at the limit", "/predict", exact), post("a body over the limit", "/predict", over),
        post("a body far over the limit", "/predict", body.ljust(100_000)), post("a wrong body over the limit", "/predict", b"x" * 500),
        post("an empty batch", "/predict/batch", []), post("a batch at the limit", "/predict/batch", [row] * 3),
        post("a batch over the limit", "/predict/batch", [row] * 4), post("a bad batch over the limit", "/predict/batch",
            [{}, 1, row, row, 1]),
        post("a truncated batch over the limit", "/predict/batch", b"[{},{},{},{"),
        post("a truncated batch at the limit", "/predict/batch", b"[{},{},{}"),
        post("a batch at the limit with garbage behind it", "/predict/batch", b"[{},{},{}]x"),
        post("a media type and a length that are wrong", "/predict", over, {"Content-Type": "text/plain"}),
        post("a query and a length that are wrong", "/predict?probabilities=x", over),
        post("a path and a length that are wrong", "/nothing", over), ask("a method and a length that are wrong", "PUT", "/predict", over),
        raw("chunks at the limit", chunks + chunked(exact[:200], exact[200:])),
        raw("chunks over the limit", chunks + chunked(over[:200], over[200:])),
        raw("a length over the limit, and no body", expecting.replace(b"Expect: 100-continue\r\n", b""), end=True),
        raw("expect: 100-continue over the limit", expecting, 2, end=True),
        raw("a length beyond 64 bits", message("POST", "/predict", b"", {"Content-Length": "99999999999999999999"})),
        raw("a length of 2^63", message("POST", "/predict", b"", {"Content-Length": str(2**63)}), end=True),
        raw("a request behind one that is too large", message("POST", "/predict", over) + message("GET", "/health/live"), 2),
    ] + metrics("at the end")


def large(model):
    """Bodies that take time, and those over the limits that a server has by itself."""
    row = {"features": model.row}
    return [
        many("five thousand rows", (model.rows * 100)[:5000]), post("ten thousand and one rows", "/predict/batch", [row] * 10_001),
        post("five thousand rows, the last of which is bad", "/predict/batch", [row] * 4999 + [{"features": []}]),
        post("a body over 8 MiB", "/predict", json.dumps(row).ljust((8 << 20) + 1)),
        post("a body of 8 MiB", "/predict", json.dumps(row).ljust(8 << 20)),
    ]


def full(model):
    """For a server that predicts one request at a time: one is held open with half of its body unsent."""
    body = json.dumps({"features": model.row}).encode()
    begun = message("POST", "/predict", body)
    return [
        Case("predictions while one waits for its body", [
            (HOLD, begun[:-5]), (SEND, begun), (ANSWER, False), (SEND, message("GET", "/health/ready")), (ANSWER, False),
            (SEND, message("POST", "/predict", b"x", {"Content-Type": "text/plain"})), (ANSWER, False), (RELEASE, begun[-5:]),
        ]),
        one("a prediction afterwards", model.row),
    ] + metrics("at the end")


def slow(model):
    """For a server that waits one second."""
    body = json.dumps({"features": model.row}).encode()
    return [
        raw("a body that pauses", message("POST", "/predict", body)[:-5], 2),
        raw("headers that never end", b"POST /predict HTTP/1.1\r\nHost: corpus\r\n"),
        one("a prediction afterwards", model.row),
    ] + metrics("at the end")


def without_model(model):
    """For a server that has no model yet, or is about to end."""
    return routes(methods=["GET", "HEAD", "POST"]) + [
        one("a prediction", model.row), many("a batch", [model.row]), post("no JSON", "/predict", "x"),
        post("no media type", "/predict", "{}", {"Content-Type": "text/plain"}),
        one("a query that is wrong", model.row, "?probabilities=x"), raw("HTTP/1.0", message("GET", "/health/ready", version="HTTP/1.0")),
        raw("two requests in one piece", message("GET", "/health/live") * 2, 2),
    ]


def counted(model):
    """What the counters say of a known sequence."""
    row = model.row
    cases = [one("a good row", row)] * 3 + [many("five good rows", [row] * 5), many("no row", []), one("a bad row", row[:-1])]
    cases += [many("three rows of which two are bad", [row, [], []]), post("no JSON", "/predict", "x"),
        post("no JSON batch", "/predict/batch", b"[{},{},"),
              one("a wrong query", row, "?probabilities=x"), post("a wrong media type", "/predict", "{}", {"Content-Type": "text/plain"}),
              many("sixty rows", [row] * 60), ask("no path", "GET", "/nothing"), ask("no method", "PUT", "/predict"),
              ask("HEAD", "HEAD", "/model")]
    cases = [Case(f"counted {i}: {case.name}", case.steps) for i, case in enumerate(cases, 1)]
    return cases + metrics("after a known sequence")
