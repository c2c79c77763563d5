/*
 * Text for formats that are UTF-8, whatever the bytes of paths and sources are.
 */
#ifndef AGLET_UTF8_H
#define AGLET_UTF8_H

/** A copy of the text in which each byte that belongs to no character of UTF-8 (RFC 3629) is
 *  U+FFFD, the replacement character. The caller frees. */
char *utf8_mended(const char *text);

#endif
