// Network: the contract of a function with weights: its outputs from inputs and a time, and its gradients.
#include "network.h"

#include "../base/memory.h"

void fol_network_free(fol_network *net)
{
    fol_free(net);
}

void fol_network_prepare(const fol_network *net, const float *values, fol_passes passes, float *prepared)
{
    for (size_t a = 0; a < net->n_arrays; a++)
        net->prepare(net, a, 0, net->arrays[a].rows, values, passes, prepared);
}
