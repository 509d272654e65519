"""Plate-reader exports → Reading; one module is one format."""
