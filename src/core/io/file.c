// Files: bytes on disk, whole or not at all.
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/memory.h"

#define BUFFER_SIZE (1 << 18)
#define TEMPORARY ".tmp-" // and the number of the process

struct fol_file_writer {
    int fd;
    bool standard;                 // output, which stays open
    bool streams;                  // to a pipe, a socket or a terminal
    int failure;                   // errno of the first failure, or 0
    char path[PATH_MAX];           // for messages
    char target[PATH_MAX];         // what `temporary` becomes when it is whole
    char temporary[PATH_MAX + 32]; // empty: standard output, a pipe or a device, which cannot be renamed over
    size_t filled;                 // bytes of the buffer
    char buffer[BUFFER_SIZE];
};

static bool grow(unsigned char **block, size_t *capacity, size_t size);
static int open_file(fol_file_writer *writer, const char *path);
static void remove_left(const char *target);
static bool is_stream(int fd);
static void write_all(fol_file_writer *writer, const char *bytes, size_t n);
static fol_status fail_write(fol_context *ctx, const char *path, int failure);
static void sync_folder(char *path);

fol_status fol_file_read(fol_context *ctx, const char *path, unsigned char **bytes, size_t *n)
{
    struct stat about;
    fol_status status = FOL_OK;
    *bytes = NULL;
    *n = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        status = fol_fail_read(ctx, path, errno);
        goto cleanup;
    }
    for (size_t capacity = 0;;) {
        if (*n == capacity && !grow(bytes, &capacity, (size_t) about.st_size)) {
            status = fol_fail_memory(ctx, "the contents of a file");
            goto cleanup;
        }
        const ssize_t got = read(fd, *bytes + *n, capacity - *n);
        if (got == 0)
            break;
        if (got > 0) {
            *n += (size_t) got;
        } else if (errno != EINTR) {
            status = fol_fail_read(ctx, path, errno);
            goto cleanup;
        }
    }
cleanup:
    if (fd >= 0)
        close(fd);
    if (status != FOL_OK) {
        fol_free(*bytes);
        *bytes = NULL;
        *n = 0;
    }
    return status;
}

fol_status fol_file_write(fol_context *ctx, const char *path, const unsigned char *bytes, size_t n)
{
    fol_file_writer *writer;
    const fol_status status = fol_file_writer_open(ctx, path, &writer);
    if (status != FOL_OK)
        return status;
    fol_file_writer_put(writer, bytes, n);
    return fol_file_writer_close(ctx, writer);
}

fol_status fol_file_writer_open(fol_context *ctx, const char *path, fol_file_writer **writer)
{
    fol_status status = FOL_OK;
    *writer = NULL;
    fol_file_writer *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a file");
    made->standard = !path;
    made->failure = 0;
    made->filled = 0;
    *made->temporary = '\0';
    if (!path) {
        strcpy(made->path, "standard output");
        fflush(NULL); // what others have printed stands before
        made->fd = STDOUT_FILENO;
    } else if (strlen(path) >= sizeof made->path) {
        status = fail_write(ctx, path, ENAMETOOLONG);
    } else {
        strcpy(made->path, path);
        made->fd = open_file(made, path);
        if (made->fd < 0)
            status = fail_write(ctx, path, errno);
    }
    if (status != FOL_OK) {
        fol_free(made);
        return status;
    }
    made->streams = is_stream(made->fd);
    *writer = made;
    return FOL_OK;
}

void fol_file_writer_put(fol_file_writer *writer, const void *bytes, size_t n)
{
    if (n > sizeof writer->buffer - writer->filled)
        fol_file_writer_flush(writer);
    if (n >= sizeof writer->buffer) {
        write_all(writer, bytes, n);
    } else if (n > 0) {
        memcpy(writer->buffer + writer->filled, bytes, n);
        writer->filled += n;
    }
}

void fol_file_writer_put_text(fol_file_writer *writer, const char *text)
{
    fol_file_writer_put(writer, text, strlen(text));
}

void fol_file_writer_flush(fol_file_writer *writer)
{
    write_all(writer, writer->buffer, writer->filled);
    writer->filled = 0;
}

bool fol_file_writer_streams(const fol_file_writer *writer)
{
    return writer->streams;
}

bool fol_file_writer_broken(const fol_file_writer *writer)
{
    struct pollfd about = {.fd = writer->fd};
    return writer->streams && poll(&about, 1, 0) > 0 && (about.revents & (POLLERR | POLLHUP));
}

