// Included before every file of the 32-bit unix VM (tools/setup_vm32.sh), so that it behaves as on a chip:
// the heap lies below 2^30, where a board's RAM lies and an address is a small int, and the limit of the
// stack can be set to that of a board.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static inline char *vm32_heap(size_t size) {
    void *at = (void *)0x20000000; // where the RAM of an RP2040 begins
    void *heap = mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (heap != at) {
        fprintf(stderr, "vm32: no room for a heap at %p\n", at);
        exit(1);
    }
    return heap;
}

static inline size_t vm32_stack(void) {
    const char *text = getenv("VM32_STACK_B");
    return text ? (size_t)atol(text) : 80000; // as the 64-bit VM: tests compile sources in the VM
}
