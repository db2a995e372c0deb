"""The client's end of a daemon's control socket: requests of daemon/core/request.h as HTTP over a Unix socket, without the start of a program."""
import http.client
import json
import os
import socket

from alliance import check


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path, timeout=20):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        here = os.path.dirname(self.path)
        try:
            self.sock.connect(self.path)
        except OSError as e:
            if "too long" not in str(e):
                raise
            fd = os.open(here, os.O_PATH)  # a long path has a short name while its directory is held open
            try:
                self.sock.connect(f"/proc/self/fd/{fd}/{os.path.basename(self.path)}")
            finally:
                os.close(fd)


class Control:
    def __init__(self, site, timeout=20):
        self.http = UnixHTTP(os.path.join(site.dir, "control.sock"), timeout)

    def send(self, do, args=None):
        self.http.request("POST", "/control", json.dumps({"do": do, "lang": "en", "args": args or {}}), {"Content-Type": "application/json"})

    def take(self):
        answer = self.http.getresponse()
        text = answer.read()
        check(answer.status == 200, "the control socket says", answer.status, text[:300])
        return json.loads(text)

    def ask(self, do, **args):
        self.send(do, args)
        return self.take()

    def close(self):
        self.http.close()
