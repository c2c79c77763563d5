/*
 * Names of functions, static ones too: the dynamic linker only knows those that are exported, so
 * the symbol tables of the ELF files themselves are read. Slow; for reports to people.
 */
#ifndef AGL_SYMBOL_H
#define AGL_SYMBOL_H

#include <stddef.h>

/** The function around a code address, copied into `name`. Returns the address's offset in it; -1
 *  if the file has no name for it (stripped). */
long agl_symbol(const void *address, char *name, size_t size);

#endif
