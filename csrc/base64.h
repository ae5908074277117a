/* Bytes in a plan, which is text. */
#ifndef NSBOX_BASE64_H
#define NSBOX_BASE64_H

#include "types.h"

/* Decodes `text` into `bytes`. Returns how many there are, or -EINVAL. */
long base64_decode(const char *text, u8 *bytes, u64 size);

#endif
