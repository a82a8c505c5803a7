"""``python -m experiments size``: how many units an experiment needs, or what so many units can find."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, get_args

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json
from engine.errors import ExperimentError, unknown
from experiments.boundaries import SPENDING
from experiments.metrics import KINDS, Metric
from experiments.multiplicity import Correction
from experiments.plan import Stopping
from experiments.wording import count, listed, share

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.design import Size
    from experiments.sizing import Told

_USUAL_LOOKS = {"fixed": 1, "group-sequential": 5, "always-valid": 14, "bayesian": 14}
_USUAL_DAYS = 14


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser(
        "size",
        help="how many units an experiment needs",
        description="How many units an experiment needs: give --mde for the units, --units for the MDE, both for the "
        "power, and --margin in place of --mde for a guardrail that must not get worse.",
    )
    metric = parser.add_argument_group("the metric")
    metric.add_argument(
        "--metric",
        required=True,
        metavar="KIND",
        help=f"{', '.join(KINDS)}; with --data a metric of its users, such as conversion or revenue:mean",
    )
    metric.add_argument("--baseline", type=float, help="the metric in the control (default with --data: as measured)")
    metric.add_argument(
        "--variance",
        type=float,
        help="of one unit's value, linearised for a ratio (delta method) or quantile; none for a proportion",
    )
    metric.add_argument("--quantile", type=float, metavar="Q", help="which quantile, such as 0.9; with --density")
    metric.add_argument(
        "--density", type=float, metavar="F", help="of the values at the quantile: the variance is Q (1 - Q) / F²"
    )
    aim = parser.add_argument_group("what to find")
    aim.add_argument("--mde", type=float, help="smallest uplift worth finding")
    aim.add_argument("--relative", action="store_true", help="the MDE is relative to the baseline")
    aim.add_argument("--units", type=float, metavar="N", help="units in all arms together")
    aim.add_argument("--margin", type=float, help="non-inferiority: relative loss to rule out, such as 0.02")
    aim.add_argument("--gain", type=float, default=0.0, help="with --margin: true relative uplift (default 0)")
    aim.add_argument("--power", type=float, default=0.8, help="chance to find the MDE (default 0.8)")
    aim.add_argument("--alpha", type=float, default=0.05, help="two-sided level (default 0.05)")
    arms = parser.add_argument_group("arms and comparisons")
    arms.add_argument("--arms", type=int, help="variants of equal size, the control too (default 2)")
    arms.add_argument("--split", metavar="W,W,...", help="weight of each variant, the control first, such as 1,1,2")
    arms.add_argument(
        "--comparisons", type=int, metavar="N", help="hypotheses that share alpha, metrics × treatments (default: "
        "the treatments; 1 with --margin)",
    )  # fmt: skip
    arms.add_argument(
        "--correction",
        choices=get_args(Correction),
        default="holm",
        help="each but none tests the smallest p-value at alpha / comparisons (default holm)",
    )
    less = parser.add_argument_group("covariates (CUPED) and clusters")
    less.add_argument("--correlation", type=float, metavar="R", help="of the metric with what was known before")
    less.add_argument("--explained", type=float, metavar="R2", help="share of the variance covariates explain")
    less.add_argument("--cuped", action="store_true", help="with --data: adjust by what users did before, as measured")
    less.add_argument("--cluster-size", type=float, metavar="N", help="units in a cluster that is randomised whole")
    less.add_argument("--intra-cluster-correlation", type=float, metavar="R", help="between two units of a cluster")
    less.add_argument("--design-effect", type=float, metavar="D", help="how many times clusters multiply the variance")
    looks = parser.add_argument_group("when it may stop")
    looks.add_argument("--stopping", choices=get_args(Stopping), default="fixed", help="(default fixed: one look)")
    looks.add_argument(
        "--looks", type=int, metavar="N", help="equally spaced (default 5 group-sequential, 14 always-valid, bayesian)"
    )
    looks.add_argument(
        "--spending", choices=SPENDING, default="obrien-fleming", help="how looks share alpha (default obrien-fleming)"
    )
    add_data_options(parser, required=False)
    parser.add_argument("--days", type=int, help=f"with --data: how long users are watched (default {_USUAL_DAYS})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the answer and return the exit code.

    Raises:
        LabError: where a figure or the data cannot be.
    """
    from experiments.design import stopping_share
    from experiments.monitoring import inflation
    from experiments.sizing import answer, told

    metric = _metric(args)
    found = None
    if args.data is not None:
        found = told(load_from(args).dataset, metric, _USUAL_DAYS if args.days is None else args.days)
    comparison = _comparison(args, metric, found)
    base = float(comparison.baseline)  # type: ignore[arg-type]
    mde = args.mde
    if mde is not None and args.relative:
        if base == 0:
            raise ExperimentError("A relative MDE needs a baseline other than 0.")
        mde *= abs(base)
    if mde is not None and args.margin is not None:
        raise ExperimentError("Both --mde and --margin were given; an uplift is found or a loss ruled out. Give one.")
    if args.gain and args.margin is None:
        raise ExperimentError("--gain was given without --margin; it is the true uplift of a guardrail.")
    units = args.units
    if units is None and mde is None and args.margin is None and found is not None:
        units = float(found.users[found.days - 1])
    size, power = answer(comparison, mde=mde, units=units, margin=args.margin, gain=args.gain)
    record = {
        "metric": metric.kind,
        "baseline": base,
        "variance": float(comparison.spread),
        "units_per_arm": size.units[0],
        "units": list(size.units),
        "total": size.total,
        "mde": size.mde,
        "relative_mde": size.relative_mde,
        "margin": args.margin,
        "power": power,
        "alpha_per_comparison": size.alpha,
        "comparisons": comparison.comparisons,
        "explained": comparison.explained,
        "design_effect": comparison.design_effect,
        "stopping": comparison.monitoring.stopping,
        "looks": comparison.monitoring.looks,
        "inflation": inflation(comparison.monitoring, alpha=comparison.alpha, power=comparison.power),
        "expected_total": size.expected_total,
        "expected_share": size.expected_share,
        "expected_share_without_uplift": stopping_share(comparison, uplift=False),
    }
    if found is not None:
        record |= {
            "measured_over_days": found.days,
            "days": found.days_for(size.total),
            "expected_days": found.days_for(size.expected_total),
            "users_by_day": found.users,
            "explained_by_history": found.explained,
            "source": found.source,
        }
    if args.json:
        print_json(record)
    else:
        _print(args, comparison, size, power, record, found)
    return 0


