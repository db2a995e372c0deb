"""make topology: SITES sites (default 60) with real daemons on loopback, in a line, a star and a random graph of degree 4; figures, and a
verdict on what must hold: everything everywhere, each commit sent to a site about once, one stuck or slow peer delays nobody else, a killed fill
goes on from what is durable. Speeds are told, not judged; a delay is judged against the same shape without the disturbance.

    topology.py PATH/allied [line|star|graph|resume…]
"""
import os
import random
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
if len(sys.argv) > 1:
    os.environ["ALLIED"] = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cluster"))
from alliance import Alliance, Failed, free_port, wait_for  # noqa: E402
from relay import SlowRelay  # noqa: E402
from shapes import Ears, alliance_of, graph, hops, line, neighbours, sent_once, star, start_as, stop_all  # noqa: E402

SITES = int(os.environ.get("SITES", "60"))
RECORDS = int(os.environ.get("RECORDS", "200"))
LIVE, EVERY_S = 40, 0.5
STUCK_S = 20
SLOW_BYTES_S = 4096
BIG = 20000  # bytes of a large record
FILL = 1000  # of them: the fill that is killed
SENT_MB = 16  # what may be on its way to all peers together (LIMIT_SENT_BYTES), beside one RUN or two, of half a megabyte, to each
MUCH = 3.0   # seconds by which a disturbance may move the 95th percentile on a machine that does other things too

faults = []


def say(*what):
    print(*what, flush=True)


def row(name, *what):
    say(f"  {name:<34}", *what)


def must(holds, *what):
    if not holds:
        faults.append(" ".join(map(str, what)))
        say("  WRONG:", *what)


def resident_kb(site):
    with open(f"/proc/{site.daemon.pid}/smaps_rollup", encoding="ascii") as f:
        rows = dict(r.split()[:2] for r in f.read().splitlines()[1:])
    return int(rows["Rss:"]), int(rows["Pss:"])


def forget_peak(site):
    with open(f"/proc/{site.daemon.pid}/clear_refs", "w", encoding="ascii") as f:
        f.write("5")


def peak_mb(site):
    """The most memory it had since forget_peak."""
    with open(f"/proc/{site.daemon.pid}/status", encoding="ascii") as f:
        return next(int(r.split()[1]) for r in f if r.startswith("VmHWM:")) / 1024


def port_of(address):
    return int(address.rsplit(":", 1)[1])


def percentiles(told, but=()):
    """Median, 95th percentile, maximum of the delays at everybody who did not write."""
    delays = sorted(d for one in told for s, d in one.items() if d and s not in but)
    return tuple(delays[min(len(delays) - 1, int(len(delays) * share))] for share in (0.5, 0.95, 1.0))


def in_words(p):
    return "median %.2f s, p95 %.2f s, max %.2f s" % p


def found_all(al):
    began = time.monotonic()
    sites = alliance_of(al, [f"S{i:02}" for i in range(SITES)])
    say(f"{SITES} sites joined one after the other, and ran once, in {time.monotonic() - began:.0f} s")
    return sites


