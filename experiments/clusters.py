"""Clustered units: when what is randomised (a household, a shop) is coarser than what is analysed (a user)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from engine.errors import ExperimentError
from experiments.metrics import Metric
from experiments.moments import Floats, Moments, moments

#: Name of the quantity that counts the units of a cluster.
CLUSTER_UNITS = "cluster_units"


@dataclass(frozen=True, eq=False)
class Clustered:
    """Clusters in place of units.

    Attributes:
        values: sums over a cluster's units, and their number last, shape (..., clusters, quantities + 1).
        variants: variant code of each cluster, shape (clusters,).
        quantities: names, ``CLUSTER_UNITS`` last.
    """

    values: Floats
    variants: NDArray[np.int64]
    quantities: tuple[str, ...]

    def moments(self, n_variants: int) -> Moments:
        """Return the moments over clusters; give ``per_unit`` metrics to whatever reads them."""
        return moments(self.values, self.variants, n_variants, quantities=self.quantities)


def cluster(values: ArrayLike, variants: ArrayLike, clusters: ArrayLike, *, quantities: Sequence[str]) -> Clustered:
    """Return the sums of ``values`` by cluster.

    Args:
        values: one value a unit and quantity, shape (..., units, quantities).
        variants: variant code of each unit, shape (units,); units with negative codes are left out.
        clusters: cluster of each unit, any labels, shape (units,).
        quantities: names of the quantities.

    Raises:
        ExperimentError: where shapes do not fit or a cluster has units in two variants.
    """
    data, codes, labels = np.asarray(values, dtype=np.float64), np.asarray(variants), np.asarray(clusters)
    fits = data.ndim >= 2 and data.shape[-1] == len(quantities) and codes.shape == labels.shape == data.shape[-2:-1]
    if not fits:
        raise ExperimentError(
            f"Values of shape {data.shape}, {codes.size} variant codes, {labels.size} clusters and {len(quantities)} "
            "names were given; expected (..., units, quantities) and one code and cluster a unit."
        )
    kept = codes >= 0
    names, code = np.unique(labels[kept], return_inverse=True)
    assigned = np.full(len(names), -1, dtype=np.int64)
    assigned[code] = codes[kept]
    torn = names[np.unique(code[assigned[code] != codes[kept]])]
    if torn.size:
        raise ExperimentError(
            f"{torn.size} clusters have units in two variants (the first: {torn[0]}); a cluster is assigned as a "
            "whole. Map the column by which the experiment was randomised."
        )
    members = sparse.csr_array(
        (np.ones(len(code)), (code, np.flatnonzero(kept))), shape=(len(names), data.shape[-2]), dtype=np.float64
    )
    by_unit = np.moveaxis(np.concatenate([data, np.ones((*data.shape[:-1], 1))], axis=-1), -2, 0)
    width = int(np.prod(by_unit.shape[1:]))
    sums: Floats = (members @ by_unit.reshape(len(by_unit), width)).reshape(len(names), *by_unit.shape[1:])
    values_by_cluster = np.moveaxis(sums, 0, -2)
    return Clustered(values=values_by_cluster, variants=assigned, quantities=(*quantities, CLUSTER_UNITS))


def per_unit(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return ``metrics`` as they are read from moments over clusters, with cluster-robust standard errors.

    A mean, count or share over units becomes the ratio of cluster sums to cluster sizes, whose delta-method
    variance is the cluster-robust one of Liang & Zeger (1986) with the factor G / (G - 1) in each variant
    (Deng, Knoblich & Lu 2018, section 3.3). A ratio stays one: its parts are sums already. Degrees of freedom
    count clusters.
    """
    return tuple(
        metric if metric.kind == "ratio" else replace(metric, kind="ratio", denominator=CLUSTER_UNITS)
        for metric in metrics
    )


def design_effect(units: Moments, clusters: Moments, quantity: str) -> Floats:
    """Return how many times clustering multiplies the variance of a mean, shape (..., variants).

    Kish (1965, Survey Sampling, section 5.4): 1 + (cluster size - 1) · intra-cluster correlation for clusters
    of one size; here measured, for any sizes. NaN where a variance is unknown.

    Args:
        units: moments over units.
        clusters: moments of the same units over clusters, as ``Clustered.moments`` gives them.
        quantity: whose mean.

    Raises:
        ExperimentError: where a quantity is missing.
    """
    column, size, one = clusters.index(quantity), clusters.index(CLUSTER_UNITS), units.index(quantity)
    covariance, mean = clusters.covariance, units.mean[..., one]
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = (
            covariance[..., column, column]
            - 2 * mean * covariance[..., column, size]
            + mean**2 * covariance[..., size, size]
        )
        robust = residual * clusters.n / units.n**2
        return np.asarray(robust / (units.covariance[..., one, one] / units.n))
