"""PlateResult → bytes; one module is one format, and ``document`` makes every word and digit once."""
