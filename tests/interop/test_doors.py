"""A real daemon with all its doors open, under one attack after the other (attacks.py): it lives, stays small, gives back what it opened, answers its own people
and does not keep honest peers waiting.

What took how long is told, and judged by a wide margin alone: a machine may be slow.
"""
import json
import os
import subprocess
import sys
import threading
import time

from alliance import Alliance, check, equal, wait_for
from control import Control
from strangers import member

ATTACK_S, WAIT_MAX_S, GROWTH_MAX_MIB, FDS_MORE = 1.4, 2.0, 160, 8
ORDER = ["half_open", "slow_headers", "endless_frames", "endless_bodies", "bad_requests", "control"]
LAST_S = 25  # the first two hold on until the daemon has ended all that they opened
HERE = os.path.dirname(os.path.abspath(__file__))


class Asker(threading.Thread):
    """Calls step() again and again; keeps the seconds that each call gives."""

    def __init__(self, step):
        super().__init__(daemon=True)
        self.step, self.over, self.seconds, self.failed = step, False, [], None

    def run(self):
        try:
            step = self.step()
            while not self.over:
                self.seconds.append(next(step))
        except BaseException as e:
            self.failed = e

    def worst(self):
        """Since the last call."""
        found, self.seconds = self.seconds, []
        return max(found, default=0.0)


def asks(site):
    control = Control(site)
    while True:
        start = time.monotonic()
        check("result" in control.ask("status"), "an answer")
        yield time.monotonic() - start
        time.sleep(0.05)


def sends(site, to, name):
    """One record after the other, from a site to an honest peer."""
    writer, reader, n = Control(site), Control(to), 0
    while True:
        n += 1
        line = {"line": 1, "record": {"source_id": f"{name}{n}", "type": "experience", "title": {"fr": "Un jardin"}}}
        record = writer.ask("record.write", lines=[line], mode="add")["result"]["ids"][0]["id"]
        start = time.monotonic()
        while "result" not in reader.ask("record.show", id=record):
            check(time.monotonic() - start < 20, "the record arrives")
            time.sleep(0.01)
        yield time.monotonic() - start
        time.sleep(0.02)


def memory_mib(site):
    with open(f"/proc/{site.daemon.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def descriptors(site):
    return len(os.listdir(f"/proc/{site.daemon.pid}/fd"))


class Battle:
    """Starts attacks and keeps a row of figures of each."""

    def __init__(self, alliance, site, target, askers):
        self.alliance, self.site, self.target, self.askers = alliance, site, json.dumps(target), askers
        self.running, self.rows = {}, []

    def bring(self, name):
        p = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "attacks.py"), name, str(ATTACK_S), self.target], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        self.alliance.started.append(p)
        self.running[name] = p
        before, memory, fds = memory_mib(self.site), 0.0, 0
        for a in self.askers.values():
            a.worst()
        end = time.monotonic() + (ATTACK_S + 0.4 if name in ORDER[:2] else LAST_S)
        while time.monotonic() < end and p.poll() is None:
            check(self.site.alive(), f"the daemon ended under {name}", self.site.tail())
            memory, fds = max(memory, memory_mib(self.site)), max(fds, descriptors(self.site))
            time.sleep(0.03)
        self.rows.append((name, memory - before, fds, {k: a.worst() for k, a in self.askers.items()}))

    def results(self):
        """What each attack brought and what it found otherwise than expected."""
        out = {}
        for name, p in self.running.items():
            said, _ = p.communicate(timeout=LAST_S)
            check(p.returncode == 0, f"{name} ended with {p.returncode}")
            out[name] = json.loads(said)
        return out

    def table(self):
        lines = [f"    {'':16}{'status':>10}{'ZeroMQ':>10}{'HTTP':>10}{'memory':>12}{'descriptors':>13}"]
        for name, memory, fds, worst in self.rows:
            times = "".join(f"{worst[k] * 1000:7.0f} ms" for k in ("status", "ZeroMQ", "HTTP"))
            lines.append(f"    {name.replace('_', ' '):16}{times}{memory:+8.1f} MiB{fds:13}")
        return "\n".join(lines)


def test_attacks_on_every_door_neither_stop_nor_swell_a_daemon_nor_keep_others_waiting():
    with Alliance() as a:
        citego = a.found("Citego", http=True).start()
        ritimo = a.join(citego, "Ritimo").start()
        coherence = a.site("Cohérence", listen=False)
        coherence.settings = ["peers.transport=http"]
        coherence.ok("join", citego.json("invite", "Cohérence")["code"])
        coherence.start()
        node, _ = member(citego)
        node.hang_up()
        a.wait_equal()
        wait_for(lambda: {p["ally_name"]: p["transport"] for p in coherence.status()["peers"] if p["state"] == "live"}.get("Citego") == "http", "one lives over HTTP")
        target = {"zeromq": int(citego.listen.split(":")[1]), "http": int(citego.http.split(":")[1]), "control": f"{citego.dir}/control.sock",
                  "seed": node.key.seed.hex(), "alliance": node.replica.alliance.hex(), "to": node.invitation.inviter.hex()}
        node.close()
        askers = {"status": Asker(lambda: asks(citego)), "ZeroMQ": Asker(lambda: sends(citego, ritimo, "z")),
                  "HTTP": Asker(lambda: sends(citego, coherence, "h"))}
        fds = descriptors(citego)
        for x in askers.values():
            x.start()
        battle = Battle(a, citego, target, askers)
        for name in ORDER:
            battle.bring(name)
        results = battle.results()
        for x in askers.values():
            x.over = True
            x.join(25)
        print(battle.table(), flush=True)
        equal([x.failed for x in askers.values()], [None] * 3, "who asked")
        equal({n: r["found"] for n, r in results.items() if r["found"]}, {}, "answered otherwise than documented")
        for name, memory, _, worst in battle.rows:
            check(memory < GROWTH_MAX_MIB, f"{name}: memory grew by {memory} MiB")
            check(max(worst.values()) < WAIT_MAX_S, f"{name}: {worst}")
        wait_for(lambda: descriptors(citego) <= fds + FDS_MORE, f"the descriptors come back to {fds}", 8)
        a.wait_equal([citego, ritimo, coherence])
        citego.verify()


test_attacks_on_every_door_neither_stop_nor_swell_a_daemon_nor_keep_others_waiting.seconds = 18
