"""All that a site holds, in memory: charters, acts, logs, proofs, erasures; what of it counts, and the input digest (PROTOCOL.md §4, §7, §8.4)."""
import commit as commits
from authority import Authority
from charter import Act, Charter, Promise
from pack import Refused, encode, refuse_unless
from sign import INPUTS, hash256

ERASE_KIND = 3


class Log:
    """One (site, incarnation): all valid commits by seq and id; `chain` are those that follow each other, `counts` how many of them count."""

    def __init__(self):
        self.held, self.chain, self.counts, self.fault = {}, [], 0, None

    def head(self):
        return self.chain[self.counts - 1] if self.counts else None


class Replica:
    def __init__(self, alliance):
        self.alliance = alliance
        self.charters, self.acts, self.promises = {}, {}, {}
        self.logs, self.proofs, self.told_erase = {}, {}, {}
        self.erased = frozenset()  # dots that an erasure which counts names
        self.listeners = []  # called with what became known: ("commit", c), ("charter", c), ("act", a), ("fork", pair)
        self.authority = None
        self._judge()

    def tell(self, what, value):
        for listener in self.listeners:
            listener(what, value)

    # ---- charter and roster ----

    def _judge(self):
        followed = {c.id for c in self.authority.chain} if self.authority else ()
        self.authority = Authority(self.alliance, self.charters, self.acts, followed)
        self.state = self.authority.state
        self.fixed = self.state.checkpoints()
        for key in self.logs:
            self._count(key)
        self._erasures()

    def take_charters(self, charters, acts):
        """Documents as carried; the first that is refused is raised, after all others were taken."""
        fault, fresh = None, []
        for raw, read in [(c, Charter) for c in charters] + [(a, Act) for a in acts]:
            try:
                fresh += self._document(read(raw))
            except Refused as e:
                fault = fault or e
        if fresh:
            self._judge()
            for what in fresh:
                self.tell(*what)
        if fault:
            raise fault

    def _document(self, d):
        if isinstance(d, Act):
            known = d.id in self.acts
            self.acts.setdefault(d.id, d)
            return [] if known else [("act", d)]
        mine = self.charters.setdefault(d.id, d)
        more = [s for s in d.signatures if s not in mine.signatures]
        mine.signatures.update((s, d.signatures[s]) for s in more)
        return [("charter", mine)] if mine is d or more else []

    def newest(self):
        """Numbers and ids of charter and roster head, as HELLO has them."""
        chain = self.authority.chain
        return (chain[-1].number, chain[-1].id, *self.state.place) if chain else (0, bytes(32), 0, bytes(32))

    def is_member(self, site):
        return site in self.state.sites

    def take_promise(self, raw):
        p = Promise(raw)
        refuse_unless(self.is_member(p.site), "standing")
        self.promises.setdefault((p.charter, p.site), p)

    # ---- commits ----

    def take(self, carried):
        """A commit as carried, by a site of the alliance: taken in, with its bodies added to what is held already."""
        c = commits.read(carried)
        refuse_unless(self.is_member(c.site), "standing")
        wrong = commits.admit(c, self.alliance)
        log = self.logs.setdefault(c.log, Log())
        at = log.held.setdefault(c.seq, {})
        known = at.setdefault(c.id, c)
        if known is not c:
            known.bodies = [b if isinstance(a, (type(None), bool)) and isinstance(b, tuple) else a for a, b in zip(known.bodies, c.bodies)]
        elif len(at) > 1:
            self._fork(log, at, c)
        self._count(c.log)
        self._erasures()
        if known is c:
            self.tell("commit", c)
        return known, wrong

    def _fork(self, log, at, c):
        for other in list(at.values()):
            if other.id != c.id and other.prev == c.prev and (c.log, c.seq) not in self.proofs:
                self.proofs[c.log, c.seq] = tuple(sorted((other, c), key=lambda x: x.id))
                self.tell("fork", self.proofs[c.log, c.seq])

    def take_proof(self, first, second):
        a, b = commits.read(first), commits.read(second)
        if not self.is_member(a.site):
            return
        for c in (a, b):
            commits.admit(c, self.alliance)
        refuse_unless(a.log == b.log and a.seq == b.seq and a.prev == b.prev and a.id != b.id, "chain", "not a proof")
        for c in (a, b):
            self.logs.setdefault(c.log, Log()).held.setdefault(c.seq, {}).setdefault(c.id, c)
        if (a.log, a.seq) not in self.proofs:
            self.proofs[a.log, a.seq] = tuple(sorted((a, b), key=lambda x: x.id))
            self._count(a.log)
            self._erasures()
            self.tell("fork", self.proofs[a.log, a.seq])

    def take_erasure(self, raw):
        """What ERASE tells ahead: dropped from what comes, until the commit itself counts."""
        c = commits.read(raw)
        if not self.is_member(c.site):
            return
        commits.admit(c, self.alliance)
        if ERASE_KIND in (c.kind(i) for i in range(len(c.headers))):
            self.told_erase.setdefault(c.id, c)

    def forked_at(self, key):
        """The lowest proved fork above the checkpoint, or None."""
        base = self.fixed[key].seq if key in self.fixed else 0
        return min((seq for k, seq in self.proofs if k == key and seq > base), default=None)

    def _leads(self, log, seq, fixed):
        """Of the commits that stand at seq, the id on the branch that a checkpoint names; None where nothing tells."""
        c = log.held.get(fixed.seq, {}).get(fixed.id)
        while c and c.seq > seq:
            c = log.held.get(c.seq - 1, {}).get(c.prev)
        return c.id if c else None

    def _count(self, key):
        log, fixed = self.logs[key], self.fixed.get(key)
        log.chain, log.fault = [], None
        prev, clock, fork = bytes(32), 0, self.forked_at(key)
        while True:
            seq = len(log.chain) + 1
            here = [c for c in log.held.get(seq, {}).values() if c.prev == prev]
            if fixed and seq <= fixed.seq and len(here) > 1:
                here = [c for c in here if c.id == self._leads(log, seq, fixed)]
            if len(here) != 1 or here[0].clock <= clock or fork is not None and seq >= fork:
                log.fault = ("fork" if len(here) > 1 or fork is not None else
                             "clock" if here else "chain" if seq in log.held else "gap" if log.held and max(log.held) > seq else None)
                break
            log.chain.append(here[0])
            prev, clock = here[0].id, here[0].clock
        limit = self.state.limit(*key)
        log.counts = len(log.chain) if limit is None else min(limit, len(log.chain))

    def counting(self):
        """All commits that count."""
        return [c for log in self.logs.values() for c in log.chain[:log.counts]]

    # ---- erasures (§10.6) ----

    def _ally(self, site):
        return self.state.sites[site].ally

    def _may_erase(self, eraser, dot, by_dot):
        author = by_dot.get(dot)
        if not author or author[0].kind(author[1]) in commits.CONTROL:
            return False
        judge = self.authority.charter_of(eraser.site, eraser.incarnation, eraser.seq)
        ally = self._ally(eraser.site)
        return ally == self._ally(author[0].site) or ("data_protection", ally) in judge.roles

    def _erasures(self):
        erasers = [c for c in self.counting() if ERASE_KIND in (c.kind(i) for i in range(len(c.headers)))]
        if not erasers:
            self.erased = frozenset()
            return
        everything = [c for log in self.logs.values() for at in log.held.values() for c in at.values()]
        by_dot = {c.dot(i): (c, i) for c in everything for i in range(len(c.headers))}
        self.erased = frozenset(dot for c in erasers for h in c.headers if h[0] == ERASE_KIND and h[1] == c.site for dot in h[2]
                                if self._may_erase(c, dot, by_dot))
        for dot in self.erased:
            c, i = by_dot[dot]
            c.bodies[i] = commits.ERASED

    def erase_commits(self):
        told = {c.id: c for c in self.told_erase.values()}
        told.update((c.id, c) for c in self.counting() if ERASE_KIND in (c.kind(i) for i in range(len(c.headers))))
        return list(told.values())

    # ---- digests (§8.4) ----

    def heads(self, sites=None):
        """[site, incarnation, seq, id] of each log with a counting commit, ascending."""
        found = []
        for key in sorted(self.logs):
            head = self.logs[key].head()
            if head and (sites is None or key[0] in sites):
                found.append([*key, head.seq, head.id])
        return found

    def site_digests(self):
        by_site = {}
        for h in self.heads():
            by_site.setdefault(h[0], []).append(encode(h))
        return {site: hash256(INPUTS, *heads) for site, heads in sorted(by_site.items())}

    def inputs(self):
        _, charter, _, act = self.newest()
        forks = [[*key, self.forked_at(key)] for key in sorted({k for k, _ in self.proofs})
                 if self.is_member(key[0]) and self.forked_at(key) is not None]
        return hash256(INPUTS, encode([charter, act]), *self.site_digests().values(), *map(encode, forks))

    # ---- for peers ----

    def range(self, key, first, last):
        """Counting commits first … last of a log, as many as are there, as carried."""
        log = self.logs.get(key)
        return [c.carried(self.erased) for c in log.chain[first - 1:min(last, log.counts)]] if log else []

    def durable(self, key):
        return len(self.logs[key].chain) if key in self.logs else 0

    def holes(self):
        """[(log, seq)] of counting commits with a body to ask for."""
        return [(c.log, c.seq) for c in self.counting() if c.holes(self.erased)]
