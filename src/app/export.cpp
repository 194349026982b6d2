#include "app/export.hpp"

#include <fmt/format.h>

#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "exchange/onnx_file.hpp"

namespace jetrain {

void export_model(const ExportOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  const StoredModel stored = load_model(options.model, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    const std::string bytes = onnx_bytes(stored.config, stored.model);
    write_text(options.output, bytes);
    print_line("{}: ONNX opset {}, {:.1f} kB, weights {}", options.output, kOnnxOpset,
               static_cast<double>(bytes.size()) / 1e3, weights_hash(stored.model.parameters()));
  });
}

}  // namespace jetrain
