"""Which charters and acts stand, and what follows from them (PROTOCOL.md §7.2 – §7.4): a function of two sets."""
from collections import namedtuple
from types import SimpleNamespace

from charter import ADMIT, CHECKPOINT, LIFT, REPLACE, SUSPEND

Cut = namedtuple("Cut", "site ally heads")  # of a site, or of all sites of an ally


class State:
    def __init__(self):
        self.allies, self.sites, self.cuts, self.fixed = {}, {}, [], []
        self.place, self.newest = (0, bytes(32)), None

    def ratified(self):
        return [i for i, a in self.allies.items() if a.ratified and not a.ended]

    def sites_of(self, ally):
        return [s for s in self.sites.values() if s.ally == ally]

    # ---- charters ----

    def apply_charter(self, c):
        named, listed = {h.site for h in c.cuts}, {s.id for a in c.allies for s in a.sites}
        for site in sorted(named - listed):
            if site in self.sites:
                self.sites[site].ended, self.sites[site].votes = True, False
                self.cuts.append(Cut(site, None, [h for h in c.cuts if h.site == site and h.incarnation]))
        for a in c.allies:
            ally = self.allies.setdefault(a.id, SimpleNamespace(suspended=False, ratified=False))
            ally.name, ally.heir, ally.ended = a.name, a.heir, not a.sites
            ally.ratified = bool(a.sites)
            for s in a.sites:
                self.sites[s.id] = SimpleNamespace(id=s.id, ally=a.id, name=s.name, votes=s.votes, ended=False)
        for i, ally in self.allies.items():
            if i in (a.id for a in c.allies) or ally.ended:
                continue
            if ally.ratified:
                ally.ended, ally.ratified, ally.heir = True, False, b""
            elif all(s.ended for s in self.sites_of(i)):
                ally.ended = True
        self.fixed += [(h, None) for h in c.checkpoint] + [(h, None) for h in c.cuts if h.incarnation]
        self.newest = c

    # ---- acts ----

    def apply_act(self, act):
        effect = getattr(self, "_" + {ADMIT: "admit", SUSPEND: "suspend", LIFT: "lift", REPLACE: "replace", CHECKPOINT: "fix"}[act.what])(act)
        self.place = act.number, act.id
        return effect

    def _free(self, key):
        return key not in self.sites and key != self.newest.registrar

    def _admit(self, act):
        ally = self.allies.get(act.ally)
        if not self._free(act.site) or ally and ally.ended:
            return False
        votes = False
        if not ally:
            votes = len(self.ratified()) < 3
            self.allies[act.ally] = SimpleNamespace(name=act.ally_name, heir=b"", ended=False, suspended=False, ratified=votes)
        self.sites[act.site] = SimpleNamespace(id=act.site, ally=act.ally, name=act.site_name, votes=votes, ended=False)
        return True

    def _suspend(self, act):
        if act.ally not in self.allies:
            return False
        self.allies[act.ally].suspended = True
        self.cuts.append(Cut(None, act.ally, act.heads))
        self.fixed += [(h, act.ally) for h in act.heads]
        return True

    def _lift(self, act):
        if act.ally not in self.allies or not self.allies[act.ally].suspended:
            return False
        self.allies[act.ally].suspended = False
        self.cuts = [c for c in self.cuts if c.ally != act.ally]
        return True

    def _replace(self, act):
        old = self.sites.get(act.old)
        if not old or old.ended or old.ally != act.ally or not self._free(act.new):
            return False
        self.sites[act.new] = SimpleNamespace(id=act.new, ally=act.ally, name=old.name, votes=False, ended=False)
        old.ended, old.votes = True, False
        self.cuts.append(Cut(act.old, None, act.heads))
        self.fixed += [(h, None) for h in act.heads if h.site == act.old]
        return True

    def _fix(self, act):
        self.fixed += [(h, None) for h in act.heads]
        return True

    # ---- standing ----

    def limit(self, site, incarnation):
        """Up to which seq a log counts: None without end, 0 not at all."""
        if site not in self.sites:
            return 0
        limits = [next((h.seq for h in c.heads if h[:2] == (site, incarnation)), 0)
                  for c in self.cuts if c.site == site or c.ally == self.sites[site].ally]
        return min(limits) if limits else None

    def checkpoints(self):
        found = {}
        for h, ally in self.fixed:
            if ally and (h.site not in self.sites or self.sites[h.site].ally != ally):
                continue
            if h[:2] not in found or h.seq >= found[h[:2]].seq:
                found[h[:2]] = h
        return found

    def owner(self, ally):
        """Whose an ally's records are; None: nobody's."""
        seen = set()
        while ally in self.allies and ally not in seen:
            if not self.allies[ally].ended:
                return ally
            seen.add(ally)
            ally = self.allies[ally].heir
        return None


