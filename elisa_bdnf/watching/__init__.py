"""A folder at the bench: exports are assessed as they come in, each when it is complete.

``settling`` (which files have stopped to change) → ``looking`` (what is there, and what is ready) → ``watch`` (a round
of a batch whenever something is) → ``tables`` (of all that was done). Polling, since no system tells of files that
another computer writes to a share. Finding, pairing and assessing are those of ``batch``.
"""
