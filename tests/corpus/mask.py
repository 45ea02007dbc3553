"""Takes out of an answer what differs between two runs of the same binary: times, ids, ports and places."""

import base64
import gzip
import hashlib
import json
import re

NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
PAGE = 100_000  # HTML that is longer is recorded by its size and hash.


def places(text, home):
    """Text without the temporary directory, ports and times of day."""
    text = text.replace(home, "<home>").replace(home.rpartition("/")[2], "<name of home>")
    text = re.sub(r"(127\.0\.0\.1|localhost|\[::1\]):(?!1\b)\d+", r"\1:<port>", text)
    text = re.sub(r'(port\\*"):\d{4,5}', r"\1:<port>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "<time>", text)


def counters(text):
    """The counters of a metrics page by series."""
    lines = [line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    return {series: float(value) for series, _, value in lines if re.search(r"_(total|count|bucket|sum)\b", series)}


def metrics(text, base):
    """Every series; counters since the questions began; times and what describes the process, without a value."""
    lines = []
    for line in text.splitlines():
        series, _, value = line.rpartition(" ")
        name = series.split("{")[0]
        if line.startswith("#"):
            lines.append(line)
        elif re.search(r"_seconds(_bucket|_sum)?$", name) or name.startswith("process_") or name == "model_load_failures_total":
            lines.append(f"{series} <varies>")
        elif name == "http_requests_total" and value == str(int(base.get(series, 0))):
            continue  # It stems from the wait for the server, which is long or short.
        elif series in base or re.search(r"_(total|count|bucket|sum)$", name):
            lines.append(f"{series} {float(value) - base.get(series, 0):g}")
        else:
            lines.append(line)
    return "\n".join(lines)


def page(text):
    """A large page by its length and its hash, without the document that may be embedded in it."""
    found = re.search(r"let spec = (?=\{)", text)
    note = "no document"
    if found:
        _, end = json.JSONDecoder().raw_decode(text, found.end())
        note = "a document cut out"
        text = text[: found.end()] + text[end:]
    return f"a page of about {round(len(text), -5)} characters, {note}, sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def body(data, kind, home, base):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(data).decode()
    if text.startswith("# HELP"):
        return metrics(text, base)
    if "html" in kind and len(text) > PAGE:
        return page(text)
    text = re.sub(rf'"(latency_ms|loaded_at)":{NUMBER}', r'"\1":"<varies>"', text)
    return places(text, home)


def answer(got, request, home, base):
    """An answer to `request` as it is recorded."""
    if "status" not in got:
        return got
    headers, data = [], got["body"]
    plain = gzip.decompress(data) if data and ["content-encoding", "gzip"] in got["headers"] else data
    kind = next((value for name, value in got["headers"] if name.lower() == "content-type"), "")
    for name, value in got["headers"]:
        lower = name.lower()
        if lower == "date":
            value = "<date>"
        elif lower == "content-length" and data and value == str(len(data)):
            value = "<that of the body>"
        elif lower == "content-length" and re.match(r"HEAD /(model|metrics)\b", request):
            value = "<varies>"  # There are times in the body that is left out.
        elif lower == "x-request-id" and re.fullmatch(r"[0-9a-f]{16}", value):
            value = "<16 hex digits>"
        headers.append([name, value])
    return {"version": got["version"], "status": got["status"], "headers": headers, "body": body(plain, kind, home, base)}
