// Files: bytes on disk, whole or not at all.
#ifndef FOL_FILE_H
#define FOL_FILE_H

#include <stdbool.h>

#include "../base/context.h"

// Reads all bytes of a file; fol_free(*bytes) afterwards. FOL_E_FILE with the path and the reason, FOL_E_MEMORY.
fol_status fol_file_read(fol_context *ctx, const char *path, unsigned char **bytes, size_t *n);

// Writes a file of n bytes, as a writer does in one go.
fol_status fol_file_write(fol_context *ctx, const char *path, const unsigned char *bytes, size_t n);

// A file that is being written. What is written stands in a temporary file beside it until it is closed, flushed to
// the disk and renamed, so that an old file stays whole until the new one is. Temporary files that a process has left
// which does not live any more are removed when the next one of the same file is opened. A link is followed to its
// file; a pipe or a device is written in place.
typedef struct fol_file_writer fol_file_writer;

// Opens a file for writing, or standard output when path is NULL. FOL_E_FILE with the path and the reason.
fol_status fol_file_writer_open(fol_context *ctx, const char *path, fol_file_writer **writer);

// Appends n bytes, through a buffer. After a failure, which is kept for the calls below, nothing more is written.
void fol_file_writer_put(fol_file_writer *writer, const void *bytes, size_t n);
void fol_file_writer_put_text(fol_file_writer *writer, const char *text);

// Writes what the buffer holds.
void fol_file_writer_flush(fol_file_writer *writer);

// Whether it goes to a reader who may wait for it or leave: a pipe, a socket or a terminal.
bool fol_file_writer_streams(const fol_file_writer *writer);

// Whether the reader of a pipe has left, so that nothing more can be written. Any thread may ask.
bool fol_file_writer_broken(const fol_file_writer *writer);

// The path for messages.
const char *fol_file_writer_path(const fol_file_writer *writer);

// The failure so far, or a pipe that is broken: FOL_E_FILE with the path and the reason.
fol_status fol_file_writer_check(fol_context *ctx, const fol_file_writer *writer);

// Ends the file and frees the writer. FOL_E_FILE when not all could be written; the file is then left as it was.
fol_status fol_file_writer_close(fol_context *ctx, fol_file_writer *writer);

// After a failure: frees the writer and removes the unfinished file. NULL is allowed.
void fol_file_writer_discard(fol_file_writer *writer);

#endif
