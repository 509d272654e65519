"""The command line; one module is one command: parse, call, emit."""
