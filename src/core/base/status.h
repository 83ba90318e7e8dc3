// Status codes: what a core function returns when it can fail.
#ifndef FOL_STATUS_H
#define FOL_STATUS_H

#define FOL_STATUS_LIST(X)                                                                                             \
    X(FOL_OK, "success")                                                                                               \
    X(FOL_E_MEMORY, "out of memory")                                                                                   \
    X(FOL_E_INPUT, "invalid argument")                                                                                 \
    X(FOL_E_FILE, "file cannot be read or written")                                                                    \
    X(FOL_E_FORMAT, "not a valid follmer file")                                                                        \
    X(FOL_E_NUMERIC, "a value became non-finite")                                                                      \
    X(FOL_E_INTERRUPT, "interrupted")                                                                                  \
    X(FOL_E_CALLBACK, "a function of the caller's stopped the run")

#define FOL_STATUS_ENUM(code, text) code,
typedef enum { FOL_STATUS_LIST(FOL_STATUS_ENUM) } fol_status;
#undef FOL_STATUS_ENUM

// The sentence that belongs to a status; never NULL. Thread-safe.
const char *fol_status_text(fol_status status);

#endif
