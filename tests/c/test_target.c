// Tests of targets: densities, gradients, exact draws, and what is refused.
#include "base/blocks.h"
#include "base/simd.h"
#include "testing.h"

static double plane_density(const double *x)
{
    double density = 0;
    for (size_t i = 0; i < PLANE_K; i++) {
        double p = plane_weight[i];
        for (size_t j = 0; j < PLANE_D; j++) {
            const double z = (x[j] - plane_mean[2 * i + j]) / plane_sd[2 * i + j];
            p *= exp(-z * z / 2) / (plane_sd[2 * i + j] * sqrt(2 * PI));
        }
        density += p;
    }
    return density;
}

static void test_log_density(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    for (double x = -4; x < 4; x += 0.37) {
        const double at[] = {x, 1 - x / 2};
        double got;
        fol_field_eval(&target->log_density, 1, at, NULL, 0, &got, NULL);
        assert_near(got, log(plane_density(at)), 1e-12, "log density");
    }
    fol_target_free(target);
}

// Where every component underflows the log density is that of the nearest one, and further out it is -Inf, not NaN.
static void test_far_away(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    const double far[] = {1e6, 0, 1e200, 0};
    double got[2];
    fol_field_eval(&target->log_density, 2, far, NULL, 0, got, NULL);
    const double z = (1e6 + 2) / 0.5, y = 1 / 0.8;
    assert_near(got[0], log(0.3 / (2 * PI * 0.4)) - (z * z + y * y) / 2, 1e-15 * z * z, "far");
    assert_true(got[1] == -INFINITY);
    fol_target_free(target);
}

static double log_density(const fol_target *target, const double *x)
{
    double out;
    void *work = fol_alloc(fol_field_work_size(&target->log_density, 1), 1);
    assert_non_null(work);
    assert_int_equal(fol_field_eval(&target->log_density, 1, x, NULL, 0, &out, work), FOL_OK);
    fol_free(work);
    return out;
}

// That the gradient at x (d) is that of central differences, and that its pullback multiplies by d_out.
static void assert_gradient(const fol_target *target, const double *x)
{
    const double h = 1e-5, d_out = -2.5;
    double gradient[8], pulled[8], at[8];
    const size_t d = target->log_density.n_in;
    void *work = fol_alloc(fol_field_work_size(&target->log_density, 1), 1);
    assert_non_null(work);
    gradient_of(target, 1, x, gradient);
    target->log_density.pullback(&target->log_density, 1, x, NULL, 0, &d_out, pulled, work);
    fol_free(work);
    for (size_t j = 0; j < d; j++) {
        memcpy(at, x, d * sizeof *x);
        at[j] = x[j] + h;
        const double up = log_density(target, at);
        at[j] = x[j] - h;
        assert_near(gradient[j], (up - log_density(target, at)) / (2 * h), 1e-7, target->name);
        assert_near(pulled[j], d_out * gradient[j], 1e-15 * fabs(pulled[j]), target->name);
    }
}

// That the density of a target of one or two dimensions has the integral exp(log_z): the midpoint rule on n points a
// side of [-half, half], which is exact to rounding for densities that are smooth and 0 at the ends.
static void assert_integral(const fol_target *target, double half, int n)
{
    const size_t d = target->log_density.n_in;
    const double step = 2 * half / n;
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < (d == 2 ? n : 1); j++) {
            const double x[] = {-half + step * (i + 0.5), -half + step * (j + 0.5)};
            sum += exp(log_density(target, x));
        }
    assert_near(log(sum * pow(step, (double) d)), target->log_z, 1e-9, target->name);
}

// That draws from a later place on are those of a run from the start, and others for another seed.
static void assert_indexed(const fol_target *target)
{
    enum { n = 1000, first = 2 * FOL_BLOCK_ROWS };
    const size_t d = target->log_density.n_in, part_size = (n - first) * d * sizeof(double);
    double *all = fol_alloc(n * d, sizeof *all), *part = fol_alloc(part_size, 1);
    assert_true(all && part);
    target->draw(target, 7, 0, n, all);
    target->draw(target, 7, first, n - first, part);
    assert_memory_equal(all + first * d, part, part_size);
    target->draw(target, 8, first, n - first, part);
    assert_memory_not_equal(all + first * d, part, part_size);
    fol_free(all);
    fol_free(part);
}

static void test_gradient(void **state)
{
    (void) state;
    fol_target *target = new_plane();
    for (double x = -4; x < 4; x += 0.37)
        assert_gradient(target, (double[]){x, 1 - x / 2});
    fol_target_free(target);
}

