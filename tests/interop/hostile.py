"""Bad messages, made from the table of PROTOCOL.md §8.1 (messages.py): each field of each message wrong, missing, too small, too large; each message
too short, too long, at a time that does not allow it. What code must come is what messages.read() says, which the wire vectors have judged.
"""
import messages
from messages import KINDS
from pack import U63, Refused, encode
from session import ALLOWED, CHARTER, DIFF, HELLO, LIVE

OTHER_TYPES = {
    "uint": [None, True, -1, b"x", "1", [], {}, U63 + 1, (1 << 64) - 1],
    "bin": [None, 5, "text", [], False, b""],
    "bin or nil": [5, "text", b"", False, []],
    "text": [None, 5, b"x", [], True],
    "bool": [None, 0, 1, "x", []],
    "list": [None, 5, b"", {}, "x", [None], [5], [b""], [[]]],
}


def good(form):
    """A value that the form allows."""
    return {"uint": max(form.least, min(form.most, 1)), "bin": b"y" * form.least, "text": "ok", "bool": False, "list": [], "bin or nil": None}.get(
        form.what) if form.what != "tuple" else [good(f) for f in form.of]


def message(kind):
    return [kind.number] + [good(f) for f in kind.fields]


def wrong(form):
    """Values that the form does not allow."""
    yield from OTHER_TYPES[form.what]
    if form.what == "uint" and form.most < U63:
        yield form.most + 1
    if form.what == "uint" and form.least:
        yield form.least - 1
    if form.what in ("bin", "bin or nil", "text"):
        yield ("x" if form.what == "text" else b"x") * (form.most + 1)
    if form.what == "bin" and form.least > 1:
        yield b"x" * (form.least - 1)
    if form.what == "list" and form.of.what != "tuple":
        yield [b"x" * (form.of.most + 1)]
    elif form.what == "list":
        row = good(form.of)
        yield [row[:-1]]
        yield [row + [0]]
        for i, f in enumerate(form.of.of):
            yield from ([row[:i] + [w] + row[i + 1:]] for w in wrong(f))


def malformed():
    """(name, bytes, code) of all messages of a wrong form."""
    for kind in KINDS:
        m, name = message(kind), kind.name
        made = [(f"{name} without its last item", m[:-1]), (f"{name} with an item more", m + [0])]
        for i, form in enumerate(kind.fields, 1):
            made += [(f"{name} with item {i} as {str(w)[:40]}", m[:i] + [w] + m[i + 1:]) for w in wrong(form)]
            made.append((f"{name} without item {i}", m[:i] + m[i + 1:]))
        for told, bad in made:
            raw = encode(bad)
            try:
                messages.read(raw)
            except Refused as e:
                yield told, raw, e.code


def untimely():
    """(name, state, bytes) of good messages in the states that do not allow them."""
    for kind in KINDS:
        for state in (HELLO, CHARTER, DIFF, LIVE):
            if state not in ALLOWED[kind.name] or kind.name == "WELCOME":
                yield f"{kind.name} in {state}", state, encode(message(kind))


def repeated():
    """(name, bytes) of good messages, to be sent again and again in LIVE."""
    for kind in KINDS:
        if LIVE in ALLOWED[kind.name] and kind.name != "BYE":
            yield f"{kind.name} {REPEATS} times", encode(message(kind))


REPEATS = 100
