"""Tasks that the tests run in child processes."""

import os
import time
from pathlib import Path

from engine.errors import ModelError


def where(request, report):
    with Path(request["log"]).open("a") as log:
        log.write("ran\n")
    report("Looking", 1, 2)
    return {"pid": os.getpid(), "nice": os.nice(0)}


def slow(request, report):
    Path(request["log"]).write_text(str(os.getpid()))
    for step in range(600):
        report("Waiting", step, 600)
        time.sleep(0.1)


def refuse(request, report):
    raise ModelError("k must be at least 1; 0 was given.")


def crash(request, report):
    os._exit(7)


def fault(request, report):
    raise KeyError("inner")
