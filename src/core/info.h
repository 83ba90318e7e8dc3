// Info: what this build runs on.
#ifndef FOL_INFO_H
#define FOL_INFO_H

#include <stdbool.h>

typedef struct {
    const char *version; // of the package
    const char *gemm;    // "BLIS 0.9.0, kernel zen3" or "built-in (no BLIS)"; a sentence that fits a line
    const char *simd;    // "x86-64-v4", "x86-64-v3", "baseline"
    bool openmp;
    int threads;                // fol_threads()
    const char *threads_reason; // fol_threads_reason(0)
    double gemm_gflops;         // measured, one thread, 1024 x 256 x 256
    double normals_ns;          // measured, one thread, a standard normal
} fol_info;

// Measures for about a tenth of a second.
fol_info fol_info_get(void);

#endif
