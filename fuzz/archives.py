"""A skops archive as the target `skops` takes one, and where the seeds lie."""

import io
import json
import pathlib
import re
import zipfile

SEEDS = pathlib.Path(__file__).parent / "seeds"


def seed(target, name, raw):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath(name).write_bytes(raw)


def unpacked(raw):
    """The files of an archive one after the other, its arrays named by their place."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    schema = archive.read("schema.json").decode()
    arrays = list(dict.fromkeys(re.findall(r'"([\w-]+\.(?:npy|bin))"', schema)))
    for i, array in enumerate(arrays):
        schema = schema.replace(f'"{array}"', f'"{i}.npy"')
    # Without the spaces, and with small numbers for the objects.
    schema = json.dumps(json.loads(schema), separators=(",", ":"))
    for i, number in enumerate(dict.fromkeys(re.findall(r'"__id__":(\d+)', schema))):
        schema = schema.replace(f'"__id__":{number}', f'"__id__":{i}')
    return b"\n%%\n".join([schema.encode()] + [archive.read(array) for array in arrays])
