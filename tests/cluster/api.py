"""Somebody who speaks to a site over the JSON API; every answer is held against what /openapi.json says."""
import json

from alliance import check, equal
from web import Described, Web

API = "/api/v1"
WATER = "http://example.org/eau"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.text = status, headers, body.decode()

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]

    def __repr__(self):
        return f"{self.status} {self.text[:400]}"


class Client:
    """Somebody who speaks to a site's API, with a token or without."""

    def __init__(self, site, scope=None):
        self.site = site
        self.web = Web(site.http, site.json("token", "create", f"{site.name} {scope}", "--scope", scope)["token"] if scope else None)
        self.described = Described(self.web.json("GET", "/openapi.json")[1])

    def ask(self, method, path, body=None, **headers):
        if isinstance(body, str):
            body, headers = body.encode(), {"content_type": "application/json", **{k.lower(): v for k, v in headers.items()}}
        answer = self.web.ask(method, path if path.startswith("/oai") else API + path, body, **headers)
        return Answer(*self.judged(method, path, body, headers, answer))

    def judged(self, method, path, body, headers, answer):
        """Every answer is as /openapi.json says, and what was asked is where it was taken."""
        operation = self.described.operation(method, API + path)
        if operation is None:
            return answer
        faults = self.described.faults(operation, *answer)
        kind = next((v for k, v in headers.items() if k.lower() == "content_type"), "application/json")
        if answer[0] < 300 and body and kind == "application/json":  # of a batch some lines are refused
            faults += self.described.asked_faults(operation, body if isinstance(body, bytes) else json.dumps(body), kind)
        check(not faults, method, path, *faults)
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def good(self, method, path, body=None, status=200, **headers):
        a = self.ask(method, path, body, **headers)
        check(a.status == status, method, path, "was to be", status, a)
        return a

    def refused(self, status, code, method, path, body=None, **headers):
        a = self.ask(method, path, body, **headers)
        check(a.status == status and a.headers["Content-Type"] == "application/problem+json", method, path, a)
        equal((a.json["status"], a.json["code"]), (status, code), f"{method} {path}: {a}")
        return a.json


def alone(al):
    a = al.found("Citego", http=True).start()
    return a, Client(a), Client(a, "records"), Client(a, "concepts")