def _metric(args: argparse.Namespace) -> Metric:
    """Return the metric whose kind, and with data whose quantities, are asked about."""
    if args.data is not None:
        from experiments.sizing import metric_named

        if args.metric in KINDS:
            raise ExperimentError(
                f"Metric '{args.metric}' is a kind; with --data name a metric of its users, such as conversion, "
                "revenue_per_user, revenue:mean or revenue:quantile:0.9."
            )
        return metric_named(args.metric)
    if args.cuped or args.days is not None:
        given = "--cuped" if args.cuped else "--days"
        raise ExperimentError(f"{given} was given without --data; name the log it is to be measured on.")
    if args.metric not in KINDS:
        raise ExperimentError(unknown("Metric kind", args.metric, KINDS))
    ratio, level = args.metric == "ratio", None
    if args.metric == "quantile":
        level = 0.5 if args.quantile is None else args.quantile
    return Metric(
        name="metric", kind=args.metric, numerator="metric", denominator="units" if ratio else None, quantile=level
    )


def _comparison(args: argparse.Namespace, metric: Metric, found: Told | None) -> Comparison:
    """Return what is compared, from the options and what the log tells."""
    from experiments.comparison import Comparison, kish
    from experiments.monitoring import Monitoring
    from experiments.sizing import quantile_variance

    baseline = args.baseline if found is None or args.baseline is not None else found.baseline
    if baseline is None:
        raise ExperimentError("No baseline was given; give --baseline, the metric in the control, or --data.")
    variance = args.variance if found is None or args.variance is not None else found.variance
    if (args.density is None) != (args.quantile is None) or (args.density is not None and metric.kind != "quantile"):
        raise ExperimentError("--quantile and --density belong together, and to --metric quantile.")
    if args.density is not None:
        variance = quantile_variance(args.quantile, args.density)
    if metric.kind == "quantile" and variance is None:
        raise ExperimentError(
            "A quantile needs the density of the values there (--quantile and --density), or the variance of one "
            "unit's linearised value, q (1 - q) / density² (--variance)."
        )
    split = _split(args)
    comparisons = args.comparisons
    if comparisons is None:
        comparisons = 1 if args.margin is not None else len(split) - 1
    effect = 1.0 if args.design_effect is None else args.design_effect
    if (args.cluster_size is None) != (args.intra_cluster_correlation is None):
        raise ExperimentError("--cluster-size and --intra-cluster-correlation belong together; give both.")
    if args.cluster_size is not None:
        if args.design_effect is not None:
            raise ExperimentError("A design effect follows from cluster size and correlation; give it or them.")
        effect = kish(args.cluster_size, args.intra_cluster_correlation)
    return Comparison(
        kind=metric.kind,
        baseline=baseline,
        variance=None if metric.kind == "proportion" else variance,
        split=split,
        alpha=args.alpha,
        power=args.power,
        comparisons=1 if args.correction == "none" else comparisons,
        explained=_explained(args, found),
        design_effect=effect,
        monitoring=Monitoring(
            stopping=args.stopping,
            looks=_USUAL_LOOKS[args.stopping] if args.looks is None else args.looks,
            spending=args.spending,
        ),
    )


