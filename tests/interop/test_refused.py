"""The same bad input at a real daemon's door and at the Python peer's own: both refuse it with the code that PROTOCOL.md gives."""
import refusals
from alliance import Alliance, equal
from author import Author
from doors import DaemonDoor, OwnDoor
from node import Node
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
