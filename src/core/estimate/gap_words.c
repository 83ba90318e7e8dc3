// Random bits of gaps: four words a draw for two layers, by draw and layer.
#include "gap_words.h"

#include <string.h>

#include "../random/rng.h"

void fol_gap_words(uint64_t seed, uint32_t place, size_t n, const uint64_t *draw, fol_gap_state *state)
{
    uint32_t words[4 * FOL_GAP_CHUNK];
    if (place % 2 != 0) // the state has them already
        return;
    for (size_t first = 0; first < n; first += FOL_GAP_CHUNK) {
        const size_t m = n - first < FOL_GAP_CHUNK ? n - first : FOL_GAP_CHUNK;
        fol_rng_bits_at(seed, FOL_STREAM_GAP, place / 2, m, draw + first, words);
        for (size_t i = 0; i < m; i++)
            memcpy(state[first + i].words, words + 4 * i, sizeof state->words);
    }
}
