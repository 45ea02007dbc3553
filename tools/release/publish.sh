#!/usr/bin/env bash
# publish.sh IMAGE:TAG CHARTS: for an image that has been pushed: its bill of materials, the chart that installs it by its digest, and
# signatures of both; then verifies all of it as a user would. `make release` runs this in the release, `make release-rehearsal` here.
#
#   SIGN      arguments of cosign sign and attest; default: no key, by the identity of the workflow
#   VERIFY    arguments of cosign verify; default: the identity of the release's workflow
#   PLAIN     set: the registry speaks HTTP
set -euo pipefail
cd "$(dirname "$0")/../.."
image=$1 charts=$2
repository=${image%:*} version=${image##*:}
chart=charts/ml-serving
assets=target/release-assets
work=target/release-work
rm -rf $assets $work
mkdir -p $assets $work
read -ra sign <<<"${SIGN:---yes}"
read -ra verify <<<"${VERIFY:---certificate-oidc-issuer https://token.actions.githubusercontent.com --certificate-identity-regexp ^https://github.com/${GITHUB_REPOSITORY:-ml-serving/ml-serving}/.github/workflows/release.yaml@refs/tags/v}"
say() { printf '\n== %s\n' "$*"; }

say "the image"
digest=$(oras resolve ${PLAIN:+--plain-http} "$image")
echo "$repository@$digest"

say "its bill of materials"
cargo cyclonedx --format json --spec-version 1.5 --no-build-deps --override-filename sbom >/dev/null
mv sbom.json "$assets/ml-serving-$version.cdx.json"
jq -er '"\(.components | length) components"' "$assets/ml-serving-$version.cdx.json"

say "the chart"
cp -r $chart $work/
# The released chart names the image of its release by digest; the tag beside it is for people.
sed -i "/^image:/,/^[a-z]/ s|^  digest: \"\"|  digest: \"$digest\"|; /^image:/,/^[a-z]/ s|^  repository: .*|  repository: ${repository#*/}|; /^image:/,/^[a-z]/ s|^  registry: .*|  registry: ${repository%%/*}|" $work/ml-serving/values.yaml
sed "s|@IMAGE@|$image@$digest|" >>$work/ml-serving/Chart.yaml <<'YAML'
  artifacthub.io/images: |
    - name: ml-serving
      image: @IMAGE@
      platforms: [linux/amd64, linux/arm64]
YAML
helm package $work/ml-serving --version "$version" --app-version "$version" --destination $assets
helm push ${PLAIN:+--plain-http} "$assets/ml-serving-$version.tgz" "oci://$charts"
chart_digest=$(oras resolve ${PLAIN:+--plain-http} "$charts/ml-serving:$version")
oras push ${PLAIN:+--plain-http} "$charts/ml-serving:artifacthub.io" \
	--config /dev/null:application/vnd.cncf.artifacthub.config.v1+yaml \
	artifacthub-repo.yml:application/vnd.cncf.artifacthub.repository-metadata.layer.v1.yaml

say "signatures"
cosign sign "${sign[@]}" "$repository@$digest"
cosign attest "${sign[@]}" --type cyclonedx --predicate "$assets/ml-serving-$version.cdx.json" "$repository@$digest"
cosign sign "${sign[@]}" "$charts/ml-serving@$chart_digest"

say "verified"
cosign verify "${verify[@]}" "$repository@$digest" >/dev/null
cosign verify-attestation "${verify[@]}" --type cyclonedx "$repository@$digest" >/dev/null
cosign verify "${verify[@]}" "$charts/ml-serving@$chart_digest" >/dev/null
printf 'image %s@%s\nchart oci://%s/ml-serving@%s\n' "$repository" "$digest" "$charts" "$chart_digest" | tee $assets/digests.txt
