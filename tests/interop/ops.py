"""Ops (PROTOCOL.md §5): the forms of headers and bodies. An Op that exists is whole; one that cannot be read is Refused."""
import calendar
from types import SimpleNamespace

import fieldforms
from pack import (U63, ascending, decode, encode, fields, refuse_unless, take_bin, take_bool, take_list, take_text, take_uint)
from sign import hash128

RELAYS, DECLARE = 5, 48
(OPEN, ANNOUNCE, ERASE, ATTEST, PUT, INDEX, RETIRE, LINK, REVIEW, REPLY) = (1, 2, 3, 4, 16, 17, 18, 19, 20, 21)
(CPUT, RELATE, ADOPT, MERGE, CRETIRE) = range(32, 37)
ENTITY = {DECLARE: 10, **dict.fromkeys((OPEN, ANNOUNCE, ERASE, ATTEST, RELAYS), 32), **dict.fromkeys((PUT, INDEX, RETIRE, LINK, REVIEW, REPLY), 24),
          **dict.fromkeys((CPUT, RELATE, ADOPT, MERGE, CRETIRE), 16)}
ITEMS = {OPEN: 2, ANNOUNCE: 3, ERASE: 3, ATTEST: 3, PUT: 4, INDEX: 3, RETIRE: 3, LINK: 3, REVIEW: 3, REPLY: 3, CPUT: 4, RELATE: 4, ADOPT: 3, MERGE: 5, CRETIRE: 5,
         RELAYS: 4, DECLARE: 3}
YEARS = (2000, 2199)
MATCH = range(7, 12)


def dots(v, least=0):
    found = [take_bin(d, 17) for d in take_list(v, least)]
    ascending(found, "dot_order")
    return found


def _put(kind, w):
    w = fields(w, 4)
    field, lang = take_uint(w[0]), take_text(w[1], 0, 35)
    refuse_unless(field in fieldforms.TABLES[kind], "field_unknown")
    fieldforms.lang(fieldforms.TABLES[kind][field][2], lang)
    return SimpleNamespace(key=(field, lang), order=(field, lang.encode()), add=True, replaces=dots(w[2]), made_from=dots(w[3]))


def _member(number, known, sizes, code):
    """A write of a set: number and target (or a target alone), add, dots."""
    def read(w):
        w = fields(w, 4 if number else 3)
        head = ()
        if number:
            refuse_unless(take_uint(w[0]) in known, code)
            head = (w[0],)
        target = take_bin(w[-3], *sizes)
        return SimpleNamespace(key=(*head, target), order=(*head, target), add=take_bool(w[-2]), replaces=dots(w[-1]), made_from=[])
    return read


SETS = {INDEX: _member(False, (), (16,), ""), LINK: _member(True, range(1, 6), (16, 24), "relation"),
        RELATE: _member(True, range(1, 12), (16,), "relation")}


def _said(reply):
    """A write of a review (language) or of a reply (language, reply)."""
    def read(w):
        w = fields(w, 3 if reply else 2)
        lang = take_text(w[0], 0, 35)
        fieldforms.lang("tag", lang)
        key = (lang, take_bin(w[1], 16)) if reply else (lang,)
        return SimpleNamespace(key=key, order=(lang.encode(), *key[1:]), add=True, replaces=dots(w[-1]), made_from=[])
    return read


def _amount(w):
    what, replaced = fields(w, 2)
    refuse_unless(take_uint(what) in fieldforms.MEANS, "field_unknown")
    return SimpleNamespace(key=(what,), order=(what,), add=True, replaces=dots(replaced), made_from=[])


SETS.update({REVIEW: _said(False), REPLY: _said(True), DECLARE: _amount})


def _relays(month, relays):
    """Month and [[site, days] …] of a site.relays."""
    year, month = divmod(take_uint(month, YEARS[0] * 12, YEARS[1] * 12 + 11), 12)
    most = calendar.monthrange(year, month + 1)[1]
    found = [fields(r, 2) for r in take_list(relays, 1, 256)]
    for site, days in found:
        take_bin(site, 32)
        take_uint(days, 1, (1 << most) - 1)
    ascending([site for site, _ in found])


