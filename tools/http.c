// SPDX-License-Identifier: GPL-2.0
/* See http.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include <microhttpd.h>

#include "http.h"

/*
 * Each answer ends its connection, so none has reason to last. More than CONNECTIONS
 * are taken for a moment, so that the newest can be heard before the oldest give way.
 */
#define CONNECTIONS	256
#define MAX_CONNECTIONS (2 * CONNECTIONS)
#define REQUEST_NS	(2 * 1000000000ull)
#define MAX_AGE_NS	(20 * 1000000000ull)
#define IDLE_S		10
#define REQUEST_BYTES	8192

struct connection {
	TAILQ_ENTRY(connection) link;
	int fd;
	bool answered, ended;	/* the server takes note of its end at the next run */
	__u64 since_ns;
};

struct http {
	struct MHD_Daemon *daemon;
	TAILQ_HEAD(, connection) connections; /* oldest first */
	size_t nr;		/* that are not ended */
	http_get_fn get;
	void *ctx;
	struct http_body *not_found, *not_get;
	__u64 now_ns, requests;
};

static struct MHD_Response *response(struct http_body *body)
{
	return (struct MHD_Response *)body;
}

struct http_body *http_body_new(char *data, size_t size, const char *type)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);

	if (!r) {
		free(data);
		return NULL;
	}
	if (MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) != MHD_YES ||
	    MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close") != MHD_YES ||
	    MHD_add_response_header(r, MHD_HTTP_HEADER_X_CONTENT_TYPE_OPTIONS, "nosniff") != MHD_YES) {
		MHD_destroy_response(r);
		return NULL;
	}
	return (struct http_body *)r;
}

void http_body_put(struct http_body *body)
{
	if (body)
		MHD_destroy_response(response(body));
}

static struct http_body *text_body(const char *text)
{
	char *copy = strdup(text);

	return copy ? http_body_new(copy, strlen(copy), "text/plain; charset=utf-8") : NULL;
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *data_size, void **request)
{
	struct http *http = ctx;
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);
	unsigned int status = MHD_HTTP_NOT_FOUND;
	const union MHD_ConnectionInfo *info;
	struct http_body *body;
	struct connection *c;

	(void)version, (void)data, (void)data_size, (void)request;
	http->requests++;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	c = info ? info->socket_context : NULL;
	if (c)
		c->answered = true;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return MHD_queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
					  response(http->not_get));
	body = http->get(http->ctx, url, accept ? accept : "", &status);
	return MHD_queue_response(connection, status, response(body ? body : http->not_found));
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **socket_ctx,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct http *http = ctx;
	struct connection *c = *socket_ctx;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c) {
			TAILQ_REMOVE(&http->connections, c, link);
			http->nr -= !c->ended;
		}
		free(c);
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	c = info ? calloc(1, sizeof(*c)) : NULL;
	if (!c)
		return;
	c->fd = info->connect_fd;
	c->since_ns = http->now_ns;
	TAILQ_INSERT_TAIL(&http->connections, c, link);
	http->nr++;
	*socket_ctx = c;
}

int http_open(struct http **out, int fd, http_get_fn get, void *ctx)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http) {
		close(fd);
		return -ENOMEM;
	}
	TAILQ_INIT(&http->connections);
	http->get = get;
	http->ctx = ctx;
	http->not_found = text_body("There is /metrics and /healthz.\n");
	http->not_get = text_body("Only GET and HEAD are answered.\n");
	if (http->not_found && http->not_get &&
	    MHD_add_response_header(response(http->not_get), MHD_HTTP_HEADER_ALLOW, "GET, HEAD"))
		http->daemon = MHD_start_daemon(
			MHD_USE_EPOLL, 0, NULL, NULL, answer, http,
			MHD_OPTION_LISTEN_SOCKET, fd,
			MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MAX_CONNECTIONS,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_S,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_BYTES,
			MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
	if (!http->daemon) {
		close(fd);
		http_close(http);
		return -ENOMEM;
	}
	*out = http;
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	http_body_put(http->not_found);
	http_body_put(http->not_get);
	free(http);
}

int http_fd(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

/* When it has had its time. */
static __u64 end_ns(const struct connection *c)
{
	return c->since_ns + (c->answered ? MAX_AGE_NS : REQUEST_NS);
}

int http_timeout_ms(const struct http *http)
{
	const struct connection *c;
	MHD_UNSIGNED_LONG_LONG ms;
	__u64 first_ms = INT32_MAX;

	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES && ms < first_ms)
		first_ms = ms;
	TAILQ_FOREACH(c, &http->connections, link)
		if (!c->ended && (end_ns(c) - http->now_ns) / 1000000 + 1 < first_ms)
			first_ms = (end_ns(c) - http->now_ns) / 1000000 + 1;
	return first_ms < INT32_MAX ? (int)first_ms : -1;
}

static void end(struct http *http, struct connection *c)
{
	shutdown(c->fd, SHUT_RDWR);
	c->ended = true;
	http->nr--;
}

/* The oldest give way, as far as there are too many: @answered ones, or those that are not. */
static void make_room(struct http *http, bool answered)
{
	struct connection *c;

	TAILQ_FOREACH(c, &http->connections, link) {
		if (http->nr <= CONNECTIONS)
			break;
		if (!c->ended && c->answered == answered)
			end(http, c);
	}
}

void http_run(struct http *http, __u64 now_ns)
{
	struct connection *c;

	http->now_ns = now_ns;
	MHD_run(http->daemon);
	TAILQ_FOREACH(c, &http->connections, link)
		if (!c->ended && end_ns(c) <= now_ns)
			end(http, c);
	make_room(http, false);
	make_room(http, true);
}

__u64 http_requests(const struct http *http)
{
	return http->requests;
}
