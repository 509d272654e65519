"""Rules between analysis and report: one function is one rule, ``judge`` is the whole engine."""
