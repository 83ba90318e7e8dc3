// Activations: the family of all kinds.
#include "activation.h"

#include <stddef.h>

#define ADDRESS(name) &fol_activation_##name.base,
const fol_kind *const fol_activations[] = {FOL_ACTIVATION_LIST(ADDRESS) NULL};
#undef ADDRESS
