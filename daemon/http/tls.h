/*
 * tls: the certificate and the key of http.tls_cert and http.tls_key, looked at before anything is served.
 */
#ifndef ALLIED_DAEMON_HTTP_TLS_H
#define ALLIED_DAEMON_HTTP_TLS_H

#include "protocol/base/buf.h"

#define HTTP_TLS_FILE_BYTES (256u * 1024)

/*
 * Reads both files (PEM; a final zero is added) and sees whether they are what they should be and belong together. ERR_FILE_NONE, ERR_FILE_DENIED, … with
 * the path; ERR_TLS with the path and what GnuTLS says. The key's buf is to be wiped.
 */
err_t http_tls_load(const char *cert_path, const char *key_path, struct buf *cert, struct buf *key, struct why *why);

#endif
