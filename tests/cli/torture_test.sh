#!/usr/bin/env bash
# torture_test.sh JETRAIN: a short round of torture.sh. Environment: TEST_DATA_DIR.
exec bash "$TEST_DATA_DIR/../torture.sh" --jetrain "$1" --kills 4