class Run:
    """One shape, from the start of its daemons to their end."""

    def __init__(self, name, edges, sites, ears, serial):
        self.name, self.edges, self.sites, self.ears, self.serial = name, edges, sites, ears, serial
        self.draw = random.Random(name)

    def next(self, n):
        self.serial += n
        return self.serial - n

    def start(self):
        began = time.monotonic()
        start_as(self.sites, self.edges, self.ears, 300)
        sizes = [resident_kb(s) for s in self.sites]
        say(f"{self.name}: {len(self.edges)} links, {hops(len(self.sites), self.edges, 0)[0]} hops from S00 to the farthest")
        row("all run, linked and equal after", f"{time.monotonic() - began:.0f} s")
        row("memory a daemon, all daemons", f"{max(r for r, _ in sizes) / 1024:.0f} MB at most (RSS), {sum(p for _, p in sizes) / 1024:.0f} MB (PSS)")

    def stop(self):
        stop_all(self.sites, self.ears)

    def told_once(self, what, before):
        all_ = sent_once(before, self.ears.traffic(list(before)))
        ratios, again = [r for r, _ in all_.values()], [a for _, a in all_.values()]
        row(what, f"bytes received of those needed: {sum(ratios) / len(ratios):.3f} on average, {max(ratios):.3f} at most; "
            f"commits received again: {sum(again)} at all sites, {max(again)} at most")
        must(sum(ratios) / len(ratios) < 1.1, self.name, what, "sent more than about once")

    def fill(self):
        before = self.ears.traffic()
        began = time.monotonic()
        self.ears.write(self.sites[-1], self.next(RECORDS), RECORDS)
        wrote = time.monotonic() - began
        self.ears.wait_equal(seconds=300)
        row(f"{RECORDS} records of 2 KB at one end", f"written in {wrote:.1f} s, everywhere after {time.monotonic() - began:.1f} s")
        self.told_once("  the fill", before)

    def live(self, what, but=(), every_s=EVERY_S, n=LIVE):
        those = [s for s in self.sites if s not in but]
        writers = [self.draw.choice(those) for _ in range(n)]
        before = self.ears.traffic(those)
        p = percentiles(self.ears.arrivals(those, writers, self.next(n), every_s, 120))
        row(what, in_words(p))
        self.ears.wait_equal(those, 120, linked=False)
        self.told_once("  what was live", before)
        return p

    def end_to_end(self):
        far = self.ears.arrivals([self.sites[0], self.sites[-1]], [self.sites[0]] * 10, self.next(10), 1.0, 120)
        row("live from one end to the other", in_words(percentiles(far)))

    def stuck(self, victim, calm):
        self.ears.forget(victim)
        began = time.monotonic()
        victim.daemon.send_signal(signal.SIGSTOP)
        try:
            p = self.live(f"live, {victim.name} stands still", (victim,), STUCK_S / LIVE)
        finally:
            time.sleep(max(0, STUCK_S - time.monotonic() + began))
            victim.daemon.send_signal(signal.SIGCONT)
        must(p[1] < calm[1] + MUCH, self.name, "a stuck peer delays others:", p, calm)
        row("the stuck one has everything after", f"{self.ears.wait_equal(seconds=300):.1f} s")

    def much(self, what, hub, others):
        """Everybody fetches 8 MB at once."""
        forget_peak(hub)
        idle, links = resident_kb(hub)[0] / 1024, len(neighbours(self.edges, self.sites.index(hub)))
        before, began = self.ears.traffic(others), time.monotonic()
        self.ears.write(others[-1], self.next(400), 400, BIG)
        self.ears.wait_equal(others, 300, linked=False)
        peak = peak_mb(hub)
        row(what, f"at all others after {time.monotonic() - began:.1f} s; {hub.name} used {peak:.0f} MB at most, {idle:.0f} before")
        must(peak < idle + 2 * SENT_MB + links, self.name, what, hub.name, "grew by", peak - idle, "MB")
        self.told_once("  the 8 MB", before)

    def slow(self, victim, calm):
        """Whoever wants to reach it goes through a relay that is slow; it reaches out to nobody itself."""
        hub = self.sites[neighbours(self.edges, self.sites.index(victim))[0]]
        others = [s for s in self.sites if s is not victim]
        self.much("8 MB, nobody slow", hub, others)
        self.ears.wait_equal(seconds=300)
        known, behind = victim.listen, f"127.0.0.1:{free_port()}"
        self.ears.forget(victim)
        victim.stop(30)
        relay = SlowRelay(port_of(known), port_of(behind), SLOW_BYTES_S)
        victim.listen, victim.settings = behind, [f"peers.only={victim.name}", f"zeromq.announce={known}"]
        victim.start()
        self.ears.wait_links(self.edges, self.sites, 300)
        self.ears.wait_equal(seconds=300)
        passed = relay.up + relay.down
        must(passed > 0, self.name, "the slow one is reached another way")
        p = self.live(f"live, {victim.name} at {SLOW_BYTES_S} bytes/s", (victim,))
        must(p[1] < calm[1] + MUCH, self.name, "a slow peer delays others:", p, calm)
        self.much("8 MB beside the slow one", hub, others)
        row("  of which passed to it and back", f"{relay.up + relay.down - passed} bytes")
        relay.bytes_s = 100 << 20
        row("no longer slow, it has everything after", f"{self.ears.wait_equal(seconds=300):.1f} s")
        relay.close()
        victim.listen = known


def whole(name, edges, sites, ears, serial):
    run = Run(name, edges, sites, ears, serial)
    run.start()
    run.fill()
    calm = run.live(f"live, {LIVE} records at random sites")
    if name == "line":
        run.end_to_end()
    else:
        run.stuck(sites[-1], calm)
        run.slow(sites[-2], calm)
    run.stop()


def wait_commits(ears, site, n):
    return wait_for(lambda: (t := ears.traffic([site])[site])["commits_in"] >= n and t, f"{n} commits at {site.name}", 120, 0.01)


def resume(transport):
    """The receiver is killed after a third of 20 MB, the sender after two thirds."""
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        b = al.join(a, "Ritimo", listen=False)
        b.settings = [f"peers.transport={transport}"]
        with Ears([a, b]) as ears:
            ears.write(a, 0, FILL, BIG)
            before = ears.traffic([a])[a]["bytes_out"]
            b.start()
            got = wait_commits(ears, b, FILL // 3)
            b.kill9()
            ears.forget(b)
            time.sleep(0.5)  # what is under way arrives nowhere
            b.start()
            held = ears.status([b])[b]["commits"]
            wait_commits(ears, b, FILL // 3)
            sent = ears.traffic([a])[a]["bytes_out"] - before
            a.kill9()
            ears.forget(a)
            a.start()
            ears.wait_equal(seconds=120)
            final = ears.traffic()
            sent += final[a]["bytes_out"]
            again = final[b]["commits_again"]
            needed = FILL * BIG
            row(f"20 MB over {transport}, both killed", f"{held} commits were durable of {got['commits_in']} told; afterwards {again} commits received again; "
                f"{sent / 1e6:.1f} MB sent for {needed / 1e6:.1f} MB")
            must(again <= 64, transport, "commits received again:", again)
            must(sent < needed * 1.1 + 2 * (5 << 20), transport, "more sent than what was on its way twice")
            b.verify()


def main():
    wanted = sys.argv[2:] or ["resume", "line", "star", "graph"]
    if "resume" in wanted:
        say("resume in the middle of a fill")
        resume("zmq")
        resume("http")
    shapes = {"line": line(SITES), "star": star(SITES), "graph": graph(SITES, 4, 11)}
    if set(wanted) & set(shapes):
        with Alliance() as al:
            sites = found_all(al)
            with Ears(sites) as ears:
                for i, (name, edges) in enumerate(shapes.items()):
                    if name in wanted:
                        whole(name, edges, sites, ears, 100000 * (i + 1))
    say(f"topology: {len(faults)} failed" if faults else "topology: all holds")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as e:
        say("FAILED:", e, getattr(e, "journals", ""))
        sys.exit(1)