static void test_integral(void **state)
{
    (void) state;
    fol_target *line = new_gmm(2, 1, (double[]){-1, 2}, (double[]){0.4, 1.5}, (double[]){2, 1});
    fol_target *plane = new_plane();
    assert_integral(line, 20, 2000);
    assert_integral(plane, 12, 400);
    fol_target_free(line);
    fol_target_free(plane);
}

static void test_draws(void **state)
{
    (void) state;
    enum { n = 100000 };
    fol_target *target = new_plane();
    double *x = fol_alloc(n * 2, sizeof *x);
    target->draw(target, 1, 0, n, x);
    assert_plane(n, x, 4, 0, "draws");
    fol_free(x);
    fol_target_free(target);
}

static void test_draws_are_indexed(void **state)
{
    (void) state;
    enum { d = 5 };
    const double mean[2 * d] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, weight[] = {1, 3};
    const double sd[2 * d] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    fol_target *target = new_gmm(2, d, mean, sd, weight);
    assert_indexed(target);
    fol_target_free(target);
}

static void assert_refused(const char *kind, const fol_target_parameter *parameters, size_t n, const char *message)
{
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_new(&ctx, kind, parameters, n, &target), FOL_E_INPUT);
    assert_string_equal(ctx.message, message);
}

// Mixtures of the right parameters but for one.
static void test_refusals(void **state)
{
    (void) state;
    const double one[] = {1, 1, 1, 1, 1, 1}, bad[] = {1, 1, 1, -2}, nan[] = {1, NAN, 1, 1}, far[] = {1, INFINITY};
    const double huge[] = {1e308, 1e308};
    const fol_target_parameter mean = {"mean", 2, 2, one}, sd = {"sd", 2, 2, one}, weight = {"weight", 2, 1, one};
#define REFUSED(message, ...)                                                                                          \
    assert_refused("gmm", (const fol_target_parameter[]){__VA_ARGS__},                                                 \
                   sizeof((const fol_target_parameter[]){__VA_ARGS__}) / sizeof(fol_target_parameter), message)
    REFUSED("`mean` must be a number, but row 1, column 2 is nan.", {"mean", 2, 2, nan}, sd, weight);
    REFUSED("`sd` must be a number greater than 0, but row 2, column 2 is -2.", mean, {"sd", 2, 2, bad}, weight);
    REFUSED("Entry 2 of `weight` must be a finite number greater than 0, not inf.", mean, sd, {"weight", 2, 1, far});
    REFUSED("`weight` must have a finite sum.", mean, sd, {"weight", 2, 1, huge});
    REFUSED("`mean` must be a matrix with at least one row and one column, not 0 x 2.", {"mean", 0, 2, one}, sd,
            weight);
    REFUSED("`sd` must be a 2 x 2 matrix, not 2 x 3.", mean, {"sd", 2, 3, one}, weight);
    REFUSED("`weight` must be 2 numbers, not 3.", mean, sd, {"weight", 3, 1, one});
    REFUSED("`weight` must be 2 numbers, not 2 x 2.", mean, sd, {"weight", 2, 2, one});
    REFUSED("`sd` must be given for a target of kind gmm.", mean, weight);
    REFUSED("`rate` is no parameter of a target of kind gmm.", mean, sd, weight, {"rate", 1, 1, one});
#undef REFUSED
}

// Every kind by the names of its parameters: a kind that is not there, and none of the parameters.
static void test_kinds(void **state)
{
    (void) state;
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_new(&ctx, "sphere", NULL, 0, &target), FOL_E_INPUT);
    assert_non_null(strstr(ctx.message, "`target` must be one of gmm"));
    assert_non_null(strstr(ctx.message, "not \"sphere\"."));
    for (const fol_kind *const *kind = fol_targets; *kind; kind++) {
        const fol_target_kind *of = (const fol_target_kind *) *kind;
        for (size_t i = 0; of->base.keys[i].key; i++) {
            assert_true(i < FOL_TARGET_PARAMETERS);
            assert_true(strlen(of->shapes[i]) <= 2);
        }
        assert_int_equal(fol_target_new(&ctx, of->base.name, NULL, 0, &target), FOL_E_INPUT);
        assert_string_equal(ctx.failure.argument, of->base.keys[0].key);
    }
}

