"""Alliances whose sites have links in a given shape: a line, a star, a random graph. Every site knows every other's address; by
`peers.only` it reaches its neighbours alone. What is asked often goes over the control socket at once, without a process a question.

    edges = line(8)
    shape(sites, edges)                 # settings; then start them
    with Ears(sites) as ears:
        ears.wait_equal()
        ears.ask(site, "status")
"""
import os
import random
import signal
import time

from alliance import check
from control import Control

RECORD_BYTES = 2000


def line(n):
    return {(i, i + 1) for i in range(n - 1)}


def star(n):
    return {(0, i) for i in range(1, n)}


def graph(n, degree, seed):
    """A connected random graph in which every site has so many neighbours (n * degree is even)."""
    draw = random.Random(seed)
    while True:
        ends = [i for i in range(n) for _ in range(degree)]
        draw.shuffle(ends)
        edges = {tuple(sorted(pair)) for pair in zip(ends[::2], ends[1::2])}
        if len(edges) == n * degree // 2 and all(a != b for a, b in edges) and hops(n, edges, 0)[1] == n:
            return edges


def neighbours(edges, i):
    return sorted({a + b - i for a, b in edges if i in (a, b)})


def hops(n, edges, start):
    """The longest way from there, in links, and how many sites are reached at all."""
    near = [neighbours(edges, i) for i in range(n)]
    far, front = {start: 0}, [start]
    while front:
        front = [k for i in front for k in near[i] if k not in far and far.setdefault(k, far[i] + 1)]
    return max(far.values()), len(far)


def shape(sites, edges, more=()):
    """The settings with which these sites, started, have those links. Who is to reach nobody names itself."""
    for i, s in enumerate(sites):
        names = [sites[k].name for k in neighbours(edges, i)]
        s.settings = [f"peers.only={', '.join(names or [s.name])}", *more]


def alliance_of(al, names):
    """The first one admits all others. Then all run once as a star around it: a newcomer's addresses are known to its inviter alone until it has
    announced them. None runs afterwards."""
    first = al.found(names[0])
    first.settings = [f"peers.only={first.name}"]
    first.start()
    sites = [first] + [al.join(first, name) for name in names[1:]]
    first.stop()
    with Ears(sites) as ears:
        start_as(sites, star(len(sites)), ears)
        stop_all(sites, ears)
    return sites


def start_as(sites, edges, ears, seconds=60):
    shape(sites, edges)
    for s in sites:
        ears.forget(s)
        s.start(wait=False)
    for s in sites:
        s.ready()
    ears.wait_links(edges, sites, seconds)
    ears.wait_equal(seconds=seconds)


def stop_all(sites, ears):
    for s in sites:
        ears.forget(s)
        s.daemon.send_signal(signal.SIGTERM)
    for s in sites:
        s.stop(30)


