#!/usr/bin/env bash
# doxygen_test.sh JETRAIN: Doxygen has nothing to complain of: all of the public headers is documented, and what the
# others document is right.
# Environment: TEST_DATA_DIR, below the project's folder.
project=$(realpath "$TEST_DATA_DIR/../..")
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
command -v doxygen >/dev/null || { echo "SKIPPED: no doxygen"; exit 77; }

# complaints SETTING...: with these beside those of .doxygen.
complaints() { (cd "$project" && (cat .doxygen && printf '%s\n' "OUTPUT_DIRECTORY = $folder" "$@") | doxygen - 2>&1); }
[ -z "$(complaints)" ] || fail "$(complaints)"
[ -f html/classjetrain_1_1Tagger.html ] || fail "jetrain::Tagger is not there"
all=(GENERATE_HTML=NO GENERATE_XML=YES EXTRACT_ALL=YES "INPUT = include/jetrain")
[ -z "$(complaints "${all[@]}")" ] || fail "$(complaints "${all[@]}")"
echo "no complaints"
