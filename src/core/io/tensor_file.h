// Tensor files: named arrays with a text of metadata in the safetensors format, whole or refused.
#ifndef FOL_TENSOR_FILE_H
#define FOL_TENSOR_FILE_H

#include <stdbool.h>

#include "../base/context.h"

#define FOL_TENSOR_NAME 64
#define FOL_TENSOR_RANK 4

typedef enum { FOL_F32, FOL_F64 } fol_tensor_type;

typedef struct {
    char name[FOL_TENSOR_NAME];
    fol_tensor_type type;
    int n_dims; // from 1 to FOL_TENSOR_RANK
    size_t shape[FOL_TENSOR_RANK];
    const void *data; // row-major, little-endian
} fol_tensor;

// What a file holds; tensors point into the bytes it was read from.
typedef struct {
    char *metadata; // JSON text: the value of key "follmer" of the file's __metadata__
    fol_tensor *tensors;
    size_t n_tensors;
    bool unsealed; // it has no checksum, as a program may have left that out which has saved it anew
    void *moved;   // the arrays, where they do not stand aligned in the bytes; else NULL
} fol_tensor_file;

// The bytes of a file; the same input gives the same bytes. fol_free(*bytes) afterwards. Two checksums (FNV-1a, 64 bit)
// stand in __metadata__: under "checksum" that of the whole file with its own digits as zeros, under "contents" that of
// the metadata's text and of the tensors by their names, wherever they stand. Texts are UTF-8, names differ.
// FOL_E_MEMORY, or FOL_E_INPUT when metadata and names are too long for a header (16 MiB).
fol_status fol_tensor_file_pack(fol_context *ctx, const char *metadata, const fol_tensor *tensors, size_t n_tensors,
                                unsigned char **bytes, size_t *n);

// The reverse; refuses with FOL_E_FORMAT and a sentence that names `source` whatever is torn, flipped, foreign or
// hostile: header length, JSON, types, shapes, overlaps, gaps, and checksums of which none is right. A program that
// saves a file anew may order it as it likes, so that only "contents" stays right, and may leave the checksums out.
// `bytes` must outlive *file; tensors are aligned for their type when `bytes` is aligned to 8.
fol_status fol_tensor_file_unpack(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                                  fol_tensor_file *file);
void fol_tensor_file_clear(fol_tensor_file *file);

// The tensor of that name, or NULL.
const fol_tensor *fol_tensor_file_find(const fol_tensor_file *file, const char *name);

// Sets tensor->data to the data of the tensor of its name, type and shape, or FOL_E_FORMAT with a sentence.
fol_status fol_tensor_file_get(fol_context *ctx, const fol_tensor_file *file, const char *source, fol_tensor *tensor);

#endif