// Parameters may come in any order; what the mixture standardised draws is what it draws, standardised.
static void test_standardize(void **state)
{
    (void) state;
    enum { n = 100 };
    const fol_target_parameter parameters[] = {
        {"weight", 2, 1, plane_weight}, {"sd", 2, 2, plane_sd}, {"mean", 2, 2, plane_mean}};
    const double center[] = {0.5, -1}, scale[] = {2, 0.25};
    double x[2 * n], z[2 * n];
    fol_context ctx;
    fol_target *target, *standard;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_new(&ctx, "gmm", parameters, 3, &target), FOL_OK);
    assert_int_equal(fol_target_standardize(&ctx, target, center, scale, &standard), FOL_OK);
    assert_int_equal(fol_target_draw(&ctx, target, 4, 0, n, x), FOL_OK);
    assert_int_equal(fol_target_draw(&ctx, standard, 4, 0, n, z), FOL_OK);
    for (size_t i = 0; i < 2 * n; i++)
        assert_near(z[i], (x[i] - center[i % 2]) / scale[i % 2], 1e-13, "standardised");
    fol_target_free(standard);
    fol_target_free(target);
}

// ---- gaussian ----

enum { SPACE_D = 3 };
static const double space_mean[] = {-1, 0.5, 20};
static const double space_covariance[] = {2, 1.2, -3, 1.2, 1, -1.6, -3, -1.6, 30};

static fol_target *new_gaussian(size_t d, const double *mean, const double *covariance)
{
    const fol_target_parameter parameters[] = {{"mean", d, 1, mean}, {"covariance", d, d, covariance}};
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    if (fol_target_new(&ctx, "gaussian", parameters, 2, &target) != FOL_OK)
        fail_msg("%s", ctx.message);
    return target;
}

// Against the mixture of one component where the covariance is diagonal, and quadrature where it is not.
static void test_gaussian_density(void **state)
{
    (void) state;
    const double mean[] = {1, -2}, diagonal[] = {0.25, 0, 0, 4}, sd[] = {0.5, 2}, weight = 1;
    fol_target *plain = new_gaussian(2, mean, diagonal), *gmm = new_gmm(1, 2, mean, sd, &weight);
    for (double x = -4; x < 4; x += 0.37)
        assert_near(log_density(plain, (double[]){x, 1 - x}), log_density(gmm, (double[]){x, 1 - x}), 1e-12,
                    "diagonal");
    fol_target *line = new_gaussian(1, mean, (double[]){2.5});
    fol_target *plane = new_gaussian(2, mean, (double[]){1, -1.2, -1.2, 2});
    assert_integral(line, 20, 1000);
    assert_integral(plane, 15, 500);
    fol_target *space = new_gaussian(SPACE_D, space_mean, space_covariance);
    for (double x = -4; x < 4; x += 0.37)
        assert_gradient(space, (double[]){x, 1 - x, 20 + 2 * x});
    fol_target_free(plain);
    fol_target_free(gmm);
    fol_target_free(line);
    fol_target_free(plane);
    fol_target_free(space);
}

// Mean and covariance within 4.5 standard errors, which are known: x y has variance S_xx S_yy + S_xy^2.
static void test_gaussian_draws(void **state)
{
    (void) state;
    enum { n = 100000 };
    fol_target *target = new_gaussian(SPACE_D, space_mean, space_covariance);
    const double *s = space_covariance;
    double *x = fol_alloc(n * SPACE_D, sizeof *x);
    assert_non_null(x);
    target->draw(target, 1, 0, n, x);
    for (size_t i = 0; i < SPACE_D; i++) {
        double mean = 0;
        for (size_t r = 0; r < n; r++)
            mean += x[SPACE_D * r + i] / n;
        assert_near(mean, space_mean[i], 4.5 * sqrt(s[4 * i] / n), "mean");
        for (size_t j = 0; j <= i; j++) {
            double product = 0;
            for (size_t r = 0; r < n; r++)
                product += (x[SPACE_D * r + i] - space_mean[i]) * (x[SPACE_D * r + j] - space_mean[j]) / n;
            const double both = s[SPACE_D * i + j];
            assert_near(product, both, 4.5 * sqrt((s[4 * i] * s[4 * j] + both * both) / n), "covariance");
        }
    }
    assert_indexed(target);
    fol_free(x);
    fol_target_free(target);
}

enum { ROWS = 77 }; // no multiple of the denoiser's tile

static void denoise(const fol_denoiser *den, size_t n, const double *x, const fol_instant *when, size_t stride,
                    double *out)
{
    void *work = fol_alloc(fol_field_work_size(&den->field, n), 1);
    assert_non_null(work);
    assert_int_equal(fol_field_eval(&den->field, n, x, when, stride, out, work), FOL_OK);
    fol_free(work);
}

