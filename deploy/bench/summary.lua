-- Asks for the summary of 366 days: of a different period each time, or always of the same.
--
--   wrk … -s summary.lua URL -- KEY LAST fresh|same
--
--   KEY   the operator's key
--   LAST  the last day that may be asked for, as seconds since 1970

local DAYS = 366
local requests, count = {}, 0

local function day(seconds)
  return os.date("!%Y-%m-%d", seconds)
end

function init(args)
  local last, windows = tonumber(args[2]), args[3] == "fresh" and DAYS or 1
  for back = 0, windows - 1 do
    local to = last - back * 86400
    requests[back + 1] = string.format("GET /v1/metrics/summary?from=%s&to=%s HTTP/1.1\r\nHost: %s:%s\r\nx-admin-key: %s\r\n\r\n",
      day(to - (DAYS - 1) * 86400), day(to), wrk.host, wrk.port, args[1])
  end
end

function request()
  count = count % #requests + 1
  return requests[count]
end

-- Prints one line for the harness, like beacon.lua.
function done(summary, latency)
  local errors = summary.errors
  print(string.format("beacons %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
