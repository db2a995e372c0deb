/*
 * oai: OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html): the parameters of a request in, an XML document out. Pure but for the store.
 *
 * Every site answers for the whole alliance: a record has one identifier, oai:a<alliance>.allied.alt:<record>, wherever it is asked for (the namespace lies under .alt,
 * RFC 9476, so that it can never be a host). Datestamps are this site's own (daemon/store/feed.h): whoever harvests here again from the time of his last
 * request misses nothing. Deletions are kept for good. Sets: ally:<id>, component:<id>; `ally` and `component` alone are what lies below them.
 * What is only shown with a record, its concepts' labels and where these lie in the atlas, moves no datestamp.
 * Resumption tokens say where to go on in the feed and never expire; what changes during a harvest comes with the next one.
 */
#ifndef ALLIED_DAEMON_WEB_OAI_H
#define ALLIED_DAEMON_WEB_OAI_H

#include "daemon/http/uri.h"
#include "daemon/web/shown.h"

#define OAI_PAGE      200                 /* records, or headers, in one answer */
#define OAI_BYTES_MAX (64u * 1024 * 1024) /* of one answer */

struct oai {
    struct read *read; /* of one state */
    struct atlas *atlas;
    const char *url;     /* of the repository: where these requests come to */
    const char *contact; /* an address for mail; NULL or none of that form: postmaster at the url's host */
    int64_t now_s;       /* taken before that state was: Unix seconds */
    size_t page;
};
/* `out` gets a whole document, errors of the protocol included. ERR_MEMORY, ERR_DATABASE, …: no document. */
err_t oai_answer(struct oai *o, const struct uri_query *params, struct buf *out);

/* ---- between oai.c and oai_list.c ---- */

enum oai_error { OAI_OK, OAI_BAD_ARGUMENT, OAI_BAD_TOKEN, OAI_BAD_VERB, OAI_NO_FORMAT, OAI_NO_ID, OAI_NO_RECORDS };
struct oai_request {
    struct oai *o;
    const struct uri_query *params;
    struct buf *body;     /* what stands within the verb's element */
    enum oai_error error; /* an error in the protocol's words, in place of the body */
    const char *detail;
};
const char *oai_param(const struct oai_request *q, const char *name); /* NULL: absent */
void oai_refuse(struct oai_request *q, enum oai_error error, const char *detail);
err_t oai_list(struct oai_request *q, bool records); /* ListRecords, ListIdentifiers */
err_t oai_header(struct oai *o, const struct shown *s, struct buf *out);
err_t oai_record(struct oai *o, const struct shown *s, struct buf *out);

#endif
