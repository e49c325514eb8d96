#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
The dashboard in a terminal, as its user has it: a terminal emulator between a pseudo-terminal
and what is checked. Waits for what has to come; a time limit only ends what hangs.
  terminal.py KVMMT ODD
"""
import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

import pexpect
import pyte

KVMMT = os.path.abspath(sys.argv[1])
ODD = os.path.abspath(sys.argv[2])
RECORDING = "tests/cases/v1.kvmmt"
UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END = "\033OA", "\033OB", "\033[5~", "\033[6~", "\033OH", "\033OF"
F1, F6, ESC = "\033OP", "\033[17~", "\033"
failed = 0


class Terminal:
    def __init__(self, rows, cols, words=("top", "-i", RECORDING), shell=None, **env):
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "TZ": "UTC",
                       "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=0"} | env
        command, args = ("/bin/sh", ["-c", shell]) if shell else (KVMMT, list(words))
        self.child = pexpect.spawn(command, args, env=environment, dimensions=(rows, cols), timeout=20)

    def read(self):
        data = self.child.read_nonblocking(65536, 20)
        self.raw += data
        self.stream.feed(data)

    def text(self):
        return "\n".join(self.screen.display)

    def until(self, wanted):
        """What is on the screen once it has what is wanted, or None."""
        try:
            while not wanted(self.screen.display):
                self.read()
        except (pexpect.TIMEOUT, pexpect.EOF):
            return None
        return self.screen.display

    def shows(self, word, row=None):
        return self.until(lambda rows: word in ("\n".join(rows) if row is None else rows[row]))

    def keys(self, keys):
        self.child.send(keys)

    def end(self):
        """The exit status; the rest of the output is read."""
        try:
            while True:
                self.read()
        except pexpect.EOF:
            pass
        self.child.close()
        return self.child.exitstatus

    def colours(self):
        return {cell.fg for row in self.screen.buffer.values() for cell in row.values()}


def check(good, name, why=""):
    global failed
    print(f"ok terminal: {name}" if good else f"not ok terminal: {name}:\n{why}")
    failed |= not good


def every_key(rows, cols, pc_keys=True, **env):
    """Each key once, and what it does."""
    size = f"{cols}x{rows}" + (f" {env}" if env else "")
    t = Terminal(rows, cols, **env)

    def after(keys, word, what, row=None):
        t.keys(keys)
        check(t.shows(word, row), f"{size}: {what}", t.text())

    check(t.until(lambda d: "END" in d[1] and "lost 0" in d[1] and "vm-0" in d[4] and "vm-1" in d[5]),
          f"{size}: two VMs, the end, and nothing lost", t.text())
    check(t.shows("? help  q quit", rows - 1), f"{size}: the most useful keys", t.text())
    after("?", "help: Esc returns", "?", 3)
    after("x", "vm-0", "any key ends the help", 4)
    after(F1, "help: Esc returns", "F1", 3)
    after("h", "vm-0", "h is any key there", 4)
    after("h", "help: Esc returns", "h", 3)
    after(" ", "vm-0", "so is space", 4)
    after(DOWN, "> vm-1", "Down", 5)
    after("k", "> vm-0", "k", 4)
    after("j", "> vm-1", "j", 5)
    after(UP, "> vm-0", "Up", 4)
    if pc_keys:
        after(END, "> vm-1", "End", 5)
        after(HOME, "> vm-0", "Home", 4)
        after(PAGE_DOWN, "> vm-1", "PgDn", 5)
        after(PAGE_UP, "> vm-0", "PgUp", 4)
    after(">", "sort v PID", ">", 2)
    after(F6 if pc_keys else ">", "sort v vCPUs", "F6", 2)
    after("<", "sort v PID", "<", 2)
    after("I", "sort ^ PID", "I", 2)
    after("I<", "sort v VM", "I again, and <", 2)
    after("/", "find name: _", "/", rows - 1)
    after("vm-x\177", "find name: vm-_", "Backspace", rows - 1)
    after("1\r", "> vm-1", "Enter finds it", 5)
    after("fvm-1\r", "vm-1", "f", 4)
    after(ESC, "vm-0", "Esc: all again", 4)
    after("\r", "VM vm-1", "Enter", 3)
    after("\r", "no vCPU of this VM", "Enter: no vCPUs", rows - 1)
    if rows < 24 and pc_keys:
        after(PAGE_DOWN, "rows 8-14", "in the view of a VM: PgDn", 3)
        after(PAGE_UP, "rows 1-7", "PgUp there", 3)
        after(DOWN, "rows 2-8", "Down there", 3)
        after(UP, "rows 1-7", "Up there", 3)
        after(END, "20-26 of 26" if cols > 40 else "21-27 of 27", "End there", 3)
        after(HOME, "rows 1-7", "Home there", 3)
    after("n", "no vCPU of this VM", "n there", rows - 1)
    after(ESC, "> vm-1", "Esc", 5)
    after("g0\r", "at 0.0 s" if cols > 40 else "2 VMs", "g", 1)
    after("gabc\r", "'abc' is neither seconds", "g and nonsense", rows - 1)
    after("d0\r", "'0' is not a number", "d and nonsense", rows - 1)
    after("d0.5\r", "q quit", "d", rows - 1)
    if cols >= 80:
        after("+", "speed 2", "+", 1)
        after("-", "speed 1 ", "-", 1)
    after("t", "END", "t", 1)
    after("T", "PAUSED", "T", 1)
    after("p", "END", "p goes on", 1)
    after("r", "END", "r", 1)
    t.keys("q")
    check(t.end() == 0, f"{size}: q", t.text())
    return t


def no_colour():
    t = every_key(24, 80, NO_COLOR="1")
    check(b"\033[33m" not in t.raw and b"\033[36m" not in t.raw, "NO_COLOR: no colour", t.raw)
    t = Terminal(24, 80)
    t.shows("END", 1)
    check(t.colours() != {"default"}, "without it there is", t.text())
    t.keys("q")
    t.end()


def bars():
    for locale, full in (("C.UTF-8", "█"), ("C", "@")):
        # pyte does not know the sequence by which xterm repeats a character.
        t = Terminal(24, 80, LC_ALL=locale, TERM="screen")
        t.shows("END", 1)
        t.keys("j\r")
        check(t.shows(f"faults/s         |{full}|"), f"bars in {locale}", t.text())
        t.keys("q")
        t.end()


def clock():
    """g with a time of day."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([ODD, file.name], check=True)
        t = Terminal(24, 80, words=("top", "-i", file.name), TERM="screen", TZ="CET-1")
        t.keys("g99\r")
        check(t.shows("END", 1), "g: to the end", t.text())
        t.keys("g12:08:22\r")
        check(t.shows("12:08:22", 1), "g: a time of day", t.text())
        t.keys("g2026-11-18T11:08:21Z\r")
        check(t.shows("12:08:21", 1), "g: with a date and a zone", t.text())
        t.keys("g2026-11-18 12:08:23\r")
        check(t.shows("12:08:23", 1), "g: with a date as the header shows it", t.text())
        t.keys("g12:08\r")
        check(t.shows("12:08:20", 1), "g: a time just before the beginning", t.text())
        t.keys("q")
        t.end()


