"""The same bad input at a real daemon's door and at the Python peer's own: both refuse it with the code that PROTOCOL.md gives."""
import commit
import messages
import ops
import refusals
from alliance import Alliance, equal
from author import Author
from doors import DaemonDoor, OwnDoor
from node import Node
from pack import decode, encode
from strangers import A_KEY, member

def judged(door, row, material):
    door.open(row.state)
    code = door.send(row.make(material), then=row.answer)
    if row.answer == "WELCOME" and code is None:
        code = next(m[1] for m in door.half.heard_back if m[0] == "WELCOME")
    door.close()
    return code


def test_what_must_be_refused_is_refused_with_the_documented_code():
    with Alliance() as a:
        citego = a.found("Citego").start()
        author, session = member(citego)
        author.author = Author(author.key, author.replica, author.ally)
        author.author.record("un", "Un four à pain")
        author.until(lambda: session.peer_inputs == author.replica.inputs(), "the author's commits arrived")
        author.hang_up()
        victim, _ = member(citego)
        victim.hang_up()
        address, shared = author.invitation.addresses[0], {"replica": author.replica, "context": author.context}
        inviter, found = author.invitation.inviter, []
        for rows, strangers in ((refusals.MEMBER, False), (refusals.STRANGER, True)):
            for i, row in enumerate(rows):
                if strangers:
                    sender = Node(**shared)
                elif i % A_KEY == 0:
                    sender, _ = member(citego, **shared)
                    sender.hang_up()
                material = refusals.Material(author, sender)
                victim.replica.take_charters([], [x.carried for x in author.replica.acts.values()])
                for door in (DaemonDoor(sender, inviter, address), OwnDoor(sender, victim)):
                    code = judged(door, row, material)
                    if code != row.code and not (strangers and isinstance(door, OwnDoor) and row.answer):
                        found.append((type(door).__name__, row.name, code, row.code))
        author.close()
        victim.close()
        equal(found, [], "otherwise than documented")
        citego.verify()


def log_of_three(node):
    """A new log of a node's site: its author, and three commits as carried."""
    author = Author(node.key, node.replica, node.ally)
    entity = node.ally + b"e" * 16
    raws = [author.make(([ops.OPEN, node.key.public], [0]))]
    raws += [author.make(([ops.PUT, entity, [[4, "fr", [], []]], []], [f"x{n}"])) for n in range(2)]
    return author, raws


def with_body(raw, body):
    envelope, signature, _ = decode(raw)
    return encode([envelope, signature, [body]])


def unfit(node):
    """(name, the log, its three commits where the middle one does not fit, (commits that count, holes))."""
    def wrong_prev(author, raws):
        c = commit.read(raws[1])
        return commit.write(node.key, c.alliance, author.incarnation, 2, b"7" * 32, c.clock, [(c.headers[0], c.bodies[0][1])])
    for name, change, counts in (
            ("a wrong prev", wrong_prev, (1, 0)),
            ("a body that does not match", lambda a, r: with_body(r[1], [b"s" * 16, b"\x91\xa1y"]), (3, 1)),
            ("erased, which nobody asked for", lambda a, r: with_body(r[1], None), (3, 1)),
            ("a body that is not held", lambda a, r: with_body(r[1], False), (3, 1))):
        author, raws = log_of_three(node)
        yield name, author, raws, [raws[0], change(author, raws), raws[2]], counts


def test_commits_that_do_not_fit_are_held_and_holes_are_filled():
    with Alliance() as a:
        citego = a.found("Citego").start()
        author, _ = member(citego)
        author.hang_up()
        sender, _ = member(citego, replica=author.replica, context=author.context)
        sender.hang_up()
        victim, _ = member(citego)
        victim.hang_up()
        daemon, own = DaemonDoor(sender, author.invitation.inviter, author.invitation.addresses[0]), OwnDoor(sender, victim)
        held = holes = 0
        for name, log, right, wrong, (counts, fresh) in unfit(author):
            holes, held = holes + fresh, held + (counts < 3)

            def run(commits):
                return messages.write("RUN", author.key.public, log.incarnation, 1, commits, True)
            for door in (daemon, own):
                door.open("LIVE")
                equal(door.send(run(wrong), then="ACK"), None, f"{name}: the session goes on")
                door.close()
            status = citego.status()
            equal((status["held"], status["holes"]), (held, holes), f"{name}: held and holes at the daemon")
            mine = victim.replica.logs[author.key.public, log.incarnation]
            equal((mine.counts, len([h for h in victim.replica.holes() if h[0][1] == log.incarnation])), (counts, fresh), f"{name}: here")
            if fresh:
                for door in (daemon, own):
                    door.open("LIVE")
                    equal(door.send(run(right), then="ACK"), None, f"{name}: the right ones")
                    door.close()
                holes -= 1
                equal((citego.status()["holes"], len(victim.replica.holes())), (holes, 0), f"{name}: filled")
        equal(citego.status()["inputs"], victim.replica.inputs().hex(), "the input digests")
        author.close()
        victim.close()
