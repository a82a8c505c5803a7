"""Work done before a page is opened, without waiting for a child process."""

from engine import jobs, store
from engine.jobs import child, folder
from pages.parts import evaluations


def do(task, request):
    """Leave behind what a finished job of this request would."""
    key = folder.key_of(task, request)
    if jobs.status(key).state != "done":
        folder.prepare(key, request)
        child.run(task, request, str(folder.path(key)))
    return key


def evaluated(dataset, models, **asked):
    """Evaluate ``models`` on ``dataset`` as the Models page would."""
    store.put(dataset)
    return [do(evaluations.TASK, evaluations.request(dataset, model, **asked)) for model in models]
