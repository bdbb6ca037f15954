-- The forms that wrk posts. Each has a new e-mail address and a new visitor, which is the most expensive kind of capture.
--
--   wrk … -s lead.lua URL -- SEED KIND
--
--   SEED  a number that no other run on this database has used: e-mail addresses are made from it
--   KIND  apart: each form comes from a random IP address; crowd: all forms come from the same one

local format = string.format
local prefix, count = "", 0
local head, crowd = "", false

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
    "X-Bench-Client: ",
  }, "\r\n")
  crowd = args[2] == "crowd"
  math.randomseed(tonumber(args[1]) + thread_number)
end

local function client()
  if crowd then
    return "198.51.100.7"
  end
  return format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
end

function request()
  count = count + 1
  local body = format(
    '{"email":"jo.%s.%d@example.ca","anonId":"bench-lead-%s-%d","formName":"newsletter","path":"/pricing",'
      .. '"referrer":"https://www.google.com/","sourceChannel":"website","consentStatus":"express",'
      .. '"consentPolicy":"2026-01","payload":{"company":"Example %d"},"utm":{"source":"newsletter","medium":"email"}}',
    prefix, count, prefix, count, count)
  return table.concat({ head, client(), "\r\nContent-Length: ", #body, "\r\n\r\n", body })
end

-- Prints one line for the harness, like beacon.lua.
function done(summary, latency)
  local errors = summary.errors
  print(format("beacons %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
