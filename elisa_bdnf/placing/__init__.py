"""A sample sheet → plate maps, before anything is pipetted.

``allotment`` (which subject goes on which plate) → ``plate_map`` (which well holds what) → layout files that the
program reads back. All timepoints of a subject stand on one plate, groups are spread over the plates, and the order on
a plate is random but the same for the same seed, on every computer.
"""
