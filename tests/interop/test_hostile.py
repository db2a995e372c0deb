"""Every bad message at a real daemon's door over ZeroMQ: it stays up and small, answers its own people, and delays no honest peer.

What took how long is told, not judged: a machine may be slow.
"""
import threading
import time

import hostile
import messages
import sign
from alliance import Alliance, check, equal, wait_for
from control import Control
from doors import DaemonDoor
from node import Node
from strangers import A_KEY, member

GROWTH_MAX_KIB = 48 << 10


def memory_kib(site):
    with open(f"/proc/{site.daemon.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


class Watch(threading.Thread):
    """Meanwhile asks a daemon for its status, and has one record after another travel from it to an honest peer; keeps the worst of both."""

    def __init__(self, site, honest):
        super().__init__(daemon=True)
        self.site, self.honest, self.over = site, honest, False
        self.control_s, self.peer_s, self.failed = [], [], None

    def run(self):
        try:
            control = Control(self.site)
            while not self.over:
                start = time.monotonic()
                check("result" in control.ask("status"), "an answer")
                self.control_s.append(time.monotonic() - start)
                record, start = self.site.add(f"r{len(self.peer_s)}", "Un jardin"), time.monotonic()
                wait_for(lambda r=record: self.honest.run("--json", "record", "show", r).exit == 0, "the record arrives", 20, step=0.01)
                self.peer_s.append(time.monotonic() - start)
        except BaseException as e:
            self.failed = e

    def end(self):
        self.over = True
        self.join(30)
        if self.failed:
            raise self.failed


class Attack:
    def __init__(self, site):
        self.site, self.found, self.sent = site, [], 0
        self.base, _ = member(site)
        self.base.hang_up()
        self.where = self.base.invitation.inviter, self.base.invitation.addresses[0]
        self.shared = {"replica": self.base.replica, "context": self.base.context}

    def bring(self, sender, name, state, code, *frames):
        door = DaemonDoor(sender, *self.where).open(state)
        found = door.send(*frames)
        door.close()
        self.sent += 1
        if found != code:
            self.found.append((name, found, code))

    def by_strangers(self, cases):
        """Each by a key of its own."""
        for name, raw, code in cases:
            self.bring(Node(**self.shared), name, "HELLO" if name.startswith("HELLO") else "CHARTER", code, raw)

    def by_members(self, cases):
        for i, (name, state, raw) in enumerate(cases):
            if i % A_KEY == 0:
                sender, _ = member(self.site, **self.shared)
                sender.hang_up()
            self.bring(sender, name, state, "peer_protocol", raw)

    def again_and_again(self, cases):
        for name, raw in cases:
            sender, _ = member(self.site, **self.shared)
            sender.hang_up()
            door = DaemonDoor(sender, *self.where).open("LIVE")
            for _ in range(hostile.REPEATS - 1):
                door.link.socket.send(raw)
            if door.send(raw, seconds=10) == "silence":
                self.found.append((name, "silence", "an answer"))
            door.close()
            self.sent += hostile.REPEATS


def test_who_offends_again_and_again_has_to_wait_and_status_says_so():
    with Alliance() as a:
        citego = a.found("Citego").start()
        honest = a.join(citego, "Ritimo").start()
        node, _ = member(citego)
        node.hang_up()
        door, waits = DaemonDoor(node, node.invitation.inviter, node.invitation.addresses[0]), []
        for _ in range(5):
            door.open("LIVE")
            equal(door.send(hostile.encode([99])), "peer_protocol", "the BYE")
            waits.append(door.half.heard_back[-1][3])
            door.close()
        check(waits[:4] == [0, 0, 0, 0] and waits[4] > 0, "how long each BYE asks to wait", waits)
        early = door.open("HELLO")
        early.link.socket.send(messages.write("HELLO", 1, node.replica.alliance, node.key.public, b"8" * 8, *node.replica.newest(), bytes(32),
                                              2, bytes(32), "x"))
        node.until(lambda: early.half.over, "the early session is over", 5)
        equal(early.half.heard_back[-1][:3], ["BYE", "peer_protocol", "penalty"], "the BYE to who comes too early")
        told = next(p for p in citego.status()["peers"] if p["site"] == sign.base32(node.key.public))
        check(told["penalty_s"] > 0 and told["cause"] == "peer_protocol", "status tells", told)
        a.wait_equal([citego, honest])
        wait_for(lambda: [p["state"] for p in citego.status()["peers"] if p["ally_name"] == honest.name] == ["live"], "the honest peer lives on")
        time.sleep(waits[4])
        door.open("LIVE")
        node.close()


def test_bad_messages_neither_stop_nor_swell_nor_slow_a_daemon():
    with Alliance() as a:
        citego = a.found("Citego").start()
        honest = a.join(citego, "Ritimo").start()
        a.wait_equal()
        attack = Attack(citego)
        before, watch, start = memory_kib(citego), Watch(citego, honest), time.monotonic()
        watch.start()
        attack.by_strangers(hostile.malformed())
        attack.by_members(hostile.untimely())
        attack.again_and_again(hostile.repeated())
        took = time.monotonic() - start
        watch.end()
        grown = memory_kib(citego) - before
        print(f"    {attack.sent} bad messages in {took:.1f} s; meanwhile the control socket took at most {max(watch.control_s) * 1000:.0f} ms, a record to an "
              f"honest peer at most {max(watch.peer_s) * 1000:.0f} ms ({len(watch.peer_s)} of them); memory grew by {grown / 1024:.1f} MiB", flush=True)
        attack.base.close()
        check(citego.alive(), "the daemon ended", citego.tail())
        check(grown < GROWTH_MAX_KIB, f"the daemon grew by {grown} KiB")
        equal(attack.found, [], "refused otherwise than documented")
        a.wait_equal([citego, honest])
        causes = [p["cause"] for p in citego.status()["peers"] if p["ally_name"] != honest.name]
        check("peer_protocol" in causes, "status tells what peers did", causes)
        citego.verify()


test_bad_messages_neither_stop_nor_swell_nor_slow_a_daemon.seconds = 12
