// The boundary between R and the core: what the .Call entry points share.
#ifndef FOL_FFI_H
#define FOL_FFI_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <Rinternals.h>

#include "../core/follmer.h"

// Entry points, called from R as .Call(ffi_x, ...). Each returns its result or a failure (ffi_failure), which the R
// side raises: no R error may jump while core memory has no owner.
SEXP ffi_denoise(SEXP object, SEXP x, SEXP tau, SEXP run);
SEXP ffi_expect(SEXP sde, SEXP g, SEXP values, SEXP gap, SEXP keep, SEXP run);
SEXP ffi_expect_options(SEXP values, SEXP gap);
SEXP ffi_expectation_read(SEXP path);
SEXP ffi_fit_denoiser(SEXP x, SEXP names, SEXP values, SEXP run);
SEXP ffi_functional_each(SEXP keys);
SEXP ffi_gap_envelope(SEXP object);
SEXP ffi_gap_log_density(SEXP object, SEXP x);
SEXP ffi_gap_log_generating(SEXP object, SEXP theta);
SEXP ffi_gap_log_layers(SEXP object, SEXP k);
SEXP ffi_gap_log_survival(SEXP object, SEXP n, SEXP rest);
SEXP ffi_gap_mean_layers(SEXP object);
SEXP ffi_gap_tuned(SEXP object, SEXP at);
SEXP ffi_hash(SEXP x);
SEXP ffi_info(void);
SEXP ffi_job_parse(SEXP text);
SEXP ffi_job_names(void);
SEXP ffi_job_write(SEXP path, SEXP command, SEXP values);
SEXP ffi_kinds(SEXP family);
SEXP ffi_level_table(SEXP object, SEXP j);
SEXP ffi_loss(SEXP object, SEXP exact, SEXP x, SEXP repeats, SEXP bins, SEXP run);
SEXP ffi_model_coordinates(SEXP bytes, SEXP x, SEXP reverse);
SEXP ffi_model_read(SEXP path);
SEXP ffi_model_write(SEXP bytes, SEXP path);
SEXP ffi_options(SEXP table, SEXP values);
SEXP ffi_process_at(SEXP process, SEXP tau);
SEXP ffi_process_end(SEXP process);
SEXP ffi_random_network(SEXP object, SEXP gap, SEXP n, SEXP run);
SEXP ffi_sample(SEXP object, SEXP n, SEXP values, SEXP keep_paths, SEXP run);
SEXP ffi_sample_grid(SEXP object, SEXP values);
SEXP ffi_sde_check(SEXP object);
SEXP ffi_summary_columns(void);
SEXP ffi_summarise(SEXP list, SEXP names, SEXP level, SEXP resamples, SEXP target_se);
SEXP ffi_table_read(SEXP path, SEXP header, SEXP run);
SEXP ffi_tally_join(SEXP list);
SEXP ffi_target_about(SEXP target);
SEXP ffi_target_draw(SEXP target, SEXP n, SEXP seed);
SEXP ffi_target_gradient(SEXP target, SEXP x, SEXP run);
SEXP ffi_target_log_density(SEXP target, SEXP x, SEXP run);
SEXP ffi_threads(void);
SEXP ffi_threads_set(SEXP n);

// --- unwinding (unwind.c)

// Where a jump of R out of what the core calls (an error in a function of R, a time limit) is kept while the core ends.
// Its token is protected by the entry point, which calls ffi_unwind_continue when all that it holds is released; that
// does not come back if R has jumped.
typedef struct {
    SEXP token;
    SEXP tick; // of the context's polls
    bool jumped;
    bool keeps; // an interrupt in a function of R ends the core, which has an answer, and not the call
} ffi_unwind;
ffi_unwind ffi_unwind_new(void);
void ffi_unwind_continue(ffi_unwind *unwind);

// Calls body(data), which may use all of R; false when R has jumped out of it or of a call before: then the core must
// end. On R's thread alone.
bool ffi_unwind_call(ffi_unwind *unwind, SEXP (*body)(void *data), void *data);

// --- conditions and progress (condition.c)

// list(status =, message =, fields =) of class follmer_failure.
SEXP ffi_failure(const fol_context *ctx, fol_status status);

// A context from run = list(seed, threads, tick): tick is NULL or a function (done, total, loss) that returns TRUE to
// stop. The context polls: an interrupt ends the core with FOL_E_INTERRUPT, and so does R's own error (its time limit),
// which then goes on in ffi_unwind_continue. It must not outlive run and unwind.
void ffi_context_init(fol_context *ctx, SEXP run, ffi_unwind *unwind);

// --- owners (owner.c)

