#!/bin/sh
# crds.sh MODULE@VERSION FILE: the JSON schemas of a custom resource definition, without prose, into schemas/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../tools"
file=$(go mod download -json "$1" | jq -r .Dir)/$2
convert=$(go list -m -f '{{.Dir}}' github.com/yannh/kubeconform)/scripts/openapi2jsonschema.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
FILENAME_FORMAT='{kind}-{group}-{version}' python "$convert" "$file"
for schema in *-v1*.json; do
	jq -c 'walk(if type == "object" and (.description | type) == "string" then del(.description) else . end)' "$schema" >"$here/schemas/$schema"
done
