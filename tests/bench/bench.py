"""make bench: see run.sh. Three sites on loopback, by public commands; figures as ratios against raw costs of the same run."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cluster"))
import gemet  # noqa: E402
import serving  # noqa: E402
from relay import Relay  # noqa: E402

RECORDS = int(os.environ.get("BENCH_RECORDS", "20000"))
WRITES = int(os.environ.get("BENCH_WRITES", "320"))
IDLE_S = int(os.environ.get("BENCH_IDLE_S", "20"))
RECORD_BYTES = 2300


class Failed(Exception):
    pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def proc(pid, name):
    with open("/proc/%d/%s" % (pid, name)) as f:
        return f.read()


def cpu_seconds(pid):
    """User and system time of all threads; to the nanosecond where the kernel keeps schedstat."""
    try:
        tasks = os.listdir("/proc/%d/task" % pid)
        return sum(int(proc(pid, "task/%s/schedstat" % t).split()[0]) for t in tasks) / 1e9
    except (OSError, IndexError, ValueError):
        fields = proc(pid, "stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wakeups(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        for line in proc(pid, "task/%s/status" % task).splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def memory_kb(pid):
    rows = dict(line.split()[:2] for line in proc(pid, "smaps_rollup").splitlines()[1:])
    return {"rss_kb": int(rows["Rss:"]), "pss_kb": int(rows["Pss:"])}


class Site:
    def __init__(self, bench, name):
        self.bench, self.name = bench, name
        self.dir = os.path.join(bench.dir, name)
        self.port, self.http_port = free_port(), free_port()
        self.http = name == "a"  # it alone is reached over HTTP as well
        self.settings = ()  # more of them, or others than these
        self.daemon = None

    def words(self, *args):
        settings = {"zeromq.listen": "127.0.0.1:%d" % self.port, "http.listen": "127.0.0.1:%d" % self.http_port if self.http else ""}
        settings.update(s.split("=", 1) for s in self.settings)
        return [self.bench.program, "--data", self.dir, "--lang", "en", *(w for s in settings.items() for w in ("-o", "=".join(s))), *args]

    def run(self, *args, fine=(0,)):
        """Its output, its wall time, its own CPU time."""
        before = os.times()
        start = time.monotonic()
        done = subprocess.run(self.words(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wall = time.monotonic() - start
        after = os.times()
        if done.returncode not in fine:
            raise Failed("%s: allied %s: exit %d\n%s" % (self.name, " ".join(args), done.returncode, done.stderr))
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return done.stdout, wall, cpu

    def status(self):
        # 2: not all is well, such as a peer that has been stopped.
        return json.loads(self.run("--json", "status", fine=(0, 2))[0])

    def start(self):
        with open(os.path.join(self.bench.dir, self.name + ".out"), "ab") as out:
            self.daemon = subprocess.Popen(self.words("daemon"), stdout=out, stderr=out)
        until("%s answers" % self.name, lambda: os.path.exists(os.path.join(self.dir, "control.sock")))

    def stop(self):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
            self.daemon = None


def until(what, true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise Failed("waited %d s in vain until %s" % (seconds, what))
        time.sleep(0.1)


def agree(one, other):
    """Whoever else is stopped: these two hold the same, and the other knows it."""
    state = other.status()
    return state["digest"] == one.status()["digest"] and any(p["digest_equal"] is True for p in state["peers"])


def settle():
    """What earlier steps left for the disk is not this step's cost."""
    os.sync()
    time.sleep(0.5)