// Tweedie: a D = x + s^2 times the score of x_tau, which is Gaussian with covariance a^2 S + s^2.
static void test_gaussian_denoiser(void **state)
{
    (void) state;
    fol_target *target = new_gaussian(SPACE_D, space_mean, space_covariance);
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(target, &process);
        assert_near(den->data_var, 11, 1e-14, "data_var");
        for (double snr = 0.01; snr < 500; snr *= 7) {
            const fol_instant at = fol_process_at_snr(&process, snr);
            double mean[SPACE_D], covariance[SPACE_D * SPACE_D];
            double x[ROWS * SPACE_D], score[ROWS * SPACE_D], denoised[ROWS * SPACE_D];
            for (size_t i = 0; i < SPACE_D * SPACE_D; i++)
                covariance[i] = at.a * at.a * space_covariance[i] + (i % (SPACE_D + 1) ? 0 : at.s * at.s);
            for (size_t i = 0; i < SPACE_D; i++)
                mean[i] = at.a * space_mean[i];
            fol_target *noised = new_gaussian(SPACE_D, mean, covariance);
            noised->draw(noised, 3, 0, ROWS, x);
            gradient_of(noised, ROWS, x, score);
            denoise(den, ROWS, x, &at, 0, denoised);
            for (size_t i = 0; i < ROWS * SPACE_D; i++)
                assert_near(denoised[i], (x[i] + at.s * at.s * score[i]) / at.a, 1e-12 * (1 + fabs(x[i] / at.a)),
                            fol_processes[kind]->name);
            fol_target_free(noised);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(target);
}

// The same bits at every level, for a row alone as among others, at one moment and at moments of their own, with both
// ends among them: the mean without a signal, x / a without noise.
static void test_gaussian_denoiser_rows(void **state)
{
    (void) state;
    static const char *const levels[] = {"baseline", "x86-64-v3", "x86-64-v4"};
    fol_target *target = new_gaussian(SPACE_D, space_mean, space_covariance);
    for (int kind = 0; kind < N_PROCESSES; kind++) {
        const fol_process process = paper_process(kind);
        fol_denoiser *den = new_exact(target, &process);
        fol_instant when[ROWS];
        double x[ROWS * SPACE_D], first[ROWS * SPACE_D], denoised[ROWS * SPACE_D], one[SPACE_D];
        for (size_t i = 0; i < ROWS; i++)
            when[i] = fol_process_at(&process, fol_process_end(&process) * (double) i / (ROWS - 1));
        for (size_t i = 0; i < ROWS * SPACE_D; i++)
            x[i] = 30 * sin((double) i);
        for (size_t l = 0; l < 3; l++) {
            fol_simd_choose(levels[l]); // the best that there is, at most this one
            denoise(den, ROWS, x, when, 1, l == 0 ? first : denoised);
            if (l > 0)
                assert_memory_equal(denoised, first, sizeof first);
            for (size_t i = 0; i < ROWS; i++) {
                denoise(den, 1, x + SPACE_D * i, when + i, 0, one);
                assert_memory_equal(one, first + SPACE_D * i, sizeof one);
            }
        }
        fol_simd_choose(NULL);
        const size_t last = ROWS - 1;
        for (size_t j = 0; j < SPACE_D; j++) {
            if (when[0].s == 0)
                assert_true(first[j] == x[j] / when[0].a);
            if (when[last].snr == 0)
                assert_true(first[SPACE_D * last + j] == space_mean[j]);
        }
        fol_denoiser_free(den);
    }
    fol_target_free(target);
}

// A covariance of 20 columns that is far from diagonal and whose axes have variances over ten decades: at an SNR that
// drowns the small ones and keeps the large ones D is still that of Tweedie's formula by other means, here in closed
// form: S = v uu' + w (I - uu') for a unit vector u.
static void test_gaussian_axes(void **state)
{
    (void) state;
    enum { d = 20 };
    const double v = 1e5, w = 1e-5;
    double mean[d] = {0}, covariance[d * d], x[d], denoised[d], dot = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            covariance[i * d + j] = (v - w) / d + (i == j ? w : 0);
    fol_target *target = new_gaussian(d, mean, covariance);
    const fol_process process = paper_process(PROCESS_vp);
    fol_denoiser *den = new_exact(target, &process);
    const fol_instant at = fol_process_at_snr(&process, 1);
    for (size_t i = 0; i < d; i++) {
        x[i] = cos((double) (i * i));
        dot += x[i] / d;
    }
    denoise(den, 1, x, &at, 0, denoised);
    const double a2 = at.a * at.a, s2 = at.s * at.s, large = at.a * v / (a2 * v + s2), small = at.a * w / (a2 * w + s2);
    for (size_t i = 0; i < d; i++)
        assert_near(denoised[i], large * dot + small * (x[i] - dot), 1e-10, "axes");
    fol_denoiser_free(den);
    fol_target_free(target);
}

static void test_gaussian_standardize(void **state)
{
    (void) state;
    enum { n = 100 };
    const double center[] = {0.5, -1, 3}, scale[] = {2, 0.25, 10};
    double x[SPACE_D * n], z[SPACE_D * n];
    fol_context ctx;
    fol_target *target = new_gaussian(SPACE_D, space_mean, space_covariance), *standard;
    fol_context_init(&ctx);
    assert_int_equal(fol_target_standardize(&ctx, target, center, scale, &standard), FOL_OK);
    target->draw(target, 4, 0, n, x);
    standard->draw(standard, 4, 0, n, z);
    for (size_t i = 0; i < SPACE_D * n; i++)
        assert_near(z[i], (x[i] - center[i % SPACE_D]) / scale[i % SPACE_D], 1e-12, "standardised");
    fol_target_free(standard);
    fol_target_free(target);
}

static void test_gaussian_refusals(void **state)
{
    (void) state;
    const double mean[] = {0, 0, 0}, skew[] = {1, 0.5, 0.4, 1}, flat[] = {1, 0, 0, 0, 1, 1, 0, 1, 1};
    const double negative[] = {-1, 0, 0, 1}, nan[] = {1, 0, NAN, 1};
#define REFUSED(message, rows, cols, covariance)                                                                       \
    assert_refused("gaussian",                                                                                         \
                   (const fol_target_parameter[]){{"mean", rows, 1, mean}, {"covariance", rows, cols, covariance}}, 2, \
                   message)
    REFUSED("`covariance` must be symmetric, but row 1, column 2 is 0.5 and row 2, column 1 is 0.4.", 2, 2, skew);
    REFUSED("`covariance` must be positive definite, but its leading 3 x 3 block is not.", 3, 3, flat);
    REFUSED("`covariance` must be positive definite, but its leading 1 x 1 block is not.", 2, 2, negative);
    REFUSED("`covariance` must be a number, but row 2, column 1 is nan.", 2, 2, nan);
    REFUSED("`covariance` must be a 2 x 2 matrix, not 2 x 3.", 2, 3, flat);
    REFUSED("`mean` must be a vector of at least one number, not 0.", 0, 0, flat);
#undef REFUSED
}

// ---- funnel ----

static fol_target *new_funnel(double dim, double variance)
{
    const fol_target_parameter parameters[] = {{"dim", 1, 1, &dim}, {"variance", 1, 1, &variance}};
    fol_context ctx;
    fol_target *target;
    fol_context_init(&ctx);
    if (fol_target_new(&ctx, "funnel", parameters, 2, &target) != FOL_OK)
        fail_msg("%s", ctx.message);
    return target;
}

// Against quadrature, a value by hand and differences; far out neither density nor gradient is NaN.
static void test_funnel_density(void **state)
{
    (void) state;
    fol_target *plane = new_funnel(2, 0.25), *space = new_funnel(4, 9);
    assert_integral(plane, 40, 1600);
    assert_near(log_density(plane, (double[]){0.5, -1}),
                -0.5 * (0.25 / 0.25 + log(2 * PI * 0.25) + exp(-0.5) + 0.5 + log(2 * PI)), 1e-14, "funnel");
    for (double x = -4; x < 4; x += 0.37)
        assert_gradient(space, (double[]){x, 0.3 * x, 1 - x / 2, 0});
    const double far[][2] = {{-3000, 0}, {-3000, 1}, {3000, 1e200}, {1e200, 1}};
    for (size_t i = 0; i < 4; i++) {
        double slope[2];
        assert_false(isnan(log_density(plane, far[i])));
        gradient_of(plane, 1, far[i], slope);
        assert_false(isnan(slope[0]) || isnan(slope[1]));
    }
    fol_target_free(plane);
    fol_target_free(space);
}

// x_1 is N(0, v), and x_i / e^{x_1 / 2} are N(0, 1) and independent of it and of each other: 4.5 standard errors. With
// a small variance x_i^2 itself has the mean e^{v / 2}, and its square 3 e^{2 v}.
static void test_funnel_draws(void **state)
{
    (void) state;
    enum { n = 100000, d = 3 };
    const double v = 1;
    fol_target *target = new_funnel(d, v);
    double *x = fol_alloc(n * d, sizeof *x), first[2] = {0}, scaled[2] = {0}, across[3] = {0}, square = 0;
    assert_non_null(x);
    target->draw(target, 1, 0, n, x);
    for (size_t r = 0; r < n; r++) {
        const double *row = x + d * r, a = row[1] * exp(-0.5 * row[0]), b = row[2] * exp(-0.5 * row[0]);
        first[0] += row[0] / n;
        first[1] += row[0] * row[0] / n;
        scaled[0] += a / n;
        scaled[1] += a * a / n;
        across[0] += a * row[0] / n;
        across[1] += a * b / n;
        across[2] += a * a * row[0] / n;
        square += row[2] * row[2] / n;
    }
    assert_near(first[0], 0, 4.5 * sqrt(v / n), "mean of x_1");
    assert_near(first[1], v, 4.5 * v * sqrt(2.0 / n), "variance of x_1");
    assert_near(scaled[0], 0, 4.5 * sqrt(1.0 / n), "mean of x_2");
    assert_near(scaled[1], 1, 4.5 * sqrt(2.0 / n), "variance of x_2");
    assert_near(across[0], 0, 4.5 * sqrt(v / n), "x_1 and x_2");
    assert_near(across[1], 0, 4.5 * sqrt(1.0 / n), "x_2 and x_3");
    assert_near(across[2], 0, 4.5 * sqrt(3 * v / n), "x_1 and the square of x_2");
    assert_near(square, exp(v / 2), 4.5 * sqrt((3 * exp(2 * v) - exp(v)) / n), "square of x_3");
    assert_indexed(target);
    fol_free(x);
    fol_target_free(target);
}

static fol_status fail_to_draw(const fol_target *target, uint64_t seed, uint64_t first, size_t n, double *x)
{
    (void) target;
    (void) seed;
    (void) first;
    (void) n;
    (void) x;
    return FOL_E_NUMERIC;
}

static void test_funnel_refusals(void **state)
{
    (void) state;
    const double zero = 0, one = 1, two = 2, half = 2.5;
#define REFUSED(message, dim, variance)                                                                                \
    assert_refused("funnel", (const fol_target_parameter[]){{"dim", 1, 1, &dim}, {"variance", 1, 1, &variance}}, 2,    \
                   message)
    REFUSED("`dim` must be a whole number of at least 2, not 1.", one, one);
    REFUSED("`dim` must be a whole number from 2 to 1000000, not 2.5.", half, one);
    REFUSED("`variance` must be a number greater than 0, not 0.", two, zero);
#undef REFUSED
    fol_context ctx;
    fol_denoiser *den;
    fol_context_init(&ctx);
    const fol_process process = paper_process(PROCESS_vp);
    fol_target *target = new_funnel(2, 1);
    assert_int_equal(fol_target_denoiser(&ctx, target, &process, &den), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`target` must have an exact denoiser; \"funnel\" has none.");
    assert_string_equal(ctx.failure.argument, "target");
    target->log_density.pullback = NULL;
    double slope[2];
    assert_int_equal(fol_target_gradient(&ctx, target, 1, slope, slope), FOL_E_INPUT);
    assert_string_equal(ctx.message, "`target` must have a gradient; \"funnel\" has none.");
    target->draw = fail_to_draw;
    assert_int_equal(fol_target_draw(&ctx, target, 1, 0, 1, slope), FOL_E_NUMERIC);
    assert_string_equal(ctx.message, "The target \"funnel\" has failed: a value became non-finite.");
    fol_target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_density),
        cmocka_unit_test(test_far_away),
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_draws_are_indexed),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_integral),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_standardize),
        cmocka_unit_test(test_gaussian_density),
        cmocka_unit_test(test_gaussian_draws),
        cmocka_unit_test(test_gaussian_denoiser),
        cmocka_unit_test(test_gaussian_denoiser_rows),
        cmocka_unit_test(test_gaussian_axes),
        cmocka_unit_test(test_gaussian_standardize),
        cmocka_unit_test(test_gaussian_refusals),
        cmocka_unit_test(test_funnel_density),
        cmocka_unit_test(test_funnel_draws),
        cmocka_unit_test(test_funnel_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
