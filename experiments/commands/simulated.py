"""The results of a simulated experiment on a terminal: verdict, estimates beside the truth, worlds, fidelity."""

from __future__ import annotations

from engine.commands.printing import print_table
from experiments.bias import bias_sentence
from experiments.individual import EVERYBODY
from experiments.metrics import find
from experiments.results import Results
from experiments.wording import count, difference, differences, level, number, p_value, percent, share


def print_simulated(results: Results, key: str | None) -> None:
    """Print verdict, estimates beside the truth, health, and what the results are kept under."""
    meta, verdict = results.meta, results.verdict
    print(f"Simulated · {meta.dataset} · {count(meta.units)} users · {meta.days} days · seed {meta.seed}\n")
    print(f"{verdict.title.upper()}. {verdict.reason}\nNext: {verdict.next_step}\n")
    if results.fidelity is not None:
        print(f"Can these users be believed? {results.fidelity.sentence}\n")
    _print_effects(results)
    _print_worlds(results)
    _print_individual(results)
    _print_fidelity(results)
    print("Health")
    for check in results.checks:
        print(f"  {check.status:<8} {check.title}: {check.sentence}")
    print("".join(f"\nNote: {note}" for note in results.notes))
    if key is not None:
        print(f"\nKept as {key}: python -m experiments report {key} --out report.html")


def _print_effects(results: Results) -> None:
    rows = []
    beside = results.effects.merge(results.truth, on=["metric", "variant"], suffixes=("", "_true"))
    for row in beside.to_dict(orient="records"):
        metric = find(results.plan.metrics, row["metric"])
        absolute, low, high = differences(metric, row["absolute"], row["absolute_low"], row["absolute_high"])
        rows.append(
            (
                f"{row['metric']}{' *' if metric.role == 'primary' else ''}",
                row["variant"],
                level(metric, row["control_value"]),
                level(metric, row["treatment_value"]),
                absolute,
                f"{low} to {high}",
                p_value(row["p_value"]).removeprefix("p ").removeprefix("= "),
                percent(row["relative"]),
                difference(metric, row["absolute_true"]),
                percent(row["relative_true"]),
                {True: "inside", False: "outside"}.get(row["inside"], ""),
            )
        )
    header = (
        "metric", "variant", "control", "treatment", "uplift", f"{1 - results.plan.alpha:.0%} interval", "p",
        "relative", "TRUE UPLIFT", "relative", "interval",
    )  # fmt: skip
    print_table(header, rows)
    print("* primary metric. True uplift: every user under each policy, with common random numbers.\n")
    for variant in results.plan.variants[1:]:
        said = bias_sentence(results, results.plan.primary.name, variant)
        if said:
            print(f"{results.plan.title(variant)}: {said}\n")


def _print_worlds(results: Results) -> None:
    if results.worlds is None:
        return
    print(f"In {len(results.worlds)} plausible worlds, of {count(results.worlds.users)} users each")
    for each in results.worlds.conclusions:
        print(f"  {each.metric}, {each.variant}: {each.sentence}")
    print()


def _print_individual(results: Results) -> None:
    everybody = results.individual[results.individual["by"] == EVERYBODY]
    print_table(
        ("true effect on users", "variant", "helped", "unchanged", "harmed"),
        [
            (row["metric"], row["variant"], *(share(row[name]) for name in ("helped", "unchanged", "harmed")))
            for row in everybody.to_dict(orient="records")
        ],
    )
    print("The same user with the same luck, under the treatment and under the control.\n")


def _print_fidelity(results: Results) -> None:
    found = results.fidelity
    if found is None or not found.measures:
        return
    print_table(
        (
            "simulated against held-out weeks",
            "simulated",
            "held out",
            "earlier weeks",
            "distance",
            "of earlier",
            "verdict",
        ),
        [
            (
                measure.title,
                number(measure.simulated),
                number(measure.held_out),
                number(measure.earlier),
                number(measure.distance),
                number(measure.distance_of_earlier),
                measure.verdict,
            )
            for measure in found.measures
        ],
    )
    if found.likelihood is not None:
        print(found.likelihood.sentence)
    print()
