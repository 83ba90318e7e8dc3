// Estimators: the family of all kinds.
#include "estimator.h"

#define ADDRESS(name) &fol_estimator_##name.base,
const fol_kind *const fol_estimators[] = {FOL_ESTIMATOR_LIST(ADDRESS) NULL};
#undef ADDRESS

const fol_estimator_kind *fol_estimator_at(int place)
{
    return (const fol_estimator_kind *) fol_estimators[place];
}

int fol_estimator_place(const fol_kind *kind)
{
    int place = 0;
    while (fol_estimators[place] && fol_estimators[place] != kind)
        place++;
    return place;
}
