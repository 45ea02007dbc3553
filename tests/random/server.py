"""The server over one model file, asked by HTTP."""

import contextlib, http.client, json, re, subprocess, tempfile, time


class Refused(Exception):
    """The server does not serve the model; the message is its last line."""


class Server:
    """`ml-serving serve` on a free port; a context manager that ends it."""

    def __init__(self, binary, path):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([binary, "serve", "--model", path, "--host", "127.0.0.1", "--port", "0"], stdout=self.log, stderr=self.log)

    def __enter__(self):
        began = time.monotonic()
        while time.monotonic() - began < 60:
            ended = self.process.poll() is not None
            text = self.lines()
            found = re.search(r"serving .* on http://127\.0\.0\.1:(\d+)", text)
            if found:
                self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
                return self
            if ended:
                self.__exit__()
                raise Refused(text.strip().split("\n")[-1])
            time.sleep(0.005)
        self.__exit__()
        raise SystemExit(f"the server did not start within a minute: {text}")

    def lines(self):
        self.log.seek(0)
        return self.log.read().decode()

    def __exit__(self, *_):
        if hasattr(self, "connection"):
            self.connection.close()
        # Nothing is in flight, so nothing has to drain.
        self.process.kill()
        self.process.wait()
        self.log.close()

    def post(self, path, body):
        """Status and parsed body."""
        return self.ask("POST", path, json.dumps(body, allow_nan=False))

    def get(self, path):
        """The parsed body of what has to be there."""
        status, body = self.ask("GET", path, None)
        assert status == 200, f"{path} answers {status}"
        return body

    def ask(self, method, path, body):
        for attempt in (0, 1):
            try:
                self.connection.request(method, path, body, {"content-type": "application/json"})
                answer = self.connection.getresponse()
                text = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if attempt:
                    raise
        with contextlib.suppress(json.JSONDecodeError):
            return answer.status, json.loads(text)
        return answer.status, text.decode(errors="replace")
