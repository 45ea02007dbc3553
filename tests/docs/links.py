#!/usr/bin/env python3
"""Holds the documentation to what it refers to. Prints every fault and exits with 1 if there was one.

    tests/docs/links.py

- Links within the repository lead to a file that is there, and to a heading that is there.
- docs/api.md has a row for every error code, docs/metrics.md for every metric, README.md at most 130 lines.
"""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {"target", "vendor", "node_modules", ".git"}
LONGEST_README = 130


def pages():
    for path in sorted(TOP.rglob("*.md")):
        if not SKIPPED & set(path.relative_to(TOP).parts):
            yield path


def plain(text):
    """A page without its code, where brackets are no links and # begins no heading."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"^(?: {4}|\t).*$", "", text, flags=re.M)


def anchors(path):
    """The anchors that GitHub makes of headings."""
    found = {}
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", plain(path.read_text()), flags=re.M):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        if count:
            found[f"{slug}-{count}"] = 1
    return set(found)


def links(path):
    text = re.sub(r"`[^`\n]*`", "", plain(path.read_text()))
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)


def broken(path):
    for link in links(path):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{link}: there is no such heading"


def names(directory, pattern):
    text = "".join(path.read_text() for path in sorted((TOP / directory).rglob("*.rs")))
    found = set(re.findall(pattern, text))
    if not found:
        sys.exit(f"no file below {directory} matches {pattern}; correct this script")
    return found


def main():
    faults = [f"{path.relative_to(TOP)}: {fault}" for path in pages() for fault in broken(path)]
    code = r'^\s*\w+ = \d{3}, "(\w+)"'
    # In a text, or declared as a field whose name is the metric's.
    metric = r'["\s]((?:predictions?|http|build|model)_(?!name\b|version\b)\w+)(?:"|: \w+Vec\[)'
    for page, expected in [
        ("docs/api.md", names("src/http", re.compile(code, re.M))),
        ("docs/metrics.md", names("src/observe", metric)),
    ]:
        text = (TOP / page).read_text()
        faults += [f"{page}: `{name}` is missing" for name in sorted(expected) if f"`{name}`" not in text]
    lines = len((TOP / "README.md").read_text().splitlines())
    if lines > LONGEST_README:
        faults.append(f"README.md has {lines} lines; {LONGEST_README} is the limit")
    print("\n".join(faults) or "the documentation holds")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
