#!/usr/bin/env python3
"""Prints what differs between two recordings: compare.py [--alike] OLD.json NEW.json. Exits 1 if anything does.

With --alike, differences that are the same but for their numbers are printed once, with the places below.
"""

import argparse
import collections
import difflib
import json
import pathlib
import re
import signal
from dataclasses import dataclass

LINES = 60  # The most that is printed of one body.
PLACES = 6  # The most that are listed of one difference.
WIDTH = 300  # Longer values are cut around the first difference.


@dataclass(frozen=True)
class Number:
    """A number as it was written: 1 is not 1.0."""

    text: str


def parsed(text):
    """The JSON in a body; None if it is none."""
    try:
        return json.loads(text, parse_float=Number, parse_int=Number)
    except (ValueError, RecursionError):
        return None


def written(value):
    """JSON with its numbers as they were written."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(name)}: {written(x)}" for name, x in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def cut(old, new):
    """Two texts, cut to what is around their first difference."""
    if max(len(old), len(new)) <= WIDTH:
        return old, new
    same = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    start = max(0, same - 60)
    return [("…" if start else "") + text[start : start + WIDTH] + ("…" if len(text) > start + WIDTH else "") for text in (old, new)]


def changed(where, old, new):
    old, new = cut(written(old), written(new))
    return [f"{where}:", f"  - {old}", f"  + {new}"]


def values(where, old, new):
    """Differences of two JSON values, key by key."""
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        lines = []
        for name in [*old, *(name for name in new if name not in old)]:
            at = f"{where}.{name}"
            if name not in new:
                lines += [f"{at}: gone", f"  - {written(old[name])[:WIDTH]}"]
            elif name not in old:
                lines += [f"{at}: new", f"  + {written(new[name])[:WIDTH]}"]
            else:
                lines += values(at, old[name], new[name])
        return lines
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [line for i, pair in enumerate(zip(old, new)) for line in values(f"{where}[{i}]", *pair)]
    return changed(where, old, new)


def lines_of(where, old, new):
    """Differences of two texts, line by line."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    if not found:
        return [f"{where}: only the ends of lines differ"]
    return [f"{where}:", *(f"  {line[:WIDTH]}" for line in found if not line.startswith("@@"))]


def texts(where, old, new):
    if old == new:
        return []
    one, two = parsed(old), parsed(new)
    if one is not None and two is not None:
        if one == two:
            return [f"{where}: the order of keys or the spaces between them, nothing else"]
        lines = values(where, one, two)
        return lines if len(lines) <= LINES else [*lines[:LINES], f"and {len(lines) - LINES} more lines"]
    return lines_of(where, old, new) if "\n" in old + new else changed(where, old, new)


def headers(where, old, new):
    if old == new:
        return []
    if sorted(old) == sorted(new):
        return [f"{where}: the order of headers, nothing else", f"  - {', '.join(n for n, _ in old)}",
            f"  + {', '.join(n for n, _ in new)}"]
    gone, came = [h for h in old if h not in new], [h for h in new if h not in old]
    return [f"{where}:", *(f"  - {name}: {value}" for name, value in gone), *(f"  + {name}: {value}" for name, value in came)]


def answers(old, new):
    """Differences between the answers to one request."""
    if len(old) != len(new):
        return [f"{len(old)} answers before, {len(new)} now"]
    lines = []
    for i, (one, two) in enumerate(zip(old, new)):
        at = f"answer {i + 1}, " if len(old) > 1 else ""
        if "status" not in one or "status" not in two:
            lines += [] if one == two else changed(f"{at}answer", one, two)
            continue
        if (one["version"], one["status"]) != (two["version"], two["status"]):
            lines += changed(f"{at}status", f"{one['version']} {one['status']}", f"{two['version']} {two['status']}")
        lines += headers(f"{at}headers", one["headers"], two["headers"])
        lines += texts(f"{at}body", one["body"], two["body"])
    return lines


def runs(old, new):
    """Differences between two runs of a command."""
    lines = [] if old["exit"] == new["exit"] else changed("exit code", old["exit"], new["exit"])
    for stream in ("stdout", "stderr"):
        lines += texts(stream, old[stream], new[stream])
    return lines + values("files", old["files"], new["files"])


def differences(old, new):
    """Every place that differs: the server or `command line`, the request, and the lines to print."""
    found = []
    for group, pair in [(key, (old["servers"].get(key), new["servers"].get(key))) for key in {**old["servers"], **new["servers"]}] + [
        ("command line", (old["commands"], new["commands"]))
    ]:
        if None in pair:
            found.append((group, "", ["only in the old recording" if pair[1] is None else "only in the new recording"], ""))
            continue
        for name in {**pair[0], **pair[1]}:
            one, two = (side.get(name) for side in pair)
            if one is None or two is None:
                lines = ["only in the old recording" if two is None else "only in the new recording"]
            else:
                lines = [] if one["sha256"] == two["sha256"] else ["the question itself differs: two corpora were recorded"]
                lines += answers(one["answers"], two["answers"]) if "answers" in one else runs(one, two)
            if lines:
                found.append((group, name, lines, (one or two).get("sent", "")))
    return found


def hunks(lines):
    """Lines that belong together: one that says where, and the indented ones below it."""
    parts = []
    for line in lines:
        if line.startswith("  ") and parts:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return parts


def print_alike(found):
    places = collections.defaultdict(list)
    for group, name, lines, _ in found:
        for text in hunks(lines):
            places[re.sub(r"[0-9.]+", "0", text)].append((text, f"{group}: {name}"))
    for at in sorted(places.values(), key=len, reverse=True):
        print(f"=== {len(at)} times, first:\n{at[0][0]}")
        where = list(dict.fromkeys(place for _, place in at))
        print(*(f"    at {place}" for place in where[:PLACES]), sep="\n")
        if len(where) > PLACES:
            print(f"    and at {len(where) - PLACES} more")
    print(f"{len(found)} places differ, in {len(places)} ways")


def print_all(found):
    last = None
    for group, name, lines, sent in found:
        if group != last:
            print(f"=== {group}")
        last = group
        print(f"--- {name}")
        head, _, body = sent.partition("\r\n\r\n")
        if head:
            print(f"    > {head.splitlines()[0][:100]} {body[:120]!r}")
        print(*(f"    {line}" for line in lines), sep="\n")
    print(f"{len(found)} places differ")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # For `| head`.
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--alike", action="store_true")
    arguments.add_argument("old", type=pathlib.Path)
    arguments.add_argument("new", type=pathlib.Path)
    given = arguments.parse_args()
    found = differences(*(json.loads(path.read_text()) for path in (given.old, given.new)))
    (print_alike if given.alike else print_all)(found)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
