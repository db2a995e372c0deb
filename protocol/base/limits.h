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
#define LIMIT_QUEUE_BYTES      (8u * 1024 * 1024) /* a peer */
#define LIMIT_RUN_BYTES        (512u * 1024)      /* what we put into one RUN before we close it */
#define LIMIT_INLINE_NEW_BYTES (64u * 1024)
#define LIMIT_UNKNOWN_LINKS    16u                /* links of keys that nobody admitted */
#define LIMIT_REQUEST_BYTES    (8u * 1024 * 1024) /* one request at the control socket */

#endif
