#include "daemon/web/page_home.h"

void page_home(struct http_request *q)
{
    struct sheet s;
    struct read read;
    if (!web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read, &(struct page){.title = tr(request_lang(q), N_("Home")), .place = PAGE_HOME});
    sheet_close(&s, 200);
    web_end(q, &read);
}
