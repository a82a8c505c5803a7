"""The experiment: plan, assign, simulate or import, analyse, verdict, report."""
