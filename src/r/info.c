// Info and threads.
#include "ffi.h"

SEXP ffi_info(void)
{
    static const char *const names[] = {"version", "gemm",           "simd",        "openmp",
                                        "threads", "threads_reason", "gemm_gflops", "normals_ns"};
    const fol_info info = fol_info_get();
    SEXP list = PROTECT(ffi_named_list(sizeof names / sizeof *names, names));
    SET_VECTOR_ELT(list, 0, Rf_mkString(info.version));
    SET_VECTOR_ELT(list, 1, Rf_mkString(info.gemm));
    SET_VECTOR_ELT(list, 2, Rf_mkString(info.simd));
    SET_VECTOR_ELT(list, 3, Rf_ScalarLogical(info.openmp));
    SET_VECTOR_ELT(list, 4, Rf_ScalarInteger(info.threads));
    SET_VECTOR_ELT(list, 5, Rf_mkString(info.threads_reason));
    SET_VECTOR_ELT(list, 6, Rf_ScalarReal(info.gemm_gflops));
    SET_VECTOR_ELT(list, 7, Rf_ScalarReal(info.normals_ns));
    UNPROTECT(1);
    return list;
}

SEXP ffi_threads(void)
{
    return Rf_ScalarInteger(fol_threads());
}

SEXP ffi_threads_set(SEXP n)
{
    fol_set_threads(Rf_asInteger(n));
    return ffi_threads();
}
