/* A program that runs outside, beside the command, and ends with it. */
#ifndef NSBOX_BESIDE_H
#define NSBOX_BESIDE_H

/* Ends it, and waits until that is done. Nothing where there is none. */
void beside_end(void);

#endif
