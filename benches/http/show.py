"""How figures are shown: three digits, a unit, Markdown."""

import os
import pathlib
import platform
import statistics
import sys


def digits(number):
    """Three significant digits, in full."""
    places = 2 - len(str(int(number)))
    return f"{round(number, places + 1):,.{max(places + 1, 0)}f}"


def duration(seconds):
    unit, size = next((u for u in (("µs", 1e6), ("ms", 1e3)) if seconds * u[1] < 1e3), ("s", 1))
    return f"{digits(seconds * size)} {unit}"


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def table(names, rows):
    """Markdown. The first column is text, the others are figures."""
    lines = [names, ["---", *("---:" for _ in names[1:])], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def pinned(*files):
    """The packages that requirement files pin, each of them once."""
    lines = [line for file in files for line in pathlib.Path(file).read_text().splitlines() if "==" in line]
    return list(dict.fromkeys(line.replace("==", " ") for line in lines))


def insert(file, tables):
    """Replaces what lies between a first line of `tables` and the closing line."""
    text = file.read_text()
    done = False
    for first, new in tables.items():
        before, opened, rest = text.partition(f"{first}\n")
        _, closed, after = rest.partition("<!-- /bench -->")
        if opened and closed:
            text, done = f"{before}{opened}{new}{closed}{after}", True
    if not done:
        sys.exit(f"{file} has no line `{'` or `'.join(tables)}` with `<!-- /bench -->` below it")
    file.write_text(text)
