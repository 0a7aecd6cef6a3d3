// Kernels for AVX2 with FMA; build.py gives this file the flags.
#include "language_table.h"
#include "table.h"

namespace vp {
#if defined(__AVX2__) && defined(__FMA__)
const Kernels* avx2_kernels() { return &kernels_of<Avx2>; }
const LanguageKernels* avx2_language_kernels() { return &language_kernels_of<Avx2>; }
#else
const LanguageKernels* avx2_language_kernels() { return nullptr; }
const Kernels* avx2_kernels() { return nullptr; }
#endif
}  // namespace vp
