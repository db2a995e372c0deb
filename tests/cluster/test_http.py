"""Allies over HTTP: alone, beside ZeroMQ, in place of it, behind a web server."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from alliance import PROJECT, Alliance, Failed, Skipped, check, equal, free_port, wait_for
from web import Web


def transports(site):
    return {p["name"]: p["transport"] for p in site.status()["peers"] if p["state"] == "live"}


def live_within(writer, reader, seconds):
    """How long what one writes takes to be read at the other."""
    record = writer.add(f"{writer.name}-{time.monotonic_ns()}", "Vite")
    began = time.monotonic()
    wait_for(lambda: reader.run("record", "show", record).exit == 0, f"{reader.name} has {writer.name}'s record", seconds, step=0.01)


def test_allies_join_and_live_over_http_alone():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True).start()
        equal(Web(a.http).ask("GET", "/healthz")[::2], (200, b"ok\n"), "healthz")
        equal(Web(a.http).ask("GET", "/readyz")[::2], (200, b"ready\n"), "readyz")
        b = al.join(a, "Ritimo", listen=False, http=True).start()
        c = al.join(a, "Cohérence", listen=False).start()  # outgoing HTTP only
        al.wait_equal()
        wait_for(lambda: set(transports(c).values()) == {"http"} and len(transports(c)) == 2, "c lives with both over HTTP")
        wait_for(lambda: len(transports(b)) == 2, "b lives with both")
        for writer, reader in ((a, c), (c, a), (c, b), (b, c)):
            live_within(writer, reader, 5)
        al.wait_equal()
        for s in (a, b, c):
            s.verify()
        key = c.status()["site"]
        c.stop()
        wait_for(lambda: [p["state"] for p in a.status()["peers"] if p["site"] == key] == ["relayed"],
                 "a cannot call c, and does not call it unreachable")
        late = a.add("tard", "Écrit quand c était absent")
        c.start()
        al.wait_equal()
        equal(c.title(late), "Écrit quand c était absent", "at c")


test_allies_join_and_live_over_http_alone.seconds = 4


def many(directory, n):
    path = os.path.join(directory, "many.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for i in range(n):
            f.write(json.dumps({"source_id": f"r{i}", "type": "experience", "title": {"fr": f"Fiche {i}"},
                                "abstract": {"fr": "Ce que nous avons appris en le faisant. " * 60}}) + "\n")
    return path


def test_a_fill_over_http_goes_on_after_a_kill_at_either_end():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        a.load(many(al.root, 3000))
        a.start()
        b = al.join(a, "Ritimo", listen=False)
        c = al.site("Cohérence", listen=False)
        code = a.json("invite", "Cohérence")["code"]
        joining = subprocess.Popen(c.words("join", code), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=al.env)
        al.started.append(joining)
        wait_for(lambda: c.run("status").exit in (0, 2) and c.status()["records"] > 0, "c has some of it", step=0.02)
        joining.kill()
        joining.wait(10)
        had = c.status()["records"]
        check(0 < had, "c had", had)
        c.start()
        a.kill9()
        a.start()
        b.start()
        al.wait_equal(seconds=40)
        equal(c.status()["records"], 3000, "c's records")
        c.verify()


test_a_fill_over_http_goes_on_after_a_kill_at_either_end.seconds = 10


def test_where_zeromq_does_not_get_through_http_takes_its_place():
    with Alliance() as al, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(8)  # takes connections, and never says a word
        a = al.found("Citego", http=True)
        a.settings = [f"zeromq.announce=127.0.0.1:{deaf.getsockname()[1]}"]
        a.start()
        b = al.site("Ritimo", listen=False)
        began = time.monotonic()
        b.ok("join", a.json("invite", "Ritimo")["code"])
        check(time.monotonic() - began < 20, "joining took", time.monotonic() - began)
        b.start()
        wait_for(lambda: transports(b) == {"citego": "http"}, "b lives with a over HTTP", 25)
        live_within(a, b, 5)
        b.stop()
        a.stop()
        a.settings = []
        a.start()
        b.start()
        al.wait_equal()  # b learned over HTTP where a is now
        b.stop()
        b.start()
        wait_for(lambda: transports(b) == {"citego": "zmq"}, "b lives with a over ZeroMQ", 25)
        b.stop()
        b.settings = ["peers.transport=http"]
        b.start()
        wait_for(lambda: transports(b) == {"citego": "http"}, "b, told to, lives with a over HTTP", 25)


test_where_zeromq_does_not_get_through_http_takes_its_place.seconds = 30


class Nginx:
    """A web server of Debian's in front of a site, in a directory of its own."""

    def __init__(self, alliance, site, *directives, sample=False):
        self.program = shutil.which("nginx") or "/usr/sbin/nginx"
        if not os.path.exists(self.program):
            raise Skipped("nginx is not installed here: apt-get install nginx")
        self.alliance, self.address, self.process = alliance, f"127.0.0.1:{free_port()}", None
        self.dir = os.path.join(alliance.root, "nginx")
        os.makedirs(self.dir)
        temp = "".join(f"{kind}_temp_path {self.dir}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(self.dir, "nginx.conf"), "w", encoding="utf-8") as f:
            f.write(f"""daemon off; master_process off; pid {self.dir}/pid; error_log {self.dir}/error.log;
                events {{ worker_connections 128; }}
                http {{ {temp} access_log off; client_max_body_size 2m;
                    server {{ listen {self.address};
                        {self.sampled(site) if sample else f"location /allied/ {{ proxy_pass http://{site.http}/; proxy_buffering on; {' '.join(directives)} }}"} }} }}""")
        site.announced = f"http://{self.address}{'' if sample else '/allied/'}"

    @staticmethod
    def sampled(site):
        """What operators copy, before this site."""
        with open(os.path.join(PROJECT, "conf", "nginx.conf.sample"), encoding="utf-8") as f:
            return f.read().replace("127.0.0.1:8480", site.http)

    def start(self):
        self.process = subprocess.Popen([self.program, "-p", self.dir, "-c", os.path.join(self.dir, "nginx.conf"), "-e",
                                         os.path.join(self.dir, "error.log")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.alliance.env)
        self.alliance.started.append(self.process)
        host, port = self.address.split(":")

        def up():
            if self.process.poll() is not None:
                with open(os.path.join(self.dir, "error.log"), encoding="utf-8") as f:
                    raise Failed("nginx ended: " + f.read()[-500:])
            with socket.socket() as s:
                return s.connect_ex((host, int(port))) == 0
        wait_for(up, "nginx listens")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def test_behind_nginx_with_short_time_outs_and_restarts():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        nginx = Nginx(al, a, "proxy_read_timeout 2s;")
        nginx.start()
        a.load(many(al.root, 500))
        a.start()
        b = al.join(a, "Ritimo", listen=False).start()
        al.wait_equal()
        equal(b.status()["records"], 500, "b's records")
        time.sleep(3)  # past a 504
        for writer, reader in ((a, b), (b, a)):
            live_within(writer, reader, 5)
        nginx.stop()
        ours, theirs = a.add("pendant", "Écrit pendant que nginx était arrêté"), b.add("aussi", "Écrit de l’autre côté")
        nginx.start()
        wait_for(lambda: b.run("record", "show", ours).exit == 0, "b has it after nginx came back", 20)
        wait_for(lambda: a.run("record", "show", theirs).exit == 0, "a has it after nginx came back", 20)
        a.kill9()  # nginx answers 502
        late = b.add("encore", "Écrit pendant que a était mort")
        time.sleep(1)
        a.start()
        wait_for(lambda: a.run("record", "show", late).exit == 0, "a has it after it came back", 30)
        al.wait_equal()
        a.verify()
        b.verify()


test_behind_nginx_with_short_time_outs_and_restarts.seconds = 20


def test_the_sample_for_nginx_hands_on_pages_and_what_keeps_them_safe():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        nginx = Nginx(al, a, sample=True)
        nginx.start()
        a.start()
        id = a.add("une", "Un jardin")

        def got(path, accept="text/html"):
            q = urllib.request.Request(f"http://{nginx.address}{path}", headers={"Accept": accept, "Accept-Language": "fr"})
            try:
                with urllib.request.urlopen(q, timeout=10) as r:
                    return r.status, dict(r.headers), r.read().decode()
            except urllib.error.HTTPError as e:
                return e.code, dict(e.headers), e.read().decode()
        for path in ("/", "/records", f"/records/{id}", "/thesaurus", "/conflicts", "/sites", "/ledger", "/report"):
            code, headers, body = got(path)
            equal(code, 200, path)
            check(headers["Content-Security-Policy"].startswith("default-src 'none'") and headers["X-Frame-Options"] == "DENY", path, headers)
            check("</html>" in body, path, body[-300:])
        for path in ("/style.css", "/healthz", "/readyz", "/openapi.json", "/api/v1/records", "/feeds/all.atom", "/oai?verb=Identify", "/skos.ttl"):
            equal(got(path, "*/*")[0], 200, path)
        equal(got("/metrics")[0], 404, "figures are not for everybody")
        b = al.join(a, "Ritimo", listen=False).start()
        al.wait_equal()
        equal(transports(b), {"citego": "http"}, "sites meet through it")


test_the_sample_for_nginx_hands_on_pages_and_what_keeps_them_safe.seconds = 6


def certificate(al, name, subject="/CN=127.0.0.1", names="IP:127.0.0.1"):
    """A certificate that signs itself, and its key."""
    cert, key = (os.path.join(al.root, f"{name}.{kind}") for kind in ("crt", "key"))
    r = al.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", subject, "-addext", f"subjectAltName={names}", "-keyout", key, "-out", cert])
    check(r.exit == 0, r.err)
    return cert, key


def test_https_is_checked_and_its_files_are_named_when_they_are_wrong():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        cert, key = certificate(al, "one")
        _, other = certificate(al, "other")
        for settings, code, named in (((cert, other), 1512, other), ((cert, ""), 1512, "http.tls_key"),
                                      ((cert, "/nowhere/key"), 1026, "/nowhere/key"), ((key, key), 1512, key)):
            a.settings = [f"http.tls_cert={settings[0]}", f"http.tls_key={settings[1]}"]
            r = a.run("daemon", timeout=15)
            check(r.exit != 0 and f"ALLIED-{code}" in r.err and named in r.err, "wrong files:", r)
        a.settings = [f"http.tls_cert={cert}", f"http.tls_key={key}"]
        a.announced = f"https://{a.http}"
        a.start()
        b = al.site("Ritimo", listen=False)
        b.settings = [f"peers.tls_ca={cert}"]
        b.ok("join", a.json("invite", "Ritimo")["code"])
        b.start()
        wait_for(lambda: transports(b) == {"citego": "http"}, "b lives with a over HTTPS")
        live_within(a, b, 5)
        live_within(b, a, 5)
        b.stop()
        b.settings = []  # a certificate that nobody this machine trusts has signed
        b.start()
        wait_for(lambda: b.status()["peers"][0]["cause"] == "certificate", "b does not trust it", 15)


test_https_is_checked_and_its_files_are_named_when_they_are_wrong.seconds = 8


def test_a_port_for_http_that_is_taken_is_named():
    with Alliance() as al, socket.socket() as other:
        a = al.found("Citego", http=True)
        other.bind(("127.0.0.1", int(a.http.split(":")[1])))
        other.listen(1)
        r = a.run("daemon", timeout=15)
        check(r.exit == 1 and "ALLIED-1502" in r.err and a.http in r.err, "a port in use:", r)
