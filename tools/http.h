/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An HTTP server that answers GET and HEAD. A client has two seconds for its request and
 * 20 for all; of too many, the oldest whose request is not there yet gives way. Only
 * http.c knows libmicrohttpd.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>
#include <linux/types.h>

struct http;
struct http_body;

/* Of what is answered to any number of requests; @data is from malloc() and now the body's. */
struct http_body *http_body_new(char *data, size_t size, const char *type);
/* Requests that are being answered keep it. NULL is fine. */
void http_body_put(struct http_body *body);

/*
 * What is at @path, for a client that takes @accept (never NULL), and its *@status, which
 * is 404 before; or NULL. The body stays the handler's.
 */
typedef struct http_body *(*http_get_fn)(void *ctx, const char *path, const char *accept,
					 unsigned int *status);

/* Serve on @fd, which is now the server's. Returns 0 or -errno. */
int http_open(struct http **http, int fd, http_get_fn get, void *ctx);
void http_close(struct http *http);

/* Readable, or @timeout_ms over (-1: never): then http_run() is due. */
int http_fd(const struct http *http);
int http_timeout_ms(const struct http *http);
void http_run(struct http *http, __u64 now_ns);
__u64 http_requests(const struct http *http);

#endif