class Authority:
    def __init__(self, alliance, charters, acts, chain=()):
        """`charters` and `acts` by id; `chain`: the ids of the charters this replica follows already."""
        self.alliance, self.charters, self.acts, self.chain, self.rivals = alliance, charters, acts, [], []
        self.state, self.stands = State(), []
        founding = [c for c in charters.values() if c.id[:16] == alliance and c.is_founding()]
        if not founding:
            return
        self._go_on(founding[0], [])
        while True:
            children = sorted((c for c in charters.values() if c.prev == self.chain[-1].id and self._complete(c)), key=lambda c: c.id)
            if not children:
                break
            best = next((c for c in children if c.id in chain), children[0])
            self.rivals += [c.id for c in children if c is not best]
            self._go_on(best, self._forced(best))
        self._open_acts()

    def _go_on(self, c, forced):
        for act in forced:
            self.stands.append((act.id, self.state.apply_act(act)))
        self.state.apply_charter(c)
        self.chain.append(c)

    def _registrar_of(self, charter_id):
        return next((c.registrar for c in self.chain if c.id == charter_id), None)

    def _signed(self, act):
        registrar = self._registrar_of(act.charter)
        return registrar is not None and act.signed_by(registrar)

    def _forced(self, c):
        """The acts from the place to the roster head that c names, or None while one is missing."""
        number, at, found = c.roster[0], c.roster[1], []
        while (number, at) != self.state.place:
            act = self.acts.get(at)
            if not act or act.number != number or number <= self.state.place[0] or not self._signed(act):
                return None
            found.append(act)
            number, at = number - 1, act.prev
        return found[::-1]

    def judged(self, c):
        """Voters, needed and signers of a charter that would be next; None where its form is not good or it waits."""
        forced = self._forced(c)
        if forced is None or c.number != self.chain[-1].number + 1 or c.prev != self.chain[-1].id:
            return None
        before = Authority.__new__(Authority)
        before.__dict__.update(self.__dict__)
        state = _copy(self.state)
        for act in forced:
            state.apply_act(act)
        if not _good(state, c):
            return None
        voters = [i for i in state.ratified() if not self._dismissed(c, i)]
        signers = [i for i in voters if any(s.votes and not s.ended and s.id in c.signatures for s in state.sites_of(i))]
        return len(voters), max(1, -(-2 * len(voters) // 3)), len(signers)

    def _dismissed(self, c, ally):
        kept = c.secretariat(ally) and any(a.id == ally and a.sites for a in c.allies)
        return self.chain[-1].secretariat(ally) and not kept

    def _complete(self, c):
        j = self.judged(c)
        return bool(j) and j[2] >= j[1]

    def _open_acts(self):
        while True:
            nxt = [a for a in self.acts.values() if a.number == self.state.place[0] + 1 and a.prev == self.state.place[1]
                   and self._registrar_of(a.charter) == self.chain[-1].registrar and a.signed_by(self.chain[-1].registrar)]
            if not nxt:
                return
            act = min(nxt, key=lambda a: a.id)
            self.stands.append((act.id, self.state.apply_act(act)))

    def voids(self):
        stands, void, grown = {i for i, _ in self.stands}, set(), True
        while grown:
            more = {a.id for a in self.acts.values() if a.id not in stands and self._signed(a)
                    and (a.number == 1 or a.prev in stands or a.prev in void)}
            grown = more - void
            void |= more
        return void

    def charter_of(self, site, incarnation, seq):
        """The charter by which an op is judged (§7.4)."""
        for before, after in zip(self.chain, self.chain[1:]):
            if any(h[:2] == (site, incarnation) and h.seq >= seq for h in after.checkpoint + after.cuts):
                return before
        return self.chain[-1]


def _copy(state):
    new = State()
    new.allies = {i: SimpleNamespace(**vars(a)) for i, a in state.allies.items()}
    new.sites = {i: SimpleNamespace(**vars(s)) for i, s in state.sites.items()}
    new.cuts, new.fixed, new.place, new.newest = list(state.cuts), list(state.fixed), state.place, state.newest
    return new


def _good(state, c):
    """The form of a charter in the state before it (§7.2, 1 – 5)."""
    listed = {s.id: a.id for a in c.allies for s in a.sites}
    with_sites, named = {a.id for a in c.allies if a.sites}, {h.site for h in c.cuts}
    if c.roster != state.place or c.registrar in state.sites:
        return False
    for site in state.sites.values():
        if site.ended:
            if site.id in listed:
                return False
            continue
        if site.id in listed and listed[site.id] != site.ally:
            return False
        unlisted_provisional = not state.allies[site.ally].ratified and site.ally not in {a.id for a in c.allies}
        if site.id not in listed and site.id not in named and not unlisted_provisional:
            return False
    for a in c.allies:
        if not a.sites and (a.id not in state.allies or a.heir and a.heir not in with_sites):
            return False
    return all(h.site in state.sites and (h.incarnation or h.site not in listed) for h in c.cuts)
