"""Whether simulated users can be believed: simulated weeks against held-out ones."""

from engine.fidelity.fidelity import fidelity
from engine.fidelity.record import VERDICTS, Fidelity, Likelihood, Measure, Verdict
from engine.fidelity.tasks import fidelity_task

__all__ = ["VERDICTS", "Fidelity", "Likelihood", "Measure", "Verdict", "fidelity", "fidelity_task"]
