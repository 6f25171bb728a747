"""The axis of losses: its ends and ticks, where a loss stands on it, and how many points a curve needs."""

import math
from dataclasses import dataclass

import numpy as np
import pygame

from loop_core.snapshot import Array, Series

DECADES = 100
"""Losses whose highest is more than so many times the lowest are drawn over their logarithm."""
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """The losses from the lowest to the highest that have a place, from 0 to 1; log: by their logarithm."""

    low: float
    high: float
    log: bool

    def shares(self, values: Array) -> Array:
        """Where values stand, (n,), kept between 0 and 1; NaN and infinity at 1."""
        known = np.where(np.isfinite(values), values, self.high).astype(np.float64)
        low, high = self.low, self.high
        if self.log:
            known, low, high = np.log(np.maximum(known, low)), math.log(low), math.log(high)
        return np.clip((known - low) / (high - low), 0, 1)


def axis_of(*losses: Series | None) -> Axis:
    """From zero, or from below it, to above the highest; over decades from the lowest above zero."""
    values = np.concatenate([np.zeros(0), *(series.value for series in losses if series is not None)])
    finite = values[np.isfinite(values)]
    high, low = float(finite.max(initial=0.0)) * 1.08, float(finite.min(initial=0.0)) * 1.08
    positive = finite[finite > 0]
    if len(positive) and positive.max() / positive.min() > DECADES:
        return Axis(float(positive.min()) / 1.2, float(positive.max()) * 1.2, True)
    return Axis(low, high, False) if high > low else Axis(0.0, 1.0, False)


def ticks_of(axis: Axis) -> tuple[tuple[float, str], ...]:
    """Round values on an axis, at most five, and how they are written."""
    if axis.log:
        first, last = math.ceil(math.log10(axis.low)), math.floor(math.log10(axis.high))
        powers = range(first, last + 1, -(-(last - first + 1) // MOST_TICKS))
        return tuple((10.0**power, _written(10.0**power)) for power in powers)
    whole = axis.high - axis.low
    step = 10.0 ** math.floor(math.log10(whole))
    step *= next(k for k in (0.2, 0.5, 1, 2, 5) if whole / (k * step) <= MOST_TICKS - 0.5)
    first, last = math.ceil(axis.low / step), math.floor(axis.high / step)
    return tuple((tick * step, _written(tick * step)) for tick in range(first, last + 1))


def _written(value: float) -> str:
    """With few signs: an exponent without zeros in front."""
    mantissa, e, exponent = f"{value:.3g}".partition("e")
    return (f"{mantissa}e{int(exponent)}" if e else mantissa).replace("-", "−")


def height_of(plot: pygame.Rect, axis: Axis, value: float) -> float:
    """Where a value stands in a plot, in pixels."""
    return plot.bottom - float(axis.shares(np.array([value]))[0]) * plot.height


def thinned(epoch: Array, value: Array, width: int) -> tuple[Array, Array]:
    """At most about one point for each two pixels, the last one always among them."""
    every = max(1, 2 * len(value) // max(1, width))
    keep = np.append(np.arange(0, len(value) - 1, every), len(value) - 1)
    return epoch[keep], value[keep]
