"""What the API answers of all records, each answer beside a bare loop that writes the same bytes; a whole harvest; one record while a first fill runs, at either end."""
import http.client
import json
import re
import sqlite3
import subprocess
import time
import urllib.parse

TURNS = 400      # of one answer
RATE = 2000      # answers a second, of one record
LOAD = 2 * RATE
CONNECTIONS = 16
LIST = "/api/v1/records?limit=50"
OAI = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
ROWS = ("SELECT record, source_id, title, updated, retired, conflicts, type, langs FROM records "
        "WHERE retired = 0 AND record > x'80' ORDER BY record LIMIT 50")


class Web:
    def __init__(self, bench, site, cpu_seconds):
        self.bench, self.site, self.cpu_seconds = bench, site, cpu_seconds
        self.address = "127.0.0.1:%d" % site.http_port

    def get(self, path):
        c = http.client.HTTPConnection(self.address, timeout=60)
        c.request("GET", path)
        body = c.getresponse().read()
        c.close()
        return body

    def json(self, path):
        return json.loads(self.get(path))

    def paths(self):
        """(what, path): a page deep inside, and filters that some of the records pass."""
        page = self.json(LIST)
        for _ in range(100):
            deep, page = page["next"], self.json(LIST + "&cursor=" + page["next"])
            if not page["next"]:
                break
        row = page["records"][0]
        self.record = "/api/v1/records/" + row["id"]
        concept = self.json(self.record)["concepts"][0]["id"]
        ally = urllib.parse.quote(self.json("/api/v1/allies")["allies"][0]["name"])
        return (
            ("list page", LIST),
            ("deep", LIST + "&cursor=" + deep),
            ("ally", LIST + "&ally=" + ally),
            ("lang", LIST + "&lang=" + row["langs"][0]),
            ("type", LIST + "&type=" + row["type"]),
            ("concept", LIST + "&concept=" + concept),
            ("since", LIST + "&since=2020-01-01T00:00:00Z"),
            ("one record", self.record),
            ("two words", "/api/v1/records?limit=20&q=transition+quartier"),
            ("suggest", "/api/v1/suggest?q=tra"),
            ("page: records", "/records"),
            ("page: two words", "/records?q=transition+quartier"),
            ("page: words that most have", "/records?q=de+la+les+des"),
            ("page: narrowed", "/records?q=transition&type=experience&text_lang=fr&order=newest"),
            ("page: one record", "/records/" + row["id"]),
            ("page: its history", "/records/" + row["id"] + "/history"),
            ("page: thesaurus", "/thesaurus"),
            ("all.atom", "/feeds/all.atom"),
            ("oai page", OAI),
        )

    def load(self, address, path, rate, count, connections):
        return self.bench.tool("bench_http", address, path, str(rate), str(count), str(connections))

    def answer(self, path):
        before = self.cpu_seconds(self.site.daemon.pid)
        out = self.load(self.address, path, 0, TURNS, 1)
        out["cpu_us"] = (self.cpu_seconds(self.site.daemon.pid) - before) / (out["ours"]["n"] + 1) * 1e6
        return out

    def raw_list_us(self):
        """The rows of a page out of SQLite alone, p50 of CPU."""
        db = sqlite3.connect("file:%s/allied.db?mode=ro" % self.site.dir, uri=True)
        took = []
        for _ in range(TURNS):
            start = time.thread_time_ns()
            db.execute(ROWS).fetchall()
            took.append((time.thread_time_ns() - start) / 1000)
        db.close()
        return sorted(took)[len(took) // 2]

    def harvest(self):
        """Every page of ListRecords, one after the other, on one connection."""
        c = http.client.HTTPConnection(self.address, timeout=60)
        before, start = self.cpu_seconds(self.site.daemon.pid), time.monotonic()
        path, out = OAI, {"pages": 0, "records": 0, "bytes": 0}
        while path:
            c.request("GET", path)
            body = c.getresponse().read()
            token = re.search(rb"<resumptionToken[^>]*>([^<]+)<", body)
            out["pages"] += 1
            out["records"] += body.count(b"<record>")
            out["bytes"] += len(body)
            path = token and "/oai?verb=ListRecords&resumptionToken=" + urllib.parse.quote(token.group(1).decode())
        c.close()
        out["seconds"] = time.monotonic() - start
        out["cpu_s"] = self.cpu_seconds(self.site.daemon.pid) - before
        return out

    # ---- one record while a first fill runs ----

    def filled(self, site):
        try:
            db = sqlite3.connect("file:%s/allied.db?mode=ro" % site.dir, uri=True)
            return db.execute("SELECT count(*) FROM records").fetchone()[0]
        except sqlite3.Error:  # before there is a file, or a table
            return 0

    def while_filling(self, site, until, all_records):
        """`site` joins, is killed early, and its daemon goes on: so it answers while it is being filled."""
        code = json.loads(self.site.run("--json", "invite", site.name, "--address", "127.0.0.1:%d" % self.site.port)[0])["code"]
        with subprocess.Popen(site.words("join", code), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as join:
            until("the first records are there", lambda: self.filled(site) > 500)
            join.kill()
        site.start()
        address = "127.0.0.1:%d" % site.http_port
        until("more records come", lambda: self.filled(site) > 1000)
        out = {"sender": self.load(self.address, self.record, RATE, LOAD, CONNECTIONS)}
        out["sender"]["filled"] = self.filled(site) >= all_records
        row = json.loads(self.of(address, "/api/v1/records?limit=1"))["records"][0]
        out["receiver"] = self.load(address, "/api/v1/records/" + row["id"], RATE, LOAD, CONNECTIONS)
        out["receiver"]["filled"] = self.filled(site) >= all_records
        return out

    def of(self, address, path):
        c = http.client.HTTPConnection(address, timeout=60)
        c.request("GET", path)
        body = c.getresponse().read()
        c.close()
        return body


def measure(bench, site, other, settle, cpu_seconds, memory_kb, until):
    """Figures for `site`, whose daemon runs, reached over HTTP; `other` is not there yet."""
    web = Web(bench, site, cpu_seconds)
    until("the index is there", lambda: web.json("/api/v1/records?q=transition&limit=1").get("behind") is False)
    settle()
    before = memory_kb(site.daemon.pid)
    paths = web.paths()
    out = {"answers": {what: web.answer(path) for what, path in paths}, "raw_list_us": web.raw_list_us()}
    out["harvest"] = web.harvest()
    all_records = web.filled(site)
    out["quiet"] = web.load(web.address, web.record, RATE, LOAD, CONNECTIONS)
    other.http = True
    out["filling"] = web.while_filling(other, until, all_records)
    out["memory"] = {"before": before, "after": memory_kb(site.daemon.pid), "other": memory_kb(other.daemon.pid)}
    other.stop()
    return out


def ms(us):
    return "%.2f ms" % (us / 1000)


def table(f, row):
    for what, a in f["answers"].items():
        row("%s, %.1f kB" % (what, a["bytes"] / 1e3), "p50 %s, p99 %s" % (ms(a["ours"]["p50_us"]), ms(a["ours"]["p99_us"])),
            "bare %s; CPU %s" % (ms(a["bare"]["p50_us"]), ms(a["cpu_us"])), "%.1f" % (a["ours"]["p50_us"] / max(1, a["bare"]["p50_us"])))
    row("  a page's rows out of SQLite alone", ms(f["raw_list_us"]), "", "")
    h = f["harvest"]
    bare_s = h["pages"] * f["answers"]["oai page"]["bare"]["p50_us"] / 1e6
    row("OAI over HTTP, %d pages, %.0f MB" % (h["pages"], h["bytes"] / 1e6), "%.2f s, %.2f s of CPU" % (h["seconds"], h["cpu_s"]),
        "bare loop %.3f s" % bare_s, "%.1f" % (h["seconds"] / bare_s))
    loads = (("idle", f["quiet"]), ("its site fills another", f["filling"]["sender"]), ("its site is filled", f["filling"]["receiver"]))
    for name, got in loads:
        ours, bare = got["ours"], got["bare"]
        row("%d/s, %s" % (round(ours["n"] / ours["seconds"]), name), "p50 %s, p99 %s" % (ms(ours["p50_us"]), ms(ours["p99_us"])),
            "bare p50 %s, p99 %s" % (ms(bare["p50_us"]), ms(bare["p99_us"])), "%.1f" % (ours["p99_us"] / max(1, bare["p99_us"])))
        if got.get("filled"):
            row("  (the fill ended before the load)", "", "", "")
    m = f["memory"]
    row("RSS before, after; of the filled one", "%.1f, %.1f; %.1f MB" % tuple(m[k]["rss_kb"] / 1000 for k in ("before", "after", "other")), "", "")
