// Folder: one of the test's own to work in, which must be empty when the test leaves it.
#ifndef FOL_TESTS_FOLDER_H
#define FOL_TESTS_FOLDER_H

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/follmer-test-XXXXXX";

static inline int make_folder(void **state)
{
    (void) state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void) state;
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

#endif
