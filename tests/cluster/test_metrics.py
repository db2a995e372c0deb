"""What machines ask a site: /metrics, /healthz, /readyz, and what of them a person reads."""
import json
import math
import re
import shutil
import subprocess

from alliance import Alliance, Skipped, check, equal, free_port, wait_for
from web import Web

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')


def parse(text):
    """The text form 0.0.4, strictly: {name: {labels: value}} by family, each with its help and type, whole, and nothing twice."""
    check(text.endswith("\n"), "the last line has no end")
    families, kind, values, now = {}, {}, {}, None
    for line in text.split("\n")[:-1]:
        if m := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            now = m[1]
            check(now not in families, "a family twice", now)
            families[now] = m[2]
        elif m := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            check(m[1] == now and now not in kind, "a type elsewhere than behind its help", line)
            kind[now] = m[2]
        else:
            m = re.fullmatch(rf"({NAME})(?:\{{(.*)\}})? (-?[0-9]+(?:\.[0-9]+)?)", line)
            check(m, "not a line of the form", line)
            labels = LABEL.findall(m[2] or "")
            check(",".join(f'{k}="{v}"' for k, v in labels) == (m[2] or ""), "labels", line)
            check(len({k for k, _ in labels}) == len(labels), "a label twice", line)
            base = re.sub(r"_(bucket|sum|count)$", "", m[1]) if kind.get(now) == "histogram" else m[1]
            check(base == now and now in kind, "a sample outside its family", line)
            key = (m[1], tuple(sorted(labels)))
            check(key not in values, "a sample twice", line)
            values[key] = float(m[3])
    equal(set(families), set(kind), "families with a type")
    for name, help_text in families.items():
        check(name.startswith("allied_") and help_text.endswith("."), name, help_text)
        check((kind[name] == "counter") == name.endswith("_total"), "counters, and they alone, end with _total", name)
        check("_ms" not in name and "_mb" not in name, "a base unit", name)
    histograms(values, [n for n, k in kind.items() if k == "histogram"])
    return values


def histograms(values, names):
    for name in names:
        series = {}
        for (metric, labels), value in values.items():
            if metric == name + "_bucket":
                rest = tuple(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((math.inf if (le := dict(labels)["le"]) == "+Inf" else float(le), value))
        check(series, "no bucket of", name)
        for labels, buckets in series.items():
            buckets.sort()
            equal([v for _, v in buckets], sorted(v for _, v in buckets), f"{name} {labels} grows")
            equal(buckets[-1], (math.inf, values[name + "_count", labels]), f"{name} {labels} ends with all")
            check(values[name + "_sum", labels] >= 0, name)


def promtool(text):
    r = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=30)
    check(r.returncode == 0 and not r.stdout + r.stderr, "promtool", r.stdout + r.stderr)


def scrape(site):
    status, headers, body = Web(site.http).ask("GET", "/metrics")
    equal((status, headers["Content-Type"], headers["Cache-Control"]), (200, "text/plain; version=0.0.4; charset=utf-8", "no-store"), "metrics")
    values = parse(body.decode())
    if shutil.which("promtool"):
        promtool(body.decode())
    return values


def value(values, metric, /, **labels):
    """Of the one sample of that name that has these labels; None: there is none."""
    found = [v for (name, its), v in values.items() if name == metric and set(labels.items()) <= set(its)]
    check(len(found) < 2, "more than one", metric, labels, found)
    return found[0] if found else None


def problems(values):
    return {dict(labels)["name"] for (name, labels), v in values.items() if name == "allied_problem" and v}


def doctor(site, code, *options, peer=None):
    r = site.run("--json", *options, "doctor", *([peer] if peer else []))
    equal(r.exit, code, f"doctor: {r.out}{r.err}")
    said = json.loads(r.out)
    equal(said["ok"], code == 0, "ok")
    for c in said["checks"]:
        equal(c["ok"], not c["problems"], c)
        check(all(p["code"] and p["text"] and p["action"] for p in c["problems"]), c)
    return {c["check"]: c for c in said["checks"]}


def wrong(checks):
    return {name: [p["name"] for p in c["problems"]] for name, c in checks.items() if not c["ok"]}


