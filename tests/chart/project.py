#!/usr/bin/env python3
"""Holds the files around the chart to what other files say: recipes, updates of dependencies, the workflow, the release."""

import pathlib
import re
import sys

import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]


def text(path):
    return (TOP / path).read_text()


def faults():
    for path in ("Makefile", "chart.mk"):
        for number, line in enumerate(text(path).splitlines(), 1):
            # The shell of make looks at the first name alone.
            if re.search(r"command -v [\w.-]+ +[\w-]", line):
                yield f"{path}:{number}: command -v takes one name; ask for each"

    modules = {"/" + str(path.parent.relative_to(TOP)) for path in (TOP / "tools").rglob("go.mod")}
    updated = {d for u in yaml.safe_load(text(".github/dependabot.yml"))["updates"] if u["package-ecosystem"] == "gomod" for d in u["directories"]}
    for directory in sorted(modules ^ updated):
        yield f".github/dependabot.yml and the modules of Go differ in {directory}"

    runs = [step for job in yaml.safe_load(text(".github/workflows/ci.yaml"))["jobs"].values() for step in job["steps"]]
    targets = {target for step in runs for target in re.findall(r"\bmake ([\w-]+)", step.get("run", ""))}
    # What CI runs on other machines too.
    for target in sorted(set(re.findall(r"^ *step make ([\w-]+)", text(".ci/run"), re.M)) - targets):
        yield f".github/workflows/ci.yaml does not run make {target}"

    if re.search(r"certificate-identity-regexp \^?https://github.com/(?!\$)", text("tools/release/publish.sh")):
        yield "tools/release/publish.sh expects the workflow of one repository, whichever runs it"


found = list(faults())
print("\n".join(found) or "project: the files agree")
sys.exit(bool(found))
