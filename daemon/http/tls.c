#include "daemon/http/tls.h"
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <unistd.h>

static err_t read_file(const char *path, struct buf *out, struct why *why)
{
    uint8_t piece[4096];
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        while ((n = read(fd, piece, sizeof piece)) > 0)
            buf_append(out, piece, (size_t)n);
    err_t e = n < 0 ? err_of_errno(errno, ERR_FILE) : buf_byte(out, 0);
    if (fd >= 0)
        close(fd);
    return e ? why_set(why, e, "%.150s", path) : ERR_OK;
}

static gnutls_datum_t datum(const struct buf *b)
{
    return (gnutls_datum_t){b->at, (unsigned)b->len - 1};
}

static err_t wrong(const char *path, int rc, struct why *why)
{
    return why_set(why, ERR_TLS, "%.80s: %.60s", path, gnutls_strerror(rc));
}

static err_t check_cert(const char *path, const struct buf *cert, struct why *why)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned n = 0;
    gnutls_datum_t pem = datum(cert);
    int rc = gnutls_x509_crt_list_import2(&list, &n, &pem, GNUTLS_X509_FMT_PEM, 0);
    for (unsigned i = 0; rc >= 0 && i < n; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    return rc < 0 ? wrong(path, rc, why) : ERR_OK;
}

static err_t check_key(const char *path, const struct buf *key, struct why *why)
{
    gnutls_x509_privkey_t k;
    gnutls_datum_t pem = datum(key);
    int rc = gnutls_x509_privkey_init(&k);
    if (rc < 0)
        return ERR_MEMORY;
    rc = gnutls_x509_privkey_import2(k, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_x509_privkey_deinit(k);
    return rc < 0 ? wrong(path, rc, why) : ERR_OK;
}

static err_t check_pair(const char *path, const struct buf *cert, const struct buf *key, struct why *why)
{
    gnutls_certificate_credentials_t both;
    gnutls_datum_t c = datum(cert), k = datum(key);
    int rc = gnutls_certificate_allocate_credentials(&both);
    if (rc < 0)
        return ERR_MEMORY;
    rc = gnutls_certificate_set_x509_key_mem(both, &c, &k, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(both);
    return rc < 0 ? wrong(path, rc, why) : ERR_OK;
}

err_t http_tls_load(const char *cert_path, const char *key_path, struct buf *cert, struct buf *key, struct why *why)
{
    err_t e = read_file(cert_path, cert, why);
    if (!e)
        e = read_file(key_path, key, why);
    if (!e)
        e = check_cert(cert_path, cert, why);
    if (!e)
        e = check_key(key_path, key, why);
    return e ? e : check_pair(key_path, cert, key, why);
}
