"""A site on ZeroMQ (PROTOCOL.md §8.1): one ROUTER that listens, one DEALER for each peer it dials, CURVE on all; nothing runs by itself, pump() does."""
import time

import zmq

import sign
from beacon import Beacons, Kept, read, write
from charter import read_code, write_request
from fold import Fold
from http_link import HttpLink
from replica import Replica
from session import LATER, Session

PING_S, SILENCE_S = 1, 20


def endpoint(address):
    return address if address.startswith("tcp://") else "tcp://" + address


class Link:
    def __init__(self, session, socket, route=None):
        self.session, self.socket, self.route = session, socket, route
        self.heard = self.pinged = time.monotonic()

    def ended(self):
        return True

    def flush(self):
        while self.session.out:
            data = self.session.out.pop(0)
            self.socket.send_multipart([self.route, data] if self.route is not None else [data])


class Node:
    """`code`: an invitation to join by; `replica`, where several nodes are to share one; `context`, the same of sockets."""

    def __init__(self, code=None, replica=None, key=None, listen=None, context=None):
        self.key, self.links, self.noted, self.folded, self.request, self.invitation = key or sign.Key(), [], [], None, None, None
        self.context, self.listen = context or zmq.Context(), listen
        if code:
            self.invitation = read_code(code)
            self.ally = sign.hash256(self.key.public)[:8]
            self.request = write_request(self.invitation.alliance, sign.Key(self.invitation.seed), self.key, self.ally, self.invitation.name,
                                         "python", [listen] if listen else [])
        self.replica = replica or Replica(self.invitation.alliance)
        self.replica.listeners.append(self._known)
        self.author, self.beacons = None, Beacons()
        self.router = self._listen(listen) if listen else None

    def close(self):
        self.context.destroy(linger=100)

    # ---- what a session asks ----

    def inviter(self):
        return self.invitation.inviter if self.invitation else None

    def fits(self, curve, site):
        return curve == sign.curve_public(site)

    def state_digest(self):
        """Folded anew only when the inputs are others."""
        inputs = self.replica.inputs()
        if not self.folded or self.folded[0] != inputs:
            self.folded = inputs, Fold(self.replica).digest()
        return self.folded[1]

    def say_beacon(self, **said):
        """What this site says of itself from now on; to every peer."""
        data, signature = write(self.key, self.replica.alliance, inputs=self.replica.inputs(), state=self.state_digest(), **said)
        self.beacons.kept[self.key.public], self.beacons.had[self.key.public] = Kept(data, read(data), signature), set()

    def note(self, peer, fault):
        self.noted.append((peer, fault.code))

    # ---- sockets ----

    def _curve(self, kind):
        s = self.context.socket(kind)
        s.curve_publickey, s.curve_secretkey = sign.curve_public(self.key.public), self.key.curve_secret()
        s.linger = 100
        return s

    def _listen(self, address):
        self.zap = self.context.socket(zmq.REP)
        self.zap.bind("inproc://zeromq.zap.01")
        s = self._curve(zmq.ROUTER)
        s.curve_server = True
        s.zap_domain = b"allied"
        s.bind(endpoint(address))
        return s

    def dial(self, site, address):
        """The link; over HTTP its session begins when the site asked has named it."""
        if not address.startswith("http"):
            return self.connect(Session(self, meant=site), site, address)
        self.links.append(HttpLink(self, site, address, lambda: Session(self, key=sign.curve_public(site), meant=site)))
        return self.links[-1]

    def connect(self, session, site, address):
        s = self._curve(zmq.DEALER)
        s.curve_serverkey = sign.curve_public(site)
        s.connect(endpoint(address))
        link = Link(session, s)
        self.links.append(link)
        link.flush()
        return link

    def hang_up(self):
        """Ends all links without a word."""
        for link in self.links:
            self._drop(link)
        self.links = []

    @staticmethod
    def _drop(link):
        if isinstance(link, HttpLink):
            link.close()
        elif link.route is None:
            link.socket.close()

    def join(self):
        """Dials the inviter of the code."""
        return self.dial(self.invitation.inviter, self.invitation.addresses[0])

    def _admit_connection(self):
        """ZAP: every key may connect; the session judges it. The key goes along as the user's id."""
        version, sequence, _, _, _, mechanism, *credentials = self.zap.recv_multipart()
        ok = mechanism == b"CURVE"
        self.zap.send_multipart([version, sequence, b"200" if ok else b"400", b"", credentials[0].hex().encode() if ok else b"", b""])

    def _incoming(self):
        route, *frames = self.router.recv_multipart(copy=False)
        link = next((x for x in self.links if x.route == route.bytes and not x.session.over), None)
        if not link:
            link = Link(Session(self, key=bytes.fromhex(frames[0].get("User-Id"))), self.router, route.bytes)
            self.links.append(link)
        return link, frames

    # ---- the loop ----

    def pump(self, seconds=0.05):
        """Receives and sends for at most so long; returns at once after anything came."""
        poller = zmq.Poller()
        if self.router:
            poller.register(self.router, zmq.POLLIN), poller.register(self.zap, zmq.POLLIN)
        for link in self.links:
            if link.socket and link.route is None:
                poller.register(link.socket, zmq.POLLIN)
        http = [x for x in self.links if isinstance(x, HttpLink)]
        ready = dict(poller.poll(10 if http else seconds * 1000))
        for link in http:
            link.turn()
        if self.router in ready:
            self._received(*self._incoming())
        for link in [x for x in self.links if x.socket and x.route is None and x.socket in ready]:
            self._received(link, link.socket.recv_multipart(copy=False))
        if self.router and self.zap in ready:
            self._admit_connection()
        self._tick()

    def _received(self, link, frames):
        link.heard = time.monotonic()
        if len(frames) != 1:
            link.session.over = link.session.over or ("peer_protocol", "we")  # without a word: §8.1
        else:
            link.session.receive(frames[0].bytes)

    def _tick(self):
        now = time.monotonic()
        for link in [x for x in self.links if x.session]:
            if now - link.heard > SILENCE_S:
                link.session.bye("timeout")
            if now - link.pinged > PING_S and link.session.state in LATER and not link.session.over:
                link.pinged = now
                link.session.ping()
                link.session.pass_beacons()
            link.flush()
            if link.session.over and link.ended():
                self.links.remove(link)
                self._drop(link)

    def until(self, look, what, seconds=15):
        """Pumps until look() is true; its value."""
        end = time.monotonic() + seconds
        while True:
            value = look()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s in vain: {what}; sessions {[(x.session.state, x.session.over, x.session.log[-8:]) for x in self.links if x.session]}")
            self.pump()

    def _known(self, what, value):
        """What became known goes to every other peer."""
        for s in [x.session for x in self.links if x.session and not x.session.over]:
            if what == "commit":
                s.tell_new(value)
            elif what == "fork" and s.state in LATER:
                s.say("FORK", *(c.carried(self.replica.erased) for c in value))
            elif what in ("charter", "act") and s.state != "HELLO":
                carried = [value.carried()] if what == "charter" else [value.carried]
                s.say("CHARTER", *((carried, []) if what == "charter" else ([], carried)), False)
                s.enter()
