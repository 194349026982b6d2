#!/usr/bin/env bash
# What jetrain is built from, as Debian and Ubuntu name it: the one list, and how to install what is missing.
# Other scripts source this file; on its own, `launch/dependencies.sh [--tests]` installs.

BUILD_PACKAGES=(
  g++ cmake ninja-build pkg-config
  libopenmpi-dev openmpi-bin libopenblas-dev libhdf5-openmpi-dev
  libfmt-dev libspdlog-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev
  libonnx-dev libprotobuf-dev protobuf-compiler libpng-dev
  libblosc-dev librandom123-dev libxxhash-dev libzip-dev zlib1g-dev libdeflate-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  gnuplot-nox # draws for `jetrain report` and `evaluate --picture`, which want it when they run, and for `jetrain scaling`
)
# Judges of the files that jetrain writes, which the tests read as pandas, h5py and OpenCV users do; a batch system;
# network namespaces, which are the tests' hosts; a simulator of networks; another compiler with its sanitizers and tools;
# coverage.
TEST_PACKAGES=(
  python3 python3-numpy python3-pandas python3-tables python3-h5py python3-crc32c python3-png libopencv-dnn-dev
  slurm-wlm munge iproute2 procps libsimgrid-dev
  clang clang-format clang-tidy libomp-dev libclang-rt-dev gcovr
)

missing_packages() {  # missing_packages PACKAGE...: prints those that are not installed
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# Libraries may also come from modules, Spack or EasyBuild; then CMake finds them, and no package is needed.
found_by_cmake() {
  command -v mpirun >/dev/null &&
    (cd "$(dirname "${BASH_SOURCE[0]}")/.." && cmake --preset release) >/dev/null 2>&1
}

install_missing() {  # install_missing PACKAGE...
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
    echo "Installing ${#missing[@]} packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  elif found_by_cmake; then
    echo "Not from Debian packages, but CMake finds all that the build needs; going on."
  else
    cat >&2 <<TEXT
These packages are missing, and this script cannot install them (that takes apt-get, and root or sudo):

    ${missing[*]}

Debian, Ubuntu: let an administrator install them. Elsewhere install or load the same libraries, for example as
modules or from Spack, so that "cmake --preset release" succeeds (launch/README.md, "Building elsewhere"); then try again.
TEXT
    return 1
  fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  case "${1:-}" in
    "") install_missing "${BUILD_PACKAGES[@]}" ;;
    --tests) install_missing "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" ;;
    *)
      echo "usage: launch/dependencies.sh [--tests]    installs what jetrain (and its tests) need" >&2
      exit 2
      ;;
  esac
fi
