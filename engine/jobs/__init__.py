"""Long work in child processes: submit, watch, cancel, read the result.

A job is named by its *key*, a hash of the task, its request and the source code, so that an identical
request joins the running job or reads the result that is already on disk.
"""

from engine.jobs.board import JobStatus, cancel, drop, finished, result, shutdown, status, submit

__all__ = ["JobStatus", "cancel", "drop", "finished", "result", "shutdown", "status", "submit"]
