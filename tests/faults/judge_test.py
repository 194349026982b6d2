#!/usr/bin/env python3
"""The judge of the sweep finds each broken promise, and nothing where there is none. No program is run."""

import pathlib
import tempfile
import types
import unittest

import judge
from cases import Case
from contents import listing
from jobs import Fault, Result
from plan import faults_of

FAULT = Fault("writes/text", 1, 0, "write", "work/out.txt.writing", 1, "EIO")
HIT = "process 1 0\nhit write work/out.txt.writing\n"
CLEAN = "jetrain: cannot write out.txt: Input/output error\n"


class Judge(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.place = pathlib.Path(self.folder.name)
        (self.place / "work").mkdir()
        self.write("out.txt", "old")
        self.case = Case("writes/text", "write out.txt", (("out.txt", "text"),))
        self.reference = judge.Reference({"out.txt": "new"}, {"out.txt": "digest"}, "")
        self.again = Result(0, "", "", False, "")
        self.bench = types.SimpleNamespace(inputs="inputs", timeout=20, run=lambda *_: self.again)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.place / "work" / name).write_text(text)

    def judged(self, status, err=CLEAN, leaves=None, fault=FAULT, hung=False, log=HIT):
        """The kind of the outcome, and which promises were broken."""
        before = listing(self.place / "work")
        for name, text in (leaves or {}).items():
            self.write(name, text)
        result = Result(status, "", err, hung, log)
        outcome = judge.judge(self.case, fault, self.bench, self.place, before, self.reference, result)
        return outcome.kind, {promise for promise, _ in outcome.broken}

    def test_takes_the_right_result_and_a_clean_error(self):
        self.assertEqual(self.judged(1), ("error", set()))
        self.assertEqual(self.judged(0, "", {"out.txt": "new"}), ("right", set()))

    def test_knows_a_fault_that_was_not_met(self):
        self.assertEqual(self.judged(0, "", {"out.txt": "new"}, log="process 1 0\n")[0], "not reached")

    def test_finds_a_wrong_result(self):
        self.assertEqual(self.judged(0, "", {"out.txt": "other"})[1], {"wrong"})

    def test_finds_half_a_file_and_one_that_is_gone(self):
        self.assertEqual(self.judged(1, leaves={"out.txt": "ne"})[1], {"half"})
        before = listing(self.place / "work")
        (self.place / "work" / "out.txt").unlink()
        outcome = judge.judge(self.case, FAULT, self.bench, self.place, before, self.reference,
                              Result(1, "", CLEAN, False, HIT))
        self.assertEqual([promise for promise, _ in outcome.broken], ["half"])

    def test_finds_what_is_left_behind(self):
        self.assertEqual(self.judged(1, leaves={"out.txt.writing": ""})[1], {"left"})

    def test_finds_words_that_do_not_fit_the_cause(self):
        self.assertEqual(self.judged(1, "")[1], {"silent"})
        self.assertEqual(self.judged(1, CLEAN + CLEAN)[1], {"messages"})
        self.assertEqual(self.judged(1, "jetrain: cannot write out.txt\n")[1], {"cause"})
        self.assertEqual(self.judged(1, "jetrain: reading out.txt failed (is it damaged?)\n")[1], {"untrue"})
        self.assertEqual(self.judged(1, "jetrain: cannot write out.txt: No space left on device\n")[1],
                         {"untrue", "cause"})

    def test_finds_crashes_and_hangs(self):
        self.assertEqual(self.judged(-11)[1], {"crash"})
        self.assertEqual(self.judged(134, "terminate called after throwing\n" + CLEAN)[1], {"crash"})
        self.write("out.txt", "new")
        self.assertEqual(self.judged(-9, "", hung=True)[1], {"hang"})

    def test_asks_the_next_run_to_clear_what_a_kill_left(self):
        kill = Fault("writes/text", 1, 0, "write", "work/out.txt.writing", 1, "kill")
        self.assertEqual(self.judged(-9, "", {"out.txt.writing": "", "out.txt": "new"}, kill)[1], {"left"})
        (self.place / "work" / "out.txt.writing").unlink()
        self.assertEqual(self.judged(-9, "", {"out.txt": "new"}, kill), ("error", set()))
        self.again = Result(1, "", CLEAN, False, "")
        self.assertEqual(self.judged(-9, "", fault=kill)[1], {"next"})

    def test_asks_what_was_broken_off_to_end_with_the_same_bits(self):
        self.case = Case("writes/text", "write out.txt", (("out.txt", "text"),), goes_on="--resume")
        self.assertEqual(self.judged(1)[1], {"resume"})


class Plan(unittest.TestCase):
    def test_lets_each_call_go_wrong(self):
        case = Case("writes/text", "write out.txt", ())
        faults = list(faults_of(case, 1, 0, [("pwrite", "work/out.h5")] * 9, 1))
        self.assertEqual({fault.at for fault in faults}, set(range(1, 10)))
        self.assertGreater(len({fault.act for fault in faults if fault.at == 5}), 6)
        self.assertEqual({fault for fault in faults if Fault.parse(str(fault)) != fault}, set())


if __name__ == "__main__":
    unittest.main()
