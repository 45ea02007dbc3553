#!/usr/bin/env python3
"""Draws the table of docs/benchmarks.md: the same table gives the same picture, to the byte.

    plots.py PAGE.md PICTURE.svg
"""

import math
import pathlib
import re
import sys
from html import escape

# Row of the table: the title, and which of the figures in a cell is shown.
PANELS = {
    "Requests a second, 16 clients": ("Requests a second, 16 clients: more is better", 0),
    "CPU per request": ("CPU per request: less is better", 0),
    "Memory after the start, under load": ("Memory under load: less is better", 1),
    "Start to first answer": ("Start to first answer: less is better", 0),
}
UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1, "MiB": 1, "": 1}
WIDTH, HEIGHT, LABELS, BAR, GAP = 480, 26, 176, 16, 34
STYLE = """
    text { font: 12px -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
    .title { font-size: 13px; font-weight: 600; }
    .label { text-anchor: end; }
    .note { font-size: 11px; fill: #59636e; }
    .other { fill: #8c959f; }
    .ours { fill: #0969da; }
    .grid { stroke: #d1d9e0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note { fill: #9198a1; }
      .other { fill: #656c76; }
      .ours { fill: #4493f8; }
      .grid { stroke: #3d444d; }
    }
  """


def read(page):
    """The names of the servers, and the cells of each row by its name."""
    block = re.search(r"<!-- bench(?: all)? -->\n(.*?)\n\n", page, re.S)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block[1].splitlines()]
    (_, *names), _, *rows = lines
    return names, {name: cells for name, *cells in rows}


def figure(cell, which):
    """What is written for the figure, and its value."""
    parts = cell.split(", ")
    text = parts[min(which, len(parts) - 1)]
    unit = next((unit for unit in UNITS if unit and cell.endswith(f" {unit}")), "")
    if unit and not text.endswith(unit):
        text = f"{text} {unit}"
    number = text.removesuffix(unit).strip().replace(",", "")
    return text, float(number) * UNITS[unit]


def panel(title, names, figures, x, y):
    """One group of bars on a logarithmic scale; a line for each power of ten."""
    values = [value for _, value in figures]
    low, high = math.floor(math.log10(min(values)) - 0.2), math.log10(max(values))
    room = WIDTH - LABELS - 90
    at = lambda value: LABELS + room * (math.log10(value) - low) / (high - low)
    bottom = y + HEIGHT + BAR * len(names) * 1.5
    parts = [f'<text class="title" x="{x}" y="{y + 12}">{escape(title)}</text>']
    for power in range(low, math.floor(high) + 1):
        line = x + at(10.0**power)
        parts.append(f'<line class="grid" x1="{line:.1f}" y1="{y + HEIGHT - 4}" x2="{line:.1f}" y2="{bottom:.1f}"/>')
    for i, (name, (text, value)) in enumerate(zip(names, figures)):
        top, kind = y + HEIGHT + i * BAR * 1.5, "ours" if i == 0 else "other"
        parts += [
            f'<text class="label" x="{x + LABELS - 8}" y="{top + 12:.1f}">{escape(name)}</text>',
            f'<rect class="{kind}" x="{x + LABELS}" y="{top:.1f}" width="{at(value) - LABELS:.1f}" height="{BAR}" rx="2"/>',
            f'<text x="{x + at(value) + 6:.1f}" y="{top + 12:.1f}">{escape(text)}</text>',
        ]
    return parts


def draw(page):
    names, rows = read(page)
    shown = [i for i, name in enumerate(names) if name not in ("baseline", "bare hyper, a fixed answer")]
    names = [names[i] for i in shown]
    tall = HEIGHT + BAR * len(names) * 1.5 + GAP
    parts, said = [], []
    for number, (row, (title, which)) in enumerate(PANELS.items()):
        figures = [figure(rows[row][i], which) for i in shown]
        parts += panel(title, names, figures, 10 + number % 2 * (WIDTH + 20), 10 + number // 2 * tall)
        said.append(f"{title}: " + ", ".join(f"{name} {text}" for name, (text, _) in zip(names, figures)))
    height = 10 + 2 * tall + 6
    parts.append(f'<text class="note" x="10" y="{height - 14:.0f}">Logarithmic: from one line to the next is ten times as much.</text>')
    body = "\n  ".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH + 40} {height:.0f}" width="{2 * WIDTH + 40}" height="{height:.0f}" role="img" aria-labelledby="title desc">
  <title id="title">ml-serving beside other servers of the same forest</title>
  <desc id="desc">{escape(". ".join(said))}.</desc>
  <style>{STYLE}</style>
  {body}
</svg>
"""


if __name__ == "__main__":
    page, picture = map(pathlib.Path, sys.argv[1:])
    picture.write_text(draw(page.read_text()))