def lines(first, n, size=RECORD_BYTES):
    """Records as record.write takes them; what fills them does not compress to nothing."""
    draw = random.Random(first)
    return [{"line": i + 1, "record": {"type": "experience", "source_id": f"t{first + i}", "title": {"fr": f"Récit {first + i}"},
                                       "history": {"fr": draw.randbytes(size // 2).hex()}}} for i in range(n)]


class Ears:
    """One open control connection a site."""

    def __init__(self, sites):
        self.sites, self.open = list(sites), {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for site in list(self.open):
            self.forget(site)

    def _control(self, site):
        if site not in self.open:
            self.open[site] = Control(site)
        return self.open[site]

    def forget(self, site):
        """After its daemon ended: an answer that is still to come would be taken for the next one's."""
        if site in self.open:
            self.open.pop(site).close()

    def ask_all(self, questions, seconds=60):
        """{site: (what, args)} → {site: answer}, asked side by side."""
        for site, (what, args) in questions.items():
            self._control(site).send(what, args)
        answers, end = {}, time.monotonic() + seconds
        for site in questions:
            self._control(site).http.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                answers[site] = self._control(site).take()
            except TimeoutError:
                check(False, site.name, "gives no answer to", questions[site][0])
        return answers

    def ask(self, site, what, args=None):
        answer = self.ask_all({site: (what, args)})[site]
        check("error" not in answer, site.name, what, answer.get("error"))
        return answer["result"]

    def status(self, sites=None):
        sites = self.sites if sites is None else sites
        return {s: a["result"] for s, a in self.ask_all({s: ("status", None) for s in sites}).items()}

    def wait_equal(self, sites=None, seconds=60, step=0.3, linked=True):
        """Until they hold the same, and see it of all they have a link with. How long that took."""
        began = time.monotonic()
        while True:
            all_ = self.status(sites)
            same = len({(s["inputs"], s["digest"]) for s in all_.values()}) == 1
            if same and (not linked or all(p["digest_equal"] is not False for s in all_.values() for p in s["peers"])):
                return time.monotonic() - began
            if time.monotonic() - began > seconds:
                check(False, f"not equal after {seconds} s:", {s.name: (r["commits"], r["digest"][:8], r["inputs"][:8]) for s, r in all_.items()})
            time.sleep(step)

    def wait_links(self, edges, sites, seconds=60):
        """Until each link of the shape stands, and no other."""
        want = {s: {sites[k].name for k in neighbours(edges, i)} for i, s in enumerate(sites)}
        end = time.monotonic() + seconds
        while True:
            found = {s: {p["ally_name"] for p in r["peers"] if p["state"] in ("live", "syncing")} for s, r in self.status(sites).items()}
            if found == want:
                return
            check(time.monotonic() < end, "links:", {s.name: sorted(found[s] ^ want[s]) for s in sites if found[s] != want[s]})
            time.sleep(0.3)

    def traffic(self, sites=None):
        return {s: r["traffic"] for s, r in self.status(sites).items()}

    def write(self, site, first, n, size=RECORD_BYTES):
        """Ids of n records written there, 200 a request."""
        ids = []
        for at in range(first, first + n, 200):
            r = self.ask(site, "record.write", {"lines": lines(at, min(200, first + n - at), size), "mode": "import"})
            check(not r["rejected"], r["errors"][:2])
            ids += [row["id"] for row in r["ids"]]
        return ids

    def arrivals(self, sites, writers, first, every_s=0.25, seconds=60):
        """Each of the writers publishes a record, one after the other; after how many seconds which site had it. [{site: seconds}]"""
        told, open_, due = [], {}, time.monotonic()
        end = due + seconds + every_s * len(writers)
        while len(told) < len(writers) or open_:
            now = time.monotonic()
            check(now < end, f"records that did not arrive after {seconds} s:", {s.name: len(v) for s, v in open_.items()})
            if len(told) < len(writers) and now >= due:
                due += every_s
                writer, began = writers[len(told)], time.monotonic()
                record = self.write(writer, first + len(told), 1)[0]
                told.append({writer: 0.0})
                for s in sites:
                    if s is not writer:
                        open_.setdefault(s, {})[len(told) - 1] = (record, began)
            questions = {s: ("record.show", {"id": next(iter(waiting.values()))[0]}) for s, waiting in open_.items()}
            for s, answer in self.ask_all(questions).items():
                if "error" not in answer:
                    at = next(iter(open_[s]))
                    told[at][s] = time.monotonic() - open_[s].pop(at)[1]
                    if not open_[s]:
                        del open_[s]
            time.sleep(0.01)
        return told


def sent_once(before, after):
    """(bytes of commits received / bytes of those that were new, commits received again) of each site."""
    out = {}
    for s in after:
        d = {k: after[s][k] - before[s][k] for k in after[s]}
        fresh = d["commit_bytes_in"] - d["commit_bytes_again"]
        out[s] = (d["commit_bytes_in"] / fresh if fresh else 1.0, d["commits_again"])
    return out
