/* Devices of the host that are the container's for as long as it runs. */
#ifndef NSBOX_LEND_H
#define NSBOX_LEND_H

/* Takes them back, while their namespace is still held. Nothing where there are none. */
void lend_end(void);

#endif
