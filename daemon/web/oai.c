#include "daemon/web/oai.h"
#include "daemon/http/route.h"
#include "daemon/web/oai_dc.h"
#include "daemon/web/oai_set.h"
#include "daemon/web/xml.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"
#include <ctype.h>

#define NAMESPACE    "http://www.openarchives.org/OAI/2.0/"
#define IDENTIFIER   "oai:a%s.allied.alt:%s"
#define CONTACT_USER "postmaster@"

/* ---- what several need ---- */

const char *oai_param(const struct oai_request *q, const char *name)
{
    return uri_query_value(q->params, name);
}

void oai_refuse(struct oai_request *q, enum oai_error error, const char *detail)
{
    q->error = error;
    q->detail = detail;
}

static const char *alliance_text(const struct oai *o, char out[BASE32_LEN(ALLIANCE_BYTES) + 1])
{
    base32_encode(slice_of(o->read->authority->alliance, ALLIANCE_BYTES), out);
    return out;
}

/* In the arena; NULL without memory. */
static const char *identifier_of(struct oai *o, const uint8_t record[RECORD_BYTES])
{
    char alliance[BASE32_LEN(ALLIANCE_BYTES) + 1], id[BASE32_LEN(RECORD_BYTES) + 1];
    size_t size = sizeof IDENTIFIER + sizeof alliance + sizeof id;
    char *out = arena_alloc(&o->read->arena, 1, size);
    base32_encode(slice_of(record, RECORD_BYTES), id);
    if (out)
        snprintf(out, size, IDENTIFIER, alliance_text(o, alliance), id);
    return out;
}

static err_t find(struct oai_request *q, const char *identifier, struct shown *out)
{
    uint8_t record[RECORD_BYTES];
    const char *local = strrchr(identifier, ':');
    if (!local || base32_decode(slice_text(local + 1), record, sizeof record))
        return ERR_NOT_FOUND;
    const char *same = identifier_of(q->o, record);
    if (!same)
        return ERR_MEMORY;
    return strcmp(same, identifier) == 0 ? shown_find(q->o->read, slice_of(record, sizeof record), out) : ERR_NOT_FOUND;
}

static void say_time(struct buf *out, const char *element, int64_t at_s)
{
    char text[RFC3339_LEN + 1];
    rfc3339_format((struct wall){at_s * 1000}, text);
    xml_element(out, element, slice_text(""), slice_text(text));
}

err_t oai_header(struct oai *o, const struct shown *s, struct buf *out)
{
    const char *identifier = identifier_of(o, s->row.record);
    if (!identifier)
        return ERR_MEMORY;
    xml_raw(out, s->gone ? "<header status=\"deleted\">" : "<header>");
    xml_element(out, "identifier", slice_text(""), slice_text(identifier));
    say_time(out, "datestamp", s->row.at_s);
    oai_set_say(o->read, s, o->atlas, out);
    xml_raw(out, "</header>\n");
    return ERR_OK;
}

err_t oai_record(struct oai *o, const struct shown *s, struct buf *out)
{
    xml_raw(out, "<record>");
    err_t e = oai_header(o, s, out);
    if (!e && !s->gone) {
        xml_raw(out, "<metadata>");
        e = oai_dc_write(o->read, o->atlas, s, identifier_of(o, s->row.record), out);
        xml_raw(out, "</metadata>");
    }
    xml_raw(out, "</record>\n");
    return e;
}

/* ---- verbs ---- */

static bool is_mail(const char *text)
{
    const char *at = text ? strchr(text, '@') : NULL;
    return at && at != text && strchr(at, '.') && !strpbrk(text, " \t\r\n<>&\"") && !strchr(at + 1, '@');
}

static void say_contact(const struct oai_request *q)
{
    const char *host = strstr(q->o->url, "://");
    host = host ? host + 3 : q->o->url;
    size_t n = strcspn(host, "/:");
    bool named = memchr(host, '.', n) != NULL;
    xml_raw(q->body, "<adminEmail>");
    if (is_mail(q->o->contact)) {
        xml_text(q->body, slice_text(q->o->contact));
    } else {
        xml_raw(q->body, CONTACT_USER);
        xml_text(q->body, named ? slice_of(host, n) : slice_text("localhost.localdomain"));
    }
    xml_raw(q->body, "</adminEmail>\n");
}

