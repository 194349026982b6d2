#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "layouts/row_range.hpp"
#include "layouts/stored_array.hpp"

namespace jetrain {

/// Reads the rows `range` of a dataset whose chunks are whole rows, `window_rows` (of whole chunks) at a
/// time. The thread that decodes a chunk hands it over: consume(slot, rows, first), `first` being row
/// rows.first; the calling thread reads the next window's chunks beside that. end_window(slots) after each
/// window. DataError names file, dataset and rows; ReadError.
void read_whole_chunks(
    const RawChunks& chunks, RowRange range, std::int64_t window_rows,
    const std::function<void(std::int64_t slot, RowRange rows, const std::byte* first)>& consume,
    const std::function<void(std::int64_t slots)>& end_window);

}  // namespace jetrain
