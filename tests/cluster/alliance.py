"""Real allied processes on loopback: found, invite, join, start, stop, kill; every wait is bounded, everything started is ended by its pid.

    with Alliance("three allies") as a:
        citego = a.found("Citego")
        citego.start()
        beton = a.join(citego, "Béton vert")
        beton.start()
        citego.add("un", "Un jardin partagé")
        a.wait_equal()

A site listens on a free port below the kernel's own range, so that it is still free when the site comes back; `listen=False` makes one
that only dials out; `http=True` serves HTTP as well, and tells the others. Guards live in a directory of the test's own on tmpfs.
"""
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import namedtuple

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("ALLIED", os.path.join(PROJECT, "build", "allied")))
SHARED_DATA = os.path.join(PROJECT, "..", "shared", "data")
DEMO_DATA = os.path.join(PROJECT, "tests", "demo", "data")

Result = namedtuple("Result", "exit out err")


class Failed(AssertionError):
    """A test found something else than it expected."""


class Skipped(Exception):
    """A test cannot run here; it is named and counted, never silent."""


def check(condition, *what):
    if not condition:
        raise Failed(" ".join(w if isinstance(w, str) else repr(w) for w in what))


def equal(found, expected, what=""):
    check(found == expected, f"{what}: found {found!r}, expected {expected!r}")


_ports = set()


def free_port():
    while True:
        port = random.randrange(20000, 32000)
        if port in _ports:
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        _ports.add(port)
        return port


