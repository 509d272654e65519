"""elisa-bdnf: from plate-reader exports to trustworthy BDNF concentrations."""

__version__ = "0.1.0"
