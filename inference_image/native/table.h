// Fills the table of kernels for one target; included by one source file per target, compiled with its flags.
#pragma once

#include "convolution.h"
#include "projection.h"
#include "spectrum.h"
#include "upsampling.h"

namespace vp {

template <class Target>
inline constexpr Kernels kernels_of{
    Target::name,
    panel<Target>,
    ConvolutionBlock<Target, Convolution3>::kernel,
    ConvolutionBlock<Target, Convolution7>::kernel,
    ConvolutionBlock<Target, Convolution11>::kernel,
    UpsamplingBlock<Target>::kernel,
    ProjectionBlock<Target>::kernel,
    SpectrumBlock<Target>::kernel,
    SynthesisBlock<Target>::kernel,
    evaluate<Target>,
};

}  // namespace vp
