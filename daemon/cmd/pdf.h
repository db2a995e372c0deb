/*
 * pdf: a PDF out of a page, by weasyprint where it is installed: a process of its own, called without a shell.
 */
#ifndef ALLIED_DAEMON_CMD_PDF_H
#define ALLIED_DAEMON_CMD_PDF_H

#include "protocol/base/buf.h"
#include <stdio.h>

/* Writes the PDF of that HTML to `to`. It is given timeout_ms. ERR_PDF_NONE: not installed; ERR_PDF, ERR_TIMEOUT, ERR_WRITE. */
err_t pdf_make(struct slice html, FILE *to, long timeout_ms, struct why *why);

#endif
