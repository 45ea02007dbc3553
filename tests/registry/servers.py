"""servers.py PYTHON3 PYTHON2 ONLY COMMAND...: runs a command beside real registries and stores, and ends with its status.

PYTHON3 and PYTHON2 are directories of virtual environments with MLflow 3 and 2. Every server listens on a free port of 127.0.0.1, keeps
its files and its log below target/registry, and ends with this script. ONLY is the name of a file of tests in tests/it/registry: the
servers that it names are started; all of them if it is empty. The command finds them in its environment, and servers.json has what a
client needs to reach each: `source target/registry/environment` gives another shell the same.
"""
import json, os, pathlib, re, shlex, signal, socket, subprocess, sys, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).parents[2]
WORK = ROOT / "target/registry"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
ADMIN = {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "p:a/s@s 100%25 word"}
# The same user for the OCI registry, whose file of passwords takes bcrypt alone.
OCI_LOGIN = ":".join(ADMIN.values())
OCI_USERS = "ann:$2a$05$VoTmM7TG/j8ZwqUzg1QAtuDDiGYWnBitlaxilwnG1mjdSWPezq6NS\n"
OCI = ROOT / "target/oci/bin"
ROOTS = ["proxied", "direct", "presigned"]
# What MLflow's server needs beside a place for its files, what its clients need beside its address, and what has to run as well.
# `{artifacts}` is its own directory, `{S3}` and `{second}` are addresses.
SERVERS = {
    "mlflow3": dict(),
    "mlflow2": dict(),
    # Its artifacts lie where only it and its Python clients can see them.
    "plain": dict(arguments=["--no-serve-artifacts", "--default-artifact-root", "{artifacts}"]),
    "prefix": dict(arguments=["--static-prefix", "/mlflow"], path="/mlflow"),
    "basic_auth": dict(
        arguments=["--app-name", "basic-auth"], client=ADMIN,
        server={"MLFLOW_FLASK_SERVER_SECRET_KEY": "tests", "MLFLOW_AUTH_ADMIN_USERNAME": ADMIN["MLFLOW_TRACKING_USERNAME"],
                "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN["MLFLOW_TRACKING_PASSWORD"]}),
    # Its default workspace has other models of the same names.
    "workspaces": dict(arguments=["--enable-workspaces"], client={"MLFLOW_WORKSPACE": "team-a"}),
    # A bucket that only the server reads and writes.
    "proxied_bucket": dict(arguments=["--artifacts-destination", "s3://proxied/root"], needs=["moto"]),
    # A bucket that the server and its clients read and write.
    "bucket": dict(arguments=["--no-serve-artifacts", "--default-artifact-root", "s3://direct/root"],
                   client={"MLFLOW_S3_ENDPOINT_URL": "{S3}", **KEYS}, needs=["moto"]),
    # A bucket whose objects the server has its clients read and write by signed addresses.
    "presigned": dict(arguments=["--artifacts-presigned-only", "--artifacts-destination", "s3://presigned/root"], needs=["moto"]),
    # Its artifacts lie behind another server, which has nothing else.
    "second": dict(arguments=["--no-serve-artifacts", "--default-artifact-root", "mlflow-artifacts://{second}/behind"], needs=["artifacts"]),
    "artifacts": dict(arguments=["--artifacts-only"]),
}


def free_ports(names):
    sockets = {name: socket.socket() for name in names}
    for each in sockets.values():
        each.bind(("127.0.0.1", 0))
    ports = {name: each.getsockname()[1] for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return ports


class Servers:
    def __init__(self, python3, python2, wanted):
        self.python3, self.python2 = pathlib.Path(python3).absolute(), pathlib.Path(python2).absolute()
        self.wanted, self.started = wanted, {}
        self.ports = free_ports([*SERVERS, "moto", "tls", "authority", "oci", "oci_tls"])
        self.environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
        self.facts = {"S3": self.at("moto"), "second": f"127.0.0.1:{self.ports['artifacts']}"}

    def at(self, name, scheme="http"):
        return f"{scheme}://127.0.0.1:{self.ports[name]}"

    def venv(self, name):
        return self.python2 if name == "mlflow2" else self.python3

    def start(self, name, command, more={}):
        """In a directory and a group of its own: MLflow leaves its workers behind when it alone is told to end."""
        (WORK / name).mkdir(parents=True, exist_ok=True)
        with open(WORK / f"{name}.log", "w") as log:
            self.started[name] = subprocess.Popen(
                list(map(str, command)), cwd=WORK / name, env={**self.environment, **more}, stdout=log, stderr=log, start_new_session=True)

    def start_mlflow(self, name):
        kind = SERVERS[name]
        self.facts["artifacts"] = WORK / name / "artifacts"
        arguments = [each.format(**self.facts) for each in kind.get("arguments", [])]
        if not any(each.endswith(("-root", "-destination")) for each in arguments):
            arguments += ["--artifacts-destination", self.facts["artifacts"]]
        if name != "artifacts":
            arguments += ["--backend-store-uri", "sqlite:///mlflow.db"]
        settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_S3_ENDPOINT_URL": self.at("moto"), **KEYS, **kind.get("server", {})}
        command = [self.venv(name) / "bin/mlflow", "server", "--host", "127.0.0.1", "--port", self.ports[name], "--workers", 1]
        self.start(name, command + arguments, settings)

    def start_others(self):
        """A store that speaks S3, an OCI registry, and web servers that speak TLS."""
        if "moto" in self.wanted:
            self.start("moto", [self.python2 / "bin/moto_server", "--host", "127.0.0.1", "--port", self.ports["moto"]])
        if {"oci", "tls"} & {*self.wanted}:
            subprocess.run([ROOT / "tests/registry/certificates", WORK], check=True)
        if "oci" in self.wanted:
            (WORK / "oci").mkdir()
            (WORK / "oci/users").write_text(OCI_USERS)
            # Two doors of one store.
            self.start_oci("oci", {})
            self.start_oci("oci_tls", {"tls": {"certificate": str(WORK / "server.pem"), "key": str(WORK / "server.key")}})
        if "tls" in self.wanted:
            # The second one shows the certificate of the authority itself.
            for name, certificate in [("tls", "server"), ("authority", "ca")]:
                files = [WORK / "files", WORK / f"{certificate}.pem", WORK / f"{certificate}.key"]
                self.start(name, [self.python3 / "bin/python", ROOT / "tests/registry/https.py", self.ports[name], *files])

    def start_oci(self, name, door):
        settings = {
            "version": 0.1, "storage": {"filesystem": {"rootdirectory": str(WORK / "oci/files")}}, "log": {"accesslog": {"disabled": True}},
            "http": {"addr": f"127.0.0.1:{self.ports[name]}", **door}, "auth": {"htpasswd": {"realm": "tests", "path": str(WORK / "oci/users")}}}
        (WORK / f"oci/{name}.yml").write_text(json.dumps(settings))
        self.start(name, [OCI / "registry", "serve", WORK / f"oci/{name}.yml"])

    def wait(self):
        addresses = {name: self.at(name) + SERVERS[name].get("path", "") + "/health" for name in self.started if name in SERVERS}
        if "moto" in self.started:
            addresses["moto"] = self.at("moto") + "/moto-api/"
        if "oci" in self.started:
            addresses["oci"] = self.at("oci") + "/v2/"
        until = time.monotonic() + 300
        for name, address in addresses.items():
            while not answers(address):
                if time.monotonic() > until or self.started[name].poll() is not None:
                    print(*(WORK / f"{name}.log").read_text().splitlines()[-20:], sep="\n", file=sys.stderr)
                    sys.exit(f"{name} does not answer at {address}")
                time.sleep(0.2)

    def clients(self):
        """What a client needs to reach each tracking server."""
        for name in self.wanted:
            if name in SERVERS and name != "artifacts":
                kind = SERVERS[name]
                more = {key: value.format(**self.facts) for key, value in kind.get("client", {}).items()}
                variables = {"MLFLOW_TRACKING_URI": self.at(name) + kind.get("path", ""), **more}
                yield {"name": name, "python": f"{self.venv(name)}/bin/python", "variables": variables}

    def fill(self):
        """Models that Python logs at each tracking server, and files in the buckets."""
        if "moto" in self.started:
            self.run(self.python2, "stores.py", self.at("moto"), WORK / "files", ROOT / "models/iris", *ROOTS)
        clients = list(self.clients())
        (WORK / "servers.json").write_text(json.dumps(clients, indent=1))
        for python in {each["python"]: None for each in clients}:
            self.run(pathlib.Path(python).parents[1], "log_models.py", WORK / "servers.json")

    def run(self, python, script, *arguments):
        done = subprocess.run([python / "bin/python", ROOT / "tests/registry" / script, *map(str, arguments)], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stdout[-3000:]}{done.stderr[-3000:]}{script} failed")

    def variables(self):
        """What the tests find in their environment."""
        python = {"PYTHON3": f"{self.python3}/bin/python", "PYTHON2": f"{self.python2}/bin/python"}
        places = {"MLFLOW3": self.at("mlflow3"), "MLFLOW2": self.at("mlflow2"), "MLFLOW_PLAIN": self.at("plain"), "S3": self.at("moto")}
        oci = {"OCI": f"127.0.0.1:{self.ports['oci']}", "OCI_TLS": f"127.0.0.1:{self.ports['oci_tls']}", "OCI_LOGIN": OCI_LOGIN, "ORAS": str(OCI / "oras")}
        return {"REGISTRY_TESTS": str(WORK), **python, **places, **oci, "TLS": self.at("tls", "https"), "AUTHORITY": self.at("authority", "https")}

    def stop(self):
        for process in self.started.values():
            end(process, signal.SIGTERM)
        for process in self.started.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            end(process, signal.SIGKILL)


def end(process, how):
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass


def answers(address):
    try:
        urllib.request.urlopen(address, timeout=5).close()
        return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wanted(only):
    """The servers that a file of tests names, and those that these need."""
    everything = [*SERVERS, "moto", "tls", "oci"]
    if not only:
        return everything
    tests = ROOT / "tests/it/registry"
    files = [tests / f"{only}.rs", *(tests / only).glob("**/*.rs")]
    text = "".join(file.read_text() for file in files if file.exists())
    if not text:
        sys.exit(f"{only}: there is no such file of tests in tests/it/registry")
    words = set(re.findall(r"\w+", text))
    names = {name for name in everything if name.upper() in words}
    also = {"ALL": everything, "tracking_server": ["mlflow3"], "SERVERS": ["mlflow3", "mlflow2"], "MLFLOW_PLAIN": ["plain"], "S3": ["moto"], "AUTHORITY": ["tls"], "OCI_TLS": ["oci"]}
    names.update(name for word in words & set(also) for name in also[word])
    names.update(need for name in list(names) for need in SERVERS.get(name, {}).get("needs", []))
    return [name for name in everything if name in names]


def main(python3, python2, only, *command):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    subprocess.run(["rm", "-rf", WORK], check=True)
    (WORK / "files").mkdir(parents=True)
    servers = Servers(python3, python2, wanted(only))
    try:
        servers.start_others()
        for name in servers.wanted:
            if name in SERVERS:
                servers.start_mlflow(name)
        servers.wait()
        servers.fill()
        variables = servers.variables()
        (WORK / "environment").write_text("".join(f"export {key}={shlex.quote(value)}\n" for key, value in variables.items()))
        print("started:", *servers.wanted, file=sys.stderr)
        return subprocess.run(command, env={**servers.environment, **variables}).returncode
    finally:
        servers.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
