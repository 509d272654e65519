"""What was measured, where an export does not say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.model.reading import Channel, ChannelKind

_HIGHEST_ABSORBANCE = 6.0


def with_likely_kind(channels: Sequence[Channel]) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """Channels of unknown kind whose numbers can all be absorbances become such, with a remark that says so."""
    changed = tuple(
        replace(c, kind=ChannelKind.ABSORBANCE) if c.kind is ChannelKind.UNKNOWN and _can_be_absorbance(c) else c
        for c in channels
    )
    labels = [repr(new.label) for old, new in zip(channels, changed, strict=True) if new is not old]
    if not labels:
        return changed, ()
    return changed, (f"The export does not say what was measured; {', '.join(labels)} is taken for absorbance.",)


def _can_be_absorbance(channel: Channel) -> bool:
    numbers = [value for value in channel.values if not math.isnan(value)]
    return bool(numbers) and all(-1 < value <= _HIGHEST_ABSORBANCE for value in numbers)
