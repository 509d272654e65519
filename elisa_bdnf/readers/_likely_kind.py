"""What was measured, where an export does not say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.model.reading import Channel, ChannelKind
from elisa_bdnf.readers._key_lines import Header, kind_from_text

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


def other_kind_remarks(channels: Sequence[Channel], header: Header) -> tuple[str, ...]:
    """A sentence where the lines around a plain table speak of light, and no title of absorbance."""
    kind = kind_from_text(" ".join(text for pair in header for text in pair))
    labels = [
        repr(c.label)
        for c in channels
        if c.kind is ChannelKind.ABSORBANCE and kind_from_text(c.label) is ChannelKind.UNKNOWN
    ]
    if kind not in (ChannelKind.FLUORESCENCE, ChannelKind.LUMINESCENCE) or not labels:
        return ()
    return (f"The lines around the plate speak of {kind.value}; {', '.join(labels)} is taken for absorbance.",)
