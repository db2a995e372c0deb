"""One session with one peer (PROTOCOL.md §8.2, §8.3), without a socket: bytes come in by receive(), what goes out stands in `out`.

The owner (node.py) hands in `site`: key, replica, and what a joiner knows. A session that ended has `over`: (code, who said it).
"""
import os

import commit
import messages
from pack import COMMIT_MAX, Refused, refuse_unless

CREDIT, RUN_BYTES, INLINE_BYTES, FOLD, PAGE = 4 << 20, 512 << 10, 64 << 10, 2, 2000
HELLO, CHARTER, DIFF, STREAM, LIVE = "HELLO", "CHARTER", "DIFF", "STREAM", "LIVE"
STATES = HELLO, CHARTER, DIFF, STREAM, LIVE
LATER = {DIFF, STREAM, LIVE}
# What may be received in which states. JOIN and WELCOME have conditions of their own.
ALLOWED = {"HELLO": {HELLO}, "CHARTER": {CHARTER} | LATER, "VECTOR": LATER, "WANT": LATER, "RUN": LATER, "ACK": LATER, "NEW": LATER,
           "ERASE": LATER, "FORK": LATER, "PROMISE": LATER, "VOUCH": LATER, "BEACON": LATER, "JOIN": {CHARTER} | LATER, "WELCOME": {CHARTER} | LATER,
           "PING": {CHARTER} | LATER, "PONG": {CHARTER} | LATER, "BYE": set(STATES)}


