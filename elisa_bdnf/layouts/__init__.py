"""Layout files → Layout; one module is one way to write a layout."""