def rank(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Bench:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.program = os.path.join(self.build, "allied")
        self.dir = os.path.join(self.build, "bench")
        self.sites = {}
        self.figures = {}

    def tool(self, name, *args):
        path = os.path.join(self.build, "tests", "bench", name)
        done = subprocess.run([path, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return json.loads(done.stdout)

    def records(self, count, first):
        path = os.path.join(self.dir, "records-%d.jsonl" % first)
        with open(path, "w") as out:
            words = [sys.executable, os.path.join(HERE, "records.py"), str(count), str(first), str(RECORD_BYTES)]
            subprocess.run(words, stdout=out, check=True)
        return path

    def join(self, name, address, *settings):
        host = self.sites["a"]
        code = host.run("--json", "invite", name, "--address", address)[0]
        site = self.sites[name] = Site(self, name)
        site.settings = settings
        settle()
        before = cpu_seconds(host.daemon.pid)
        _, wall, cpu = site.run("join", json.loads(code)["code"])
        return site, wall, cpu, cpu_seconds(host.daemon.pid) - before

    # ---- the steps ----

    def found_and_import(self):
        path = self.records(RECORDS, 1)
        a = self.sites["a"] = Site(self, "a")
        a.run("init", "Bench", "--ally", "a", "--site", "a")
        a.start()
        settle()
        before = cpu_seconds(a.daemon.pid)
        _, wall, cpu = a.run("--json", "record", "import", path)
        self.figures["import"] = {
            "records": RECORDS,
            "file_bytes": os.path.getsize(path),
            "seconds": wall,
            "records_per_s": RECORDS / wall,
            "daemon_cpu_s": cpu_seconds(a.daemon.pid) - before,
            "command_cpu_s": cpu,
        }

    def first_fill(self):
        a = self.sites["a"]
        b, wall, cpu, host_cpu = self.join("b", "127.0.0.1:%d" % a.port)
        settle()
        raw = self.tool("bench_fill", a.dir, os.path.join(self.dir, "raw.db"))
        if a.status()["digest"] != b.status()["digest"]:
            raise Failed("the digests differ after the first fill")
        self.figures["fill"] = {
            "commits": raw["commits"],
            "carried_bytes": raw["bytes"],
            "seconds": wall,
            "records_per_s": RECORDS / wall,
            "receiver_cpu_s": cpu,
            "sender_cpu_s": host_cpu,
            "raw_seconds": raw["seconds"],
            "raw_transactions": raw["transactions"],
            "ratio": wall / raw["seconds"],
        }
        self.figures["import"]["ratio"] = self.figures["import"]["seconds"] / raw["seconds"]

    def live_between(self, a, b, first):
        b.start()
        until("two sites are in sync", lambda: agree(a, b))
        settle()
        path = self.records(WRITES, first)
        got = self.tool("bench_live", a.dir, b.dir, path, os.path.join(self.dir, "scratch"))
        raw = [x + y + z for x, y, z in zip(got["fsync_us"], got["fsync_again_us"], got["round_trip_us"])]
        out = {"writes": got["writes"], "wal_bytes": got["wal_bytes"], "message_bytes": got["message_bytes"]}
        for name, values in (
            ("durable_here", got["durable_here_us"]),
            ("answered", got["answered_us"]),
            ("durable_there", got["durable_there_us"]),
            ("raw", raw),
            ("raw_fsync", got["fsync_us"]),
            ("raw_round_trip", got["round_trip_us"]),
        ):
            out[name + "_p50_us"], out[name + "_p99_us"] = rank(values, 50), rank(values, 99)
        for p in ("p50", "p99"):
            out["ratio_" + p] = out["durable_there_%s_us" % p] / out["raw_%s_us" % p]
        b.stop()
        return out

    def live(self):
        self.figures["live"] = self.live_between(self.sites["a"], self.sites["b"], RECORDS + 1)

    def wire(self):
        a = self.sites["a"]
        relay = Relay(a.port)
        before = self.figures["fill"]
        c, wall, _, _ = self.join("c", relay.address)
        commits = c.status()["commits"]
        relay.close()
        carried = before["carried_bytes"] * commits / before["commits"]
        self.figures["wire"] = {
            "commits": commits,
            "carried_bytes": round(carried),
            "down_bytes": relay.down,
            "up_bytes": relay.up,
            "bytes_per_commit": (relay.down + relay.up) / commits,
            "carried_per_commit": carried / commits,
            "ratio": (relay.down + relay.up) / carried,
            "seconds_through_relay": wall,
        }

    # ---- over HTTP, beside ZeroMQ ----

    def over_http(self):
        """The first fill, its bytes on the wire, one record live: what first_fill, wire and live are for ZeroMQ."""
        a, fill = self.sites["a"], self.figures["fill"]
        only = ("zeromq.listen=", "peers.transport=http")
        d, wall, cpu, host_cpu = self.join("d", "http://127.0.0.1:%d" % a.http_port, *only)
        commits = d.status()["commits"]
        relay = Relay(a.http_port)
        e, _, _, _ = self.join("e", "http://" + relay.address, *only)
        relay.close()
        a.settings = ("http.announce=http://127.0.0.1:%d" % a.http_port,)
        a.stop()
        a.start()
        self.figures["http"] = {
            "fill": {"seconds": wall, "records_per_s": RECORDS / wall, "receiver_cpu_s": cpu, "sender_cpu_s": host_cpu,
                     "ratio": wall / fill["raw_seconds"]},
            "bytes_per_commit": (relay.down + relay.up) / e.status()["commits"],
            "commits": commits,
            "live": self.live_between(a, d, RECORDS + WRITES + 1),
        }

    def changes(self):
        """The bytes that 100 changed titles cost on the wire, each a commit: as they come, and for one who was away."""
        a, b, d = (self.sites[name] for name in "abd")
        zmq, http = Relay(a.port), Relay(a.http_port)
        a.settings = ("zeromq.announce=" + zmq.address, "http.announce=http://" + http.address)
        a.stop()
        a.start()
        for s in (b, d):  # to learn the address of the relay, and then to use it
            s.start()
            until("%s is in sync" % s.name, lambda: agree(a, s))
            s.stop()
        ids = [r["id"] for r in json.loads(a.run("--json", "record", "list", "--limit", "100")[0])["records"]]
        out = self.figures["changes"] = {"changes": len(ids)}
        for name, site, relay in (("zmq", b, zmq), ("http", d, http)):
            for there in (False, True):
                site.start()
                until("%s is in sync" % site.name, lambda: agree(a, site))
                if not there:
                    site.stop()
                settle()
                before, start = relay.up + relay.down, time.monotonic()
                for i, record in enumerate(ids):
                    a.run("record", "edit", record, "--set=title@fr=%s %s %d" % (name, "live" if there else "away", i))
                if not there:
                    site.start()
                until("%s is in sync" % site.name, lambda: agree(a, site))
                out[name + ("_live" if there else "_away")] = relay.up + relay.down - before
                out[name + ("_live" if there else "_away") + "_s"] = time.monotonic() - start
                site.stop()
        zmq.close()
        http.close()
        a.settings = ()
        a.stop()
        a.start()

    def idle(self):
        sites = [self.sites[name] for name in "abc"]
        for s in sites[1:]:
            s.start()
        until("three sites are in sync", lambda: agree(sites[0], sites[1]) and agree(sites[0], sites[2]))
        settle()
        time.sleep(2)
        pids = [s.daemon.pid for s in sites]
        cpu, wakes, start = [cpu_seconds(p) for p in pids], [wakeups(p) for p in pids], time.monotonic()
        time.sleep(IDLE_S)
        seconds = time.monotonic() - start
        self.figures["idle"] = {
            "seconds": seconds,
            "records": sites[1].status()["records"],
            "daemons": [
                {
                    "site": s.name,
                    "cpu_percent": (cpu_seconds(p) - cpu[i]) / seconds * 100,
                    "wakeups_per_s": (wakeups(p) - wakes[i]) / seconds,
                    **memory_kb(p),
                }
                for i, (s, p) in enumerate(zip(sites, pids))
            ],
        }

    def serve(self):
        """The API of the first site, whose peers are away; one more site is filled from it meanwhile."""
        for s in list(self.sites.values())[1:]:
            s.stop()
        w = self.sites["w"] = Site(self, "w")
        self.figures["serving"] = serving.measure(self, self.sites["a"], w, settle, cpu_seconds, memory_kb, until)

    def thesaurus(self):
        g = self.sites["g"] = Site(self, "g")
        self.figures["gemet"] = gemet.measure(self, g, settle, cpu_seconds)

    def lattice(self):
        got = self.tool("bench_lattice")
        self.figures["lattice"] = {"edges": got["edges"]}
        for name in ("broader", "merges"):
            once, twice = got[name + "_ns"]
            self.figures["lattice"][name] = {"ns": once, "ns_doubled": twice, "ratio": twice / once}

    def ledger(self):
        """Of an alliance with years of work behind it, beside what no ledger can do without: the fold, the facts read, an answer by itself."""
        pages = self.tool("bench_pages")
        self.figures["ledger"] = {"work": self.tool("bench_ledger"), "report": self.tool("bench_report"), "bare": pages.pop("/healthz"), "pages": pages}

    def search(self):
        """Over what the first site holds: the records, and no daemon in the way."""
        a = self.sites["a"]
        a.stop()
        got = self.tool("bench_search", a.dir)
        got["ratio_make"] = got["make_cpu_s"] / got["raw_make_cpu_s"]
        got["ratio_p50"], got["ratio_p95"] = (got["search_us"][i] / got["raw_us"][i] for i in (0, 1))
        self.figures["search"] = got

    def harvest(self):
        """Of the same directory."""
        got = self.tool("bench_harvest", self.sites["a"].dir)
        got["ratio"] = got["cpu_s"] / got["raw_cpu_s"]
        self.figures["harvest"] = got

    def run(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        start = time.monotonic()
        try:
            for step in (self.found_and_import, self.first_fill, self.live, self.wire, self.over_http, self.changes, self.idle, self.serve, self.thesaurus, self.lattice, self.ledger, self.search, self.harvest):
                print("bench: %s" % step.__name__.replace("_", " "), file=sys.stderr)
                step()
        finally:
            for s in self.sites.values():
                s.stop()
            shutil.rmtree(self.dir, ignore_errors=True)
        self.figures["took_seconds"] = time.monotonic() - start
        self.figures["cores"] = os.cpu_count()
        with open(os.path.join(self.build, "bench.json"), "w") as out:
            json.dump(self.figures, out, indent=1)
            out.write("\n")


def row(name, ours, raw, ratio):
    print("%-34s %26s %30s %8s" % (name, ours, raw, ratio))


def ms(us):
    return "%.1f ms" % (us / 1000)


def ledger_table(f):
    work, report = f["work"], f["report"]
    fold_us = work["facts_us_a_commit"] / max(work["facts_of_fold"], 0.01) - work["facts_us_a_commit"]
    row("the ledger's facts, %d commits" % work["commits"], "%.0f us of CPU a commit" % work["facts_us_a_commit"],
        "the fold without %.0f us" % fold_us, "%.2f" % (work["facts_us_a_commit"] / max(fold_us, 0.1)))
    row("the ledger of a year, %d facts" % work["facts"], "CPU %.1f ms, to settle %.1f ms" % (work["ledger_ms"], work["settle_ms"]),
        "facts read %.1f ms" % report["facts_ms"], "%.1f" % (work["ledger_ms"] / max(report["facts_ms"], 0.1)))
    for name, words in (("open", "open"), ("closed", "closed"), ("anew", "by an older cut")):
        row("  its report, %s" % words, "CPU %.0f ms" % report[name + "_ms"], "facts read %.1f ms" % report["facts_ms"],
            "%.1f" % (report[name + "_ms"] / max(report["facts_ms"], 0.1)))
    slowest = max(f["pages"], key=lambda path: f["pages"][path]["p95_ms"])
    for path in sorted({"/ledger", slowest}):
        page = f["pages"][path]
        row("  page %s%s" % (path[:20], ", the slowest" if path == slowest else ""),
            "p95 %.1f ms, first %.1f ms" % (page["p95_ms"], page["first_ms"]), "bare %.2f ms" % f["bare"]["p50_ms"],
            "%.1f" % (page["p50_ms"] / max(f["bare"]["p50_ms"], 0.01)))


def table(f):
    fill, imported, live, wire, idle = f["fill"], f["import"], f["live"], f["wire"], f["idle"]
    mb = fill["carried_bytes"] / 1e6
    print("allied bench: %d records of %d bytes, %d cores; every ratio within this run\n" % (imported["records"], RECORD_BYTES, f["cores"]))
    row("", "allied", "the machine itself", "ratio")
    row("first fill, %.1f MB carried" % mb, "%.2f s, %d records/s" % (fill["seconds"], fill["records_per_s"]),
        "SQLite inserts %.2f s" % fill["raw_seconds"], "%.1f" % fill["ratio"])
    row("  CPU: receiver, sender", "%.2f s, %.2f s" % (fill["receiver_cpu_s"], fill["sender_cpu_s"]), "", "")
    row("  bytes on the wire a commit", "%d" % wire["bytes_per_commit"], "carried %d" % wire["carried_per_commit"], "%.2f" % wire["ratio"])
    http = f["http"]
    row("first fill over HTTP", "%.2f s, %d records/s" % (http["fill"]["seconds"], http["fill"]["records_per_s"]),
        "SQLite inserts %.2f s" % fill["raw_seconds"], "%.1f" % http["fill"]["ratio"])
    row("  CPU: receiver, sender", "%.2f s, %.2f s" % (http["fill"]["receiver_cpu_s"], http["fill"]["sender_cpu_s"]), "", "")
    row("  bytes on the wire a commit", "%d" % http["bytes_per_commit"], "carried %d" % wire["carried_per_commit"],
        "%.2f" % (http["bytes_per_commit"] / wire["carried_per_commit"]))
    row("import from a file", "%.2f s, %d records/s" % (imported["seconds"], imported["records_per_s"]),
        "SQLite inserts %.2f s" % fill["raw_seconds"], "%.1f" % imported["ratio"])
    for p in ("p50", "p99"):
        row("one record live, both durable, " + p, ms(live["durable_there_%s_us" % p]),
            "2 fsync + CURVE trip %s" % ms(live["raw_%s_us" % p]), "%.1f" % live["ratio_" + p])
    for p in ("p50", "p99"):
        row("  the same over HTTP, " + p, ms(http["live"]["durable_there_%s_us" % p]),
            "2 fsync + CURVE trip %s" % ms(http["live"]["raw_%s_us" % p]), "%.1f" % http["live"]["ratio_" + p])
    changes = f["changes"]
    for name, words in (("away", "away meanwhile"), ("live", "one by one, live")):
        row("%d changes, %s" % (changes["changes"], words), "ZeroMQ %d bytes" % changes["zmq_" + name],
            "HTTP %d bytes" % changes["http_" + name], "%.2f" % (changes["http_" + name] / changes["zmq_" + name]))
    row("  of it durable at home, p50", ms(live["durable_here_p50_us"]), "fsync %s" % ms(live["raw_fsync_p50_us"]), "")
    serving.table(f["serving"], row)
    gemet.table(f["gemet"], row)
    for name in ("broader", "merges"):
        walk = f["lattice"][name]
        row("%s over %d, %d edges" % (name, f["lattice"]["edges"], 2 * f["lattice"]["edges"]),
            "%s, %s of CPU" % (ms(walk["ns"] / 1000), ms(walk["ns_doubled"] / 1000)), "linear: 2", "%.1f" % walk["ratio"])
    ledger_table(f["ledger"])
    search = f["search"]
    for i, p in enumerate(("p50", "p95")):
        row("two words in %d records, %s" % (search["records"], p), "%s of CPU" % ms(search["search_us"][i]),
            "FTS5 alone %s" % ms(search["raw_us"][i]), "%.1f" % search["ratio_" + p])
    row("  with filters; suggest, p50", "%s; %s" % (ms(search["filtered_us"][0]), ms(search["suggest_us"][0])),
        "%d records found" % search["found"], "")
    row("the index made, %.1f MB" % (search["bytes"] / 1e6), "%.1f s, %.1f s of CPU" % (search["make_s"], search["make_cpu_s"]),
        "FTS5 alone %.1f s of CPU" % search["raw_make_cpu_s"], "%.1f" % search["ratio_make"])
    harvest = f["harvest"]
    row("OAI harvest of %d, %.1f MB" % (harvest["records"], harvest["bytes"] / 1e6), "%.2f s, %.2f s of CPU" % (harvest["s"], harvest["cpu_s"]),
        "reading them %.2f s of CPU" % harvest["raw_cpu_s"], "%.1f" % harvest["ratio"])
    row("  a page, p50; the slowest", "%s; %s" % (ms(harvest["page_us"][0]), ms(harvest["page_us"][1])), "", "")
    for d in idle["daemons"]:
        row("idle %s, %d records, %d s" % (d["site"], idle["records"], idle["seconds"]),
            "CPU %.2f %%, %.1f wake-ups/s" % (d["cpu_percent"], d["wakeups_per_s"]),
            "RSS %.1f MB, PSS %.1f MB" % (d["rss_kb"] / 1000, d["pss_kb"] / 1000), "")
    print("\n(b and c have just started; a has imported and served. %d s in all; %d live writes of %d bytes, each %d bytes of WAL)"
          % (f["took_seconds"], live["writes"], live["message_bytes"], live["wal_bytes"]))


def main():
    bench = Bench(sys.argv[1])
    try:
        bench.run()
    except (Failed, OSError, subprocess.SubprocessError) as e:
        sys.exit("bench: %s" % e)
    table(bench.figures)
    print("figures: %s" % os.path.join(sys.argv[1], "bench.json"))


if __name__ == "__main__":
    main()
