/* aglet:ignore-file blocking-constructor -- the whole file */
int a; // aglet:ignore fire-and-forget, missing-cleanup -- reason
// aglet:ignore

int b = '"'; /* aglet:ignore unshielded-write */
const char *c = "// aglet:ignore \" not"; // aglet:ignored
/**
 * aglet:ignore missing-cleanup
 */
/**/ int d; /*/ aglet:ignore */
