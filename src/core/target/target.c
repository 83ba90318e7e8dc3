// Targets: what all of them share.
#include "target.h"

#include "../base/memory.h"

void fol_target_free(fol_target *target)
{
    fol_free(target);
}
