#include "daemon/web/ops.h"
#include "daemon/http/ask.h"

/* The process answers: nothing more is said. */
void ops_health(struct http_request *q)
{
    answer_body(q, 200, "text/plain; charset=utf-8", slice_text("ok\n"));
}

void ops_ready(struct http_request *q)
{
    ask_ready(q);
}

void ops_exchange(struct http_request *q)
{
    ask_exchange(q);
}

void ops_control(struct http_request *q)
{
    ask_as_it_came(q);
}
