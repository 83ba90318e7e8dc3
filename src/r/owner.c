// Owners: external pointers that free a core object even when R jumps out of an entry point.
#include <jansson.h>

#include "ffi.h"

SEXP ffi_own(ffi_kind kind)
{
    SEXP tag = PROTECT(Rf_ScalarInteger((int) kind));
    SEXP owner = PROTECT(R_MakeExternalPtr(NULL, tag, R_NilValue));
    R_RegisterCFinalizer(owner, ffi_release);
    UNPROTECT(2);
    return owner;
}

void ffi_owns(SEXP owner, void *object)
{
    R_SetExternalPtrAddr(owner, object);
}

void ffi_release(SEXP owner)
{
    void *object = R_ExternalPtrAddr(owner);
    switch ((ffi_kind) INTEGER(R_ExternalPtrTag(owner))[0]) {
    case FFI_BLOCK:
        fol_free(object);
        break;
    case FFI_DENOISER:
        fol_denoiser_free(object);
        break;
    case FFI_FIELD:
        fol_field_free(object);
        break;
    case FFI_JSON:
        json_decref(object);
        break;
    case FFI_LEVELS:
        fol_level_table_free(object);
        break;
    case FFI_MODEL:
        fol_model_free(object);
        break;
    case FFI_NETWORK:
        fol_random_network_free(object);
        break;
    case FFI_SUMMARY:
        fol_summary_free(object);
        break;
    case FFI_TABLE:
        if (object)
            fol_table_clear(object);
        fol_free(object);
        break;
    case FFI_TALLY:
        fol_tally_free(object);
        break;
    case FFI_TARGET:
        fol_target_free(object);
        break;
    }
    R_ClearExternalPtr(owner);
}
