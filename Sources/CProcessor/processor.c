/* The functions stand in the header, so that they are part of the code that calls them. */
#include "CProcessor.h"
