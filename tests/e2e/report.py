"""The table of a run of the load generator (vegeta encode), and whether it is as it must be."""

import argparse
import base64
import collections
import json
import math
import sys

arguments = argparse.ArgumentParser()
arguments.add_argument("--failures", type=int, default=0, help="most that may be")
arguments.add_argument("--within", type=float, help="seconds from the first to the last failure")
which = arguments.add_mutually_exclusive_group(required=True)
which.add_argument("--versions", help="the only ones that may answer, in the order of their first answers")
which.add_argument("--shares", help="VERSION=PERCENT,…: the only ones that may answer, each within 3 points of its share")
arguments.add_argument("--between", type=lambda text: [moment(at) for at in text.split(",")], help="FROM,TO: what was asked in that time, THH:MM:SS each")


def moment(text):
    """Seconds of the day."""
    hours, minutes, seconds = text.split("T")[1].rstrip("Z").split("+")[0].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


arguments = arguments.parse_args()
latencies = collections.defaultdict(list)
failures = collections.Counter()
failed_at = []
first = {}
last = ""
start = end = None

for line in sys.stdin:
    result = json.loads(line)
    at = moment(result["timestamp"])
    if arguments.between and not arguments.between[0] <= at < arguments.between[1]:
        continue
    start, end = min(start or at, at), max(end or at, at)
    version = (result["headers"] or {}).get("X-Model-Version", ["none"])[0]
    reason = result["error"]
    if result["code"] == 200:
        answer = json.loads(base64.b64decode(result["body"] or ""))
        reason = "" if answer.get("prediction") == 0 and "confidence" in answer else "wrong answer"
    if reason or result["code"] != 200:
        failures[f"{result['attack']}: {result['code']} {reason}"[:150]] += 1
        failed_at.append(at)
        continue
    latencies[version].append(result["latency"] / 1e6)
    first.setdefault(version, at)


def percentile(values, share):
    values = sorted(values)
    return values[max(0, math.ceil(share * len(values)) - 1)]


total = sum(map(len, latencies.values())) + len(failed_at)
print(f"   {'version':<14}{'requests':>9}{'failures':>9}{'p50 ms':>8}{'p99 ms':>8}{'max ms':>8}")
for version in sorted(first, key=first.get):
    values = latencies[version]
    print(f"   {version:<14}{len(values):>9}{'':>9}{percentile(values, 0.5):>8.2f}{percentile(values, 0.99):>8.2f}{max(values):>8.1f}")
every = [value for values in latencies.values() for value in values] or [0]
print(f"   {'all':<14}{total:>9}{len(failed_at):>9}{percentile(every, 0.5):>8.2f}{percentile(every, 0.99):>8.2f}{max(every):>8.1f}   in {(end or 0) - (start or 0):.0f} s")
for reason, count in failures.most_common(5):
    print(f"   {count} x {reason}")
if failed_at:
    print(f"   from second {min(failed_at) - start:.1f} to {max(failed_at) - start:.1f}")

problems = []
if len(failed_at) > arguments.failures:
    problems.append(f"{len(failed_at)} failures")
if arguments.within and failed_at and max(failed_at) - min(failed_at) > arguments.within:
    problems.append(f"failures over {max(failed_at) - min(failed_at):.1f} s")
if arguments.versions and sorted(first, key=first.get) != arguments.versions.split(","):
    problems.append(f"answers from {', '.join(sorted(first, key=first.get))} rather than {arguments.versions}")
if arguments.shares:
    wanted = {version: float(share) for version, share in (one.split("=") for one in arguments.shares.split(","))}
    found = {version: 100 * len(values) / len(every) for version, values in latencies.items()}
    print(f"   shares: {', '.join(f'{version} {share:.1f} %' for version, share in found.items())}")
    if found.keys() != wanted.keys() or any(abs(found[version] - wanted[version]) > 3 for version in wanted):
        problems.append(f"other shares than {arguments.shares}")
if problems:
    sys.exit(f"   FAILED: {'; '.join(problems)}")
