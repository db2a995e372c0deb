"""Two doors that the same bad bytes are brought to: a real daemon's, and this peer's own. Each is a member's session in a state of one's choice.

    with DaemonDoor(node, site, address) as door:
        door.open("LIVE")
        code = door.send(bytes)      # the code of the BYE that came back, or None: the session goes on

Up to the state the session is an honest one; from there nothing is said but what send() brings.
"""
import time

import messages
from session import Session
from sign import curve_public

# The last message that the honest side says to bring the other to a state; to LIVE it says all that it is asked.
LAST = {"HELLO": None, "CHARTER": "HELLO", "DIFF": "CHARTER", "LIVE": None}


class Half(Session):
    """The honest half that goes before: falls silent after the last message that leads to the state."""

    def __init__(self, site, state, meant=None, key=None):
        self.target, self.silent, self.heard_back, self.bye_sent = state, state == "HELLO", [], False
        super().__init__(site, meant=meant, key=key)

    def say(self, name, *fields):
        if self.silent:
            return
        super().say(name, *fields)
        if name == LAST[self.target]:
            self.silent = name != "CHARTER" or not fields[-1]

    def bye(self, code, reason="", retry=0):
        if not self.silent:
            super().bye(code, reason, retry)

    def receive(self, data):
        self.heard_back.append(messages.read(data))
        if self.heard_back[-1][0] == "BYE":
            self.over = self.heard_back[-1][1], "they"
        elif not self.silent:
            super().receive(data)


def there(half):
    """The other side is in the state, as far as one can know."""
    return {"HELLO": True, "CHARTER": "CHARTER" in [m[0] for m in half.heard_back], "DIFF": "VECTOR" in [m[0] for m in half.heard_back],
            "LIVE": half.state == "LIVE"}[half.target]


class DaemonDoor:
    def __init__(self, node, site, address):
        self.node, self.where, self.half, self.link = node, (site, address), None, None

    def open(self, state):
        self.half = Half(self.node, state, meant=self.where[0])
        self.link = self.node.connect(self.half, *self.where)
        self.node.until(lambda: there(self.half) or self.half.over, f"a session in {state}", 5)
        self.half.silent = True
        assert not self.half.over, f"{state}: {self.half.over}"
        return self

    def send(self, *frames, seconds=2.0, then=None):
        """The code of the BYE; None once `then` (a name of a message that answers) came, or PING was answered."""
        half = self.half
        seen = len(half.heard_back)
        self.link.socket.send_multipart(frames)
        probe = None
        if then is None and half.target != "HELLO":
            probe = b"\x2a" * 8
            self.link.socket.send(messages.write("PING", 4242, bytes(32), 0, bytes(32)))
        end = time.monotonic() + seconds
        while not half.over and time.monotonic() < end:
            fresh = half.heard_back[seen:]
            if any(m[0] == "PONG" and m[1] == 4242 for m in fresh) if probe else any(m[0] == then for m in fresh):
                return None
            self.node.pump(0.02)
        return half.over[0] if half.over else "silence"

    def close(self):
        if self.link in self.node.links:
            self.node.links.remove(self.link)
            self.link.socket.close()


class OwnDoor:
    """The same with this peer as the one that is to refuse; bytes go from hand to hand."""

    def __init__(self, node, victim):
        self.node, self.victim, self.half = node, victim, None

    def open(self, state):
        self.half = Half(self.node, state)
        self.judge = Session(self.victim, key=curve_public(self.node.key.public))
        for _ in range(40):
            self._turn()
            if there(self.half):
                break
        self.half.silent = True
        return self

    def _turn(self):
        for a, b in ((self.half, self.judge), (self.judge, self.half)):
            out, a.out[:] = list(a.out), []
            for data in out:
                b.receive(data)

    def send(self, *frames, then=None):
        self.judge.receive(frames[0])
        self._turn()
        return self.half.over[0] if self.half.over else None

    def close(self):
        pass