def _split(args: argparse.Namespace) -> tuple[float, ...]:
    if args.split is None:
        arms = 2 if args.arms is None else args.arms
        if arms < 2:
            raise ExperimentError(f"{arms} arms were given; an experiment has at least 2.")
        return (1.0,) * arms
    try:
        weights = tuple(float(part) for part in args.split.split(","))
    except ValueError:
        raise ExperimentError(f"Split '{args.split}' was given; expected weights such as 1,1,2.") from None
    if args.arms not in (None, len(weights)):
        raise ExperimentError(f"{args.arms} arms and a split of {len(weights)} weights were given; give one of both.")
    return weights


def _explained(args: argparse.Namespace, found: Told | None) -> float:
    given = [args.correlation is not None, args.explained is not None, args.cuped]
    if sum(given) > 1:
        raise ExperimentError("--correlation, --explained and --cuped say the same; give one of them.")
    if args.correlation is not None:
        if not -1 < args.correlation < 1:
            raise ExperimentError(f"A correlation of {args.correlation:g} was given; expected between -1 and 1.")
        return float(args.correlation**2)
    if args.explained is not None:
        return float(args.explained)
    return found.explained if args.cuped and found is not None else 0.0


def _print(
    args: argparse.Namespace,
    comparison: Comparison,
    size: Size,
    power: float,
    record: dict[str, Any],
    found: Told | None,
) -> None:
    """Print the answer in sentences."""
    relative = "" if size.relative_mde != size.relative_mde else f" ({share(size.relative_mde)} of the baseline)"
    whole = f"{count(size.total)} in all"
    if len(set(size.units)) == 1:
        arms = f"{count(size.units[0])} units in each of {len(size.units)} arms, {whole},"
    else:
        arms = f"{count(size.units[0])} units in control and {listed([count(each) for each in size.units[1:]])} in "
        arms += f"treatment, {whole},"
    does = f"rule out a loss of {size.mde:g}" if args.margin is not None else f"find an uplift of {size.mde:g}"
    print(f"{arms} {does}{relative} with {share(power, 0)} power at alpha {size.alpha:g} a comparison.")
    if comparison.monitoring.stopping != "fixed":
        print(
            f"Looking {comparison.monitoring.looks} times ({comparison.monitoring.stopping}): "
            f"{record['inflation']:.3f} times the units of one look; on average it stops after "
            f"{count(size.expected_total)} units ({share(size.expected_share, 0)}), without any uplift after "
            f"{share(record['expected_share_without_uplift'], 0)}."
        )
    if comparison.explained:
        print(f"Covariates explain {share(comparison.explained)} of the variance and save that share of the units.")
    if comparison.design_effect != 1:
        print(f"Clusters multiply the variance, and the units, by {comparison.design_effect:.3f}.")
    if found is not None:
        days = record["days"]
        many = "never has that many users" if days is None else f"has that many users within {days} days"
        print(f"The log {many}; figures are of users watched for {found.days} days. {found.source}")
