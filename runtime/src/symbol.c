#include "symbol.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A mapped file, and what is looked for in it. */
struct search {
    const char *file;
    size_t size;
    uintptr_t address; /* as in the file's symbols */
    const char *name;
    uintptr_t start;
};

static bool inside(const struct search *search, uint64_t offset, uint64_t size) {
    return offset <= search->size && size <= search->size - offset;
}

static const void *at(const struct search *search, uint64_t offset) {
    return search->file + offset;
}

static void search_table(struct search *search, const ElfW(Shdr) * table,
                         const ElfW(Shdr) * strings) {
    if (!inside(search, table->sh_offset, table->sh_size) ||
        !inside(search, strings->sh_offset, strings->sh_size) || !strings->sh_size)
        return;
    const ElfW(Sym) *symbols = at(search, table->sh_offset);
    const char *names = at(search, strings->sh_offset);
    if (names[strings->sh_size - 1])
        return;
    for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
        const ElfW(Sym) *symbol = &symbols[i];
        if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && search->address >= symbol->st_value &&
            search->address - symbol->st_value < symbol->st_size &&
            symbol->st_name < strings->sh_size) {
            search->name = names + symbol->st_name;
            search->start = symbol->st_value;
            return;
        }
    }
}

static void search_file(struct search *search) {
    const ElfW(Ehdr) *header = at(search, 0);
    if (!inside(search, 0, sizeof *header) || header->e_shentsize != sizeof(ElfW(Shdr)) ||
        !inside(search, header->e_shoff, (uint64_t)header->e_shnum * sizeof(ElfW(Shdr))))
        return;
    const ElfW(Shdr) *sections = at(search, header->e_shoff);
    for (unsigned i = 0; i < header->e_shnum && !search->name; i++)
        if ((sections[i].sh_type == SHT_SYMTAB || sections[i].sh_type == SHT_DYNSYM) &&
            sections[i].sh_link < header->e_shnum)
            search_table(search, &sections[i], &sections[sections[i].sh_link]);
}

static const char *map_file(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *map = MAP_FAILED;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && status.st_size > 0)
        map = mmap(NULL, *size = (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return map == MAP_FAILED ? NULL : map;
}

long agl_symbol(const void *address, char *name, size_t size) {
    Dl_info info;
    struct link_map *map;
    if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !info.dli_fname)
        return -1;
    /* The program's own name may be relative to a directory that was left since. */
    const char *path = map->l_name[0] ? map->l_name : "/proc/self/exe";
    struct search search = {.address = (uintptr_t)address - map->l_addr};
    search.file = map_file(path, &search.size);
    if (!search.file)
        return -1;
    search_file(&search);
    long offset = search.name ? (long)(search.address - search.start) : -1;
    if (search.name)
        snprintf(name, size, "%s", search.name);
    munmap((void *)search.file, search.size);
    return offset;
}
