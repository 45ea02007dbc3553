# docker-compose.yml without images: the commands, variables and health checks that it has, as processes on a network of their own that knows its names.
[ "$(id -u)" = 0 ] || skip "a network of its own takes root"
compose-config docker-compose.yml >"$work/compose.json"
MODEL=models:/demo/1 compose-config docker-compose.yml >"$work/demo.json"
container=$(docker create "$IMAGE")
docker cp --quiet "$container:/ml-serving" "$work/" 2>/dev/null || docker cp "$container:/ml-serving" "$work/" >/dev/null
docker rm "$container" >/dev/null
prometheus=$(get_prometheus) || prometheus=
make --silent target/python/built
rm -rf "$work/volumes"
mkdir -p "$work/volumes/mlflow" "$work/volumes/tmp"
PATH=$PWD/target/python/bin:$PATH unshare --net --mount bash -euo pipefail tests/e2e/compose.sh "$PWD/$work" "$PWD/$models/1" "$prometheus"
