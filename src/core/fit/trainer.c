// Trainer: learns weights for any objective.
#include "trainer.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/memory.h"
#include "checkpoint.h"

#define POLL_SECONDS 0.05
#define WAIT_SHARE 0.25 // of the steps that the best weights took, for which a better look is waited at least

// A training under way.
typedef struct {
    fol_context *ctx;
    const fol_objective *objective;
    double gain; // of fol_training
    const fol_training_options *options;
    const char *job;
    fol_stepper *stepper;
    float *state_block;
    fol_train_progress progress;
    size_t history_capacity;
} run;

static fol_status begin(run *r, uint64_t seed);
static fol_status resume(run *r);
static fol_status train(run *r);
static fol_status finish(run *r, fol_trained *trained);

fol_status fol_train(fol_context *ctx, const fol_training *training, fol_trained *trained)
{
    *trained = (fol_trained){0};
    run r = {.ctx = ctx,
             .objective = training->objective,
             .options = training->options,
             .job = training->job,
             .gain = training->gain};
    fol_status status = begin(&r, training->seed);
    if (status == FOL_OK && r.options->checkpoint[0])
        status = resume(&r);
    if (status == FOL_OK)
        status = train(&r);
    if (status == FOL_OK)
        status = finish(&r, trained);
    fol_stepper_free(r.stepper);
    fol_free(r.progress.history);
    fol_free(r.state_block);
    return status;
}

static fol_status begin(run *r, uint64_t seed)
{
    const fol_network_set *networks = &r->objective->networks;
    const size_t n = networks->n_weights;
    r->state_block = fol_alloc_zero(n, 5 * sizeof(float));
    if (!r->state_block)
        return fol_fail_memory(r->ctx, "the network");
    fol_train_state *state = &r->progress.state;
    *state =
        (fol_train_state){0, n, r->state_block, r->state_block + n, r->state_block + 2 * n, r->state_block + 3 * n};
    fol_network_set_init(networks, seed, state->weights);
    memcpy(state->average, state->weights, n * sizeof(float));
    r->progress.best = r->state_block + 4 * n;
    r->progress.best_loss = INFINITY;
    return fol_stepper_new(r->ctx, r->objective, &r->options->adam, r->options->steps, &r->stepper);
}

static fol_status resume(run *r)
{
    struct stat unused;
    if (stat(r->options->checkpoint, &unused) != 0)
        return FOL_OK;
    const fol_status status = fol_checkpoint_read(r->ctx, r->options->checkpoint, r->job, &r->progress);
    r->history_capacity = r->progress.n_history;
    return status;
}

static fol_status save(const run *r)
{
    return fol_checkpoint_write(r->ctx, r->options->checkpoint, r->job, &r->progress);
}

static fol_status non_finite(const run *r, const char *what, int64_t step)
{
    const char *remedy = r->objective->remedy;
    return fol_fail(r->ctx, FOL_E_NUMERIC,
                    "The %s became non-finite at step %lld of %lld. Try a smaller `learning_rate` (now %g)%s a finite "
                    "`clip`%s%s.",
                    what, (long long) step, (long long) r->options->steps, r->options->adam.learning_rate,
                    remedy ? "," : " or", remedy ? ", or " : "", remedy ? remedy : "");
}

static bool is_done(const run *r);

// What polls are told, also by a look at the held-out rows.
static void tell(const void *data, fol_progress *progress)
{
    const run *r = data;
    const fol_train_progress *p = &r->progress;
    const double loss = p->loss_n > 0      ? p->loss_sum / p->loss_n
                        : p->n_history > 0 ? p->history[p->n_history - 1].loss
                                           : NAN;
    const int64_t done = is_done(r) ? r->options->steps : p->state.step;
    *progress = (fol_progress){"fit", (size_t) done, (size_t) r->options->steps, loss};
}

// The loss of the averaged weights on what was held out, NAN where nothing was.
static fol_status validate(const run *r, double *loss)
{
    *loss = NAN;
    if (!r->objective->validate)
        return FOL_OK;
    const fol_train_state *state = &r->progress.state;
    const fol_status status =
        r->objective->validate(r->objective, r->ctx, state->average, (fol_block_whole){tell, r}, loss);
    const bool finite = status != FOL_E_NUMERIC && (status != FOL_OK || isfinite(*loss));
    return finite ? status : non_finite(r, "validation loss", state->step);
}

static fol_status grow_history(run *r)
{
    fol_train_progress *p = &r->progress;
    const size_t capacity = 2 * r->history_capacity + 64;
    fol_history *larger = fol_alloc(capacity, sizeof *larger);
    if (!larger)
        return fol_fail_memory(r->ctx, "the history of the fit");
    if (p->n_history)
        memcpy(larger, p->history, p->n_history * sizeof *larger);
    fol_free(p->history);
    p->history = larger;
    r->history_capacity = capacity;
    return FOL_OK;
}

// Whether an entry of the history is due after the present step, and not there.
static bool report_is_due(const run *r)
{
    const fol_train_progress *p = &r->progress;
    if (p->state.step == 0)
        return r->objective->validate && p->n_history == 0;
    return p->loss_n > 0 && (p->state.step % r->options->report_every == 0 || p->state.step == r->options->steps);
}

