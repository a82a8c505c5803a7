"""The commands of ``python -m engine``, one a module: ``add_parser(subparsers)`` and ``run(args) -> int``."""
