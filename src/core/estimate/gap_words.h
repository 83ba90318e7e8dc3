// Random bits of gaps: four words a draw for two layers, by draw and layer.
#ifndef FOL_GAP_WORDS_H
#define FOL_GAP_WORDS_H

#include "gap_law.h"

#define FOL_GAP_CHUNK 64 // rows whose random bits lie on the stack at once

// Prepares the state of n draws for the uniform number at `place`, 0 first and then one after the other.
void fol_gap_words(uint64_t seed, uint32_t place, size_t n, const uint64_t *draw, fol_gap_state *state);

// The uniform number of a draw at `place`: in (0, 1), of 52 bits, so that neither end is reached.
static inline double fol_gap_number(const fol_gap_state *state, uint32_t place)
{
    const uint32_t *words = state->words + 2 * (place % 2);
    const int64_t bits = (int64_t) words[0] << 20 | words[1] >> 12;
    return ((double) bits + 0.5) * 0x1p-52;
}

#endif
