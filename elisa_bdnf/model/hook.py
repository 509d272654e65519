"""Standards that turn back: the highest respond less than one below them, and a response may be that of two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hook:
    """Nominal concentration and mean response of the standard that responds most, and of the highest one.

    On a falling curve "most" is the lowest response.
    """

    peak: float
    peak_response: float
    last: float
    last_response: float
    rising: bool

    @property
    def text(self) -> str:
        """What to say of the standards."""
        return (
            f"the response turns back from standard {self.peak:g} ({self.peak_response:.4g}) to {self.last:g} "
            f"({self.last_response:.4g}): hook effect? A response of {self.last_response:.4g} or "
            f"{'more' if self.rising else 'less'} may be that of two concentrations"
        )

    def reason_or_empty(self, y: float) -> str:
        """What to say of a response that the standards came by twice."""
        if (y < self.last_response) if self.rising else (y > self.last_response):
            return ""
        return (
            f"response {y:.4g} may be that of a second, higher concentration: the standards turn back to "
            f"{self.last_response:.4g} at {self.last:g} (hook effect?); dilute further and compare"
        )
