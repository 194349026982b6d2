#pragma once

/// \file
/// Memory that is not there, told with what it was for and how much it was. The program's operator new notes
/// the size of what it could not give (app/allocation.cpp); whoever asks for much says what for.

#include <cstddef>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "jetrain/error.hpp"

namespace jetrain {

/// For one that is caught as std::bad_alloc or std::length_error.
class OutOfMemory : public Error {
 public:
  /// `purpose`: "the jets that this rank holds".
  explicit OutOfMemory(const std::string& purpose);
};

/// What `work` gives; where it asks for more memory than there is, OutOfMemory says that it was for
/// `purpose`. Inside of another, the inner one's purpose is told.
template <class Work>
decltype(auto) memory_for(const char* purpose, const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(purpose);
  } catch (const std::length_error&) {  // of a vector, larger than any memory
    throw OutOfMemory(purpose);
  }
}

/// Whether that is what an exception is about.
bool is_out_of_memory(const std::exception& error) noexcept;

/// What an exception says, for people; of std::bad_alloc, what this process was doing.
std::string message_of(const std::exception& error);

/// Of what an allocator could not give. Any thread.
void note_refused(std::size_t bytes) noexcept;
/// The last such size, 0: none is known.
std::size_t refused_bytes() noexcept;

}  // namespace jetrain
