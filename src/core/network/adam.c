// Optimiser: Adam with a learning-rate schedule, clipping, weight decay and averaged weights.
#include "adam.h"

#include <math.h>

#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8
#define EXPONENTIAL_FALL 0.01 // last rate of the exponential schedule over its first

static double learning_rate(const fol_adam_options *options, int64_t step, int64_t n_steps)
{
    const double done = (double) (step - 1) / (double) n_steps;
    double rate = options->learning_rate;
    if (options->schedule == FOL_COSINE)
        rate *= 0.5 * (1 + cos(M_PI * done));
    else if (options->schedule == FOL_EXPONENTIAL)
        rate *= pow(EXPONENTIAL_FALL, done);
    return step < options->warmup ? rate * (double) step / (double) options->warmup : rate;
}

fol_adam_scalars fol_adam_at(const fol_adam_options *options, int64_t step, int64_t n_steps, double gradient_norm)
{
    const double rate = learning_rate(options, step, n_steps);
    const double correction1 = 1 - pow(BETA1, (double) step), root2 = sqrt(1 - pow(BETA2, (double) step));
    // An average over the last tenth of few steps, so that early weights do not linger.
    const double young = ((double) step + 1) / ((double) step + 10);
    return (fol_adam_scalars){
        .rate = (float) (rate * root2 / correction1),
        .epsilon = (float) (EPSILON * root2),
        .decay = (float) (1 - rate * options->weight_decay),
        .beta1 = (float) BETA1,
        .beta2 = (float) BETA2,
        .gradient_scale = gradient_norm > options->clip ? (float) (options->clip / gradient_norm) : 1,
        .ema = (float) (young < options->ema ? young : options->ema),
    };
}
