// Kernels for any processor: 4 floats wide, which is SSE2 on x86-64 and NEON on arm64.
#include "language_table.h"
#include "table.h"

namespace vp {
const Kernels* baseline_kernels() { return &kernels_of<Baseline>; }
const LanguageKernels* baseline_language_kernels() { return &language_kernels_of<Baseline>; }
}  // namespace vp
