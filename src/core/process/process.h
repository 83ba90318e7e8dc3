// Processes: noising x_tau = a X + s eps of VP, pinned Brownian motion and localization (MATH 1).
#ifndef FOL_PROCESS_H
#define FOL_PROCESS_H

#include <stddef.h>

#include "../io/options.h"

#define FOL_PROCESS_CHOICES "vp|pbm|localization"
typedef enum { FOL_PROCESS_VP, FOL_PROCESS_PBM, FOL_PROCESS_LOCALIZATION } fol_process_kind;

// A process. Real fields may be NAN until fol_process_check fills in the defaults of the kind.
typedef struct {
    int kind;        // fol_process_kind
    double beta_min; // vp, pbm: noise rate at tau = 0 and at tau = horizon, linear between;
    double beta_max; // defaults 0.1 and 20 for vp, 1 and 1 for pbm
    double horizon;  // vp, pbm: noising time runs over [0, horizon], 0 is data
    double snr_end;  // localization: its time is the SNR, tau = snr_end - SNR, so its horizon is snr_end
} fol_process;

// One moment of a process: x = a X + s eps.
typedef struct {
    double tau;   // noising time
    double a, s;  // signal and noise
    double snr;   // a^2 / s^2, INFINITY at s = 0
    double scale; // s^2 / a in its limit form: Y = x / scale is the localization process at time snr.
                  // vp s^2/a; pbm A - u; localization 1
} fol_instant;

// The keys, for a struct that holds a fol_process `base` bytes from its start.
#define FOL_PROCESS_KEYS(base)                                                                                         \
    {                                                                                                                  \
        "process", FOL_OPTION_CHOICE,   (base) + offsetof(fol_process, kind),                                          \
        "vp",      FOL_PROCESS_CHOICES, "noising process"},                                                            \
        {"beta_min", FOL_OPTION_REAL, (base) + offsetof(fol_process, beta_min),                                        \
         "",         "(0,inf)",       "noise rate at the data end (vp: 0.1, pbm: 1)"},                                 \
        {"beta_max", FOL_OPTION_REAL, (base) + offsetof(fol_process, beta_max),                                        \
         "",         "(0,inf)",       "noise rate at the noise end (vp: 20, pbm: 1)"},                                 \
        {"horizon", FOL_OPTION_REAL, (base) + offsetof(fol_process, horizon),                                          \
         "1",       "(0,inf)",       "length of noising time (vp, pbm)"},                                              \
    {                                                                                                                  \
        "snr_end", FOL_OPTION_REAL, (base) + offsetof(fol_process, snr_end), "1000", "(0,inf)",                        \
            "largest signal-to-noise ratio (localization)"                                                             \
    }

// The same as a table for a fol_process alone.
extern const fol_option fol_process_options[];

// Fills in defaults and refuses bad values with a sentence.
fol_status fol_process_check(fol_context *ctx, fol_process *process);

// The last noising time: horizon, or snr_end for localization.
double fol_process_end(const fol_process *process);

// The moment at noising time tau in [0, end].
fol_instant fol_process_at(const fol_process *process, double tau);

// The moment at which the SNR is snr, within what the process reaches (clamped at both ends).
fol_instant fol_process_at_snr(const fol_process *process, double snr);

// The process's own noise rate: beta(tau) for vp and pbm, 1 for localization.
double fol_process_beta(const fol_process *process, double tau);

#endif
