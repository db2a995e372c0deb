/*
 * Stands in for libFuzzer: feeds each file of the directories named to the target, from a block of exactly its size, and says how many.
 * Ends with 1 where a directory holds none, so that a corpus that went missing is noticed.
 */
#include "protocol/base/slice.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    FILE *f = fopen(path, "rb");
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size ? size : 1);
    if (!f || !data || fread(data, 1, size, f) != size) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(1);
    }
    fclose(f);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int feed_directory(const char *name)
{
    int n = 0;
    char path[4096];
    DIR *dir = opendir(name);
    if (!dir) {
        fprintf(stderr, "replay: cannot open %s\n", name);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
        n += feed(path);
    }
    closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    int empty = argc < 2;
    for (int i = 1; i < argc; i++) {
        int n = feed_directory(argv[i]);
        printf("%s: %d inputs\n", argv[i], n);
        empty |= n == 0;
    }
    return empty;
}
