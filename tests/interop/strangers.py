"""Members of a daemon's alliance that are there to misbehave."""
import sign
from node import Node

A_KEY = 2  # bad messages that one member's key sends before another's turn comes


def member(site, **shared):
    """A node that joined, and hung up again."""
    node = Node(site.json("invite", f"Étranger {sign.Key().public.hex()[:12]}")["code"], **shared)
    session = node.join().session
    node.until(lambda: session.over or session.state == "LIVE", "joined")
    return node, session
