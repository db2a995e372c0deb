"""A peer in Python, written from PROTOCOL.md alone, in an alliance of real daemons: vectors, joining, publishing, relaying."""
import contextlib

import messages
import sign
import vectors
from alliance import Alliance, equal, free_port
from author import Author
from node import Node


@contextlib.contextmanager
def python(code, listen=False):
    node = Node(code, listen=f"127.0.0.1:{free_port()}" if listen else None)
    try:
        yield node
    finally:
        node.close()


def agreed(node, session):
    """Both sides hold the same, and have told each other so."""
    return session.state == "LIVE" and session.peer_inputs == node.replica.inputs() and session.peer_state == node.state_digest()


def joined(node):
    session = node.join()
    node.until(lambda: session.over or agreed(node, session), "joined and in sync")
    equal(session.over, None, "the session")
    equal(session.welcome[0], "ok", "WELCOME")
    node.author = Author(node.key, node.replica, node.ally)
    return session


def settle(node, site):
    """Until a daemon's status tells this node's digests."""
    def same():
        s = site.status()
        return (s["inputs"], s["digest"]) == (node.replica.inputs().hex(), node.state_digest().hex())
    node.until(same, f"{site.name} tells the same digests")


def test_a_stranger_reads_every_vector_as_it_says():
    for name, look in (("sign", vectors.sign), ("commit", vectors.commits), ("op", vectors.operations), ("charter", vectors.charters),
                       ("roster", vectors.roster), ("authority", vectors.authorities), ("join", vectors.joins)):
        equal(look(), [], f"vectors of {name}.json that are judged otherwise")
    equal(vectors.wire(messages.read), [], "vectors of wire.json that are judged otherwise")


def test_a_stranger_joins_verifies_and_computes_the_same_digests():
    with Alliance() as a:
        citego = a.found("Citego").start()
        citego.add("un", "Un jardin partagé")
        with python(citego.json("invite", "Étranger")["code"]) as node:
            joined(node)
            settle(node, citego)
            entity, dot = node.author.record("deux", "Un four à pain")
            settle(node, citego)
            equal(citego.title(sign.base32(entity)), "Un four à pain", "the stranger's record")
            node.author.retitle(entity, dot, "Deux fours à pain")
            settle(node, citego)
            equal(citego.title(sign.base32(entity)), "Deux fours à pain", "the stranger's record, changed")
            citego.verify()
