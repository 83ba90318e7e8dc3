// Network sets: several networks whose weights stand in one vector, so that one optimiser learns them all.
#ifndef FOL_NETWORK_SET_H
#define FOL_NETWORK_SET_H

#include "network.h"

#define FOL_MAX_NETWORKS 8

// The networks must outlive the set.
typedef struct {
    size_t n;
    const fol_network *network[FOL_MAX_NETWORKS];
    size_t values[FOL_MAX_NETWORKS];   // offset of each network's weights in the vector
    size_t prepared[FOL_MAX_NETWORKS]; // and of its prepared ones
    size_t n_weights, n_prepared;      // of all
    fol_passes passes;                 // that the weights are prepared for
} fol_network_set;

// The set of n networks, from 1 to FOL_MAX_NETWORKS.
fol_network_set fol_network_set_of(size_t n, const fol_network *const *networks, fol_passes passes);

// Random first weights of all.
void fol_network_set_init(const fol_network_set *set, uint64_t seed, float *values /* (n_weights) */);

// Prepares all weights.
void fol_network_set_prepare(const fol_network_set *set, const float *values, float *prepared /* (n_prepared) */);

// The weights of network k from those of all.
fol_weights fol_network_set_weights(const fol_network_set *set, size_t k, fol_weights all);

#endif
