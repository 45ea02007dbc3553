#!/bin/sh
# deploy.sh: `make deploy` gives the chart the image that it is told, whatever its tag and its registry look like.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
touch "$work/built"
# In the place of helm: shows what would be installed.
cat >"$work/bin/helm" <<SH
#!/bin/sh
[ "\$1 \$2" = "upgrade --install" ] || exit 1
name=\$3 chart=\$4
shift 6
[ "\$1" != --rollback-on-failure ] || shift
exec "$(command -v helm)" template "\$name" "\$chart" --show-only templates/deployment.yaml "\$@"
SH
chmod +x "$work/bin/helm"

deploys() {
	make --silent --old-file="$work/built" deploy chart_tools="$work" image="$1" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	grep -qF "image: \"$1\"" "$work/log" || { echo "make deploy image=$1 installs $(grep image: "$work/log")" >&2; exit 1; }
}
deploys ml-serving:test
deploys registry.example.com/team/ml-serving:1
deploys registry.example.com:5000/team/ml-serving:1.10
deploys localhost:5000/ml-serving:2026-11-27
if make --silent --old-file="$work/built" deploy chart_tools="$work" image=registry.example.com:5000/ml-serving >"$work/log" 2>&1; then
	echo "make deploy takes an image without a tag" >&2
	exit 1
fi
grep -q "has no tag" "$work/log" || { cat "$work/log" >&2; exit 1; }
echo "deploy: 5 images as expected"
