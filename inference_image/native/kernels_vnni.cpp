// The language model's kernels for AVX-512 with VNNI; build.py gives this file the flags.
#include "language_table.h"

namespace vp {
#if defined(__AVX512VNNI__)
const LanguageKernels* vnni_language_kernels() { return &language_kernels_of<Vnni>; }
#else
const LanguageKernels* vnni_language_kernels() { return nullptr; }
#endif
}  // namespace vp
