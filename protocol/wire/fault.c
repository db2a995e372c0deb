#include "protocol/wire/fault.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include <stdio.h>

#define FIELDS_MAX 13

/* As PROTOCOL.md §8.1 names them, without the number. VECTOR's third is by its level. */
static const char *const fields[][FIELDS_MAX] = {
    [MSG_HELLO] = {"version",         "alliance",     "site", "session", "charter_number", "charter_id", "roster_number",
                   "roster_id", "inputs", "fold", "state", "software"},
    [MSG_CHARTER] = {"charters",        "acts",      "more"},
    [MSG_ERASE] = {"commits" },
    [MSG_FORK] = {"one",           "other"                      },
    [MSG_VECTOR] = {"level",                 "list",                  "more"},
    [MSG_WANT] = {"site",           "incarnation",                      "first", "last"},
    [MSG_RUN] = {"site",                "incarnation",                    "first", "commits", "done"},
    [MSG_ACK] = {"credit",                 "heads"                         },
    [MSG_NEW] = {"site",           "incarnation",   "seq", "id", "commit"},
    [MSG_JOIN] = {"request","secret_signature",        "site_signature"},
    [MSG_WELCOME] = {"code",                 "detail"},
    [MSG_PING] = {"number",          "inputs",                          "fold", "state"},
    [MSG_PONG] = {"number",                 "inputs","fold", "state"},
    [MSG_BYE] = {"code",                 "reason",                        "retry_after"},
    [MSG_PROMISE] = {"promises"           },
    [MSG_VOUCH] = {"request",                 "secret_signature", "site_signature", "word", "inviter_signature"},
    [MSG_BEACON] = {"beacon", "signature"                   },
};
#define X(id, number, name)                                                                                            \
    _Static_assert(sizeof fields / sizeof *fields > (number), "a message without names of its fields");
MESSAGES(X)
#undef X

/* Which of the array's items holds the place; its count, or more, where that lies behind them. */
static size_t item_at(struct slice bytes, size_t place)
{
    struct rd r;
    rd_init(&r, bytes);
    const uint8_t *begin = r.at;
    size_t n = rd_array(&r, 1, LIMIT_ITEMS), i = 0;
    while (i < n) {
        rd_raw(&r);
        if (r.err || (size_t)(r.at - begin) > place)
            break;
        i++;
    }
    return i;
}

void fault_name(struct slice bytes, struct arena *arena, char out[FAULT_TEXT_MAX])
{
    struct msg m;
    struct rd r;
    size_t place = 0;
    const char *field = NULL;
    (void)msg_decode_at(bytes, arena, &m, &place);
    rd_init(&r, bytes);
    bool scanned = scan(bytes, LIMIT_MESSAGE_BYTES, NULL) == ERR_OK;
    if (scanned)
        rd_array(&r, 1, LIMIT_ITEMS);
    uint64_t number = scanned ? rd_uint(&r, INT64_MAX) : 0;
    if (!place) {
        snprintf(out, FAULT_TEXT_MAX, "%s", scanned ? "number" : "msgpack");
        return;
    }
    size_t item = item_at(bytes, place);
    if (item >= 1 && item <= FIELDS_MAX)
        field = fields[number][item - 1];
    snprintf(out, FAULT_TEXT_MAX, "%s%s%s", msg_name((enum msg_type)number), field ? "." : "", field ? field : "");
}
