"""The subset of msgpack (PROTOCOL.md §2): scan() judges bytes, decode() scans and reads, encode() writes; take_*() read fields with bounds.

Where a text says `[a, b, c]`, fields() has exactly those items. All refuse by raising Refused with the documented name.
"""
import msgpack

MESSAGE_MAX = 1 << 20
COMMIT_MAX = CHARTER_MAX = 512 << 10
ENVELOPE_MAX = BODY_MAX = 64 << 10
DEPTH_MAX, ITEMS_MAX, U63 = 16, 100_000, (1 << 63) - 1


class Refused(Exception):
    """What came is refused under this name of PROTOCOL.md §11."""

    def __init__(self, code, why=""):
        super().__init__(f"{code}: {why}" if why else code)
        self.code, self.why = code, why


def refuse_unless(condition, code, why=""):
    if not condition:
        raise Refused(code, why)


# first byte -> (kind, bytes of the number or length that follow, least value that needs this form)
_WIDE = {0xCC: ("uint", 1, 0x80), 0xCD: ("uint", 2, 0x100), 0xCE: ("uint", 4, 0x10000), 0xCF: ("uint", 8, 1 << 32),
         0xD0: ("int", 1, -32), 0xD1: ("int", 2, -0x80), 0xD2: ("int", 4, -0x8000), 0xD3: ("int", 8, -(1 << 31)),
         0xC4: ("bin", 1, 0), 0xC5: ("bin", 2, 0x100), 0xC6: ("bin", 4, 0x10000),
         0xD9: ("str", 1, 32), 0xDA: ("str", 2, 0x100), 0xDB: ("str", 4, 0x10000),
         0xDC: ("array", 2, 16), 0xDD: ("array", 4, 0x10000), 0xDE: ("map", 2, 16), 0xDF: ("map", 4, 0x10000)}


def _head(data, at):
    """The value that begins at `at`: its kind, its number or length, and where what follows begins."""
    refuse_unless(at < len(data), "truncated")
    b = data[at]
    if b <= 0x7F:
        return "uint", b, at + 1
    if b >= 0xE0:
        return "int", b - 256, at + 1
    for first, last, kind in ((0x80, 0x8F, "map"), (0x90, 0x9F, "array"), (0xA0, 0xBF, "str")):
        if first <= b <= last:
            return kind, b - first, at + 1
    if b in (0xC0, 0xC2, 0xC3):
        return "plain", 0, at + 1
    refuse_unless(b in _WIDE, "forbidden")
    kind, width, least = _WIDE[b]
    refuse_unless(at + 1 + width <= len(data), "truncated")
    n = int.from_bytes(data[at + 1:at + 1 + width], "big", signed=kind == "int")
    refuse_unless(n < least if kind == "int" else n >= least, "not_shortest")
    return kind, n, at + 1 + width


def _key(data, start, end, kind, before):
    refuse_unless(kind in ("uint", "str"), "type", "a map's key")
    key = data[start:end]
    refuse_unless(before is None or before < key, "key_order")
    return key


def scan(data, limit=None):
    """Refuses what is not exactly one value of the subset; `limit` in bytes."""
    refuse_unless(limit is None or len(data) <= limit, "too_large")
    at, items, opened = 0, 0, []  # opened: [values still to come, is a map, the key before]
    while True:
        start, top = at, opened[-1] if opened else None
        kind, n, at = _head(data, at)
        items += 1
        refuse_unless(items <= ITEMS_MAX, "items")
        left = len(data) - at
        if kind in ("bin", "str"):
            refuse_unless(n <= left, "truncated")
            if kind == "str":
                try:
                    data[at:at + n].decode("utf-8")
                except UnicodeDecodeError:
                    raise Refused("utf8") from None
            at += n
        if top and top[1] and top[0] % 2 == 0:
            top[2] = _key(data, start, at, kind, top[2])
        if top:
            top[0] -= 1
        if kind in ("array", "map"):
            n = 2 * n if kind == "map" else n
            refuse_unless(n <= left, "truncated")
            refuse_unless(len(opened) < DEPTH_MAX, "depth")
            opened.append([n, kind == "map", None])
        while opened and opened[-1][0] == 0:
            opened.pop()
        if not opened:
            refuse_unless(at == len(data), "trailing")
            return


def decode(data, limit=None):
    scan(data, limit)
    return msgpack.unpackb(data, raw=False, strict_map_key=False, max_array_len=len(data) + 1, max_map_len=len(data) + 1)


def encode(value):
    return msgpack.packb(value, use_bin_type=True)


# ---- fields of structures ----

def take_uint(v, least=0, most=U63):
    refuse_unless(isinstance(v, int) and not isinstance(v, bool), "type", "a number")
    refuse_unless(least <= v <= most, "range", "a number")
    return v


def take_bin(v, *sizes):
    """A bin of one of these lengths; without any, of at least one byte."""
    refuse_unless(isinstance(v, bytes), "type", "a bin")
    refuse_unless(len(v) in sizes if sizes else len(v) > 0, "range", "a bin's length")
    return v


def take_text(v, least=0, most=U63, empty="range"):
    refuse_unless(isinstance(v, str), "type", "a text")
    n = len(v.encode("utf-8"))
    refuse_unless(n or not least, empty)
    refuse_unless(n <= most, "range", "a text's length")
    return v


def take_bool(v):
    refuse_unless(isinstance(v, bool), "type", "a boolean")
    return v


def take_list(v, least=0, most=U63):
    refuse_unless(isinstance(v, list), "type", "an array")
    refuse_unless(least <= len(v) <= most, "range", "an array's length")
    return v


def fields(v, n):
    return take_list(v, n, n)


def ascending(keys, code="key_order"):
    refuse_unless(all(a < b for a, b in zip(keys, keys[1:])), code)
