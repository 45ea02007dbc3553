"""Write a JSON schema per Kubernetes kind, closed and without prose: schemas.py SWAGGER OUT."""

import json
import pathlib
import sys

definitions = json.loads(pathlib.Path(sys.argv[1]).read_text())["definitions"]
out = pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)


def closed(node):
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    if "properties" in node:
        node = {"additionalProperties": False} | node
    return {
        key: {k: closed(v) for k, v in value.items()} if key == "properties" else closed(value)
        for key, value in node.items()
        if key not in ("description", "default") and not key.startswith("x-kubernetes")
    }


schemas = {name: closed(node) for name, node in definitions.items()}
(out / "_definitions.json").write_text(json.dumps({"definitions": schemas}).replace('"#/', '"_definitions.json#/'))
for name, node in definitions.items():
    for kind in node.get("x-kubernetes-group-version-kind", []):
        parts = kind["kind"].lower(), kind["group"].split(".")[0], kind["version"]
        ref = {"$ref": f"_definitions.json#/definitions/{name}"}
        (out / ("-".join(filter(None, parts)) + ".json")).write_text(json.dumps(ref))
