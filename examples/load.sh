#!/bin/sh
# A steady load for ten seconds, and its latencies: RATE requests a second (500).
set -eu
server=${ML_SERVING:-http://localhost:8000}
body=$(mktemp)
trap 'rm -f "$body"' EXIT
echo '{"features":[6.1,2.8,4.7,1.2]}' >"$body"
echo "POST $server/predict" |
	vegeta attack -rate "${RATE:-500}" -duration "${DURATION:-10s}" -header 'content-type: application/json' -body "$body" |
	vegeta report