def test_machines_are_told_how_a_site_is():
    with Alliance('Alliance "d\'essai" \\ Cie') as al:
        a = al.found("Citego", http=True).start()
        b = al.site('Béton "vert" \\ Cie', http=True)
        code = a.json("invite", b.name, "--confirm")["code"]
        equal(b.run("--timeout", "1", "join", code).exit, 75, "b waits")
        b.start()
        web, waits = Web(a.http), Web(b.http)

        # Not in yet: alive, not ready, and why; nobody keeps such an answer.
        wait_for(lambda: waits.json("GET", "/readyz")[1].get("code") == "confirm", "b says that somebody has to let it in")
        status, headers, body = waits.ask("GET", "/readyz", accept_language="fr")
        said = json.loads(body)
        equal((status, headers["Retry-After"], headers["Cache-Control"]), (503, "5", "no-store"), "not ready")
        check("faire entrer" in said["detail"], "in French", said)
        equal(waits.ask("GET", "/healthz")[::2], (200, b"ok\n"), "alive")
        values = scrape(b)
        equal((value(values, "allied_state", state="joining"), problems(values)), (1, {"confirm"}), "waiting")

        a.ok("--yes", "ally", "admit", b.status()["join_words"])
        record = a.add("un", "Une fiche")
        al.wait_equal()
        status, headers, body = waits.ask("GET", "/readyz")
        equal((status, body, headers["Content-Type"]), (200, b"ready\n", "text/plain; charset=utf-8"), "ready")
        equal(waits.ask("HEAD", "/readyz")[::2], (200, b""), "HEAD")
        equal(waits.ask("HEAD", "/metrics")[0], 200, "HEAD of the metrics")

        # The same as status says, and of both the same digest.
        wait_for(lambda: a.status()["peers"][0]["digest_equal"] and b.status()["peers"][0]["digest_equal"], "both have compared")
        said, values, others = a.status(), scrape(a), scrape(b)
        for name, key in (("records", "records"), ("concepts", "concepts"), ("commits", "commits"), ("conflicts", "conflicts"), ("holes", "holes")):
            equal(value(values, "allied_" + name), said[key], name)
        equal(value(values, "allied_records"), 1, "records")
        equal(value(values, "allied_site_info", alliance='Alliance \\"d\'essai\\" \\\\ Cie', ally="Citego", site=said["site"]), 1, "names are quoted")
        peer = {"site": said["peers"][0]["site"]}
        equal((value(values, "allied_peers", state="live", transport="zmq"), value(values, "allied_peer_digest_equal", **peer),
               value(values, "allied_peer_behind_commits", **peer)), (1, 1, 0), "the peer")
        check(value(values, "allied_peer_last_heard_seconds", **peer) < 60, "heard")
        digest = lambda of: [labels for (name, labels), _ in of.items() if name == "allied_digest_info"]
        equal(digest(values), digest(others), "digests")
        check(value(values, "allied_disk_free_bytes") > 0 and value(values, "allied_store_size_bytes") > 0, "room")
        equal((value(values, "allied_backup_age_seconds"), problems(values)), (None, set()), "never backed up, and all is well")
        a.ok("backup", f"{al.root}/a.backup")
        check(0 <= value(scrape(a), "allied_backup_age_seconds") < 60, "backed up")

        # HTTP counts itself: by route, not by address.
        before = value(values, "allied_http_requests_total", route="/api/v1/records/{id}", status="2xx") or 0
        for _ in range(3):
            equal(web.ask("GET", f"/api/v1/records/{record}")[0], 200, "a record")
        web.ask("GET", "/no/such/path")
        values = scrape(a)
        equal(value(values, "allied_http_requests_total", route="/api/v1/records/{id}", status="2xx"), before + 3, "requests")
        check(value(values, "allied_http_requests_total", route="none", status="4xx") >= 1, "what has no route")
        check(value(values, "allied_http_request_duration_seconds_count", route="/api/v1/records/{id}") >= 3, "durations")

        # Who comes to help looks at everything; before and after b goes.
        checks = doctor(a, 0)
        check(a.http in checks["ports"]["detail"] and "1" in checks["digests"]["detail"], checks)
        equal(list(checks), ["config", "data", "daemon", "disk", "clock", "guard", "backup", "ports", "index", "standing", "logs", "peers", "digests"], "checks")
        here, a.http = a.http, f"127.0.0.1:{free_port()}"
        equal(wrong(doctor(a, 2)), {"ports": ["listen"]}, "nothing answers there")
        a.http = here
        equal(wrong(doctor(a, 2, "-o", "sit.name=x")), {"config": ["config_unknown"]}, "no such setting: the rest is not tried")
        b.stop()
        wait_for(lambda: "unreachable" in problems(scrape(a)), "the peer that has gone is a problem")
        values = scrape(a)
        equal((value(values, "allied_problem", name="unreachable", code="ALLIED-1501"), value(values, "allied_peers", state="live", transport="zmq"),
               value(values, "allied_state", state="degraded")), (1, 0, 1), "without b")
        checks = doctor(a, 2)
        equal((wrong(checks), checks["peers"]["detail"].count(b.listen)), ({"peers": ["unreachable"]}, 1), "b is missing")
        equal(wrong(doctor(a, 2, peer="nobody"))["peers"], ["unreachable", "peer_unknown"], "no such peer")
        checks = doctor(b, 2)
        equal(wrong(checks), {"daemon": ["stopped"]}, "without a daemon")
        check(a.listen in checks["peers"]["detail"], "but what it would reach is there", checks["peers"])
        french = a.run("--lang", "fr", "doctor")
        check("rien n’écoute à" in french.out and "allied ping" in french.out, french.out)
        equal(wrong(doctor(al.site("Personne"), 2)), {"data": ["no_data"]}, "nothing there")
    if not shutil.which("promtool"):
        raise Skipped("promtool is not here (apt install prometheus): its own judgement of /metrics is missing, all else was checked")


test_machines_are_told_how_a_site_is.seconds = 3
