// Kernels for AVX2 with FMA; build.py gives this file the flags.
#include "table.h"

namespace vp {
#if defined(__AVX2__) && defined(__FMA__)
const Kernels* avx2_kernels() { return &kernels_of<Avx2>; }
#else
const Kernels* avx2_kernels() { return nullptr; }
#endif
}  // namespace vp
