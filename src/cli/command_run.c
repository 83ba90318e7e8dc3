// The command `run`: the jobs of a file, whichever commands they are for.
#include "command.h"

const cli_command cli_run = {
    .name = "run",
    .summary = "run the job, or each job of a list, that a file holds",
    .description = "Runs a job file: a JSON object whose key `command` names a command and whose other keys are those "
                   "of the command, or a list of such objects, which run in order until one fails. All are checked "
                   "before the first begins. Keys on the command line hold for every job of the file.",
};
