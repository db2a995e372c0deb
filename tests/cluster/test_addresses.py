"""One address must not take all connections: in a network of its own, since the loopback's are a proxy's and free."""
import json
import shutil
import subprocess
import sys

from alliance import Alliance, Skipped, equal

NETWORK = "ip link set lo up && ip address add 192.0.2.1/32 dev lo && ip address add 192.0.2.2/32 dev lo && exec \"$@\""
LIMIT = 20  # LIMIT_HTTP_ADDRESS

# Runs inside: serves, takes 40 connections from one address, then asks from there and from another one.
INSIDE = """
import json, socket, subprocess, sys, time
daemon = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
to = ("192.0.2.1", int(sys.argv[1]))
def dial(own):
    s = socket.socket()
    s.settimeout(5)
    s.bind((own, 0))
    s.connect(to)
    return s
def answer(s):
    try:
        s.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        return s.recv(4096)[9:12].decode()
    except OSError:
        return ""
try:
    for _ in range(200):
        try:
            dial("192.0.2.2").close()
            break
        except OSError:
            time.sleep(0.05)
    held = [dial("192.0.2.2") for _ in range(40)]
    stand = [answer(s) for s in held].count("200")
    print(json.dumps([stand, answer(dial("192.0.2.2")), answer(dial("192.0.2.1"))]))
    [s.close() for s in held]
    time.sleep(0.5)
    print(json.dumps(answer(dial("192.0.2.2"))))
finally:
    daemon.kill()
    daemon.wait()
"""


def test_one_address_has_twenty_connections_over_http_and_others_are_served():
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rn", "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        raise Skipped("no network namespace can be made here")
    with Alliance() as a:
        site = a.found("Citego", listen=False, http=True)
        port = site.http.split(":")[1]
        site.http = f"192.0.2.1:{port}"
        site.announced = f"http://{site.http}"
        found = a.run(["unshare", "-rn", "sh", "-c", NETWORK, "sh", sys.executable, "-c", INSIDE, port, *site.words("daemon")], timeout=60)
        told = [json.loads(line) for line in found.out.splitlines()]
        equal(told, [[LIMIT, "", "200"], "200"], f"who stands, that address, another, that address later; {found.err[-500:]}")
