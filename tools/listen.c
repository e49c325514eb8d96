// SPDX-License-Identifier: GPL-2.0
/* See listen.h. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"

#define BACKLOG 1024

static void split_address(const char *address, char *host, size_t size, const char **port)
{
	const char *colon = strrchr(address, ':');
	size_t len;

	*port = "";
	host[0] = '\0';
	if (!colon)
		return;
	*port = colon + 1;
	len = colon - address;
	if (len > 1 && *address == '[' && colon[-1] == ']') {
		address++;
		len -= 2;
	}
	snprintf(host, size, "%.*s", (int)len, address);
}

static int listen_at(int family, const struct sockaddr *address, socklen_t len)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, none = 0, err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &none, sizeof(none));
	if (!bind(fd, address, len) && !listen(fd, BACKLOG))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* IPv6's takes IPv4 too. */
static int listen_everywhere(unsigned int port)
{
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = listen_at(AF_INET6, (const struct sockaddr *)&six, sizeof(six));

	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		fd = listen_at(AF_INET, (const struct sockaddr *)&four, sizeof(four));
	return fd;
}

bool listen_is_address(const char *address)
{
	const char *port;
	char host[256], *end;

	split_address(address, host, sizeof(host), &port);
	return *port >= '0' && *port <= '9' && strtoul(port, &end, 10) <= 65535 && !*end;
}

int listen_on(const char *address)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	const char *port;
	char host[256];
	int fd = -ENOENT;

	split_address(address, host, sizeof(host), &port);
	if (!*host)
		return listen_everywhere(strtoul(port, NULL, 10));
	if (getaddrinfo(host, port, &hints, &list))
		return -ENOENT;
	for (a = list; a && fd < 0; a = a->ai_next)
		fd = listen_at(a->ai_family, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return fd;
}
