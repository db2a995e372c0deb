"""Allies over HTTP: alone, beside ZeroMQ, in place of it, behind a web server."""
import time
import urllib.error
import urllib.request

from alliance import Alliance, equal, wait_for


def transports(site):
    return {p["name"]: p["transport"] for p in site.status()["peers"] if p["state"] == "live"}


def get(site, path):
    """Status and body of a GET."""
    try:
        with urllib.request.urlopen(f"http://{site.http}{path}", timeout=5) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def live_within(writer, reader, seconds):
    """How long what one writes takes to be read at the other."""
    record = writer.add(f"{writer.name}-{time.monotonic_ns()}", "Vite")
    began = time.monotonic()
    wait_for(lambda: reader.run("record", "show", record).exit == 0, f"{reader.name} has {writer.name}'s record", seconds, step=0.01)


def test_allies_join_and_live_over_http_alone():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True).start()
        equal(get(a, "/healthz"), (200, "ok\n"), "healthz")
        equal(get(a, "/readyz"), (200, "ready\n"), "readyz")
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
        c.stop()
        late = a.add("tard", "Écrit quand c était absent")
        c.start()
        al.wait_equal()
        equal(c.title(late), "Écrit quand c était absent", "at c")
