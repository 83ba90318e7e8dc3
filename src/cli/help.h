// Help: what --help and the manual say, from the tables of keys.
#ifndef FOL_HELP_H
#define FOL_HELP_H

#include "command.h"

// `follmer --help`: the commands.
void cli_help(void);

// `follmer NAME --help`: every key with type, range and default, 80 columns wide.
void cli_help_command(const cli_command *command);

// `follmer manual`: the man page in troff.
void cli_manual(void);

#endif
