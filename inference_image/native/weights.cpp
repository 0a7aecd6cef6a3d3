#include "weights.h"

#include "winograd.h"

namespace vp {

namespace {

int points_of(int taps) {
    switch (taps) {
        case 3: return Convolution3::size;
        case 7: return Convolution7::size;
        default: return Convolution11::size;
    }
}

class Reader {
public:
    Reader(const Packed& packed, const Family& family, int panel, std::string& error)
        : packed_(packed), family_(family), panel_(panel), error_(error) {}

    const float* tensor(const std::string& name, size_t floats) { return packed_.find(name, floats, error_); }

    // A packed product of `depth` rows and `columns`, padded to whole panels.
    const float* product(const std::string& name, size_t depth, size_t columns) {
        return tensor(name, depth * ((columns + panel_ - 1) / panel_ * panel_));
    }

    Layer layer(const std::string& name, size_t depth, size_t columns, size_t biases) {
        return {product(name + ".weight", depth, columns), tensor(name + ".bias", biases)};
    }

    ResidualBlock block(const std::string& name, int channels, int taps) {
        ResidualBlock made{channels, taps, {}, {}};
        for (int i = 0; i < 3; ++i) {
            made.first[i] = styled(name, "1." + std::to_string(i), channels, taps);
            made.second[i] = styled(name, "2." + std::to_string(i), channels, taps);
        }
        return made;
    }

private:
    StyledLayer styled(const std::string& block, const std::string& which, size_t channels, int taps) {
        const std::string name = block + ".adain" + which + ".fc";
        Layer style{};
        if (family_.timbre > 0)
            style = {tensor(name + ".weight", family_.timbre * 2 * channels), tensor(name + ".bias", 2 * channels)};
        return {layer(block + ".convs" + which, points_of(taps) * channels, channels, channels), style,
                tensor(block + ".alpha" + which, channels),
                tensor(block + ".inverse_alpha" + which, channels)};
    }

    const Packed& packed_;
    const Family& family_;
    size_t panel_;
    std::string& error_;
};

}  // namespace

Weights::Weights(const Packed& packed, const Family& family, int panel, std::string& error) {
    Reader reader(packed, family, panel, error);
    int channels_in = shape::features;
    for (int stage = 0; stage < 2; ++stage) {
        const int channels = shape::channels[stage];
        const std::string number = std::to_string(stage);
        upsampling[stage] = reader.layer("ups." + number, 2 * channels_in, family.stride[stage] * channels, channels);
        noise[stage] = reader.layer("noise_convs." + number, family.noise_taps[stage] * family.source(), channels, channels);
        noise_residual[stage] = reader.block("noise_res." + number, channels, shape::noise_kernels[stage]);
        for (int i = 0; i < 3; ++i)
            residual[3 * stage + i] =
                reader.block("resblocks." + std::to_string(3 * stage + i), channels, shape::kernels[i]);
        channels_in = channels;
    }
    last = reader.layer("conv_post", shape::last_taps * shape::channels[1], shape::last_columns, shape::last_columns);
    basis = reader.product("stft.basis", family.window / family.hop * family.source(), family.hop);
    if (family.first_window) window_sum = reader.tensor("stft.window_sum", family.window);
}

}  // namespace vp