def wait_for(look, what, seconds=20, step=0.05):
    """Calls look() until it is true and returns its value; fails, with the last value, after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        check(time.monotonic() < end, f"waited {seconds} s in vain: {what}")
        time.sleep(step)


class Site:
    def __init__(self, alliance, name, listen=True, http=False):
        self.alliance, self.name = alliance, name
        self.dir = os.path.join(alliance.root, name.lower().replace(" ", "-"))
        self.listen = f"127.0.0.1:{free_port()}" if listen else ""
        self.http = f"127.0.0.1:{free_port()}" if http else ""
        self.announced = f"http://{self.http}" if http else ""  # a test with a proxy puts its address here
        self.settings = []  # more of them, as section.key=value
        self.daemon, self.said = None, os.path.join(alliance.root, f"{os.path.basename(self.dir)}.said")

    # ---- commands ----

    def words(self, *args):
        settings = [f"zeromq.listen={self.listen}", f"http.listen={self.http}", f"http.announce={self.announced}", *self.settings]
        return [BINARY, "--data", self.dir, *(w for s in settings for w in ("-o", s)), *map(str, args)]

    def run(self, *args, timeout=60, stdin=None):
        return self.alliance.run(self.words(*args), timeout=timeout, stdin=stdin)

    def ok(self, *args, **how):
        r = self.run(*args, **how)
        check(r.exit == 0, f"{self.name}: {' '.join(map(str, args))[:200]}: exit {r.exit}\n{r.err}")
        return r

    def json(self, *args, **how):
        return json.loads(self.ok("--json", *args, **how).out)

    def status(self):
        """Status tells by its exit code how things are (0, 2): either way the answer is whole."""
        r = self.run("--json", "status")
        check(r.exit in (0, 2), f"{self.name}: status: exit {r.exit}\n{r.err}")
        return json.loads(r.out)

    def digests(self):
        s = self.status()
        return s["inputs"], s["digest"]

    def add(self, source_id, title, **fields):
        """Publishes a record; its id."""
        sets = [f"--set=type={fields.pop('type', 'experience')}", f"--set=source_id={source_id}", f"--set=title@fr={title}"]
        return self.json("record", "add", *sets, *(f"--set={k}={v}" for k, v in fields.items()))["id"]

    def show(self, record):
        return self.json("record", "show", record)

    def title(self, record):
        return self.show(record)["title"]["fr"]

    def load(self, path, *options):
        return self.json("record", "import", path, *options, timeout=60)

    def verify(self):
        v = self.json("verify")
        check(v["ok"] and not v["faults"], self.name, "verify", v)
        return v

    def journal(self):
        with open(os.path.join(self.dir, "journal"), encoding="utf-8") as f:
            return f.read()

    # ---- the service ----

    def start(self, wait=True):
        check(self.daemon is None, self.name, "runs already")
        with open(self.said, "ab") as said:
            self.daemon = subprocess.Popen(self.words("daemon"), stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                           env=self.alliance.env)
        self.alliance.started.append(self.daemon)
        if wait:
            self.ready()
        return self

    def ready(self):
        def up():
            check(self.daemon.poll() is None, f"{self.name}: the daemon ended with {self.daemon.poll()}\n{self.tail()}")
            return self.answers()
        wait_for(up, f"{self.name} answers")

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(os.path.join(self.dir, "control.sock"))
                return True
        except OSError:
            return False

    def tail(self):
        with open(self.said, encoding="utf-8", errors="replace") as f:
            return f.read()[-2000:]

    def alive(self):
        return self.daemon is not None and self.daemon.poll() is None

    def stop(self, seconds=10):
        self.daemon.send_signal(signal.SIGTERM)
        code = self.daemon.wait(seconds)
        self.daemon = None
        check(code == 0, f"{self.name}: the daemon ended with {code}\n{self.tail()}")

    def kill9(self):
        self.daemon.kill()
        self.daemon.wait(10)
        self.daemon = None

    def guards(self):
        return glob.glob(os.path.join(self.alliance.runtime, "**", "*.guard"), recursive=True)


_alliances = []


def everything_started():
    """By all alliances of this process that stand, for who has to give up."""
    return [p for a in list(_alliances) for p in list(a.started)]


def remove_all():
    """The directories of all alliances that stand."""
    for a in list(_alliances):
        a.remove()


class Alliance:
    def __init__(self, name="Coredem", runtime=None):
        self.name, self.sites, self.started = name, [], []
        self.root = tempfile.mkdtemp(prefix="allied-cluster-")
        self.runtime = tempfile.mkdtemp(prefix="allied-cluster-", dir="/dev/shm")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("ALLIED", "LC_", "LANG", "RUNTIME_")) and not k.lower().endswith("_proxy")}
        self.env.update(LANG="C.UTF-8", XDG_RUNTIME_DIR=self.runtime, HOME=self.root)

    def __enter__(self):
        _alliances.append(self)
        return self

    def __exit__(self, kind, error, trace):
        for p in self.started:
            if p.poll() is None:
                p.kill()
        for p in self.started:
            p.wait(10)
        if error is not None and not isinstance(error, Skipped):
            self.keep_journals(error)
        self.remove()
        _alliances.remove(self)

    def remove(self):
        for d in (self.root, self.runtime):
            shutil.rmtree(d, ignore_errors=True)

    def keep_journals(self, error):
        """What the sites noted last goes with the failure: the directories are about to go."""
        told = []
        for site in self.sites:
            path = os.path.join(site.dir, "journal")
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    told.append(f"--- {site.name}'s journal\n" + "".join(f.readlines()[-25:]))
        error.journals = "\n".join(told)

    def run(self, words, timeout=60, stdin=None, **how):
        p = subprocess.Popen(words, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, **how)
        self.started.append(p)
        try:
            out, err = p.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            raise Failed(f"no end after {timeout} s: {' '.join(words)[:300]}") from None
        finally:
            if p.poll() is not None:
                self.started.remove(p)
        return Result(p.returncode, out.decode("utf-8"), err.decode("utf-8"))

    def site(self, name, listen=True, http=False):
        s = Site(self, name, listen, http)
        self.sites.append(s)
        return s

    def found(self, name, listen=True, http=False):
        s = self.site(name, listen, http)
        s.ok("init", self.name, "--ally", name)
        return s

    def join(self, inviter, name, listen=True, http=False):
        """The inviter's daemon runs; the newcomer's does not yet."""
        s = self.site(name, listen, http)
        s.ok("join", inviter.json("invite", name)["code"])
        return s

    def three(self, **listen):
        """Three allies whose daemons run and hold the same."""
        a = self.found("Citego").start()
        b = self.join(a, "Ritimo").start()
        c = self.join(a, "Cohérence").start()
        self.wait_equal()
        return a, b, c

    def wait_equal(self, sites=None, seconds=25):
        """Until these sites (all that run) hold the same inputs and the same state; that state's digest."""
        sites = sites or [s for s in self.sites if s.alive()]
        seen = {}

        def same():
            for s in sites:
                seen[s.name] = s.digests()
            return len(set(seen.values())) == 1
        try:
            wait_for(same, "equal digests", seconds, step=0.1)
        except Failed as e:
            raise Failed(f"{e}\n" + "\n".join(f"{s.name}: {json.dumps(s.status())[:1200]}" for s in sites)) from None
        return seen[sites[0].name][1]
