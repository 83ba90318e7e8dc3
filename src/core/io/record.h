// Records: files of a kind and a version, with a JSON object and named tensors; a model is one, a checkpoint another.
#ifndef FOL_RECORD_H
#define FOL_RECORD_H

#include <jansson.h>

#include "tensor_file.h"

// A kind of record. Its name and its version stand in the JSON object as `format` and `version`.
typedef struct {
    const char *name; // "follmer-model"
    int version;      // the one that is written, and the newest that is read
    int oldest;       // that is read
} fol_record_kind;

// A record that was read.
typedef struct {
    const char *source; // names it in messages
    int version;
    json_t *json; // an object
    fol_tensor_file file;
    unsigned char *bytes; // what the tensors point into, when they belong to the record
} fol_record;

// The bytes of a record, a safetensors file; the same input gives the same bytes. fol_free(*bytes) afterwards. json,
// an object, gets the members `format` and `version`. FOL_E_MEMORY, or FOL_E_INPUT when it is too long for a header.
fol_status fol_record_pack(fol_context *ctx, const fol_record_kind *kind, json_t *json, const fol_tensor *tensors,
                           size_t n_tensors, unsigned char **bytes, size_t *n);

// The reverse: whole, of this kind and of a version from kind->oldest to kind->version, or FOL_E_FORMAT with a
// sentence that names `source`, what is wanted and what was given. bytes and source must outlive *record, whose tensors
// point into them; fol_record_clear it, also after a failure.
fol_status fol_record_unpack(fol_context *ctx, const fol_record_kind *kind, const unsigned char *bytes, size_t n,
                             const char *source, fol_record *record);
void fol_record_clear(fol_record *record);

// To and from a file; what is read owns its bytes. FOL_E_FILE with the reason beside the above.
fol_status fol_record_write(fol_context *ctx, const fol_record_kind *kind, json_t *json, const fol_tensor *tensors,
                            size_t n_tensors, const char *path);
fol_status fol_record_read(fol_context *ctx, const fol_record_kind *kind, const char *path, fol_record *record);

// Sets tensor->data to the data of the tensor of its name, type and shape, or FOL_E_FORMAT with a sentence.
fol_status fol_record_get(fol_context *ctx, const fol_record *record, fol_tensor *tensor);

// A column of n numbers as a tensor.
fol_tensor fol_record_column(const char *name, size_t n, const double *column);

// Sets *column to n finite, and if `positive` positive, numbers, a block of the caller's. FOL_E_FORMAT with a sentence,
// FOL_E_MEMORY.
fol_status fol_record_get_column(fol_context *ctx, const fol_record *record, const char *name, size_t n, bool positive,
                                 double **column);

#endif
