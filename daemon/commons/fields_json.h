/*
 * fields_json: values of fields, JSON <-> encoded. The JSON names and forms are INTERFACE.md's and DOMAIN §2's; what they become on the wire is
 * PROTOCOL.md §6. Text is made plain and brought to NFC here, by its author's site
 * (utf8_plain). jansson.
 */
#ifndef ALLIED_DAEMON_COMMONS_FIELDS_JSON_H
#define ALLIED_DAEMON_COMMONS_FIELDS_JSON_H

#include "protocol/op/op.h"
#include <jansson.h>

/* One value to write: which field, language, and its encoded form (nil: empty it). Bytes in the arena. */
struct field_write {
    const struct field_info *field;
    struct slice lang;
    struct slice value;
};
/* One index term or relation to add. */
struct set_write {
    const struct relation_info *relation; /* NULL: an index term of a record */
    struct slice target_text;             /* as written: a URI, an id, or a label; resolved by the caller */
    struct slice weight;                  /* index terms: encoded uint or nil */
};
/* One link of a record to add. */
struct link_write {
    const struct relation_info *link;
    struct slice target_text; /* as written */
    struct slice
        target; /* 24 bytes where it is a record's whole id, 16 of a URL; empty: for the caller to find among the records */
    struct slice value; /* of a URL: encoded [url, hash or nil]; nil */
};
struct entity_writes {
    struct field_write *fields;
    size_t fields_n;
    struct set_write *sets;
    size_t sets_n;
    struct link_write *links;
    size_t links_n;
    const char **unknown; /* names of fields that are none of ours */
    size_t unknown_n;
};
/*
 * A record or concept as JSON object to writes. Texts per language: an object language → text, or a string with the object's "lang"
 * (default `lang`, "" none: then ERR_LANG where a tag is needed; "und" is a tag like any other). null empties a field. `concepts` (records): array of strings or
 * {"concept","weight"}; relations (concepts): array of strings. place {name,country,lat,lon}: decimal degrees, at most 90 / 180, to micro-degrees.
 * `links` (records): array of {"rel","target","hash"}, target an id or a URL, hash (BLAKE2b-256 of what a URL leads to) in base32; an item
 * without a target is somebody else's form: `links` joins `unknown`.
 * `why` gets the field's name (and language, limit) as detail. Keys "id" and "lang" are not fields, nor is "made_from" (records): the caller's.
 * Sources are foreign: "" and blanks count as null, empty items of lists are dropped, a single item stands for a list of one, numbers are taken as
 * words ("source_id": 12), degrees also as text, tags in any case. A literal without language stands under the key "". Keys inside a value
 * that are none of ours join `unknown` as "place.altitude". source_url and an image's url
 * are addresses of the web (uri_web), else ERR_WEB_ADDRESS, and so is a link's that names no record; a concept's uri,
 * logo and relations, and a record's terms, are none that a page would run (uri_runs), likewise; of another site's what is none is shown behind "unsafe:".
 */
err_t fields_from_json(enum entity_type type, const json_t *object, const char *lang, struct arena *arena,
                       struct entity_writes *out, struct why *why);
/* One encoded value as JSON: what fields_from_json would read. New reference; NULL without memory. Dump degrees with JSON_REAL_PRECISION(9). */
json_t *field_to_json(const struct field_info *field, struct slice value);
/* A link as JSON, likewise: {"rel","target"}, and "hash" where there is one. `value` as in view.h. */
json_t *link_to_json(const struct relation_info *link, struct slice target, struct slice value);

#endif