// Whether nothing is left to do.
static bool is_done(const run *r)
{
    const fol_train_progress *p = &r->progress;
    const double waited = (double) p->state.step - p->best_step;
    const bool patient =
        !isfinite(p->best_loss) || waited < (double) r->options->patience || waited < WAIT_SHARE * p->best_step;
    return !report_is_due(r) && (p->state.step >= r->options->steps || !patient);
}

// Keeps the averaged weights if they are the best so far.
static void choose(run *r, double validation)
{
    fol_train_progress *p = &r->progress;
    if (!(validation < p->best_loss * (1 - r->gain)))
        return;
    memcpy(p->best, p->state.average, p->state.n_weights * sizeof *p->best);
    p->best_step = (double) p->state.step;
    p->best_loss = validation;
}

// Adds an entry to the history. Interrupted it leaves all as it was, so that a run that goes on begins with it.
static fol_status report(run *r)
{
    fol_train_progress *p = &r->progress;
    double validation;
    fol_status status = p->n_history == r->history_capacity ? grow_history(r) : FOL_OK;
    if (status == FOL_OK)
        status = validate(r, &validation);
    if (status != FOL_OK)
        return status;
    choose(r, validation);
    p->history[p->n_history++] = (fol_history){(double) p->state.step, p->loss_sum / p->loss_n, validation};
    p->loss_sum = p->loss_n = 0;
    return FOL_OK;
}

// Whether the poll wants an end, in the midst of a step.
static bool wants_stop(const void *data)
{
    const run *r = data;
    fol_progress told;
    tell(r, &told);
    return r->ctx->poll(&told, r->ctx->data);
}

// Takes n steps and adds up their losses; stops at the first that is not finite, and where the poll says so.
static fol_status take_steps(run *r, size_t n)
{
    fol_train_progress *p = &r->progress;
    double loss[FOL_STEPS_MOST];
    const int64_t before = p->state.step;
    const fol_status status = fol_stepper_run(r->stepper, &p->state, n, r->ctx->poll ? wants_stop : NULL, r, loss);
    const size_t n_done = (size_t) (p->state.step - before);
    for (size_t k = 0; k < n_done; k++) {
        if (!isfinite(loss[k]))
            return non_finite(r, "loss", before + (int64_t) k + 1);
        p->loss_sum += loss[k];
        p->loss_n++;
    }
    if (status != FOL_OK && status != FOL_E_INTERRUPT)
        return fol_fail(r->ctx, status, "Training stopped at step %lld of %lld: %s.", (long long) p->state.step + 1,
                        (long long) r->options->steps, fol_status_text(status));
    return status;
}

static fol_status interrupted(const run *r)
{
    const long long step = (long long) r->progress.state.step, steps = (long long) r->options->steps;
    if (!r->options->checkpoint[0])
        return fol_fail(r->ctx, FOL_E_INTERRUPT,
                        "Interrupted at step %lld of %lld. With `checkpoint` the same fit could go on from there.",
                        step, steps);
    const fol_status status = save(r);
    if (status != FOL_OK)
        return status;
    return fol_fail(r->ctx, FOL_E_INTERRUPT, "Interrupted at step %lld of %lld. The same fit goes on from %s.", step,
                    steps, r->options->checkpoint);
}

// Whether the poll wants the run to stop.
static bool stopped(const run *r)
{
    return r->ctx->poll && wants_stop(r) && !is_done(r);
}

// Steps to the next report or to the end.
static size_t steps_left(const run *r)
{
    const int64_t step = r->progress.state.step, every = r->options->report_every;
    const int64_t to_report = every - step % every, to_end = r->options->steps - step;
    return (size_t) (to_report < to_end ? to_report : to_end);
}

// Steps go in runs that end at the next report, and are short enough to poll between them; how long they are has no
// influence on the result.
static fol_status train(run *r)
{
    size_t most = 1;
    double last_save = fol_seconds();
    while (!is_done(r)) {
        fol_status status = FOL_OK;
        const double start = fol_seconds();
        if (!report_is_due(r)) {
            const size_t left = steps_left(r), n = left < most ? left : most;
            status = take_steps(r, n);
            const double wanted = POLL_SECONDS / ((fol_seconds() - start) / (double) n + 1e-9);
            most = wanted < 1 ? 1 : wanted > FOL_STEPS_MOST ? FOL_STEPS_MOST : (size_t) wanted;
        }
        if (status == FOL_OK && report_is_due(r))
            status = report(r);
        if (status == FOL_E_INTERRUPT || (status == FOL_OK && stopped(r)))
            return interrupted(r);
        const bool due = fol_seconds() - last_save > r->options->checkpoint_every || is_done(r);
        if (status == FOL_OK && r->options->checkpoint[0] && due) {
            status = save(r);
            last_save = fol_seconds();
        }
        if (status != FOL_OK)
            return status;
    }
    return FOL_OK;
}

// Copies what was learned out of the state.
static fol_status finish(run *r, fol_trained *trained)
{
    const fol_train_progress *p = &r->progress;
    const size_t size = p->state.n_weights * sizeof(float);
    const bool chosen = isfinite(p->best_loss);
    trained->weights = fol_alloc(size, 1);
    if (!trained->weights)
        return fol_fail_memory(r->ctx, "what was learned");
    memcpy(trained->weights, chosen ? p->best : p->state.average, size);
    trained->step = chosen ? (int64_t) p->best_step : p->state.step;
    trained->history = p->history;
    trained->n_history = p->n_history;
    r->progress.history = NULL;
    return FOL_OK;
}
