#include "daemon/core/answer.h"
#include <stdio.h>

err_t answer_of(const struct msg_welcome *m, char detail[JOIN_DETAIL_BYTES])
{
    char name[64] = "";
    if (m->code.len < sizeof name)
        memcpy(name, m->code.at, m->code.len);
    snprintf(detail, JOIN_DETAIL_BYTES, "%.*s",
             (int)(m->detail.len < JOIN_DETAIL_BYTES ? m->detail.len : JOIN_DETAIL_BYTES - 1),
             m->detail.len ? (const char *)m->detail.at : "");
    return err_by_name(name);
}

void answer_write(err_t e, const char *detail, char out[ANSWER_BYTES])
{
    *out = 0;
    if (e)
        snprintf(out, ANSWER_BYTES, "%s %.159s", err_name(e), detail);
}

err_t answer_read(struct slice kept, char detail[JOIN_DETAIL_BYTES])
{
    char text[ANSWER_BYTES] = "";
    memcpy(text, kept.at, kept.len < sizeof text ? kept.len : sizeof text - 1);
    size_t name = strcspn(text, " ");
    snprintf(detail, JOIN_DETAIL_BYTES, "%.159s", text[name] ? text + name + 1 : "");
    text[name] = 0;
    err_t e = err_by_name(text);
    return e == ERR_COUNT ? ERR_STANDING : e;
}
