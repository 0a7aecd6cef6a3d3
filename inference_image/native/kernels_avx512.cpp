// Kernels for AVX-512F; build.py gives this file the flags.
#include "table.h"

namespace vp {
#if defined(__AVX512F__)
const Kernels* avx512_kernels() { return &kernels_of<Avx512>; }
#else
const Kernels* avx512_kernels() { return nullptr; }
#endif
}  // namespace vp
