/* Nothing but proofs: the constants of the TypeScript side are this kernel interface's. */
#include "gen/proofs.h"
