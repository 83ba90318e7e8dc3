// Time features: the numbers by which a network is told the time.
#ifndef FOL_TIME_FEATURES_H
#define FOL_TIME_FEATURES_H

#include "../io/options.h"

#define FOL_TIME_CHOICES "sinusoidal|raw"
typedef enum { FOL_TIME_SINUSOIDAL, FOL_TIME_RAW } fol_time_kind;

#define FOL_MOST_FREQUENCIES 256 // as in the range of `frequencies`

// t itself, and for sinusoidal features sin(f t), cos(f t) for geometric f.
typedef struct {
    size_t n;                               // features of a time
    size_t n_frequencies;                   // 0 for raw features
    double frequency[FOL_MOST_FREQUENCIES]; // f
} fol_time_features;

// Features of a kind (fol_time_kind). FOL_E_INPUT names `frequencies` when it is out of range.
fol_status fol_time_features_init(fol_context *ctx, fol_time_features *features, int kind, int64_t frequencies);

// The features of n times, which should be of order 1: those of t[i] are the floats from out[i * stride] on.
void fol_time_features_at(const fol_time_features *features, size_t n, const double *t, size_t stride, float *out);

#endif
