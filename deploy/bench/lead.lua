-- The forms that wrk posts: each another address and another visitor, which is the dearest kind of capture.
--
--   wrk … -s lead.lua URL -- SEED
--
--   SEED  a number no other run against this database has had: addresses are made from it

local format = string.format
local prefix, count = "", 0
local head = ""

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  prefix = format("%s-%d", args[1], thread_number)
  head = table.concat({
    "POST /v1/leads/capture HTTP/1.1",
    format("Host: %s:%s", wrk.host, wrk.port),
    "Connection: keep-alive",
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Content-Type: application/json",
    "Origin: https://www.example.org",
    "Referer: https://www.example.org/",
    "Content-Length: ",
  }, "\r\n")
end

function request()
  count = count + 1
  local body = format(
    '{"email":"jo.%s.%d@example.ca","anonId":"bench-lead-%s-%d","formName":"newsletter","path":"/pricing",'
      .. '"referrer":"https://www.google.com/","sourceChannel":"website","consentStatus":"express",'
      .. '"consentPolicy":"2026-01","payload":{"company":"Example %d"},"utm":{"source":"newsletter","medium":"email"}}',
    prefix, count, prefix, count, count)
  return head .. #body .. "\r\n\r\n" .. body
end

-- One line for the harness, as beacon.lua has it.
function done(summary, latency)
  local errors = summary.errors
  print(format("beacons %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
