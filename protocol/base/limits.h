/*
 * Limits, in one header (DESIGN §7).
 */
#ifndef ALLIED_PROTOCOL_BASE_LIMITS_H
#define ALLIED_PROTOCOL_BASE_LIMITS_H

/* Constants of the protocol: they decide validity, so nobody configures them. */
#define LIMIT_ENVELOPE_BYTES (64u * 1024)
#define LIMIT_OPS            256u
#define LIMIT_BODY_BYTES     (64u * 1024)
#define LIMIT_COMMIT_BYTES   (512u * 1024) /* envelope, signature, salts and bodies as carried */
#define LIMIT_DEPTH          16u
#define LIMIT_ITEMS          100000u
#define LIMIT_MESSAGE_BYTES  (1024u * 1024)
#define LIMIT_CHARTER_BYTES  (512u * 1024)

/* Local: they delay, they never decide. */
#define LIMIT_CREDIT_BYTES     (4u * 1024 * 1024) /* a peer */
#define LIMIT_SENT_BYTES       (16u * 1024 * 1024) /* not acknowledged, to all peers: past it one RUN at a time to each */
#define LIMIT_QUEUE_BYTES      (8u * 1024 * 1024) /* a peer */
#define LIMIT_RUN_BYTES        (512u * 1024)      /* what we put into one RUN before we close it */
#define LIMIT_INLINE_NEW_BYTES (64u * 1024)
#define LIMIT_UNKNOWN_LINKS    16u   /* links of keys that nobody admitted */
#define LIMIT_PROMISES_UNSEEN  8u    /* an ally, about charters that are not here */
#define LIMIT_FORKS_LOG        16u   /* proofs of one log, above that which ends it */
#define LIMIT_FORKS_DAY        1024u /* proofs of one site's logs that we take a day */
#define LIMIT_JOINS            64u   /* requests for a new key that we keep for the registrar */
#define LIMIT_JOINS_SITE       4u    /* of them for one key, or by one invitation */
#define LIMIT_VOUCHES          64u   /* requests by other members' invitations that we keep for the registrar */
#define LIMIT_VOUCHES_INVITER  16u   /* of them by one inviter */
#define LIMIT_ASKS             16u   /* sites without an invitation that wait until somebody lets them in */
#define LIMIT_ASKS_CODE        4u    /* sites that wait by one invitation */
#define LIMIT_REQUEST_BYTES    (8u * 1024 * 1024) /* one request at the control socket */

/* Searches (daemon/index/). */
#define LIMIT_SEARCH_WORDS 16u
#define LIMIT_SEARCH_BYTES 256u
#define LIMIT_SEARCH_MS    200

/* HTTP (daemon/http/). */
#define LIMIT_HTTP_EXCHANGE_BYTES (2u * 1024 * 1024)  /* a body between peers, either way */
#define LIMIT_HTTP_UPLOAD_BYTES   (64u * 1024 * 1024) /* bodies that are here in part or wait for the core, in all */
#define LIMIT_HTTP_BODY_BYTES     (1024u * 1024)      /* a body of ours, unless its row says otherwise */
#define LIMIT_HTTP_BATCH_BYTES    (8u * 1024 * 1024)  /* NDJSON, taken in whole, handed on in parts */
#define LIMIT_HTTP_HEADER_BYTES   (32u * 1024)
#define LIMIT_HTTP_URI_BYTES      4096u
#define LIMIT_HTTP_CONNECTIONS    1024u
#define LIMIT_HTTP_STREAMS        256u /* answers that are made as they are taken */
#define LIMIT_HTTP_ADDRESS                                                                                             \
    20u /* connections of an IPv4 address or an IPv6 /64; the loopback's are a proxy's, and free */
/* Of an address, as above, without a good token: */
#define LIMIT_HTTP_READS        1000u /* at once */
#define LIMIT_HTTP_READS_MINUTE 3000u /* then */
#define LIMIT_HTTP_WRONG        10u   /* tokens that are not good */
#define LIMIT_HTTP_WRONG_MINUTE 10u
/* How long each may take, however many bytes drop in: */
#define LIMIT_HTTP_HEADER_MS 10000  /* from the connection to the end of the headers */
#define LIMIT_HTTP_BODY_MS   60000  /* from there to the end of the body */
#define LIMIT_HTTP_ANSWER_MS 120000 /* from the answer until it was fetched */
#define LIMIT_HTTP_ASK_MS    30000  /* until the core, the index or the scribe answers */
#define LIMIT_HTTP_IDLE_MS   15000  /* on a connection kept for the next request, up to the end of its headers */

#endif