def letters():
    """Names that are not ASCII, on a terminal, in batch and in a locale that has no such letters."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([ODD, file.name, "names"], check=True)
        t = Terminal(12, 80, words=("top", "-i", file.name), TERM="screen")
        t.keys("g99\r")
        check(t.until(lambda d: "END" in d[1] and d[4].startswith("  caf\u00e9-3 ") and
                      d[5].startswith("  größe-π ") and d[6].replace("\0", "").startswith("  数据库-东京 ")),
              "letters: names as they are", t.text())
        check(all(t.screen.buffer[row][22].data == "0" for row in (4, 5, 6)), "letters: columns in line", t.text())
        t.keys("/東\x7f东\r")
        check(t.shows("> 数", 6), "letters: one is found by them", t.text())
        t.keys("q")
        t.end()
        t = Terminal(12, 80, words=("top", "-i", file.name), TERM="screen", LC_ALL="C")
        check(t.shows("  gr??e-? ", 5), "letters: marks for them in the locale C", t.text())
        t.keys("q")
        t.end()
        for locale, name in (("C.UTF-8", "  数据库-东京 "), ("C", "  ???-?? ")):
            out = subprocess.run([KVMMT, "top", "-b", "-i", file.name], capture_output=True, text=True, check=True,
                                 encoding="UTF-8", env={"PATH": os.environ["PATH"], "LC_ALL": locale}).stdout
            check(name in out, f"letters: in batch in {locale}", out)


def small():
    """Help and the views of a VM where they do not fit."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([ODD, file.name], check=True)
        # Others scroll by a sequence that pyte does not know.
        t = Terminal(15, 60, words=("top", "-i", file.name), TERM="linux")

        def after(keys, word, what, row=3):
            t.keys(keys)
            check(t.shows(word, row), f"small: {what}", t.text())

        t.shows("END", 1)
        after("?", "rows 1-10 of ", "help scrolls")
        after(PAGE_DOWN, "rows 11-20 of ", "a page on")
        after("k", "rows 10-19 of ", "a row back")
        after("x", "VM", "another key ends it")
        after("j", "> twin", "the other VM", 5)
        after("\r", "VM twin  pid 1000", "Enter")
        after("n", "VNCR of 1 vCPUs", "n")
        check(t.shows("rows 1-", 3) and t.shows("WA+", 4), "small: what is cut is marked", t.text())
        after(PAGE_DOWN, "rows 4-10 of 10", "its rows scroll")
        after("j", "> 0 ", "and its vCPUs", 6)
        t.keys("q")
        t.end()