// An R object (unprotected) that will own one core object: freed by ffi_release, or by R's garbage collector when R
// jumps out.
typedef enum {
    FFI_BLOCK,
    FFI_DENOISER,
    FFI_FIELD,
    FFI_JSON,
    FFI_LEVELS,
    FFI_MODEL,
    FFI_NETWORK,
    FFI_SUMMARY,
    FFI_TABLE,
    FFI_TALLY,
    FFI_TARGET
} ffi_kind;
SEXP ffi_own(ffi_kind kind);
void ffi_owns(SEXP owner, void *object);
void ffi_release(SEXP owner);

// --- conversion (convert.c)

SEXP ffi_list_get(SEXP list, const char *name);       // R_NilValue when absent
fol_rows ffi_rows(SEXP x);                            // a double matrix, seen without a copy
SEXP ffi_named_list(int n, const char *const *names); // unprotected

// The numbers, flags and texts of a JSON object (jansson's json_t; unprotected); R_NilValue if it is none or empty.
SEXP ffi_json_list(void *object);

// --- options (options.c)

// The fields of a failure about an argument or a file as a list (unprotected); R_NilValue of others.
SEXP ffi_failure_fields(const fol_failure *failure);

// Sets the keys of a named list (doubles, one flag or one text each); fields are initialised first.
fol_status ffi_options_read(fol_context *ctx, const fol_option *table, SEXP values, void *fields);
SEXP ffi_options_list(const fol_option *table, const void *fields); // unprotected
fol_status ffi_process_read(fol_context *ctx, SEXP values, fol_process *process);

// --- objects (target.c, model.c, denoiser.c)

// A target from core_target() of R, list(kind, parameters, dim, center, scale): parameters are a named list of doubles,
// matrices transposed; dim is NULL before it is known; center and scale are NULL, or what standardises the target. The
// caller owns it.
fol_status ffi_target_new(fol_context *ctx, SEXP object, fol_target **target);

// A model from a fitted R model; the caller owns it.
fol_status ffi_model_unpack(fol_context *ctx, SEXP bytes, fol_model **model);

// What R keeps of a model: the n bytes of its file, and fields for printing (unprotected).
SEXP ffi_model_fields(const fol_model *model, const unsigned char *bytes, size_t n);

// A denoiser from an R denoiser, with what it rests on.
typedef struct {
    fol_denoiser *den;
    const fol_columns *columns; // of a model, else NULL
} ffi_denoiser;

// `owners` comes from ffi_denoiser_owners, protected; ffi_denoiser_close frees what it holds.
SEXP ffi_denoiser_owners(SEXP object);
fol_status ffi_denoiser_open(fol_context *ctx, SEXP object, SEXP owners, ffi_denoiser *out);
void ffi_denoiser_close(SEXP owners);

// --- functions of R (function.c)

// A function of R from list(frame, call, check, columns, q): `call` is evaluated in the environment `frame` with x (n,
// d) and, for drifts, t (n) defined there, and gives q * n doubles by column; what it gives instead becomes `value`
// there, and `check` is evaluated. `columns` are the dimnames of x, or NULL.
typedef struct {
    SEXP frame, call, check, columns;
    size_t q;
    ffi_unwind *unwind;
} ffi_function;
ffi_function ffi_function_of(SEXP object, ffi_unwind *unwind);

// A field of the function, which must stay where it is; when R has jumped out of it, the core must end. On R's thread
// alone. FOL_E_MEMORY.
fol_status ffi_function_field(fol_context *ctx, const ffi_function *function, size_t n_in, size_t n_out,
                              fol_field **field);

// --- equations, gap laws, tallies (sde.c, gap.c, tally.c)

// An equation from core_sde() of R, with what it rests on.
typedef struct {
    fol_sde sde;
    ffi_function function; // a drift that is a function of R
} ffi_sde;

// `owners` comes from ffi_sde_owners, protected; ffi_sde_close frees what it holds. `out` must stay where it is.
SEXP ffi_sde_owners(SEXP object);
fol_status ffi_sde_open(fol_context *ctx, SEXP object, SEXP owners, ffi_unwind *unwind, ffi_sde *out);
void ffi_sde_close(SEXP owners);

// A checked law from a gap law of R.
fol_status ffi_gap_read(fol_context *ctx, SEXP object, fol_gap_law *law);

// A tally as a named list (unprotected).
SEXP ffi_tally_list(const fol_tally *tally);

// --- structs by their members (members.c)

// A struct as a named list (unprotected). labels: names of what has a place for each record, or R_NilValue.
SEXP ffi_members_list(const fol_members *table, const void *object, SEXP labels);

// And back; `owner` owns it, also on failure. FOL_E_FORMAT when the list does not fit: the caller says what it is of.
fol_status ffi_members_read(fol_context *ctx, const fol_members *table, SEXP list, SEXP owner);

#endif
