"""The asking side of a session over HTTP (PROTOCOL.md §8.5): one request that waits, one that brings what there is to say meanwhile."""
import concurrent.futures
import http.client
import time
from urllib.parse import urlsplit

import exchange
from pack import Refused, refuse_unless

WAIT_MS, TIMEOUT_S, LOST_MAX, CARRIED_MAX = 2000, 15, 5, 1 << 20


class HttpLink:
    """Like node.Link; turn() does what a socket's readiness does there. `begin` makes the session, once the site asked has named one."""

    route = socket = None

    def __init__(self, node, to, url, begin):
        self.node, self.to, self.begin, self.session = node, to, begin, None
        self.where, self.id = urlsplit(url), None
        self.said, self.base, self.got, self.lost, self.status = [], 0, 0, 0, None
        self.sent_up_to = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.waiting = self.bringing = None
        self.heard = self.pinged = time.monotonic()

    def flush(self):
        if self.session:
            self.said += self.session.out
            self.session.out = []

    def close(self):
        self.pool.shutdown(wait=False, cancel_futures=True)

    # ---- one request ----

    def _ask(self, wait):
        carried, size = [], 0
        for m in self.said:
            if carried and size + len(m) > CARRIED_MAX:
                break
            carried.append(m)
            size += len(m)
        request = exchange.Request(self.id, self.base, carried, self.got, wait) if self.id else exchange.Request(None, 0, [], 0, 0)
        body, asked = exchange.write_request(self.node.key, self.node.replica.alliance, self.to, request)
        self.sent_up_to = max(self.sent_up_to, self.base + len(carried))
        return self.pool.submit(self._post, body, asked)

    def _post(self, body, asked):
        kind = http.client.HTTPSConnection if self.where.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.where.netloc, timeout=TIMEOUT_S)
        try:
            connection.request("POST", self.where.path.rstrip("/") + exchange.PATH, body, {"Content-Type": "application/msgpack"})
            answer = connection.getresponse()
            return answer.status, answer.read(), asked
        finally:
            connection.close()

    # ---- the two requests, by turns ----

    def turn(self):
        for name in ("waiting", "bringing"):
            future = getattr(self, name)
            if future and future.done():
                setattr(self, name, None)
                self._answered(future)
        self.flush()
        if self.lost > LOST_MAX or not self.unsaid() and self.session and self.session.over:
            return
        if not self.waiting and not (self.session and self.session.over):
            self.waiting = self._ask(WAIT_MS)
        elif self.id and not self.bringing and self.unsaid():
            self.bringing = self._ask(0)

    def unsaid(self):
        return self.base + len(self.said) > self.sent_up_to

    def ended(self):
        """Nothing is to come any more, in particular no BYE of ours."""
        return self.lost > LOST_MAX or self.session.over[1] != "we" or not self.unsaid() and not self.bringing

    def _answered(self, future):
        try:
            self.status, body, asked = future.result()
            refuse_unless(self.status == 200, "unreachable", f"status {self.status}")
            self._take(exchange.read_answer(body, self.to, asked))
            self.lost = 0
        except (OSError, http.client.HTTPException, Refused) as e:
            self.lost += 1
            self.sent_up_to = self.base
            if self.lost > LOST_MAX and self.session:
                self.session.over = self.session.over or ("unreachable", str(e))

    def _take(self, answer):
        self.heard = time.monotonic()
        if not self.id:
            self.id, self.session = answer.session, self.begin()
            return
        refuse_unless(answer.session == self.id and answer.received <= self.base + len(self.said), "peer_protocol")
        acknowledged = max(0, answer.received - self.base)
        self.said, self.base = self.said[acknowledged:], self.base + acknowledged
        if answer.first <= self.got:
            for m in answer.messages[self.got - answer.first:]:
                self.got += 1
                self.session.receive(m)
        if not answer.open:
            self.session.over = self.session.over or ("closed", "they")
