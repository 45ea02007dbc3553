#!/usr/bin/env bash
# changes.sh VERSION: what both changelogs say about a version.
set -euo pipefail
cd "$(dirname "$0")/../.."
section() { awk -v heading="## [$1]" 'index($0, heading) == 1 { inside = 1; next } /^## \[/ { inside = 0 } inside' "$2"; }
section "$1" CHANGELOG.md
echo
echo "## Chart"
section "$1" charts/ml-serving/CHANGELOG.md