def pictures():
    """The script that makes those of the docs."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["docs/screenshot.py", KVMMT, RECORDING, "g9\\r/vm-1\\r", "> vm-1", "80x12", file.name], check=True)
        texts = [t for t in ElementTree.parse(file.name).getroot().itertext() if t.strip()]
        check(any(t.startswith("> vm-1") for t in texts) and any("q quit" in t for t in texts),
              "a picture of the screen", texts)


def resized():
    t = Terminal(24, 80)
    t.shows("END", 1)
    for rows, cols in ((50, 132), (12, 40), (5, 20), (24, 80)):
        t.screen.resize(rows, cols)
        t.child.setwinsize(rows, cols)
        check(t.until(lambda d: "q quit" in d[-1] and d[1].rstrip().endswith("END") and
                      len(d[1].rstrip()) == cols), f"resized to {cols}x{rows}", t.text())
    t.keys("q")
    check(t.end() == 0, "and q", t.text())


def dumb():
    t = Terminal(24, 80, TERM="dumb")
    check(t.end() == 0 and b"vm-1" in t.raw and b"\033" not in t.raw, "TERM=dumb: text", t.raw)
    t = Terminal(24, 80, TERM="nosuch")
    check(t.end() == 1 and b"no such terminal is known" in t.raw, "a terminal that is not known", t.raw)


def piped():
    t = Terminal(24, 80, shell=f"cat {RECORDING} | {KVMMT} top -i -")
    check(t.shows("END", 1), "a recording through a pipe", t.text())
    t.keys("T")
    check(t.shows("only a file can go back", 23), "which does not go back", t.text())
    t.keys("q")
    check(t.end() == 0, "and keys come from the terminal", t.text())


def batch():
    def widest(**env):
        out = subprocess.run([KVMMT, "top", "-b", "-i", RECORDING], capture_output=True, text=True,
                             env={"PATH": os.environ["PATH"]} | env, check=True).stdout
        return max(map(len, out.splitlines()))
    check(widest() == 80, "batch: 80 columns")
    check(100 < widest(COLUMNS="132") <= 132, "batch: as many as COLUMNS says")
    check(widest(COLUMNS="x") == 80, "batch: COLUMNS that make no sense")


def main():
    every_key(24, 80)
    every_key(50, 132)
    every_key(12, 40)
    every_key(24, 80, pc_keys=False, TERM="vt100")
    no_colour()
    bars()
    clock()
    letters()
    small()
    pictures()
    resized()
    dumb()
    piped()
    batch()
    return failed


sys.exit(main())
