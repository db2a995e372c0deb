"""Fields of records and concepts, and the forms of their values (PROTOCOL.md §6)."""
import calendar
import re

from pack import Refused, encode, refuse_unless

TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*\Z")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.", re.DOTALL)
TYPES = {"experience", "analysis", "proposal", "resource", "dossier"}
CONCEPT_KINDS = {"descriptor", "component", "angle", "scheme", "collection"}

RECORD = {n: row for n, row in enumerate((
    ("type", "record_type", "none", 16), ("source_id", "word", "none", 512), ("source_url", "word", "none", 2048), ("title", "text", "tag", 1024),
    ("subtitle", "text", "tag", 1024), ("abstract", "text", "tag", 32768), ("context", "text", "tag", 49152), ("history", "text", "tag", 49152),
    ("description", "text", "tag", 49152), ("limits", "text", "tag", 49152), ("lessons", "text", "tag", 49152),
    ("actors", "actors", "none", 32768), ("authors", "texts", "none", 8192), ("producer", "word", "none", 1024), ("date", "date", "none", 16),
    ("period", "period", "none", 32), ("place", "place", "none", 1024), ("sources", "texts", "may", 32768), ("notes", "texts", "may", 32768),
    ("licence", "word", "none", 128), ("images", "images", "none", 32768), ("episodes", "episodes", "may", 49152), ("items", "ids", "none", 32768)), 1)}
CONCEPT = {n: row for n, row in enumerate((
    ("uri", "uri", "none", 2048), ("kind", "concept_kind", "none", 16), ("prefLabel", "text", "may", 1024), ("altLabel", "texts", "may", 16384),
    ("hiddenLabel", "texts", "may", 16384), *((name, "texts", "may", 32768) for name in (
        "definition", "scopeNote", "example", "note", "changeNote", "editorialNote", "historyNote")),
    ("notation", "notations", "none", 4096), ("colour", "word", "none", 16), ("logo", "word", "none", 2048)), 1)}
MEANS = {1: ("money", "amount", "none", 1013), 2: ("time", "amount", "none", 1013)}
TABLES = {16: RECORD, 32: CONCEPT, 48: MEANS}


def is_tag(v):
    return bool(TAG.match(v)) and len(v) <= 35


def lang(rule, v):
    refuse_unless(rule == "may" or (v == "") == (rule == "none"), "lang")
    refuse_unless(v == "" or is_tag(v), "lang")


def _text(v):
    refuse_unless(isinstance(v, str), "field_value")
    refuse_unless(v, "text_empty")
    return v


def _maybe(v):
    return v is None or _text(v)


def _list(v, item):
    refuse_unless(isinstance(v, list) and v, "field_value")
    for x in v:
        item(x)


def _row(v, *forms):
    refuse_unless(isinstance(v, list) and len(v) == len(forms), "field_value")
    for form, x in zip(forms, v):
        form(x)


def _date(v):
    m = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z", _text(v), re.ASCII)
    refuse_unless(m, "field_value")
    y, month, day = m[1], m[2], m[3]
    refuse_unless(month is None or 1 <= int(month) <= 12, "field_value")
    days = 0 if month is None else calendar.monthrange(int(y) or 4, int(month))[1]
    refuse_unless(day is None or 1 <= int(day) <= days, "field_value")


def _period(v):
    _row(v, *[lambda d: d is None or _date(d)] * 2)
    refuse_unless(v != [None, None], "field_value")


def _place(v):
    def degrees(most):
        return lambda n: refuse_unless(n is None or type(n) is int and -most <= n <= most, "field_value")
    _row(v, _maybe, lambda c: refuse_unless(c is None or isinstance(c, str) and re.match(r"[A-Z]{2}\Z", c), "field_value"),
         degrees(90_000_000), degrees(180_000_000))
    refuse_unless((v[2] is None) == (v[3] is None) and v != [None] * 4, "field_value")


def _alts(v):
    refuse_unless(isinstance(v, dict) and all(isinstance(k, str) for k in v), "field_value")
    refuse_unless(all(map(is_tag, v)), "lang")
    for x in v.values():
        _text(x)


def uri(v):
    refuse_unless(isinstance(_text(v), str) and URI.match(v) and not re.search("[\x00-\x20\x7f]", v), "field_value")


def _one_of(words, code):
    def judge(v):
        refuse_unless(isinstance(v, str), "field_value")
        refuse_unless(_text(v) in words, code)
    return judge


def _amount(v):
    _row(v, lambda n: refuse_unless(type(n) is int and 0 <= n < 1 << 63, "field_value"), _maybe)
    refuse_unless(v[1] is None or len(v[1].encode()) <= 1000, "text_long")


FORMS = {
    "amount": _amount, "text": _text, "word": _text, "uri": uri, "date": _date, "period": _period, "place": _place,
    "record_type": _one_of(TYPES, "record_type"), "concept_kind": _one_of(CONCEPT_KINDS, "field_value"),
    "texts": lambda v: _list(v, _text),
    "actors": lambda v: _list(v, lambda x: _row(x, _text, _maybe, _maybe, _maybe)),
    "images": lambda v: _list(v, lambda x: _row(x, _text, _maybe, _alts)),
    "episodes": lambda v: _list(v, lambda x: _row(x, _date, _text)),
    "notations": lambda v: _list(v, lambda x: _row(x, _text, lambda t: t is None or uri(t))),
    "ids": lambda v: _list(v, lambda x: refuse_unless(isinstance(x, bytes) and len(x) == 24, "field_value")),
}


def value(kind, field, v):
    """A value of a put of this kind, or Refused; nil empties any field."""
    if v is None:
        return
    _, form, _, most = TABLES[kind][field]
    refuse_unless(len(encode(v)) <= most, "text_long")
    FORMS[form](v)


__all__ = ["Refused", "TABLES", "lang", "uri", "value"]