const char *fol_file_writer_path(const fol_file_writer *writer)
{
    return writer->path;
}

fol_status fol_file_writer_check(fol_context *ctx, const fol_file_writer *writer)
{
    const int failure = writer->failure ? writer->failure : fol_file_writer_broken(writer) ? EPIPE : 0;
    return failure ? fail_write(ctx, writer->path, failure) : FOL_OK;
}

fol_status fol_file_writer_close(fol_context *ctx, fol_file_writer *writer)
{
    const bool renamed = *writer->temporary;
    fol_file_writer_flush(writer);
    if (!writer->failure && renamed && fsync(writer->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        writer->failure = errno;
    if (!writer->standard && close(writer->fd) != 0 && !writer->failure)
        writer->failure = errno;
    if (!writer->failure && renamed && rename(writer->temporary, writer->target) != 0)
        writer->failure = errno;
    const fol_status status = writer->failure ? fail_write(ctx, writer->path, writer->failure) : FOL_OK;
    if (renamed && status == FOL_OK)
        sync_folder(writer->target);
    else if (renamed)
        unlink(writer->temporary);
    fol_free(writer);
    return status;
}

void fol_file_writer_discard(fol_file_writer *writer)
{
    if (!writer)
        return;
    if (!writer->standard)
        close(writer->fd);
    if (*writer->temporary)
        unlink(writer->temporary);
    fol_free(writer);
}

// Makes the block larger: at first as large as the file says it is, then twice as large.
static bool grow(unsigned char **block, size_t *capacity, size_t size)
{
    const size_t wanted = *capacity == 0 ? size + 4096 : 2 * *capacity;
    unsigned char *larger = wanted > *capacity ? fol_alloc(wanted, 1) : NULL;
    if (!larger)
        return false;
    if (*capacity > 0)
        memcpy(larger, *block, *capacity);
    fol_free(*block);
    *block = larger;
    *capacity = wanted;
    return true;
}

// Opens what the path stands for; -1 with errno when that fails.
static int open_file(fol_file_writer *writer, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return open(path, O_WRONLY | O_CLOEXEC);
    if (!realpath(path, writer->target)) // through a link to the file itself, if it is there
        strcpy(writer->target, path);
    remove_left(writer->target);
    snprintf(writer->temporary, sizeof writer->temporary, "%s" TEMPORARY "%ld", writer->target, (long) getpid());
    unlink(writer->temporary);
    return open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

// The number of the process that a temporary file of `name` belongs to; 0 if it is none.
static long owner_of(const char *file, const char *name)
{
    const size_t length = strlen(name), mark = strlen(TEMPORARY);
    char *end;
    if (strncmp(file, name, length) != 0 || strncmp(file + length, TEMPORARY, mark) != 0)
        return 0;
    file += length + mark;
    const long owner = strtol(file, &end, 10);
    return *file >= '1' && *file <= '9' && *end == '\0' ? owner : 0;
}

// Removes the temporary files of `target` whose process was killed while it wrote.
static void remove_left(const char *target)
{
    struct stat about;
    char path[PATH_MAX + 32];
    const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
    snprintf(path, sizeof path, "%.*s", slash ? (int) (slash - target + 1) : 1, slash ? target : ".");
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        const long owner = owner_of(entry->d_name, name);
        if (owner <= 0 || (pid_t) owner != owner || kill((pid_t) owner, 0) == 0 || errno != ESRCH)
            continue;
        snprintf(path, sizeof path, "%.*s%s", slash ? (int) (slash - target + 1) : 0, target, entry->d_name);
        if (lstat(path, &about) == 0 && S_ISREG(about.st_mode))
            unlink(path);
    }
    closedir(folder);
}

static bool is_stream(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode) || isatty(fd));
}

static void write_all(fol_file_writer *writer, const char *bytes, size_t n)
{
    while (n > 0 && !writer->failure) {
        const ssize_t done = write(writer->fd, bytes, n);
        if (done >= 0) {
            bytes += done;
            n -= (size_t) done;
        } else if (errno != EINTR) {
            writer->failure = errno;
        }
    }
}

static fol_status fail_write(fol_context *ctx, const char *path, int failure)
{
    return fol_fail_file(ctx, FOL_E_FILE, path, "cannot be written: %s.", strerror(failure));
}

// Makes a rename in the file's folder last, where the system can.
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    const int fd = open(slash ? path : ".", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}
