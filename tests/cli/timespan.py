# SPDX-License-Identifier: LGPL-2.1-or-later
"""
timespan.py PROGRAM SEED: compares the parser of periods in PROGRAM (parse_periods.c) with that of
`systemd-analyze timespan` over some 600 expressions: both take it and mean the same number of
microseconds, or both refuse it.  Where patctl(1) documents a difference, the expectation is
that patctl refuses.
"""
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

UNITS = ("usec us µs μs msec ms seconds second sec s minutes minute min m hours hour hr h "
         "days day d weeks week w months month M years year y").split()
NOT_UNITS = "S D Y H W ns nsec mo mon secs mins hrs wk sek Days x µ".split()
BLANKS = ["", "", "", " ", " ", "  ", "\t", "\n"]
ODD = ["", " ", ".", "+", "-", "+ 5s", "+.5s", "+5s", "1s+2s", "1s +2s", "--1s", "-0s", "0s", ".5s",
       "5.s", "1..5s", "1.5.5s", "1.5s.5s", "1 .5s", "1,5s", "1_000s", "1e3s", "0x1fs", "1's", "٣s",
       "infinity", " infinity", "infinity ", "infinityx", "inf", "never", "1s infinity",
       "9223372036854775807us", "9223372036854775808us", "18446744073709551615us",
       "18446744073709551616us", "9223372036854775807us 9223372036854775807us",
       "9223372036854775807us 9223372036854775807us 1us", "584542y", "584543y", "292271y 292271y",
       "99999999999999999999999s", "584542046090y", "0.0000001s", "0.9999999999999999999999d",
       "00000000000000000000000000001s", "1.9us", "1.99999999999us", "1\xa0s", "1s\x0b", "s", "s1",
       "d5", "5 5s s", "1s;", "1s\x01", "m", "M1", "1 m", "1 M", "1m1M", "1M1m", "1ms1m", "1m1s"]


def number(r):
    whole = str(r.choice([r.randrange(10), r.randrange(1000), r.randrange(10**6), 10**r.randrange(19)]))
    fraction = "." + "".join(r.choices("0123456789", k=r.randrange(1, 12)))
    return r.choice([whole, whole, whole, whole + fraction, whole + fraction, fraction, "0" + whole,
                     "+" + whole])


def expression(r):
    terms = r.choice([1, 1, 1, 2, 2, 3, 5])
    text = r.choice(BLANKS)
    for _ in range(terms):
        unit = r.choice(UNITS) if r.random() < 0.97 else r.choice(NOT_UNITS + [""])
        text += number(r) + r.choice(BLANKS) + unit + r.choice(BLANKS)
    if r.random() < 0.08:  # a slip of the finger
        at = r.randrange(len(text) + 1)
        text = text[:at] + r.choice("0.+-sdmM, xé") + text[at:]
    return text


def systemd(text):
    answer = subprocess.run(["systemd-analyze", "timespan", "--", text], capture_output=True,
                            text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    if answer.returncode != 0:
        return "refused"
    return re.search(r"^\s*[µμ]s: (\d+)$", answer.stdout, re.M).group(1)


def documented_difference(text):
    """A number without a unit, or infinity: systemd takes them for seconds and for ever."""
    if text.strip(" \t\n\r") == "infinity":
        return True
    unit = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
    return re.fullmatch(rf"(\s*\+?(\d+(\.\d+)?|\.\d+)\s*({unit})?)*\s*", text) is not None \
        and re.search(rf"[\d][ \t\n\r]*($|[ \t\n\r][\d.+])", text) is not None


def main():
    program, seed = sys.argv[1:]
    r = random.Random(int(seed))
    texts = list(dict.fromkeys(
        ODD + [f"{n}{b}{u}" for u in UNITS + NOT_UNITS for n in ("1", "7.25") for b in ("", " ")] +
        [expression(r) for _ in range(400)]))
    ours = subprocess.run([program, *texts], capture_output=True, text=True, check=True)
    with ThreadPoolExecutor(4) as pool:
        theirs = list(pool.map(systemd, texts))

    wrong = taken = refused = different = 0
    for text, we, they in zip(texts, ours.stdout.split(), theirs, strict=True):
        if we == they:
            taken += we != "refused"
            refused += we == "refused"
        elif we == "refused" and documented_difference(text):
            different += 1
        else:
            wrong += 1
            print(f"{text!r}: patctl {we}, systemd {they}")
    print(f"{len(texts)} expressions: {taken} taken alike, {refused} refused by both, "
          f"{different} documented differences, {wrong} wrong")
    return wrong > 0 or taken < 250 or refused < 30 or different < 3


sys.exit(main())
