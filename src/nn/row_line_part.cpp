#include "nn/row_line_part.hpp"

#include <algorithm>

namespace jetrain {

RowLinePart::RowLinePart(PartSizes& sizes, const std::string& prefix, const std::string& suffix,
                         std::int64_t channels, double momentum, double epsilon)
    : channels_(channels),
      epsilon_(static_cast<float>(epsilon)),
      first_average_(sizes.averages_floats),
      first_word_(sizes.statistics_words),
      averages_(channels, momentum),
      gamma_(sizes, prefix + "gamma" + suffix, channels, 1, ParameterRole::scale),
      beta_(sizes, prefix + "beta" + suffix, channels, 0, ParameterRole::shift) {
  sizes.add_average(average((prefix + "moving_mean" + suffix).c_str(), {channels}, 0.0));
  sizes.add_average(average((prefix + "moving_variance" + suffix).c_str(), {channels}, 1.0));
  sizes.statistics_words += averages_.words();
}

kernels::RowLine RowLinePart::line(const LayerPass& pass, const float* mean, const float* variance,
                                   const Kept& kept) const {
  return kernels::row_line(channels_, mean, variance, epsilon_, gamma_.values(pass), beta_.values(pass),
                           kept.numbers);
}

kernels::RowLine RowLinePart::line_of(const LayerPass& pass, const kernels::RowMoments& moments,
                                      const Kept& kept) const {
  kernels::finish_moments(moments, kept.mean, kept.variance);
  return line(pass, kept.mean, kept.variance, kept);
}

kernels::RowLine RowLinePart::average_line(const LayerPass& pass, const Kept& kept) const {
  const float* const mean = pass.averages + first_average_;
  return line(pass, mean, mean + channels_, kept);
}

kernels::RowLineBack RowLinePart::begin_backward(const LayerPass& pass, const Kept& kept, std::int64_t rows,
                                                 float* gradients, float* memory) const {
  if (pass.frozen) {  // no way back through the statistics
    std::fill_n(dgamma(gradients), padded_channels(channels_), 0.0F);
    std::fill_n(dbeta(gradients), padded_channels(channels_), 0.0F);
  }
  kernels::finish_line_sums(channels_, kept.line(), dgamma(gradients));
  return kernels::row_line_back(channels_, rows, kept.line(), dgamma(gradients), dbeta(gradients), memory);
}

bool RowLinePart::finish(const Kept& kept, std::int64_t rows, float* gradients,
                         const GradientSums& sums) const {
  const bool scale_is_good = gamma_.finish(gradients, sums);
  const bool shift_is_good = beta_.finish(gradients, sums);
  return averages_.add(kept.mean, kept.variance, rows, sums.statistics + first_word_) && scale_is_good &&
         shift_is_good;
}

void RowLinePart::update_averages(const std::int64_t* words, float* averages, bool anew) const {
  averages_.update(words + first_word_, averages + first_average_, anew);
}

}  // namespace jetrain