class Session:
    def __init__(self, site, key=None, meant=None):
        """`key`: the connection's CURVE key, where it is known; `meant`: the site that was to be reached."""
        self.site, self.replica, self.key, self.meant = site, site.replica, key, meant
        self.state, self.out, self.over = HELLO, [], None
        self.peer = self.peer_inputs = self.peer_fold = self.peer_state = None
        self.said, self.heard = set(), set()  # levels of this comparison, mine and the last pages of the other's
        self.pages = {1: [], 2: []}
        self.wants, self.owed, self.credit, self.under_way = [], [], CREDIT, 0
        self.knows = {}  # log -> seq that the peer has
        self.joined = self.welcome = None
        self.sent_charters = False
        self.joins = 0
        self.was_live = False
        self.log = []  # names of what was received
        self.takes_beacons = False
        self.say("HELLO", 1, site.replica.alliance, site.key.public, os.urandom(8), *site.replica.newest(), *self.digests(), "interop/1 beacon")

    def say(self, name, *fields):
        self.out.append(messages.write(name, *fields))

    def bye(self, code, reason="", retry=0):
        self.say("BYE", code, reason, retry)
        self.over = self.over or (code, "we")

    def digests(self):
        return self.replica.inputs(), FOLD, self.site.state_digest()

    # ---- receiving ----

    def receive(self, data):
        if self.over:
            return
        try:
            name, *fields = messages.read(data)
            self.log.append(name)
            self._judge(name)
            getattr(self, "_" + name.lower())(*fields, **({"size": len(data)} if name in ("RUN", "NEW") else {}))
        except Refused as e:
            self.bye(e.code, e.why)

    def _judge(self, name):
        ok = self.state in ALLOWED[name]
        if name == "JOIN":
            ok = ok and (self.is_member() or self.state == CHARTER and self.joins == 0)
        if name == "WELCOME":
            ok = ok and self.joined
        refuse_unless(ok, "peer_protocol", f"{name} in {self.state}")

    def is_member(self):
        return self.replica.is_member(self.peer) or self.peer == self.site.inviter()

    def _hello(self, version, alliance, site, session, cn, cid, rn, rid, inputs, fold, state, software):
        refuse_unless(version == 1, "version")
        refuse_unless(alliance in (self.replica.alliance, bytes(16)), "alliance")
        refuse_unless(self.meant in (None, site) and (self.key is None or self.site.fits(self.key, site)), "peer_key")
        self.peer, self.peer_inputs, self.peer_fold, self.peer_state = site, inputs, fold, state
        self.takes_beacons = "beacon" in software.split(" ")[1:]
        self.state = CHARTER
        self._charters(cn if cid != bytes(32) else -1, rn)

    def _charters(self, charter, act):
        """The chain above charter and the acts above act, by number: what a HELLO shows its sender may lack."""
        a = self.replica.authority
        chain = [c.carried() for c in a.chain if c.number >= charter]
        acts = [self.replica.acts[i].carried for i, _ in a.stands if self.replica.acts[i].number >= act]
        documents = [(c, True) for c in chain] + [(x, False) for x in acts]
        while True:
            page, size = [], 0
            while documents and size + len(documents[0][0]) < COMMIT_MAX or documents and not page:
                page.append(documents.pop(0))
                size += len(page[-1][0])
            self.say("CHARTER", [d for d, c in page if c], [d for d, c in page if not c], bool(documents))
            if not documents:
                return

    def _charter(self, charters, acts, more):
        self.replica.take_charters(charters, acts)
        if self.state == CHARTER and not more and not self.sent_charters:
            self.sent_charters = True
            if self.site.request and not self.replica.is_member(self.site.key.public):
                refuse_unless(self.replica.authority.chain and self.site.invitation.charter in
                              {c.id for c in self.replica.authority.chain}, "charter")
                self.joined = True
                self.out.append(messages.encode(self.site.request))
        self.enter()

    def enter(self):
        """To DIFF, as soon as both sides are members and the peer's charters came."""
        if self.state == CHARTER and self.sent_charters and self.replica.is_member(self.site.key.public) and self.replica.is_member(self.peer):
            self.state, self.said, self.heard = DIFF, set(), set()
            self.documents()
            self._level0()

    def documents(self):
        erase, promises = self.replica.erase_commits(), [p.carried for p in self.replica.promises.values()]
        for c in erase:
            self.say("ERASE", [c.carried(self.replica.erased)])
        for pair in self.replica.proofs.values():
            self.say("FORK", *(c.carried(self.replica.erased) for c in pair))
        if promises:
            self.say("PROMISE", promises)

    # ---- comparison ----

    def _level0(self):
        self.said.add(0)
        self.say("VECTOR", 0, self.replica.inputs())

    def _level1(self):
        self.said.add(1)
        self._paged(1, [list(d) for d in self.replica.site_digests().items()])

    def _level2(self):
        self.said.add(2)
        mine, theirs = self.replica.site_digests(), {s: d for s, d in self.pages[1]}
        differ = {s for s in mine.keys() | theirs.keys() if mine.get(s) != theirs.get(s)}
        self._paged(2, self.replica.heads(differ))

    def _paged(self, level, items):
        pages = [items[i:i + PAGE] for i in range(0, len(items), PAGE)] or [[]]
        for i, page in enumerate(pages):
            self.say("VECTOR", level, page, i + 1 < len(pages))

    def _vector(self, level, items, more=False):
        if level == 0:
            if self.state != DIFF or 0 in self.heard:
                self.said, self.heard = set() if self.state != DIFF else self.said & {0}, set()
            self.state, self.pages = DIFF, {1: [], 2: []}
            self.heard.add(0)
            if 0 not in self.said:
                self.documents()
                self._level0()
            if items == self.replica.inputs():
                self._live()
            elif 1 not in self.said:
                self._level1()
            return
        keys = [tuple(i[:level]) for i in self.pages[level][-1:] + items]
        refuse_unless(all(a < b for a, b in zip(keys, keys[1:])), "key_order")
        self.pages[level] += items
        self.state = DIFF
        if 1 not in self.said:
            self._level1()
        if level == 1 and not more and 2 not in self.said:
            self._level2()
        if level == 2 and not more:
            self._compare()

    def _compare(self):
        for site, incarnation, seq, id_ in self.pages[2]:
            log = site, incarnation
            self._has(log, seq)
            have = self.replica.durable(log)
            if have < seq:
                self._ask(log, have + 1, seq)
            elif self.replica.logs[log].chain[seq - 1].id != id_:
                self._ask(log, max(1, seq - 1), seq)
        for log, seq in self.replica.holes():
            if seq <= self.knows.get(log, 0):
                self._ask(log, seq, seq)
        self.pages, self.said, self.heard = {1: [], 2: []}, set(), set()
        self.state = STREAM
        self._settle()

    def _ask(self, log, first, last):
        if (log, first, last) not in self.wants:
            self.wants.append((log, first, last))
            self.say("WANT", *log, first, last)

    def _settle(self):
        if not self.wants and self.state == STREAM:
            self._live()

    def _live(self):
        self.state, self.was_live = LIVE, True
        self.said, self.heard = set(), set()

    # ---- data ----

    def _want(self, site, incarnation, first, last):
        refuse_unless(self.replica.is_member(site), "peer_protocol", "a log of nobody")
        self.owed.append([(site, incarnation), first, last])
        refuse_unless(len(self.owed) <= 1024, "items")
        self.flow()

    def flow(self):
        """Sends what was asked for, as long as there is credit."""
        while self.owed and self.credit > 0:
            log, first, last = self.owed[0]
            have, page, size = self.replica.range(log, first, last), [], 0
            while have and (not page or size + len(have[0]) < RUN_BYTES):
                page.append(have.pop(0))
                size += len(page[-1])
            self._spend("RUN", *log, first, page, not have)
            self.owed[0][1] += len(page)
            if not have:
                self.owed.pop(0)

    def _spend(self, *message):
        self.say(*message)
        self.credit -= len(self.out[-1])

    def _run(self, site, incarnation, first, carried, done, size):
        log = site, incarnation
        refuse_unless(self.replica.is_member(site), "peer_protocol", "a log of nobody")
        self._has(log, first + len(carried) - 1)
        for n, raw in enumerate(carried):
            try:
                self._of_log(raw, log, first + n)
                self.replica.take(raw)
            except Refused as e:
                if e.code == "peer_protocol":
                    raise
                self.site.note(self.peer, e)
                break
        answered = next((w for w in self.wants if w[0] == log), None)
        if done and answered:
            self.wants.remove(answered)
        self._give_back(log, size)
        self._settle()

    @staticmethod
    def _of_log(raw, log, seq):
        c = commit.read(raw)
        refuse_unless(c.log == log and c.seq == seq, "peer_protocol", "a commit of another log")

    def _give_back(self, log, size):
        have = self.replica.durable(log)
        self.say("ACK", size, [[*log, have]] if have else [])

    def _ack(self, credit, heads):
        self.credit = min(CREDIT, self.credit + credit)
        for site, incarnation, seq in heads:
            log = site, incarnation
            self._has(log, seq)
        self.flow()

    def _new(self, site, incarnation, seq, id_, raw, size):
        log = site, incarnation
        self._has(log, seq)
        if raw is not None:
            try:
                self._of_log(raw, log, seq)
                self.replica.take(raw)
            except Refused as e:
                if e.code == "peer_protocol":
                    raise
                self.site.note(self.peer, e)
        have = self.replica.durable(log)
        if have < seq and self.replica.is_member(site):
            self._ask(log, have + 1, seq)
        self._give_back(log, size)

    def _has(self, log, seq):
        self.knows[log] = max(seq, self.knows.get(log, 0))

    def tell_new(self, c):
        if self.state in LATER and not self.over and self.knows.get(c.log, 0) < c.seq and self.credit > 0:
            raw = c.carried(self.replica.erased)
            inline = len(raw) <= INLINE_BYTES and self.knows.get(c.log, 0) == c.seq - 1
            self._spend("NEW", *c.log, c.seq, c.id, raw if inline else None)
            if inline:
                self.knows[c.log] = c.seq

    # ---- the rest ----

    def _erase(self, carried):
        for raw in carried:
            self.replica.take_erasure(raw)

    def _fork(self, a, b):
        self.replica.take_proof(a, b)

    def _promise(self, carried):
        for raw in carried:
            self.replica.take_promise(raw)

    def _join(self, *_):
        """This peer admits nobody; the registrar does."""
        self.joins += 1
        self.say("WELCOME", "not_registrar", "")

    def _vouch(self, *_):
        self.say("WELCOME", "not_registrar", "")

    def _beacon(self, data, signature):
        try:
            self.site.beacons.take(self.replica, self.peer, data, signature)
        except Refused as e:
            refuse_unless(e.code == "version", e.code, e.why)

    def pass_beacons(self):
        """What the peer has not had."""
        if self.takes_beacons and self.state in (STREAM, LIVE):
            for b in self.site.beacons.for_peer(self.peer):
                self.say("BEACON", *b)

    def _welcome(self, code, detail):
        self.welcome = code, detail

    def _ping(self, number, inputs, fold, state):
        self.say("PONG", number, *self.digests())
        self._seen(inputs, fold, state)

    def _pong(self, number, inputs, fold, state):
        self._seen(inputs, fold, state)

    def ping(self):
        self.say("PING", 1, *self.digests())

    def _seen(self, inputs, fold, state):
        self.peer_inputs, self.peer_fold, self.peer_state = inputs, fold, state
        quiet = not self.wants and not self.owed and self.credit == CREDIT
        if self.state == LIVE and quiet and inputs != self.replica.inputs():
            self.state, self.said, self.heard = DIFF, set(), set()
            self.documents()
            self._level0()

    def _bye(self, code, reason, retry):
        self.over = code, "they", reason

