// Objective: the contract of what a trainer minimises.
#include "objective.h"

#define SLICE_LEAST 64 // rows
#define SLICE_MOST 256
#define SLICES_WANTED 8

size_t fol_slice_rows(size_t rows)
{
    const size_t wanted = (rows + SLICES_WANTED - 1) / SLICES_WANTED;
    return wanted < SLICE_LEAST ? SLICE_LEAST : wanted > SLICE_MOST ? SLICE_MOST : (wanted + 15) / 16 * 16;
}
