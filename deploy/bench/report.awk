# The table and its ratios, from the lines that cells.sh wrote. A cell's figure is the median of its rounds; a ratio is
# the median of the rounds' own ratios, because the two that it divides ran within a minute of each other.

function grouped(n,    s, out) {
  if (n == "-") return n
  s = sprintf("%.0f", n)
  while (length(s) > 3) {
    out = "," substr(s, length(s) - 2) out
    s = substr(s, 1, length(s) - 3)
  }
  return s out
}

function ms(v) {
  return v == "-" ? v : sprintf("%.2f", v)
}

# The median of list[key, 1..n]; "-" where the cell has no such figure.
function median(list, key, n,    i, j, t, v) {
  if (n == 0 || list[key, 1] == "-") return "-"
  for (i = 1; i <= n; i++) v[i] = list[key, i] + 0
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function row(title, key,    n) {
  n = rounds[key]
  if (!n) return
  printf "%-49s %5s %11s %10s %8s %8s %7s %13s %13s  %s\n", title, connections[key], grouped(median(requests, key, n)),
    grouped(median(rows, key, n)), ms(median(p50, key, n)), ms(median(p99, key, n)), grouped(errors[key]),
    grouped(acknowledged[key]), grouped(found[key]), faults[key] ? "WRONG:" faults[key] : "ok"
}

# The rounds' ratios of one list's cells a and b.
function ratio(title, list, a, b, budget,    i, n, r, lo, hi, m) {
  n = rounds[a] < rounds[b] ? rounds[a] : rounds[b]
  if (!n) return
  for (i = 1; i <= n; i++) {
    r = list[b, i] > 0 ? list[a, i] / list[b, i] : 0
    each["r", i] = r
    if (i == 1 || r < lo) lo = r
    if (i == 1 || r > hi) hi = r
  }
  m = median(each, "r", n)
  printf "  %-58s %5.2f  (rounds: %.2f to %.2f)%s\n", title, m, lo, hi, \
    budget == "" ? "" : sprintf("   budget at least %.2f: %s", budget, m >= budget ? "met" : "MISSED")
}

function against(title, value, relation, limit,    met) {
  met = (relation == "at least") ? (value >= limit) : (value <= limit)
  printf "  %-58s %s   budget %s %s: %s\n", title, (value >= 1000) ? grouped(value) : ms(value), relation, grouped(limit),
    met ? "met" : "MISSED"
}

BEGIN { FS = "\t" }

{
  key = $1 "/" $2
  n = ++rounds[key]
  connections[key] = $2
  requests[key, n] = $3; rows[key, n] = $4; p50[key, n] = $5; p99[key, n] = $6
  errors[key] += $7; acknowledged[key] += $8; found[key] += $9
  if ($10 != "ok") faults[key] = faults[key] " " $10
  if ($1 == "batch") batch = key
  if ($1 == "batch-one") batch_one = key
}

END {
  printf "%-49s %5s %11s %10s %8s %8s %7s %13s %13s\n", "", "conns", "requests/s", "rows/s", "p50 ms", "p99 ms", "errors",
    "acknowledged", "in the table"
  row("(a) read, validated, stored nowhere (DNT)", "nothing/64")
  row("(b) single events", "single/16")
  row("(b) single events", "single/64")
  row("(b) single events", "single/256")
  row("(c) batches of 50, visitors mixed", batch)
  row("(c) batches of 50, one visitor each", batch_one)
  row("(d) COPY of the rows of (c), into the same table", "copy/1")
  row("(e) single-row commits by pgbench", "commits/64")
  row("(f) forms with an address", "leads/16")
  row("(f) the same, 100 000 similar visitors", "leads-crowd/16")
  print ""
  ratio("(b) 64 connections : (a), requests", requests, "single/64", "nothing/64", 0.40)
  ratio("(c) visitors mixed : (d), rows", rows, batch, "copy/1", 0.30)
  ratio("(c) one visitor each : (d), rows", rows, batch_one, "copy/1", "")
  ratio("(b) 64 connections : (e), rows", rows, "single/64", "commits/64", profile == "large" ? 0.90 : 0.70)
  b = median(rows, "single/64", rounds["single/64"])
  printf "  %-58s %.1f to %.1f\n", "(b) 64 connections : Node, five statements a request*", b / 970, b / 670
  print ""
  against("(b) 64 connections, p99 ms", median(p99, "single/64", rounds["single/64"]), "at most", 12)
  against("(f) captures a second", median(rows, "leads/16", rounds["leads/16"]), "at least", 1500)
  against("(b) 256 connections, p99 ms", median(p99, "single/256", rounds["single/256"]), "at most", 35)
}