static void say_identifiers(const struct oai_request *q)
{
    char alliance[BASE32_LEN(ALLIANCE_BYTES) + 1];
    static const uint8_t sample[RECORD_BYTES] = {0};
    const char *identifier = identifier_of(q->o, sample);
    xml_raw(q->body, "<description><oai-identifier xmlns=\"http://www.openarchives.org/OAI/2.0/oai-identifier\" "
                     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                     "xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai-identifier "
                     "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd\">\n<scheme>oai</scheme>");
    buf_printf(q->body, "<repositoryIdentifier>a%s.allied.alt</repositoryIdentifier><delimiter>:</delimiter>",
               alliance_text(q->o, alliance));
    xml_element(q->body, "sampleIdentifier", slice_text(""), slice_text(identifier ? identifier : ""));
    xml_raw(q->body, "</oai-identifier></description>\n");
}

static err_t identify(struct oai_request *q)
{
    struct feed_span span;
    err_t e = feed_span(q->o->read->store, &span);
    if (e)
        return e;
    xml_element(q->body, "repositoryName", slice_text(""), q->o->read->authority->name);
    xml_element(q->body, "baseURL", slice_text(""), slice_text(q->o->url));
    xml_raw(q->body, "<protocolVersion>2.0</protocolVersion>\n");
    say_contact(q);
    say_time(q->body, "earliestDatestamp", span.newest ? span.oldest_s : q->o->now_s);
    xml_raw(q->body, "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>\n");
    say_identifiers(q);
    return ERR_OK;
}

static err_t list_formats(struct oai_request *q)
{
    struct shown s;
    const char *identifier = oai_param(q, "identifier");
    err_t e = identifier ? find(q, identifier, &s) : ERR_OK;
    if (e == ERR_NOT_FOUND) {
        oai_refuse(q, OAI_NO_ID, identifier);
        return ERR_OK;
    }
    xml_raw(q->body, "<metadataFormat><metadataPrefix>" OAI_DC_PREFIX "</metadataPrefix><schema>" OAI_DC_SCHEMA
                     "</schema><metadataNamespace>" OAI_DC_NAMESPACE "</metadataNamespace></metadataFormat>\n");
    return e;
}

static err_t list_sets(struct oai_request *q)
{
    if (oai_param(q, "resumptionToken")) /* the list is given whole */
        oai_refuse(q, OAI_BAD_TOKEN, "resumptionToken");
    else
        oai_set_list(q->o->read, q->o->atlas, q->body);
    return ERR_OK;
}

static err_t get_record(struct oai_request *q)
{
    struct shown s;
    const char *identifier = oai_param(q, "identifier");
    err_t e = find(q, identifier, &s);
    if (e == ERR_NOT_FOUND)
        oai_refuse(q, OAI_NO_ID, identifier);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (strcmp(oai_param(q, "metadataPrefix"), OAI_DC_PREFIX) != 0) {
        oai_refuse(q, OAI_NO_FORMAT, oai_param(q, "metadataPrefix"));
        return ERR_OK;
    }
    return oai_record(q->o, &s, q->body);
}

static err_t list_records(struct oai_request *q)
{
    return oai_list(q, true);
}

static err_t list_identifiers(struct oai_request *q)
{
    return oai_list(q, false);
}

/* ---- arguments ---- */

static const struct verb {
    const char *name, *needs, *takes; /* arguments, blank-separated */
    bool resumes;                     /* resumptionToken alone is good as well */
    err_t (*run)(struct oai_request *q);
} verbs[] = {
    {"Identify",            "",                          "",               false, identify        },
    {"ListMetadataFormats", "",                          "identifier",     false, list_formats    },
    {"ListSets",            "",                          "",               true,  list_sets       },
    {"GetRecord",           "identifier metadataPrefix", "",               false, get_record      },
    {"ListRecords",         "metadataPrefix",            "from until set", true,  list_records    },
    {"ListIdentifiers",     "metadataPrefix",            "from until set", true,  list_identifiers},
};

