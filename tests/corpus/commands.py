"""Runs the command lines, each in a directory of its own, and records exit code, output, and the files that are there afterwards."""

import functools
import hashlib
import http.server
import re
import subprocess
import threading
import time

import mask
from command_lines import all_commands
from wire import free_port, get

SECONDS = 30  # The longest that a command may take.


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def encoded(data):
    return data.encode() if isinstance(data, str) else data


def ready(port):
    """Whether a server at this port serves; some listen on IPv6 only."""
    return any('"status":"ready"' in get(host, port, "/health/ready") for host in ("127.0.0.1", "::1"))


def wait(process, command, port):
    """The exit code. A server is told to end as soon as it is ready."""
    end, told = time.monotonic() + SECONDS, False
    while time.monotonic() < end:
        try:
            return process.wait(0.02)
        except subprocess.TimeoutExpired:
            if "serve" in command.line and not told and ready(port):
                process.send_signal(command.signal)
                told = True
    process.kill()
    process.wait()
    return f"it ran for more than {SECONDS} s"


def tidy(data, home):
    """Output as text. Threads finish out of order: which tree passes a tenth of them is luck."""
    text = data.decode(errors="backslashreplace")
    return mask.places(re.sub(r"(trained \d+ of \d+ trees\n)+", "<progress>\n", text), home)


def content(path):
    """A small text as it is, another file by its size and hash."""
    data = path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    return text if len(data) < 2000 and "\0" not in text else f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def files(folder, given):
    """What a command has left behind: files that it made or changed, and those that it took away."""
    before = {name: encoded(data) for name, data in given.items()}
    paths = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    made = {name: content(path) for name, path in paths.items() if before.get(name) != path.read_bytes()}
    return made | {name: "gone" for name in before if name not in paths}


def run(command, binary, folder, home, environment, places):
    for name, data in command.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(data))
    port = free_port()
    places = places | {"<port>": str(port)}
    line = [functools.reduce(lambda word, place: word.replace(*place), places.items(), word) for word in command.line]
    out, err = home / "out.log", home / "err.log"
    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        process = subprocess.Popen(
            [binary, *line], cwd=folder, env=environment(home, command.env), stdin=subprocess.PIPE, stdout=stdout, stderr=stderr
        )
        try:
            process.stdin.write(command.stdin.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
        code = wait(process, command, port)
    texts = [tidy(path.read_bytes(), str(home)) for path in (out, err)]
    asked = hashlib.sha256(repr(command).encode()).hexdigest()[:16]
    return {"sha256": asked, "exit": code, "stdout": texts[0], "stderr": texts[1], "files": files(folder, command.files)}


def record(binary, home, environment, taken):
    """Runs every command, beside a web server over `home` and a server of the embedded model at the port `taken`."""
    answers = {}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(home))) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        places = {"<web>": f"http://127.0.0.1:{web.server_port}", "<host>": f"127.0.0.1:{taken}", "<taken>": str(taken),
            "<home>": str(home)}
        for number, command in enumerate(all_commands()):
            folder = home / f"command-{number:03}"
            folder.mkdir()
            assert command.name not in answers, f"two commands are called {command.name}"
            answers[command.name] = run(command, binary, folder, home, environment, places)
        web.shutdown()
    return answers
