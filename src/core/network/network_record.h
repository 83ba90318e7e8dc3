// Networks in records: a network's weights as tensors, named by a prefix and the names of its arrays.
#ifndef FOL_NETWORK_RECORD_H
#define FOL_NETWORK_RECORD_H

#include "../io/record.h"
#include "network.h"

// Fills in the tensors (n_arrays) of the weights. `prefix`, such as "denoiser.", has fewer than FOL_TENSOR_NAME / 2
// bytes.
void fol_network_tensors(const fol_network *net, const char *prefix, const float *values, fol_tensor *tensors);

// Whether a tensor of that name is one of these.
bool fol_network_has_tensor(const fol_network *net, const char *prefix, const char *name);

// Reads weights, all of which must be finite, from a record. *values (n_weights) belongs to the caller, also after a
// failure; nothing is allocated before every shape is known to be right. FOL_E_FORMAT with a sentence, FOL_E_MEMORY.
fol_status fol_network_read(fol_context *ctx, const fol_record *record, const fol_network *net, const char *prefix,
                            float **values);

#endif
