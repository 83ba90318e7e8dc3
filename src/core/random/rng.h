// Random numbers: counter-based streams (Philox4x32-10), so that a number is a function of where it is used.
#ifndef FOL_RNG_H
#define FOL_RNG_H

#include <stddef.h>
#include <stdint.h>

// What a stream is for; part of the counter, so streams never overlap.
typedef enum {
    FOL_STREAM_INIT = 1,  // initial weights
    FOL_STREAM_SPLIT,     // validation split
    FOL_STREAM_BATCH,     // rows of a minibatch
    FOL_STREAM_TIME,      // noising times
    FOL_STREAM_EPS,       // noise of score matching
    FOL_STREAM_START,     // start of a trajectory
    FOL_STREAM_STEP,      // noise of its steps
    FOL_STREAM_TARGET,    // exact draws: normals
    FOL_STREAM_COMPONENT, // exact draws: uniforms
    FOL_STREAM_PILOT,     // measurements; seeds of pilots
    FOL_STREAM_PATH,      // noise of the paths of an expectation
    FOL_STREAM_LEVEL,     // their levels
    FOL_STREAM_GAP,       // times of their layers
    FOL_STREAM_BOOTSTRAP  // resampled batches
} fol_stream;

// Element i of stream (seed, stream, step) is word i mod 4 of Philox4x32-10 with key = seed (low word first) and
// counter = {low(i / 4), high(i / 4), step, stream}. `first` must be a multiple of 4. All are thread-safe; the
// same element is the same bits whatever first and n are.

// Elements first .. first + n - 1 as 32-bit words.
void fol_rng_bits(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, uint32_t *out);

// As uniforms in (0, 1): (word + 1/2) / 2^32.
void fol_rng_uniforms(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, double *out);

// As standard normals, by the Box-Muller transform of words (0, 1) and (2, 3) of each counter. |z| < 6.8.
void fol_rng_normals(uint64_t seed, fol_stream stream, uint32_t step, uint64_t first, size_t n, float *out);

// The words, or the normals, of n counters that stand in a list: out (n, 4) holds elements 4 counter[i] ..
// 4 counter[i] + 3 of the stream. For rows that do not lie side by side.
void fol_rng_bits_at(uint64_t seed, fol_stream stream, uint32_t step, size_t n, const uint64_t *counter, uint32_t *out);
void fol_rng_normals_at(uint64_t seed, fol_stream stream, uint32_t step, size_t n, const uint64_t *counter, float *out);

#endif
