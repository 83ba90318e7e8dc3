// Model files: models and checkpoints as safetensors, whole or refused.
#ifndef FOL_MODEL_FILE_H
#define FOL_MODEL_FILE_H

#include "model.h"

// The model as the bytes of a safetensors file: FOL_E_MEMORY. fol_free(bytes) afterwards. The same model gives
// the same bytes.
fol_status fol_model_pack(fol_context *ctx, const fol_model *model, unsigned char **bytes, size_t *n);

// The reverse. Everything is checked (sizes, names, types, finite weights, checksums, which may be absent alone):
// FOL_E_FORMAT with a sentence, never a crash. `source` names the bytes in messages.
fol_status fol_model_unpack(fol_context *ctx, const unsigned char *bytes, size_t n, const char *source,
                            fol_model **model);

// To and from a file; written to a temporary file beside it, flushed, renamed. FOL_E_FILE with the reason.
fol_status fol_model_write(fol_context *ctx, const fol_model *model, const char *path);
fol_status fol_model_read(fol_context *ctx, const char *path, fol_model **model);

#endif
