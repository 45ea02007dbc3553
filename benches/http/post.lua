-- wrk posts the file that BODY names, with the headers of HEADERS, a line each, and prints one line of JSON at the end.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
for name, value in (os.getenv("HEADERS") or ""):gmatch("([^\n:]+): ([^\n]*)") do
   wrk.headers[name] = value
end
wrk.body = io.open(os.getenv("BODY")):read("*a")

function done(summary, latency)
   local e = summary.errors
   print(string.format('{"requests": %d, "seconds": %.6f, "p50": %.6f, "p99": %.6f, "failed": %d}',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
      e.connect + e.read + e.write + e.status + e.timeout))
end
