"""Batches of 1,000 rows, the start and the memory of forests of three sizes, in turns."""

import statistics
import sys

import show
from servers import same_classes, stopping
from show import digits, duration


def measure(servers, args, work):
    """Starts the servers of one forest again and again, and loads each of them."""
    with stopping(servers), open(work / "forests.log", "w") as log:
        for number in range(args.rounds):
            for server in servers[:: -1 if number % 2 else 1]:
                server.start(log)
                server.load("batch", args.seconds, work)
                server.loaded.append(server.memory())
                server.stop()
            if number == 0:
                for server in servers:
                    server.start(log)
                same_classes(servers)
                for server in servers:
                    server.stop()


def table(forests, args, work):
    """Markdown: a line for each forest and server."""
    lines = []
    for name, servers in forests.items():
        measure(servers, args, work)
        print(f"{name} is measured", file=sys.stderr, flush=True)
        for server in servers:
            mebibytes = [f"{statistics.median(values):,.0f}" for values in (server.peaks, server.idle, server.loaded)]
            rate = [run["rate"] * len(server.rows) for run in server.runs["batch"]]
            cells = [server.name, f"{digits(statistics.median(rate))} ({digits(min(rate))} to {digits(max(rate))})", duration(statistics.median(server.starts)), *mebibytes]
            lines.append([name, *cells])
    names = ["server", "rows a second, batches of 1,000", "start to first answer", "most MiB at the start", "MiB after it", "MiB under load"]
    return show.table(["forest", *names], lines)
