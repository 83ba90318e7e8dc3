// Network gradients: the backward pass of mlp.h.
#include "mlp_grad.h"

#include <string.h>

#include "../base/simd.h"
#include "gemm.h"

void fol_mlp_backward(const fol_mlp *mlp, const float *prepared, size_t n, const fol_mlp_work *work, bool accumulate,
                      float *gradient, float *input_gradient)
{
    const float keep = accumulate ? 1 : 0;
    float *g = work->g[0], *g_next = work->g[1];
    for (int l = mlp->n_layers - 1; l >= 0; l--) {
        const size_t n_in = mlp->width[l], n_out = mlp->width[l + 1];
        const float *slope = l + 1 < mlp->n_layers ? work->slope[l] : NULL;
        if (!accumulate)
            memset(gradient + mlp->bias[l], 0, n_out * sizeof *gradient);
        fol_simd_get()->backward_bias(n, n_out, slope, g, gradient + mlp->bias[l]);
        fol_gemm(true, n_in, n_out, n, work->h[l], n_in, g, n_out, keep, gradient + mlp->weight[l], n_out);
        float *g_in = l > 0 ? g_next : input_gradient;
        if (!g_in)
            return;
        if (fol_gemm_packs(n_in, n_out))
            fol_gemm_packed(n, n_in, n_out, g, n_out, prepared + mlp->backward[l], g_in, n_in);
        else
            fol_gemm(false, n, n_in, n_out, g, n_out, prepared + mlp->backward[l], n_in, 0, g_in, n_in);
        g_next = g;
        g = g_in;
    }
}
