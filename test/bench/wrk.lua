-- Asks for one path of a file after the other, and prints what came as one line of JSON.
-- wrk … -s wrk.lua <url> -- <file of paths> <user agent>
local requests = {}
local at = 0

function init(args)
  wrk.headers["User-Agent"] = args[2]
  wrk.headers["Accept"] = "image/avif,image/webp,image/*,*/*;q=0.8"
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answers":%d,"seconds":%f,"refused":%d,"broken":%d,"p50":%f,"p99":%f,"most":%f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