static const struct verb *verb_of(struct oai_request *q)
{
    const struct verb *found = NULL;
    const char *name = oai_param(q, "verb");
    size_t times = 0;
    for (size_t i = 0; i < q->params->n; i++)
        times += strcmp(q->params->at[i].name, "verb") == 0;
    for (size_t i = 0; name && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            found = &verbs[i];
    if (!found || times != 1)
        oai_refuse(q, OAI_BAD_VERB, !name ? "the verb is missing" : times > 1 ? "the verb stands twice" : name);
    return q->error ? NULL : found;
}

static bool takes(const struct verb *v, const char *name, bool resumes)
{
    struct slice word = slice_text(name);
    if (strcmp(name, "verb") == 0)
        return true;
    if (resumes)
        return strcmp(name, "resumptionToken") == 0;
    return route_lists(v->needs, word) || route_lists(v->takes, word);
}

/* Letters, digits and what a URI does not reserve; a set's levels are parted by colons. */
static bool is_spec(const char *text, bool levels)
{
    bool empty = true;
    for (; *text; text++) {
        bool colon = levels && *text == ':';
        if ((colon && empty) || (!colon && !isalnum((unsigned char)*text) && !strchr("-_.!~*'()", *text)))
            return false;
        empty = colon;
    }
    return !empty;
}

/* What does not have the form of its argument may not stand in an answer either. */
static void check_forms(struct oai_request *q)
{
    const char *set = oai_param(q, "set"), *prefix = oai_param(q, "metadataPrefix");
    if (set && !is_spec(set, true))
        oai_refuse(q, OAI_BAD_ARGUMENT, set);
    if (prefix && !is_spec(prefix, false))
        oai_refuse(q, OAI_BAD_ARGUMENT, prefix);
}

static void check_arguments(struct oai_request *q, const struct verb *v)
{
    check_forms(q);
    if (q->params->unread)
        oai_refuse(q, OAI_BAD_ARGUMENT, "");
    bool resumes = v->resumes && oai_param(q, "resumptionToken");
    for (size_t i = 0; i < q->params->n; i++) {
        const char *name = q->params->at[i].name;
        if (!takes(v, name, resumes))
            oai_refuse(q, OAI_BAD_ARGUMENT, name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(q->params->at[k].name, name) == 0)
                oai_refuse(q, OAI_BAD_ARGUMENT, name);
    }
    const char *at = v->needs;
    for (struct slice word = route_next_word(&at); word.len && !resumes; word = route_next_word(&at)) {
        bool there = false;
        for (size_t i = 0; i < q->params->n; i++)
            there = there || slice_equal(slice_text(q->params->at[i].name), word);
        if (!there)
            oai_refuse(q, OAI_BAD_ARGUMENT, v->needs);
    }
}

/* ---- the document ---- */

static const struct {
    const char *code, *text;
} errors[] = {
    [OAI_BAD_ARGUMENT] = {"badArgument",
                          "an argument is missing, stands twice, is none of this verb's, or does not read"              },
    [OAI_BAD_TOKEN] = {"badResumptionToken",      "this token was not given here, or for another request: begin anew"},
    [OAI_BAD_VERB] = {"badVerb",                 "no such verb"                                                     },
    [OAI_NO_FORMAT] = {"cannotDisseminateFormat", "records are given as oai_dc"                                      },
    [OAI_NO_ID] = {"idDoesNotExist",          "no record has this identifier"                                    },
    [OAI_NO_RECORDS] = {"noRecordsMatch",          "nothing changed in that span of time, or in that set"             },
};

/* A request whose verb or arguments are wrong is told without them. */
static void say_request(const struct oai_request *q, struct buf *out)
{
    xml_raw(out, "<request");
    for (size_t i = 0; q->error != OAI_BAD_VERB && q->error != OAI_BAD_ARGUMENT && i < q->params->n; i++)
        xml_attribute(out, q->params->at[i].name, slice_text(q->params->at[i].value));
    xml_raw(out, ">");
    xml_text(out, slice_text(q->o->url));
    xml_raw(out, "</request>\n");
}

static void say_error(const struct oai_request *q, struct buf *out)
{
    buf_printf(out, "<error code=\"%s\">%s", errors[q->error].code, errors[q->error].text);
    if (q->detail && *q->detail) {
        xml_raw(out, " (");
        xml_text(out, slice_text(q->detail));
        xml_raw(out, ")");
    }
    xml_raw(out, "</error>\n");
}

static void say_document(const struct oai_request *q, const struct verb *v, struct buf *out)
{
    xml_raw(out, XML_HEAD "<OAI-PMH xmlns=\"" NAMESPACE "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                          "xsi:schemaLocation=\"" NAMESPACE " http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd\">\n");
    say_time(out, "responseDate", q->o->now_s);
    say_request(q, out);
    if (q->error) {
        say_error(q, out);
    } else {
        buf_printf(out, "<%s>\n", v->name);
        buf_add(out, buf_slice(q->body));
        buf_printf(out, "</%s>\n", v->name);
    }
    xml_raw(out, "</OAI-PMH>\n");
}

err_t oai_answer(struct oai *o, const struct uri_query *params, struct buf *out)
{
    struct buf body;
    struct oai_request q = {.o = o, .params = params, .body = &body};
    buf_init(&body, OAI_BYTES_MAX);
    const struct verb *v = verb_of(&q);
    if (v)
        check_arguments(&q, v);
    err_t e = v && !q.error ? atlas_refresh(o->atlas, o->read) : ERR_OK;
    if (!e && v && !q.error)
        e = v->run(&q);
    if (!e)
        e = body.err;
    if (!e)
        say_document(&q, v, out);
    buf_fini(&body);
    return e ? e : out->err;
}
