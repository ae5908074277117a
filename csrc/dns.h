/* The resolver at 127.0.0.11 inside: names of containers it knows, for all others it asks the host's servers.
 */
#ifndef NSBOX_DNS_H
#define NSBOX_DNS_H

#include "dns-message.h"

#define DNS_MOST_SERVERS 8

/*
 * Before the helper is made. `networks`: the directory of the networks' state; `owner`: who this container is
 * in its leases; `servers`: addresses parted by spaces, empty for those of the host's /etc/resolv.conf;
 * "none".
 */
long dns_begin(const char *networks, const char *owner, const char *servers);

/*
 * Answers from the leases of the networks that `owner` is on. Returns DNS_GOOD where the question is about
 * one of them, with what is known (perhaps nothing of that type), DNS_NXDOMAIN for others in our own domain,
 * or -1.
 */
int names_answer(const struct dns_question *question, struct dns_answers *answers);

/* 1 where no server is to be asked: what is no container's name does not exist. */
int servers_none(void);

/* The servers to ask, read anew where the file has changed. Returns how many there are, at least one. */
u32 servers_read(struct net_address servers[DNS_MOST_SERVERS]);
void servers_begin(const char *servers);
/* The next to ask, of those whose bit in `tried` is not set; DNS_MOST_SERVERS for none. */
u32 servers_next(u32 count, u32 tried);
/* Server `index` gave an answer (1), or none (0): such are asked last for a while. */
void servers_tell(u32 index, int answered);

/* Random bytes. */
void dns_random(void *bytes, u64 size);

/* Questions by UDP. */
void dns_questions(void);
void dns_upstream_event(u32 index, u32 generation);
int dns_tick(void);

/* Takes no questions for a while (0), or takes them again (1). */
void dns_listen(int on);
void dns_call_listen(int on);

/* Questions by TCP. */
void dns_accept(void);
void dns_call_event(u32 index, u32 generation, int of_server);
int dns_call_tick(void);

#endif
