"""The thesaurus with a real one's weight: GEMET goes in in French without a daemon, then in German through one, and comes out."""
import os
import time
import urllib.request

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data")
PAGES = {"thesaurus": "/thesaurus", "a letter": "/thesaurus?letter=p",
         "a concept, drawn": "/concepts/http%3A%2F%2Fwww.eionet.europa.eu%2Fgemet%2Fconcept%2F100"}
TURNS = 200  # of one page
FILES = {lang: os.path.join(DATA, "gemet-%s.rdf" % lang) for lang in ("fr", "de")}


def fetch(site):
    start = time.monotonic()
    with urllib.request.urlopen("http://127.0.0.1:%d/skos.ttl" % site.http_port, timeout=60) as answer:
        size = len(answer.read())
    return time.monotonic() - start, size


def measure(bench, site, settle, cpu_seconds):
    """Figures for `site`, which is not there yet; None where the data are not."""
    if not all(os.path.exists(path) for path in FILES.values()):
        return None
    parsed = bench.tool("bench_skos", FILES["fr"])
    site.run("init", "Gemet", "--ally", "g", "--site", "g")
    site.http = True
    out = {"concepts": parsed["concepts"], "expat_s": parsed["expat_s"], "read_s": parsed["read_s"]}
    for lang in FILES:
        if lang == "de":
            site.start()
        settle()
        out[lang + "_s"] = site.run("concept", "import", FILES[lang])[1]
        if lang == "fr":
            raw = bench.tool("bench_fill", site.dir, os.path.join(bench.dir, "raw-gemet.db"))
            out["raw_s"], out["commits"] = raw["seconds"], raw["commits"]
    out["again_s"] = site.run("concept", "import", FILES["de"])[1]
    out["export_s"] = site.run("concept", "export", os.path.join(bench.dir, "gemet.rdf"))[1]
    before = cpu_seconds(site.daemon.pid)
    for _ in range(20):
        site.run("concept", "show", "http://www.eionet.europa.eu/gemet/concept/100")
    out["show_cpu_ms"] = (cpu_seconds(site.daemon.pid) - before) / 20 * 1000
    address = "127.0.0.1:%d" % site.http_port
    out["pages"] = {what: bench.tool("bench_http", address, path, "0", str(TURNS), "1") for what, path in PAGES.items()}
    out["skos_s"], out["skos_bytes"] = fetch(site)
    out["skos_again_s"] = min(fetch(site)[0] for _ in range(5))
    site.stop()
    return out


def table(f, row):
    if f is None:
        row("GEMET", "%s is not there: NOT measured" % os.path.relpath(FILES["fr"]), "", "")
        return
    raw = f["expat_s"] + f["raw_s"]
    row("GEMET in French, %d concepts" % f["concepts"], "%.2f s" % f["fr_s"],
        "expat %.2f s, SQLite %.2f s" % (f["expat_s"], f["raw_s"]), "%.1f" % (f["fr_s"] / raw))
    row("  in German, through a daemon", "%.2f s; again %.2f s" % (f["de_s"], f["again_s"]), "", "%.1f" % (f["de_s"] / raw))
    row("  read alone; RDF/XML out; one shown", "%.2f s; %.2f s; CPU %.1f ms" % (f["read_s"], f["export_s"], f["show_cpu_ms"]), "", "")
    row("  /skos.ttl, %.1f MB" % (f["skos_bytes"] / 1e6), "%.2f s; again %.3f s" % (f["skos_s"], f["skos_again_s"]), "", "")
    for what, a in f["pages"].items():
        row("page: %s, %.1f kB" % (what, a["bytes"] / 1e3), "p50 %.2f ms, p99 %.2f ms" % (a["ours"]["p50_us"] / 1000, a["ours"]["p99_us"] / 1000),
            "bare %.2f ms" % (a["bare"]["p50_us"] / 1000), "%.1f" % (a["ours"]["p50_us"] / max(1, a["bare"]["p50_us"])))
