// The public C interface of libfollmer.
#ifndef FOLLMER_H
#define FOLLMER_H

#include "base/context.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/threads.h"
#include "base/version.h"
#include "chain/sample.h"
#include "estimate/expectation.h"
#include "estimate/level_table.h"
#include "estimate/random_network.h"
#include "estimate/summary.h"
#include "estimate/summary_warning.h"
#include "field/drift.h"
#include "field/drift_follmer.h"
#include "field/field_function.h"
#include "field/functional.h"
#include "fit/fit_denoiser.h"
#include "fit/loss.h"
#include "fit/model_file.h"
#include "info.h"
#include "io/file.h"
#include "io/options.h"
#include "io/table_file.h"
#include "process/process.h"
#include "target/target_gmm.h"

#endif
