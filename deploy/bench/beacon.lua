-- The beacons that wrk sends: what a tracker in a browser would post, no two alike.
--
--   wrk … -s beacon.lua URL -- SEED EVENTS VISITORS RETURNING [dnt]
--
--   SEED       a number that no other run on this database has used: ids are made from it
--   EVENTS     events per request; 1 sends to /v1/events, more to /v1/events/batch
--   VISITORS   mixed: a visitor is chosen for each event; one: all events of a batch are one visitor's
--   RETURNING  percent of the chosen visitors who have been seen before
--   dnt        sends "DNT: 1", so that the server must read everything and store nothing
--
-- wrk shares the machine with what it measures. So a body is put together from parts that were made before; only the
-- ids and the time are new. There is no response() function, because wrk would copy every header of every answer into
-- Lua. The harness counts rows to see whether the answers are true.

local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long tv_sec; long tv_usec; } beacon_timeval;
  int gettimeofday(beacon_timeval *now, void *zone);
]])

local KNOWN_VISITORS = 4000 -- a returning visitor is one of this many latest ones of the thread
local VARIANTS = 256 -- how many variants there are of each part that may repeat

local random, format, concat = math.random, string.format, table.concat
local clock = ffi.new("beacon_timeval")

local id_prefix, id_count = "", 0
local visitors, visitor_count, visitor_next = {}, 0, 1
local heads, tails, campaigns = {}, {}, {}
local events, one_visitor, returning = 1, false, 0.5
local request_head = ""

local function pick(list)
  return list[random(#list)]
end

local function now_ms()
  ffi.C.gettimeofday(clock, nil)
  return tonumber(clock.tv_sec) * 1000 + math.floor(tonumber(clock.tv_usec) / 1000)
end

local function new_id()
  id_count = id_count + 1
  return format("%s%012x", id_prefix, id_count)
end

-- Returns a visitor, and whether this is their first event.
local function visitor()
  if visitor_count > 0 and random() < returning then
    return visitors[random(visitor_count)], false
  end
  local id = new_id()
  visitors[visitor_next] = id
  visitor_count = math.max(visitor_count, visitor_next)
  visitor_next = visitor_next % KNOWN_VISITORS + 1
  return id, true
end

local function event(anon_id, first)
  -- Only the URL of a landing page names a campaign. The URLs of later pages do not.
  local campaign = (first and random(4) == 1) and pick(campaigns) or ""
  return concat({
    '{"anonId":"', anon_id, pick(heads), new_id(), '","timestamp":', format("%.0f", now_ms()), campaign, pick(tails),
  })
end

local function single()
  return event(visitor())
end

local function batch()
  local list = {}
  local anon_id, first = visitor()
  for i = 1, events do
    list[i] = event(anon_id, first)
    if one_visitor then
      first = false
    else
      anon_id, first = visitor()
    end
  end
  return '{"events":[' .. concat(list, ",") .. "]}"
end

local function make_heads()
  local types = { "page_view", "page_view", "page_view", "page_view", "page_view", "page_view", "scroll_depth",
    "cta_click", "form_start", "web_vitals" }
  local sections = { "/docs", "/blog", "/pricing", "/guides", "/changelog" }
  for i = 1, VARIANTS do
    local path = format("%s/article-%02d", pick(sections), random(10))
    heads[i] = format('","eventType":"%s","path":"%s","eventId":"', pick(types), path)
  end
end

local function make_tails()
  local referrers = { "https://www.google.com/", "https://duckduckgo.com/", "https://news.ycombinator.com/item?id=1",
    "https://www.example.org/docs/article-03", "https://www.linkedin.com/feed/", "https://github.com/" }
  local devices = { "desktop", "desktop", "mobile", "mobile", "tablet" }
  local viewports = { "1440x900", "1920x1080", "390x844", "412x915", "820x1180" }
  for i = 1, VARIANTS do
    tails[i] = format(
      ',"referrer":"%s","traffic":{"deviceType":"%s","engagedTimeMs":%d,"scrollDepthPercent":%d,"webVitals":'
        .. '{"fcpMs":%d,"lcpMs":%d,"inpMs":%d,"clsScore":%.3f,"ttfbMs":%d}},'
        .. '"props":{"viewport":"%s","language":"en-CA","title":"Article %d"}}',
      pick(referrers), pick(devices), random(0, 60000), random(0, 100), random(300, 2500), random(600, 4500),
      random(8, 400), random() / 4, random(20, 900), pick(viewports), random(50)
    )
  end
end

local function make_campaigns()
  local sources = { "google", "linkedin", "newsletter", "partner" }
  local mediums = { "cpc", "social", "email", "referral" }
  for i = 1, 16 do
    local n = random(4)
    campaigns[i] = format(',"utm":{"source":"%s","medium":"%s","campaign":"launch-%d"}', sources[n], mediums[n],
      random(5))
  end
end

-- What Chrome sends with navigator.sendBeacon(url, string).
local function make_request_head(dnt)
  local lines = {
    format("POST %s HTTP/1.1", events == 1 and "/v1/events" or "/v1/events/batch"),
    format("Host: %s:%s", wrk.host, wrk.port),
    "Connection: keep-alive",
    'sec-ch-ua: "Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Content-Type: text/plain;charset=UTF-8",
    "Accept: */*",
    "Origin: https://www.example.org",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: no-cors",
    "Referer: https://www.example.org/",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-CA,en;q=0.9",
  }
  if dnt then
    table.insert(lines, "DNT: 1")
  end
  table.insert(lines, "Content-Length: ")
  return concat(lines, "\r\n")
end

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  local seed = tonumber(args[1])
  math.randomseed(seed * 31 + thread_number)
  id_prefix = format("%08x-%04x-4%03x-a%03x-", seed % 2 ^ 32, thread_number, random(0, 4095), random(0, 4095))
  events = tonumber(args[2])
  one_visitor = args[3] == "one"
  returning = tonumber(args[4]) / 100
  make_heads()
  make_tails()
  make_campaigns()
  request_head = make_request_head(args[5] == "dnt")
end

function request()
  local body = events == 1 and single() or batch()
  return concat({ request_head, #body, "\r\n\r\n", body })
end

-- Prints one line for the harness: requests, microseconds, p50 and p99 in microseconds, refusals, broken connections.
function done(summary, latency)
  local errors = summary.errors
  print(format("beacons %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
