// SPDX-License-Identifier: GPL-2.0
/* Addresses to listen at: what is none, what cannot be had, who reaches the others. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "listen.h"

/* Can a client of this family reach what listens at @fd? */
static bool reached(int fd, int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there;

	getsockname(fd, (void *)&at, &len);
	six.sin6_port = four.sin_port = ((struct sockaddr_in *)&at)->sin_port;
	there = !(family == AF_INET ? connect(client, (void *)&four, sizeof(four)) :
				      connect(client, (void *)&six, sizeof(six)));
	close(client);
	return there;
}

static bool has_six(void)
{
	int fd = listen_on("[::1]:0");

	close(fd);
	return fd >= 0;
}

static void everywhere(void)
{
	int fd = listen_on(":0");

	check(reached(fd, AF_INET), "it is not", ":0 is reached by IPv4");
	if (has_six())
		check(reached(fd, AF_INET6), "it is not", "and by IPv6");
	else
		skip("IPv6 (this machine has none)");
	close(fd);
}

static void addresses(void)
{
	static const char *const wrong[] = { "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536",
					     "9973", "" };
	static const struct {
		const char *address;
		int want;	/* 0: a socket */
	} rows[] = {
		{ "127.0.0.1:0", 0 }, { "no such host:1", -ENOENT }, { "192.0.2.1:0", -EADDRNOTAVAIL },
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check(!listen_is_address(wrong[i]), "it is", "'%s' is no address", wrong[i]);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = listen_is_address(rows[i].address) ? listen_on(rows[i].address) : -EINVAL;

		check(rows[i].want ? fd == rows[i].want : fd >= 0, strerror(-fd), "address '%s'",
		      rows[i].address);
		if (fd >= 0)
			close(fd);
	}
}

int main(void)
{
	check_suite = "listens";
	addresses();
	everywhere();
	return check_status();
}