def header(h):
    """kind, entity, writes, dots and motive of a header."""
    h = take_list(h, 2)
    op = SimpleNamespace(kind=take_uint(h[0]), entity=take_bin(h[1]), writes=[], dots=[])
    refuse_unless(1 <= len(op.entity) <= 64, "range")
    refuse_unless(op.kind in ENTITY, "unknown_kind")
    h, kind = fields(h, ITEMS[op.kind]), op.kind
    take_bin(op.entity, ENTITY[kind])
    refuse_unless(kind != DECLARE or YEARS[0] <= int.from_bytes(op.entity[8:], "big") <= YEARS[1], "range")
    if kind in (ANNOUNCE, RETIRE):
        op.dots = dots(h[2])
    elif kind in (ERASE, ATTEST, ADOPT):
        op.dots = dots(h[2], 1)
    elif kind == RELAYS:
        _relays(h[2], h[3])
    elif kind == PUT:
        op.writes, op.dots = [_put(kind, w) for w in take_list(h[2])], dots(h[3])
        refuse_unless(op.writes or op.dots, "range")
    elif kind == CPUT:
        op.writes = [_put(kind, w) for w in take_list(h[2], 1)]
    elif kind in SETS:
        op.writes = [SETS[kind](w) for w in take_list(h[2], 1)]
    elif kind in (MERGE, CRETIRE):
        said = take_bin(h[2], 0, 16) if kind == MERGE else take_bool(h[2])
        op.writes = [SimpleNamespace(key=(), order=(), add=True, replaces=dots(h[3]), made_from=[], said=said)]
    if kind in (CPUT, RELATE, MERGE, CRETIRE):
        take_bin(h[-1], 0, 24)
    ascending([w.order for w in op.writes])
    return op


def _value(op, w, v):
    if op.kind in fieldforms.TABLES:
        fieldforms.value(op.kind, w.key[0], v)
    elif op.kind == INDEX:
        refuse_unless(v is None or w.add, "field_value")
        v is None or take_uint(v, 1, 100)
    elif op.kind == REVIEW:
        v is None or _long(v, 1, 16384)
    elif op.kind == REPLY:
        if v is not None:
            actor, text = fields(v, 2)
            _long(actor, 1, 1024)
            _long(text, 1, 16384)
    elif op.kind == LINK and w.add and len(w.key[1]) == 16:
        url, hash_ = fields(v, 2)
        _named(url, w.key[1])
        hash_ is None or take_bin(hash_, 32)
    elif op.kind == RELATE and w.add and w.key[0] in MATCH:
        _named(v, w.key[1])
    else:
        refuse_unless(v is None, "field_value")


def _named(uri, target):
    refuse_unless(isinstance(uri, str), "type")
    refuse_unless(len(uri.encode()) <= 2048, "text_long")
    fieldforms.uri(uri)
    refuse_unless(hash128(uri.encode()) == target, "field_value")


def _long(v, least, most):
    take_text(v, 0)
    refuse_unless(len(v.encode()) >= least, "text_empty")
    refuse_unless(len(v.encode()) <= most, "text_long")


def body(op, raw):
    """The values of a body that goes with a header, or Refused."""
    b = take_list(decode(raw))
    if op.kind == OPEN:
        take_uint(fields(b, 1)[0], 0, 4)
    elif op.kind in (RETIRE, CRETIRE, ERASE):
        _long(fields(b, 1)[0], 0, 4096)
    elif op.kind == ANNOUNCE:
        fields(b, 4)
        for e in take_list(b[0], 0, 16):
            _long(e, 1, 255)
        for v, most in zip(b[1:], (200, 2048, 1024)):
            _long(v, 0, most)
    elif op.kind in (ADOPT, MERGE, ATTEST, RELAYS):
        fields(b, 0)
    else:
        fields(b, len(op.writes))
        for w, v in zip(op.writes, b):
            _value(op, w, v)
    return b


__all__ = ["U63", "body", "encode", "header"]
