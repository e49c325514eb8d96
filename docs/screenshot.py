#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
A picture of kvmmt-top as a terminal has it, from a recording: SVG, which needs no more than
a font of fixed width.
  screenshot.py KVMMT RECORDING KEYS WORD COLUMNSxROWS OUT.svg
KEYS are typed (\\r is Enter), and the picture is taken once WORD is on the screen.
"""
import os
import sys
from xml.sax.saxutils import escape

import pexpect
import pyte

WIDTH, HEIGHT, PAD = 8.43, 18, 14	# of a character, in 14 pixels; around all of it
BACKGROUND, PLAIN, DIM = "#1b1e24", "#d5d8dd", "#8a9099"
COLOURS = {"default": PLAIN, "cyan": "#6fc3df", "brown": "#f0b95b"}


class Screen(pyte.Screen):
    """Knows what is dim, too: pyte does not, and nothing here is struck through."""

    def select_graphic_rendition(self, *attrs, **kwargs):
        super().select_graphic_rendition(*attrs, **kwargs)
        if 2 in attrs:
            self.cursor.attrs = self.cursor.attrs._replace(strikethrough=True)


def settle(child, stream):
    """Until nothing more comes of what was drawn last."""
    try:
        while True:
            stream.feed(child.read_nonblocking(65536, 0.3))
    except pexpect.TIMEOUT:
        pass


def screen_of(kvmmt, recording, keys, word, cols, rows):
    screen = Screen(cols, rows)
    stream = pyte.ByteStream(screen)
    # "screen" has no sequence that repeats a character, which pyte does not know.
    environment = {"TERM": "screen", "PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    child = pexpect.spawn(kvmmt, ["top", "-i", recording], env=environment, dimensions=(rows, cols), timeout=20)
    for wanted, then in (("q quit", keys), (word, "")):
        while not any(wanted in row for row in screen.display):
            stream.feed(child.read_nonblocking(65536, 20))
        child.send(then)
    settle(child, stream)
    child.send("q")
    child.expect(pexpect.EOF)
    return screen


def runs(line, cols):
    """Neighbours that look alike, as (column, text, look)."""
    found = []
    for col in range(cols):
        cell = line[col]
        look = (DIM if cell.strikethrough else COLOURS.get(cell.fg, PLAIN), cell.bold, cell.reverse)
        if found and found[-1][2] == look:
            found[-1][1] += cell.data
        else:
            found.append([col, cell.data, look])
    return found


def draw(screen):
    width, height = screen.columns * WIDTH + 2 * PAD, screen.lines * HEIGHT + 2 * PAD
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
           'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
           f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>']
    for row in range(screen.lines):
        for col, text, (colour, bold, reverse) in runs(screen.buffer[row], screen.columns):
            x, y = PAD + col * WIDTH, PAD + row * HEIGHT
            if reverse:
                out.append(f'<rect x="{x:.2f}" y="{y}" width="{len(text) * WIDTH:.2f}" height="{HEIGHT}" fill="{colour}"/>')
            if text.strip():
                weight = ' font-weight="bold"' if bold else ""
                out.append(f'<text x="{x:.2f}" y="{y + 14}" fill="{BACKGROUND if reverse else colour}"{weight} '
                           f'textLength="{len(text) * WIDTH:.2f}" xml:space="preserve">{escape(text)}</text>')
    return "\n".join(out + ["</svg>", ""])


def main():
    kvmmt, recording, keys, word, size, path = sys.argv[1:]
    cols, rows = map(int, size.split("x"))
    screen = screen_of(os.path.abspath(kvmmt), recording, keys.encode().decode("unicode_escape"), word, cols, rows)
    with open(path, "w", encoding="UTF-8") as file:
        file.write(draw(screen))


main()
