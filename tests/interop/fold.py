"""Folds (PROTOCOL.md §10): an entity's canonical bytes from the commits that count, and the state digest."""
from collections import defaultdict

import ops
from pack import Refused, encode
from sign import STATE, hash256

ANY, OWN = object(), object()
EFFECT = {ops.ANNOUNCE: ANY, ops.PUT: ANY, ops.RETIRE: ANY, ops.INDEX: OWN, ops.LINK: OWN, ops.REVIEW: OWN, ops.REPLY: OWN, ops.DECLARE: ANY}
PROPOSALS = {ops.CPUT, ops.RELATE, ops.MERGE, ops.CRETIRE}


class Fold:
    def __init__(self, replica):
        self.replica, self.state, self.authority = replica, replica.state, replica.authority

    def digest(self):
        total = sum(int.from_bytes(hash256(STATE, self.canonical(e, found)), "little") for e, found in self._entities().items())
        return (total % (1 << 256)).to_bytes(32, "little")

    def _entities(self):
        """The ops of each entity in canonical order, as (commit, index)."""
        found = defaultdict(list)
        for c in sorted(self.replica.counting(), key=lambda c: (c.clock, c.site, c.incarnation, c.seq)):
            for i in range(len(c.headers)):
                if self._names(c.headers[i], c.kind(i)):
                    found[c.headers[i][1]].append((c, i))
        return found

    @staticmethod
    def _names(header, kind):
        """Does the header name an entity (§10.1)?"""
        return kind is not None and len(header[1]) in ([ops.ENTITY[kind]] if kind in ops.ENTITY else [10, 16, 24, 32])

    # ---- which ops take part (§10.1) ----

    def _ally(self, c):
        return self.state.sites[c.site].ally

    def _may(self, c, kind, entity):
        if c.site not in self.state.sites:
            return False
        if kind in (ops.OPEN, ops.ANNOUNCE):
            return entity == c.site
        if kind in (ops.PUT, ops.RETIRE, ops.DECLARE):
            return self.state.owner(entity[:8]) == self._ally(c)
        return True

    def _read(self, c, i):
        """An op that takes part; "pending"; or None where it is left out."""
        kind, entity = c.kind(i), c.headers[i][1]
        if kind in (ops.ERASE, ops.ATTEST, ops.RELAYS) or not self._may(c, kind, entity):
            return None
        if kind not in ops.ENTITY:
            return "pending"
        try:
            op = ops.header(c.headers[i])
        except Refused:
            return None
        held, erased = c.bodies[i], c.dot(i) in self.replica.erased
        if not isinstance(held, tuple) and not erased:
            return "pending"
        op.dot, op.ally, op.commit, op.adopted, op.erased = c.dot(i), self._ally(c), c, False, erased
        try:
            op.body = None if erased else ops.body(op, held[1])
        except Refused:
            return None
        op.dots = [self._resolve(d, c) for d in op.dots]
        for n, w in enumerate(op.writes):
            w.op, w.replaces, w.made_from = op, [self._resolve(d, c) for d in w.replaces], [self._resolve(d, c) for d in w.made_from]
            w.value = op.body[n] if op.body is not None and n < len(op.body) else None
            w.shows = w.add and not (erased and op.kind in (ops.INDEX, ops.LINK, ops.RELATE))
        return op

    @staticmethod
    def _resolve(dot, c):
        return c.id[:16] + dot[16:] if dot[:16] == bytes(16) else dot

    # ---- adoption and deaths (§10.2) ----

    def _adopt(self, taking):
        adopters = defaultdict(list)
        for op in taking:
            for dot in op.dots if op.kind == ops.ADOPT else ():
                adopters[dot].append(op)
        for op in taking:
            op.adopted = op.kind in PROPOSALS and self._adopted(op, adopters[op.dot])

    def _adopted(self, op, adopters):
        judges = [(self.authority.charter_of(a.commit.site, a.commit.incarnation, a.commit.seq), a.ally) for a in adopters]
        if any(j.rules.get(2, 0) and j.secretariat(ally) for j, ally in judges):
            return True
        needed = min((j.rules[3] for j, _ in judges if j.rules.get(3, 0)), default=None)
        return needed is not None and len({ally for _, ally in judges} - {op.ally}) >= needed

    @staticmethod
    def _takes_effect(writer, named):
        how = EFFECT.get(writer.kind)
        if how is ANY:
            return True
        if how is OWN:
            return writer.ally == named.ally
        return writer.adopted or (writer.ally == named.ally and not named.adopted)

    def _writes(self, taking, kind):
        """The writes of a kind by key, each with `dead` settled."""
        by_key = defaultdict(list)
        for op in taking:
            for w in op.writes if op.kind == kind else ():
                by_key[w.key].append(w)
        for writes in by_key.values():
            at = {w.op.dot: w for w in writes}
            for w in writes:
                w.dead = False
            for w in writes:
                for dot in w.replaces:
                    if dot in at and at[dot] is not w and self._takes_effect(w.op, at[dot].op):
                        at[dot].dead = True
            for w in writes:
                w.live = w.shows and not w.dead
            for w in writes:
                w.named = [d for d in w.replaces if d in at and at[d].live and at[d] is not w]
        return by_key

    # ---- canonical bytes (§10.3) ----

    def canonical(self, entity, found):
        seen, taking, pending = set(), [], []
        for c, i in found:
            op = self._read(c, i) if c.dot(i) not in seen else None
            seen.add(c.dot(i))
            if op == "pending":
                pending.append([c.dot(i), c.kind(i)])
            elif op:
                taking.append(op)
        self._adopt(taking)
        form = {32: self._site, 24: self._record, 16: self._concept, 10: self._means}[len(entity)]
        return encode(form(entity, taking) + [pending])

    def _site(self, entity, taking):
        announced = [op for op in taking if op.kind == ops.ANNOUNCE]
        named = {d for op in announced for d in op.dots}
        return [1, entity, [[op.dot, op.body] for op in announced if op.dot not in named]]

    def _keys(self, taking, kind, entry, shown=lambda w: w.live):
        """[key …, [entry …]] of each key at which something shows, ascending."""
        rows = []
        for writes in self._writes(taking, kind).values():
            entries = [entry(w) for w in writes if shown(w)]
            if entries:
                rows.append((writes[0].order, [*writes[0].key, entries]))
        return [row for _, row in sorted(rows, key=lambda r: r[0])]

    def _record(self, entity, taking):
        gone = {d for op in taking if op.kind in (ops.PUT, ops.RETIRE) for d in op.dots}
        tombstones = [op.dot for op in taking if op.kind == ops.RETIRE and op.dot not in gone]
        return [2, entity, tombstones,
                self._keys(taking, ops.PUT, lambda w: [w.op.dot, w.value, w.made_from]),
                self._keys(taking, ops.INDEX, lambda w: [w.op.dot, w.op.ally, w.value]),
                self._keys(taking, ops.LINK, lambda w: [w.op.dot, w.op.ally, w.value]),
                self._keys(taking, ops.REVIEW, lambda w: [w.op.dot, w.op.ally, w.value]),
                self._keys(taking, ops.REPLY, lambda w: [w.op.dot, w.op.ally, w.value])]

    def _concept(self, entity, taking):
        def told(w, *more):
            return [w.op.dot, w.op.ally, w.op.adopted, *more]

        def shown(w):
            return w.live or not w.add and not w.dead and w.named

        def whole(kind, *more):
            return [told(w, w.named, w.said, *(more and [w.value])) for w in self._writes(taking, kind).get((), ()) if w.live]
        return [3, entity,
                self._keys(taking, ops.CPUT, lambda w: told(w, w.named, w.value, w.made_from)),
                self._keys(taking, ops.RELATE, lambda w: told(w, w.add, w.named, w.value), shown),
                whole(ops.MERGE), whole(ops.CRETIRE, True)]

    def _means(self, entity, taking):
        return [4, entity, self._keys(taking, ops.DECLARE, lambda w: [w.op.dot, w.value])]
