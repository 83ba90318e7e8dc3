// Processes: noising x_tau = a X + s eps of any kind in one clock (MATH 1).
#ifndef FOL_PROCESS_H
#define FOL_PROCESS_H

#include "../io/options.h"

// The kinds. To add one: a file with its fol_process_kind, and its name here.
#define FOL_PROCESS_LIST(X)                                                                                            \
    X(vp)                                                                                                              \
    X(pbm)                                                                                                             \
    X(localization)                                                                                                    \
    X(ve)

// A process: one of these, with values for its keys.
typedef fol_instance fol_process;

// One moment of a process: x = a X + s eps.
typedef struct {
    double tau;   // noising time, from 0, data, to the end of the process
    double a, s;  // signal and noise
    double snr;   // a^2 / s^2, INFINITY at s = 0
    double scale; // s^2 / a in its limit form: Y = x / scale is the localization process at time snr.
                  // vp s^2/a; pbm A - u; localization 1; ve tau^2
} fol_instant;

// A linear step x' = keep x + pull D + noise N, with D = D(x).
typedef struct {
    double keep, pull, noise;
} fol_step;

// The kind of a process. Instants and times are within those of the process.
typedef struct {
    fol_kind base; // first
    // Where the SNR is finite at tau = 0 the data are not reached there; grids go on to them all the same.
    double (*end)(const fol_process *process); // the last noising time
    fol_instant (*at)(const fol_process *process, double tau);
    fol_instant (*at_snr)(const fol_process *process, double snr); // clamped at both ends
    double (*beta)(const fol_process *process, double tau);        // its own noise rate
    // The coefficients of its reverse equation at a moment, a step of length 1 backwards in tau without noise:
    // drift = keep x + pull D. NAN where it is not defined.
    fol_step (*reverse)(const fol_process *process, const fol_instant *at);
    // A step of Euler and Maruyama on that equation.
    fol_step (*euler)(const fol_process *process, const fol_instant *from, const fol_instant *to);
    double (*start_sd)(const fol_process *process); // samplers start from N(0, start_sd^2 I)
    // Point k in 1 .. n - 1 of n steps uniform in its time, the last of which goes to the data.
    fol_instant (*time_point)(const fol_process *process, const fol_instant *start, double k, double n);
} fol_process_kind;

#define FOL_PROCESS_DECLARE(name) extern const fol_process_kind fol_process_##name;
FOL_PROCESS_LIST(FOL_PROCESS_DECLARE)
#undef FOL_PROCESS_DECLARE

// An exact Gaussian step of Y = x / scale with D frozen: Y' = Y + delta D + sqrt(delta) N, delta = snr' - snr (MATH 3).
fol_step fol_step_ancestral(const fol_instant *from, const fol_instant *to);

// time_point of the kinds that reach the data at tau = 0.
fol_instant fol_process_time_point(const fol_process *process, const fol_instant *start, double k, double n);

// The family, ended by NULL.
extern const fol_kind *const fol_processes[];

// The keys, for a struct that holds a fol_process `base` bytes from its start.
#define FOL_PROCESS_KEYS(base)                                                                                         \
    {                                                                                                                  \
        "process", FOL_OPTION_KIND, base, "vp", NULL, "noising process", NULL, fol_processes                           \
    }

// The same as a table for a fol_process alone.
extern const fol_option fol_process_options[];

// Refuses bad values with a sentence.
fol_status fol_process_check(fol_context *ctx, const fol_process *process);

static inline const fol_process_kind *fol_process_kind_of(const fol_process *process)
{
    return (const fol_process_kind *) process->kind;
}

static inline double fol_process_end(const fol_process *process)
{
    return fol_process_kind_of(process)->end(process);
}

static inline fol_instant fol_process_at(const fol_process *process, double tau)
{
    return fol_process_kind_of(process)->at(process, tau);
}

static inline fol_instant fol_process_at_snr(const fol_process *process, double snr)
{
    return fol_process_kind_of(process)->at_snr(process, snr);
}

static inline double fol_process_beta(const fol_process *process, double tau)
{
    return fol_process_kind_of(process)->beta(process, tau);
}

#endif
