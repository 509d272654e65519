"""The values that travel between the stages: frozen, standard library only, no I/O, no formats, no rules."""
