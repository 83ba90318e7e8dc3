// Network sets: several networks whose weights stand in one vector, so that one optimiser learns them all.
#include "network_set.h"

#include "../base/memory.h"

fol_network_set fol_network_set_of(size_t n, const fol_network *const *networks, fol_passes passes)
{
    const size_t alignment = FOL_ALIGN / sizeof(float);
    fol_network_set set = {.n = n, .passes = passes};
    for (size_t k = 0; k < n; k++) {
        set.network[k] = networks[k];
        set.values[k] = set.n_weights;
        set.prepared[k] = set.n_prepared;
        set.n_weights += networks[k]->n_weights;
        set.n_prepared += (networks[k]->n_prepared[passes] + alignment - 1) / alignment * alignment;
    }
    return set;
}

void fol_network_set_init(const fol_network_set *set, uint64_t seed, float *values)
{
    for (size_t k = 0; k < set->n; k++)
        set->network[k]->init(set->network[k], seed, (uint32_t) k, values + set->values[k]);
}

void fol_network_set_prepare(const fol_network_set *set, const float *values, float *prepared)
{
    for (size_t k = 0; k < set->n; k++)
        fol_network_prepare(set->network[k], values + set->values[k], set->passes, prepared + set->prepared[k]);
}

fol_weights fol_network_set_weights(const fol_network_set *set, size_t k, fol_weights all)
{
    return (fol_weights){all.values + set->values[k], all.prepared + set->prepared[k]};
}
