/* A program of a stranger: it has the installed header and library, and nothing else of ours. */
#include <lampjack/lampjack.h>
#include <stdio.h>

int main(void) {
    const ljk_str version = ljk_version();
    if (ljk_abi_version() != LJK_ABI_VERSION) return 1;
    printf("%.*s\n", (int)version.len, version.ptr);
    return 0;
}
