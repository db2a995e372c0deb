"""Writes the node's own log (PROTOCOL.md §4.2, §5): each publish() is one commit, taken in like any other and told to the peers."""
import random
import time

import commit
import ops
import sign


class Author:
    def __init__(self, key, replica, ally):
        self.key, self.replica, self.ally = key, replica, ally
        self.incarnation, self.seq, self.prev, self.clock = random.randrange(1, 1 << 63), 0, bytes(32), 0

    def make(self, *written, **wrong):
        """The next commit as carried, not taken in; the author goes on as if it were."""
        self.clock = max(int(time.time() * 1000) << 16, self.clock + 1)
        raw = commit.write(self.key, self.replica.alliance, self.incarnation, self.seq + 1, self.prev, self.clock, list(written), **wrong)
        self.seq, self.prev = self.seq + 1, commit.read(raw).id
        return raw

    def publish(self, *written):
        if self.seq == 0:
            self.replica.take(self.make(([ops.OPEN, self.key.public], [0])))
        return self.replica.take(self.make(*written))[0]

    def record(self, source_id, title):
        """A record of one's own in French: its id, and the op's dot."""
        entity = self.ally + sign.hash128(source_id.encode())
        c = self.publish(([ops.PUT, entity, [[1, "", [], []], [2, "", [], []], [4, "fr", [], []]], []], ["experience", source_id, title]))
        return entity, c.dot(0)

    def retitle(self, entity, dot, title):
        c = self.publish(([ops.PUT, entity, [[4, "fr", [dot], []]], []], [title]))
        return c.dot(0)

    def erase(self, *dots):
        return self.publish(([ops.ERASE, self.key.public, sorted(dots)], ["asked"]))

    def declare(self, year, *amounts, over=()):
        """Money, time or both, of a year: (what, amount, note) each; over declarations of the same."""
        entity = self.ally + year.to_bytes(2, "big")
        c = self.publish(([ops.DECLARE, entity, [[what, sorted(over)] for what, _, _ in amounts]], [[n, note] for _, n, note in amounts]))
        return c.dot(0)

    def relays(self, month, relays):
        return self.publish(([ops.RELAYS, self.key.public, month, sorted(relays)], []))

    def announce(self, endpoints, name):
        return self.publish(([ops.ANNOUNCE, self.key.public, []], [list(endpoints), name, "", ""]))
