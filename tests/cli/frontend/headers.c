/* Inline functions of headers are lowered when they are used, and once. */
#include "headers.h"

//~ ^function static used\(x\) inline in-header  @headers\.h:4:
//~ ^function static used_by_used\(x\) inline in-header
//! ^function .*never_used
//~ ^function extern plain\(\) in-header
int main(void) {
    return used(1) + used(2);
}

#include "part.inc"
//~ ^function extern of_the_part\(\) in-header  @part\.inc:
