#!/usr/bin/env bash
# version.sh TAG: prints version=X.Y.Z if the server, the chart and both changelogs have the version of the tag, else what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1#v}
chart=charts/ml-serving
wrong() { echo "$1 does not say $version, the version of the tag $tag" >&2; exit 1; }
tag=$1
[ "$tag" != "$version" ] || { echo "a release has a tag like v1.2.3, not $tag" >&2; exit 1; }
grep -qxF "version = \"$version\"" Cargo.toml || wrong Cargo.toml
grep -qxF "version: $version" $chart/Chart.yaml || wrong "version of $chart/Chart.yaml"
grep -qxF "appVersion: \"$version\"" $chart/Chart.yaml || wrong "appVersion of $chart/Chart.yaml"
for changes in CHANGELOG.md $chart/CHANGELOG.md; do
	grep -qE "^## \[${version//./\\.}\]" $changes || wrong "a heading of $changes"
done
echo "version=$version"
