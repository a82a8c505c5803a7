"""One side of one comparison: ``python -m tests.bench.child '[module, function, arguments]'``."""

import json
import resource
import sys
from dataclasses import replace
from importlib import import_module

from tests.bench.comparison import as_json


def main(request: str) -> None:
    """Run the function and print what it measured with this process's peak memory."""
    module, function, arguments = json.loads(request)
    measured = getattr(import_module(module), function)(**arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabyte = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kilobytes
    print(as_json(replace(measured, peak_mb=peak / megabyte)))


if __name__ == "__main__":
    main(sys.argv[1])
